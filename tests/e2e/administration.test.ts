import { readFile } from "node:fs/promises";
import { read, utils } from "@e965/xlsx";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

/** The settings that an administrator keeps, as a person sees them: each page opens, and says so when something is empty, refused or broken. */
const FIRST = "first-password";
const AUDITOR = { login: "auditor", password: "auditor-password" };
let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
let page: Page;
let errors: { check(): void };
type Role = { id: string; name: string; version: number };

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  await admin.post("/setup/sample");
  const role = await admin.post<{ id: string }>("/roles", { name: "Аудитор", permissions: [{ object: "audit", action: "read", scope: "all" }] });
  const [employee] = await admin.get<{ department: { id: string }; calendar: { id: string } }[]>("/employees");
  const place = { departmentId: employee?.department.id, calendarId: employee?.calendar.id };
  await admin.post("/employees", { ...AUDITOR, ...place, name: "Асель Ревизорова", roleIds: [role.id] });
  browser = await launchBrowser();
  ({ page } = await person(browser));
  errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

async function open(path: string, heading: string): Promise<void> {
  await page.goto(`${house.url}${path}`);
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
}
const saved = (name: RegExp) => page.getByRole("button", { name }).click();

test("roles: only rights that something asks for stand in the table; whoever saves what another has changed meanwhile is told so", async () => {
  await open("/settings/roles", "Роли и права");
  await page.getByRole("button", { name: "Аудитор", exact: true }).click();
  const cell = (name: string) => page.getByRole("combobox", { name, exact: true });
  await cell("Журнал изменений: Видеть").waitFor();
  expect(await cell("Журнал изменений: Выгружать").count()).toBe(1);
  expect([await cell("Журнал изменений: Менять").count(), await cell("Табло и показатели: Менять").count()]).toEqual([0, 0]);
  await accessible(page);
  await screenshot(page, "administration-role");
  await cell("Журнал изменений: Выгружать").selectOption("all");
  const { id, version } = (await admin.get<Role[]>("/roles")).find((role) => role.name === "Аудитор") as Role;
  await admin.patch(`/roles/${id}`, { name: "Аудитор сети", version });
  await saved(/^Сохранить/);
  await page.getByRole("alert").waitFor();
  await accessible(page);
  await screenshot(page, "administration-conflict");
});

test("catalogues: a list, an empty one, and what is added to it", async () => {
  await open("/settings/catalogues", "Справочники");
  await page.getByRole("button", { name: "Регионы" }).click();
  await page.getByRole("button", { name: "Выше: Астана" }).waitFor();
  await page.getByRole("button", { name: "Выгрузить список в файл" }).waitFor();
  await accessible(page);
  await screenshot(page, "administration-catalogues");
  await page.getByRole("button", { name: "Должности" }).click();
  const empty = page.getByText("Список пуст");
  await empty.or(page.getByRole("table")).first().waitFor();
  await page.getByRole("button", { name: "Добавить", exact: true }).click();
  await page.getByRole("textbox", { name: "Название" }).first().fill("Закупщик");
  await saved(/^Сохранить/);
  await page.getByRole("button", { name: "Закупщик", exact: true }).waitFor();
  await accessible(page);
});

test("required fields and kinds of Interests open", async () => {
  await open("/settings/required-fields", "Контроль заполнения");
  await page.getByText("Правил нет").or(page.getByRole("table")).first().waitFor();
  await accessible(page);
  await screenshot(page, "administration-required");
  await open("/settings/interest-kinds", "Виды Интересов");
  await page.getByText("Продажа").first().waitFor();
  await accessible(page);
  await screenshot(page, "administration-kinds");
});

