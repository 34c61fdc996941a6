import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, signIn } from "./support.ts";

const FIRST = "first-password";
let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  await admin.post("/setup/sample");
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

/** The field with exactly this name. */
const field = (place: Page | Locator, name: string) => place.getByLabel(name, { exact: true });

test("a filter's day is typed; its calendar names months and days in each of the four languages", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  for (const [language, from, month, monday] of [
    ["ru", "С", "декабрь 2030", "пн"],
    ["en", "From", "December 2030", "Mo"],
    ["kk", "Бастап", "желтоқсан 2030", "дс"],
    ["uk", "Від", "грудень 2030", "пн"],
  ] as const) {
    await page.evaluate((code) => localStorage.setItem("kommutator.language", code), language);
    await page.goto(`${house.url}/settings/audit`);
    await field(page, from).fill("31.12.2030");
    await eventually("the filter stands in the address", async () => new URL(page.url()).searchParams.get("from") === "2030-12-31");
    const calendar = page.locator("[data-dates-dropdown]");
    await calendar.getByText(month, { exact: false }).waitFor();
    await calendar.getByText(monday, { exact: true }).first().waitFor();
    // The page does not wait for names that are only heard.
    await page.locator(".mantine-InputClearButton-root[aria-label]").first().waitFor();
    await accessible(page);
    await field(page, from).fill("");
    await eventually("the filter is gone", async () => !new URL(page.url()).searchParams.has("from"));
    // A browser without the language's words writes "2026 M11 3".
    await page.getByRole("row").nth(2).waitFor();
    expect(await page.locator("main").textContent()).not.toMatch(/\bM\d{1,2}\b/);
  }
  errors.check();
  await context.close();
});

test("the end of an absence is chosen without a mouse: the day by arrows, the time by digits", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  await page.goto(`${house.url}/supervisor/absences`);
  await page.getByRole("button", { name: "Отметить отсутствие…" }).click();
  const box = page.getByRole("dialog");
  await box.getByRole("combobox", { name: "Сотрудник" }).click();
  await page.getByRole("option", { name: /Айгуль|Айгүл/ }).click();
  const end = field(box, "По");
  await end.focus();
  await page.keyboard.press("Enter");
  const calendar = page.locator("[data-dates-dropdown]");
  await calendar.waitFor();
  await calendar.getByRole("button", { name: "Следующий месяц" }).press("Enter");
  await calendar.locator("td button").filter({ hasText: /^10$/ }).first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await calendar.getByLabel("Часы").press("1");
  await page.keyboard.press("8");
  await page.keyboard.press("3");
  await page.keyboard.press("0");
  await calendar.getByRole("button", { name: "Готово" }).press("Enter");
  const shown = (await end.textContent()) ?? "";
  expect(shown).toMatch(/^11\.\d\d\.20\d\d 18:30$/);
  await accessible(page);
  await page.keyboard.press("Control+s");
  await box.waitFor({ state: "detached" });
  const [absence] = await admin.get<{ to: string }[]>("/absences");
  const [, month, year] = shown.slice(0, 10).split(".");
  // 18:30 in Almaty.
  expect(Date.parse(absence?.to ?? "")).toBe(Date.parse(`${year}-${month}-11T13:30:00Z`));
  errors.check();
  await context.close();
});
