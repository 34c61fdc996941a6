import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

/** Columns of registers are as wide as a person makes them, by the mouse or without it, and stay so. */
const FIRST = "first-password";
let house: HouseProcess;
let browser: Browser;
let page: Page;
let errors: { check(): void };
beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  await admin.post("/setup/sample");
  await admin.post("/tasks", { title: "Подготовить договор" });
  browser = await launchBrowser();
  ({ page } = await person(browser));
  errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const edge = (column: string) => page.getByRole("separator", { name: `Ширина столбца «${column}»` });
const width = async (column: string) => (await page.getByRole("columnheader", { name: column, exact: true }).boundingBox())?.width ?? 0;
async function open(path: string, column: string): Promise<number> {
  await page.goto(`${house.url}${path}`);
  await edge(column).waitFor();
  return width(column);
}
/** Takes the edge and lets it go that many pixels further, as a hand does. */
async function drag(column: string, by: number): Promise<void> {
  const box = await edge(column).boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) - 1, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (const part of [0.25, 0.5, 0.75, 1]) await page.mouse.move(x + by * part, y);
  await page.mouse.up();
}

test.each([
  ["/customers", "Название"],
  ["/customers/contacts", "Фамилия, имя, отчество"],
  ["/leads", "Имя"],
  ["/interests", "Название"],
  ["/events", "Тема"],
  ["/tasks", "Что сделать"],
  ["/settings/audit", "Когда"],
])("%s: an edge is dragged, the width outlives a reload, a double click brings the usual one back", async (path, column) => {
  const usual = await open(path, column);
  await drag(column, 70);
  const wider = await width(column);
  expect(Math.abs(wider - usual - 70), `from ${usual} to ${wider}`).toBeLessThan(12);
  await page.reload();
  await edge(column).waitFor();
  await eventually("the width it was given", async () => Math.abs((await width(column)) - wider) < 2);
  await drag(column, -110);
  expect(await width(column)).toBeLessThan(usual);
  if (path === "/events") {
    await accessible(page);
    await screenshot(page, "columns-narrow");
  }
  await edge(column).dblclick();
  // The table shares its width out anew, by what stands in its rows by now.
  await eventually("the width it had", async () => Math.abs((await width(column)) - usual) < 10);
  errors.check();
});

test("without a mouse: arrows move an edge, Enter brings the usual width back", async () => {
  const usual = await open("/customers", "Код");
  await edge("Код").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await eventually("wider by both steps", async () => Math.abs((await width("Код")) - usual - 60) < 3);
  expect(await edge("Код").getAttribute("aria-valuetext")).toMatch(/^\d+ пикселей$/);
  await accessible(page);
  await page.keyboard.press("Enter");
  await eventually("the usual width", async () => Math.abs((await width("Код")) - usual) < 2);
  expect(await edge("Код").getAttribute("aria-valuetext")).toBe("обычная");
});
