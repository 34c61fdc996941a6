import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const AGENT = { login: "saltanat", password: "saltanat-password" };

let house: HouseProcess;
let browser: Browser;
let agent: ApiClient;
let leadId: string;
beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  await admin.post("/setup/sample");
  const [somebody] = await admin.get<{ department: { id: string }; calendar: { id: string } }[]>("/employees");
  const roles = await admin.get<{ id: string; code: string }[]>("/roles");
  await admin.post("/employees", {
    ...AGENT,
    name: "Салтанат Есенова",
    departmentId: somebody?.department.id,
    calendarId: somebody?.calendar.id,
    roleIds: [roles.find((role) => role.code === "agent")?.id],
  });
  for (const rule of [
    { object: "customer", field: "taxId", validator: "tax_id", message: "Без БИН не выставить счёт" },
    { object: "customer", field: "regionId" },
    { object: "customer", field: "email" },
    { object: "contact", field: "birthDate", validator: "past_date" },
    { object: "contact", field: "gender" },
  ])
    await admin.post("/required-fields", { moment: "save", severity: "block", ...rule });
  await admin.post("/catalogues/regions", { code: "ULY", name: "Улытау" });
  agent = await ApiClient.login(house.url, AGENT.login, AGENT.password);
  const lead = { contactName: "Сауле Искакова", companyName: "Лотос Флора", contactPoints: [{ kind: "phone", value: "+77015551122" }] };
  leadId = (await agent.post<{ id: string }>("/leads", lead)).id;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

test("a conversion asks in its box for what the customer and the contact lack, takes it from the keyboard, and opens the customer", async () => {
  const { page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, AGENT.login, AGENT.password);
  await page.goto(`${house.url}/leads/${leadId}`);
  await page.getByRole("button", { name: "Сделать клиентом" }).focus();
  await page.keyboard.press("Enter");
  /** The label of the line in which one types. */
  const focused = () => page.evaluate(() => (document.activeElement as HTMLInputElement).labels?.[0]?.textContent?.replace(/\s*\*$/, "") ?? "");
  const box = page.getByRole("dialog", { name: "Лид становится клиентом" });
  await box.getByLabel("Название клиента").waitFor();
  expect(await box.getByRole("textbox").count()).toBe(1);
  await page.keyboard.press("Enter");

  // Everything at once, each with its own control; one types on at the first.
  const taxId = box.getByLabel("Клиент: БИН/ИИН");
  await taxId.waitFor();
  for (const label of ["Клиент: Регион", "Контактное лицо: День рождения", "Контактное лицо: Пол", "Электронная почта"])
    expect(await box.getByLabel(label).first().isVisible(), label).toBe(true);
  await expect.poll(focused, { timeout: 10_000 }).toBe("Клиент: БИН/ИИН");
  await screenshot(page, "convert-gaps");
  await accessible(page);
  const fill: Record<string, () => Promise<void>> = {
    "Клиент: БИН/ИИН": () => page.keyboard.type("940140000384"),
    "Клиент: Регион": async () => {
      await page.keyboard.type("Улытау");
      await page.getByRole("option", { name: "Улытау" }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
    },
    "Электронная почта": () => page.keyboard.type("saule@lotos.example"),
    "Контактное лицо: День рождения": () => page.keyboard.type("01.05.1990"),
    "Контактное лицо: Пол": async () => {
      await page.keyboard.type("жен");
      await page.getByRole("option", { name: "женский" }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
    },
  };
  const typeAll = async (labels: string[]) => {
    const open = new Set(labels);
    while (open.size > 0) {
      const label = await focused();
      if (open.delete(label)) await fill[label]?.();
      await page.keyboard.press("Tab");
    }
  };
  await typeAll(Object.keys(fill));
  // From wherever one is, back into a line and sent with Enter.
  await box.getByLabel("Электронная почта").focus();
  await page.keyboard.press("Enter");

  // A tax number whose check digit is wrong: said at its field, the rest stays as it was typed.
  await box.getByText("«940140000384» не подходит").waitFor();
  expect(await box.getByLabel("Электронная почта").inputValue()).toBe("saule@lotos.example");
  await expect.poll(focused, { timeout: 10_000 }).toBe("Клиент: БИН/ИИН");
  await screenshot(page, "convert-not-good");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("940140000385");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Лотос Флора" }).waitFor();
  const lead = await agent.get<{ status: string; convertedCustomerId: string }>(`/leads/${leadId}`);
  expect(lead.status).toBe("converted");
  const card = await agent.get<{ taxId: string; region: { name: string }; contacts: { birthDate: string }[] }>(`/customers/${lead.convertedCustomerId}`);
  expect(card).toMatchObject({ taxId: "940140000385", region: { name: "Улытау" }, contacts: [{ birthDate: "1990-05-01" }] });
  errors.check();
});