test("an address book of Outlook: what is no table is refused in words; the dry run names the companies that are new; it comes in whole", async () => {
  await page.goto(`${house.url}/import/new?object=contact`);
  const file = page.locator("input[type=file]");
  await file.setInputFiles({ name: "people.xls", mimeType: "application/vnd.ms-excel", buffer: Buffer.from("d0cf11e0a1b11ae100000000", "hex") });
  await page.getByText("Это книга Excel 97–2003").waitFor();
  await accessible(page);
  await screenshot(page, "administration-import-refused");
  const book = [
    "Title,First Name,Last Name,Company,Job Title,Business Phone,E-mail Address,E-mail Type",
    "Mr.,Nurlan,Serikov,Алтын Сауда,Buyer,+77014000001,nurlan@altyn.example,SMTP",
    ",Aina,Serikova,Алтын Сауда,,,aina@altyn.example,SMTP",
  ].join("\r\n");
  await file.setInputFiles({ name: "contacts.csv", mimeType: "text/csv", buffer: Buffer.from(book) });
  // Each choice is kept at once: the box is ticked when the house has it.
  await page.getByRole("checkbox", { name: "Заводить компании, которых нет" }).click();
  await page.getByRole("checkbox", { name: "Заводить компании, которых нет", checked: true }).waitFor();
  await page.getByRole("button", { name: "Проверить без загрузки" }).click();
  await page.getByText("такой нет, она заводится («Алтын Сауда»)").first().waitFor();
  await accessible(page);
  await screenshot(page, "administration-import-dry-run");
  await page.getByRole("button", { name: "Загрузить строк: 2" }).click();
  await page.getByText("Загружено").first().waitFor();
  const { items } = await admin.get<{ items: { name: string }[] }>("/customers?q=Алтын Сауда");
  expect(items.map((each) => each.name)).toEqual(["Алтын Сауда"]);
});

test("a list goes out as a workbook by its button, and the journal says who took it", async () => {
  await open("/settings/people", "Сотрудники");
  await page.getByRole("button", { name: "Выгрузить список в файл" }).click();
  await accessible(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Excel (XLSX)" }).click()]);
  expect(download.suggestedFilename()).toMatch(/^employees-\d{4}-\d\d-\d\d\.xlsx$/);
  const rows = utils.sheet_to_json<Record<string, string>>(read(await readFile(await download.path())).Sheets["Kommutator"] ?? {});
  expect(rows.map((row) => row["Имя"])).toContain("Асель Ревизорова");
  expect(await admin.get("/audit?action=export-employees")).toMatchObject({ items: [{ actorKind: "employee" }] });
});

test("the journal says names instead of ids, each the way to its card", async () => {
  const { id: customerId } = await admin.post<{ id: string }>("/customers", { kind: "company", name: "Гүлдер әлемі" });
  const [kind] = (await admin.get<{ interestKinds: { id: string }[] }>("/catalogues")).interestKinds;
  const { id: interestId } = await admin.post<{ id: string }>("/interests", { kindId: kind?.id, title: "Клумба у входа", customerId });
  await open(`/settings/audit?kind=interest&id=${interestId}`, "Журнал изменений");
  await page.getByRole("link", { name: /^#\d+ Клумба у входа$/ }).waitFor();
  await page
    .getByRole("button", { name: /^и ещё/ })
    .first()
    .click();
  const customer = page.getByRole("link", { name: "Гүлдер әлемі" });
  await customer.waitFor();
  expect(await page.getByRole("table").textContent()).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|_id|_at\b/);
  await accessible(page);
  await screenshot(page, "administration-audit-names");
  await customer.click();
  await page.getByRole("heading", { level: 1, name: "Гүлдер әлемі" }).waitFor();
});

test("the journal: its rows, nothing found, and no answer; an auditor finds it, and it alone, by the rail", async () => {
  await open("/settings/audit", "Журнал изменений");
  await page.getByRole("table").waitFor();
  await accessible(page);
  await screenshot(page, "administration-audit");
  await open("/settings/audit?from=2001-01-01&to=2001-01-02", "Журнал изменений");
  await page.getByText("Записей нет").waitFor();
  await page.route("**/api/v1/audit*", (route) => route.fulfill({ status: 500, json: { code: "internal", details: {} } }));
  await open("/settings/audit", "Журнал изменений");
  await page.getByRole("button", { name: "Повторить" }).waitFor();
  await accessible(page);
  await screenshot(page, "administration-audit-broken");
  await page.unroute("**/api/v1/audit*");
  await page.getByRole("button", { name: "Повторить" }).click();
  await page.getByRole("table").waitFor();
  errors.check();

  const auditor = await person(browser);
  await signIn(auditor.page, house.url, AUDITOR.login, AUDITOR.password);
  await auditor.page.getByRole("link", { name: "Настройки" }).click();
  await auditor.page.getByRole("table").waitFor();
  const pages = auditor.page.getByRole("navigation", { name: "Настройки" }).getByRole("link");
  expect(await pages.allInnerTexts()).toEqual(["Журнал изменений"]);
  await accessible(auditor.page);
  await screenshot(auditor.page, "administration-auditor");
});
