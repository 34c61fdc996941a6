import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, person, screenshot, signIn } from "./support.ts";

/** Nothing stands in anybody's way: notices, what is still coming, what one may not see, what is counted. */
const FIRST = "first-password";
const READER = { login: "reader", password: "reader-password" };
let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  await admin.post("/setup/sample");
  const permissions = [{ object: "interest", action: "read", scope: "all" }];
  const role = await admin.post<{ id: string }>("/roles", { name: "Читатель", permissions });
  const [employee] = await admin.get<{ department: { id: string }; calendar: { id: string } }[]>("/employees");
  const place = { departmentId: employee?.department.id, calendarId: employee?.calendar.id };
  await admin.post("/employees", { ...READER, ...place, name: "Ольга Читалова", roleIds: [role.id] });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

async function apart(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (a === null || b === null) throw new Error("one of them is not to be seen");
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}
async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${house.url}${path}`);
}

test("that something is saved is said beside the next form, not over its title and buttons", async () => {
  const { context, page } = await person(browser);
  await signIn(page, house.url, "admin", FIRST);
  await open(page, "/settings/departments");
  const rows = page.getByRole("table").getByRole("button");
  await rows.first().click();
  await page.getByRole("button", { name: /^Сохранить/ }).click();
  const notice = page.getByRole("alert").filter({ hasText: "Сохранено" });
  await notice.waitFor();
  // It stays while the mouse is on it.
  await notice.hover();
  await rows.nth(1).press("Enter");
  const form = page.getByRole("dialog");
  await form.getByRole("button", { name: /^Сохранить/ }).waitFor();
  expect(await apart(notice, form)).toBe(true);
  expect(await apart(notice, page.getByRole("navigation", { name: "Разделы" }))).toBe(true);
  await screenshot(page, "saved-notice");
  await context.close();
});

test("until the first answer the presence has the shape of what comes", async () => {
  const { context, page } = await person(browser);
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route("**/api/v1/presence/me", async (route) => {
    await asked;
    await route.continue();
  });
  await signIn(page, house.url, "admin", FIRST);
  const waits = page.getByRole("status", { name: "Состояние загружается" });
  await waits.waitFor();
  const before = await waits.boundingBox();
  await accessible(page);
  await screenshot(page, "presence-waits");
  answer();
  const menu = page.getByRole("button", { name: /Моё состояние/ });
  await menu.waitFor();
  expect((await menu.boundingBox())?.height).toBeCloseTo(before?.height ?? 0, -1);
  await context.close();
});

test("whoever may not see events has no box for them on an Interest's card; their register says so quietly", async () => {
  const { items } = await admin.get<{ items: { id: string }[] }>("/interests?limit=1");
  const { context, page } = await person(browser);
  await signIn(page, house.url, READER.login, READER.password);
  await open(page, `/interests/${items[0]?.id}`);
  await page.getByRole("heading", { name: "Связанное" }).waitFor();
  expect(await page.getByRole("heading", { name: "Запланировано" }).count()).toBe(0);
  // Of the customer, too, one sees the name alone: the history says so, and offers no second try.
  await page.getByText("Нет доступа").waitFor();
  expect(await page.getByRole("button", { name: "Повторить" }).count()).toBe(0);
  await accessible(page);
  await screenshot(page, "interest-without-events");
  await open(page, "/events");
  await page.getByText("Нет доступа").waitFor();
  await accessible(page);
  await context.close();
});

test("the contact of an Interest leads to the contact's card", async () => {
  const { items } = await admin.get<{ items: { id: string }[] }>("/interests?limit=1");
  const { contact } = await admin.get<{ contact: { id: string; name: string } }>(`/interests/${items[0]?.id}`);
  const { context, page } = await person(browser);
  await signIn(page, house.url, "admin", FIRST);
  await open(page, `/interests/${items[0]?.id}`);
  await page.getByRole("link", { name: contact.name, exact: true }).click();
  await page.waitForURL(`**/customers/contacts/${contact.id}`);
  await page.getByRole("heading", { level: 1 }).getByText(contact.name).waitFor();
  await context.close();
});

test("a reception that was opened by itself begins at its first question", async () => {
  const { id } = await admin.post<{ id: string }>("/inquiries");
  const { context, page } = await person(browser);
  await signIn(page, house.url, "admin", FIRST);
  await open(page, `/inquiries?inquiry=${id}`);
  // A chip draws its radio button itself.
  await page.getByRole("dialog").locator("[data-purpose] input:focus").waitFor({ state: "attached" });
  await accessible(page);
  await context.close();
});

test("the register of events says what its number counts, and asks for days only of whoever wants days of their own", async () => {
  const { context, page } = await person(browser);
  await signIn(page, house.url, "admin", FIRST);
  await open(page, "/events");
  await page.getByText(/^Найдено: \d+$/).waitFor();
  const filters = page.getByRole("group", { name: "Отбор событий" });
  expect(await filters.getByLabel("С дня").count()).toBe(0);
  await filters.getByRole("combobox", { name: "Период" }).click();
  await page.getByRole("option", { name: "Свои дни" }).click();
  await filters.getByLabel("С дня", { exact: true }).fill("01.01.2001");
  await filters.getByLabel("По день", { exact: true }).fill("02.01.2001");
  await page.getByText("Найдено: 0").waitFor();
  await page.reload();
  await page.getByText("Найдено: 0").waitFor();
  // One field is left by filling the next: neither is lost.
  for (const [name, day] of [
    ["С дня", "01.01.2001"],
    ["По день", "02.01.2001"],
  ] as const)
    expect(await filters.getByLabel(name, { exact: true }).inputValue()).toBe(day);
  await accessible(page);
  await screenshot(page, "events-own-days");
  await context.close();
});

test("at a shared desk everybody reads their own language; one asked for while signing in is theirs from then on", async () => {
  const { context, page } = await person(browser);
  const enter = async () => {
    await page.locator("input").first().fill("admin");
    await page.locator("input[type=password]").fill(FIRST);
    await page.locator("button[type=submit]").click();
    await page.getByRole("navigation").first().waitFor();
  };
  await page.goto(house.url);
  // Whoever worked here before read Kazakh.
  await page.evaluate(() => localStorage.setItem("kommutator.language", "kk"));
  await page.reload();
  await enter();
  await page.getByRole("link", { name: "Клиенты" }).waitFor();
  await context.clearCookies();
  await page.reload();
  await page.getByRole("button", { name: "English" }).click();
  await enter();
  await page.getByRole("link", { name: "Customers" }).waitFor();
  expect((await admin.get<{ locale: string }>("/me")).locale).toBe("en");
  await admin.patch("/me", { locale: "ru" });
  await context.close();
});

test("in the dark, too, what is wrong with a field can be read", async () => {
  const { context, page } = await person(browser, { dark: true });
  await signIn(page, house.url, "admin", FIRST);
  await open(page, "/settings/people");
  await page.getByRole("button", { name: "Добавить сотрудника" }).click();
  await page.getByRole("button", { name: /^Сохранить/ }).click();
  await page.getByText("Заполните это поле").first().waitFor();
  await accessible(page);
  await screenshot(page, "dark-faults");
  await context.close();
});
