import type { Catalogues } from "@kommutator/contract/api/catalogue";
import type { LoadMatrix } from "@kommutator/contract/api/load-point";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

/** The load matrix as its administrator fills it in: without a mouse, against a colleague, and when nothing answers (IA-09). */
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

const matrix = () => admin.get<LoadMatrix>("/load-points");
/** Ids by the names that stand on the page. */
async function ids(type: string, stage: string): Promise<{ typeId: string; stageId: string | null }> {
  const { interactionTypes, interestKinds } = await admin.get<Catalogues>("/catalogues");
  const stages = interestKinds.flatMap((kind) => kind.stages);
  return { typeId: interactionTypes.find((t) => t.name === type)?.id ?? "", stageId: stages.find((s) => s.name === stage)?.id ?? null };
}
async function points(type: string, stage: string): Promise<number | undefined> {
  const { typeId, stageId } = await ids(type, stage);
  return (await matrix()).cells.find((c) => c.typeId === typeId && c.stageId === stageId)?.points;
}
const cell = (page: Page, type: string, stage: string) => page.getByRole("textbox", { name: `${type}, ${stage}`, exact: true });
async function open(page: Page): Promise<void> {
  await page.goto(`${house.url}/settings/load`);
  await page.getByRole("heading", { level: 1, name: "Баллы нагрузки" }).waitFor();
}

test("points are typed from cell to cell and saved by the keyboard; an empty cell shows what it inherits; a reload keeps what was typed", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  await open(page);
  await cell(page, "Звонок", "Любая стадия").focus();
  await page.keyboard.type("6,5");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Enter");
  await page.keyboard.type("9");
  expect(await cell(page, "Письмо", "Контакт").inputValue()).toBe("9");
  expect(await cell(page, "Звонок", "Контакт").getAttribute("placeholder")).toBe("6,5");
  await page.keyboard.press("Escape");
  expect(await cell(page, "Письмо", "Контакт").inputValue()).toBe("3");
  await accessible(page);
  await screenshot(page, "load-points");
  await page.reload();
  await page.getByText("Восстановлено набранное раньше").waitFor();
  await cell(page, "Звонок", "Любая стадия").focus();
  await page.keyboard.press("Control+s");
  await page.getByText("Сохранено").waitFor();
  expect([await points("Звонок", "Любая стадия"), await points("Звонок", "Контакт")]).toEqual([6.5, undefined]);
  errors.check();
  await context.close();
});

test("what are no points is refused before it is sent; whoever saves over a colleague is shown both, and wins knowingly", async () => {
  const { context, page } = await person(browser, { dark: true });
  await signIn(page, house.url, "admin", FIRST);
  await open(page);
  const call = cell(page, "Звонок", "Предложение");
  await call.fill("много");
  expect(await call.getAttribute("aria-invalid")).toBe("true");
  expect(await page.getByRole("button", { name: /^Сохранить/ }).isDisabled()).toBe(true);
  await call.fill("11");
  await cell(page, "Встреча", "Договор").fill("26");
  const { version } = await matrix();
  await admin.put("/load-points", { cells: [{ ...(await ids("Звонок", "Предложение")), points: 14 }], version });
  await page.getByRole("button", { name: "Сохранить 2 ячейки" }).click();
  await page.getByRole("alert").getByText("1 ячейку изменили оба").waitFor();
  await page.getByText("у коллеги: 14").waitFor();
  expect(await call.inputValue()).toBe("11");
  await accessible(page);
  await screenshot(page, "load-points-conflict");
  await page.getByRole("button", { name: "Сохранить 2 ячейки" }).click();
  await page.getByText("Сохранено").waitFor();
  expect([await points("Звонок", "Предложение"), await points("Встреча", "Договор")]).toEqual([11, 26]);

  await page.route("**/api/v1/load-points", (route) => route.fulfill({ status: 500, json: { code: "internal", details: {} } }));
  await open(page);
  await page.getByRole("button", { name: "Повторить" }).waitFor();
  await page.unroute("**/api/v1/load-points");
  await page.getByRole("button", { name: "Повторить" }).click();
  await call.waitFor();
  await context.close();
});

test("a department takes its norm of the day from above until it has one of its own", async () => {
  const { context, page } = await person(browser);
  await signIn(page, house.url, "admin", FIRST);
  type Department = { id: string; name: string; parentId: string | null; dayNormPoints: number | null; version: number };
  const departments = await admin.get<Department[]>("/departments");
  const [top, below] = [departments.find((d) => d.parentId === null), departments.find((d) => d.parentId !== null)] as [Department, Department];
  await page.goto(`${house.url}/settings/departments`);
  const norm = page.getByRole("textbox", { name: "Дневная норма, баллы" });
  await page.getByRole("button", { name: top.name, exact: true }).click();
  await norm.fill("120");
  await page.keyboard.press("Control+s");
  await page.getByText("Сохранено").waitFor();
  await page.getByRole("button", { name: below.name, exact: true }).click();
  if (below.dayNormPoints !== null) await norm.fill("");
  await page.getByText(`Пусто — как у «${top.name}»: 120`).waitFor();
  await norm.fill("80");
  await page.keyboard.press("Control+s");
  await norm.waitFor({ state: "hidden" });
  expect((await admin.get<Department[]>("/departments")).map((d) => [d.id, d.dayNormPoints])).toEqual(
    expect.arrayContaining([
      [top.id, 120],
      [below.id, 80],
    ]),
  );
  await context.close();
});
