import { connect } from "@kommutator/gateway/db/pool";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
type Line = { id: string; number: string; country: string | null; keys: { key: string }[]; sourceId: string | null; version: number };

let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
let trunk: string;

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  await admin.post("/setup/sample");
  const [queue] = await admin.get<{ id: string }[]>("/queues");
  const sql = connect(house.databaseUrl, { max: 1 });
  const [channel] = await sql<{ id: string }[]>`
    INSERT INTO channel (kind, name, queue_id, config, enabled) VALUES ('asterisk-ari', 'АТС офиса', ${queue?.id as string}, '{}', false) RETURNING id`;
  trunk = channel?.id as string;
  await sql.end();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const lines = () => admin.get<Line[]>(`/channels/${trunk}/lines`);
const choose = async (page: Page, label: string, option: string) => {
  await page.getByRole("combobox", { name: label, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
};
/** A line in the list, however its number is spaced. */
const row = (page: Page, number: string) => page.getByRole("button", { name: new RegExp([...number].join("[ -]?").replace("+", "\\+")) });
const save = (page: Page) => page.getByRole("button", { name: /^Сохранить/ }).click();

test("the administrator gives a trunk two lines, changes one, and is told when somebody else was quicker", async () => {
  const { page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  await page.goto(`${house.url}/settings/channels`);
  await page.getByRole("button", { name: "АТС офиса" }).click();
  await page.getByRole("tab", { name: "Линии" }).click();
  await page.getByText("Линий пока нет").waitFor();
  await screenshot(page, "lines-none");

  await page.getByRole("button", { name: "Добавить линию" }).click();
  await page.getByLabel("Номер").fill("отдел продаж");
  await save(page);
  await page.getByText("Проверьте формат").waitFor();
  await page.getByLabel("Номер").fill("8 727 200-00-01");
  await choose(page, "Цель обращения по умолчанию", "Покупка");
  await choose(page, "Источник", "Реклама");
  await save(page);
  await row(page, "+77272000001").waitFor();

  await page.getByRole("button", { name: "Добавить линию" }).click();
  await page.getByLabel("Номер").fill("044 200 00 02");
  await choose(page, "Страна", "Украина");
  await page.getByRole("button", { name: "Добавить клавишу" }).click();
  await save(page);
  await page.getByText("Проверьте формат").waitFor();
  await choose(page, "Цель по клавише 2", "Претензия");
  await page.getByRole("button", { name: "Добавить клавишу" }).click();
  await choose(page, "Цель по клавише 3", "Справка");
  await screenshot(page, "line-form");
  await accessible(page);
  await save(page);
  await row(page, "+380442000002").waitFor();
  await page.getByText("или по клавишам 2, 3").waitFor();
  await screenshot(page, "lines");
  await accessible(page);
  const [ukraine, almaty] = (await lines()) as [Line, Line];
  expect(ukraine).toMatchObject({ number: "+380442000002", country: "UA", keys: [{ key: "2" }, { key: "3" }] });
  expect(almaty).toMatchObject({ number: "+77272000001", country: null, keys: [] });

  await row(page, "+77272000001").click();
  await admin.patch(`/lines/${almaty.id}`, { version: almaty.version, sourceId: null });
  await page.getByLabel("Номер").fill("8 727 200-00-09");
  await save(page);
  await page.locator("form").getByRole("alert").waitFor();
  await screenshot(page, "line-conflict");
  expect((await lines())[1]?.number).toBe("+77272000001");
  // Whoever saves again does it knowingly.
  await save(page);
  await row(page, "+77272000009").waitFor();

  await row(page, "+380442000002").click();
  await page.getByRole("button", { name: "Удалить" }).click();
  await page.getByRole("dialog").last().getByRole("button", { name: "Удалить" }).click();
  await eventually("the line is gone", async () => (await lines()).map((line) => line.number).join() === "+77272000009");
  await row(page, "+380442000002").waitFor({ state: "detached" });
  errors.check();
});

test("how long somebody offline keeps dialogs, the last to talk is meant and a lost Interest may be reopened is set on one page", async () => {
  const { page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  await page.goto(`${house.url}/settings/dispatch`);
  await page.getByRole("tab", { name: "Сроки" }).click();
  await page.getByLabel("Кто ушёл из сети, сохраняет диалоги без ответа, секунд").fill("120");
  await page.getByLabel("Кто говорил последним, считается ответственным, дней").fill("30");
  await page.getByLabel("Проигранный Интерес предлагается открыть снова, дней").fill("45");
  await screenshot(page, "reception-thresholds");
  await accessible(page);
  await save(page);
  await page.getByText("Сохранено").first().waitFor();
  expect(await admin.get("/reception-settings")).toMatchObject({ offlineGraceS: 120, lastTalkedDays: 30, reopenDays: 45 });
  errors.check();
});

test("one number of the trunk is closed with one click on the supervisor's page, everybody sees which, and it is opened again", async () => {
  const sql = connect(house.databaseUrl, { max: 1 });
  await sql`UPDATE channel SET enabled = true WHERE id = ${trunk}`;
  await sql`INSERT INTO line (channel_id, number) SELECT ${trunk}, n FROM unnest(ARRAY['+77272000020', '+77272000021']) AS n`;
  await sql.end();
  // Whoever let two offers pass is told so, in the bar of every page.
  await admin.request("PUT", "/presence/me", { intent: "paused", reason: "auto" });
  const { page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  await page.goto(`${house.url}/supervisor`);
  const number = [..."+77272000020"].join("[ -]?").replace("+", "\\+");
  const button = page.getByRole("button", { name: new RegExp(`^Аварийный режим.*${number}`) });
  await button.click();
  await page.getByLabel("Пояснение").fill("Оператор чинит номер");
  await page.getByRole("button", { name: "Включить" }).click();
  const banner = page.locator("[data-emergency]");
  await banner.getByText(new RegExp(number)).waitFor();
  expect(await button.getAttribute("aria-pressed")).toBe("true");
  expect(await page.locator("[aria-pressed=true]").count()).toBe(1);
  expect(await admin.get("/emergency")).toMatchObject([{ line: { name: "+77272000020" }, channel: null, queue: null, mode: "closed" }]);
  await screenshot(page, "line-switch");
  await accessible(page);
  await banner.getByRole("button", { name: "Завершить" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Завершить" }).click();
  await banner.waitFor({ state: "detached" });
  expect(await admin.get("/emergency")).toEqual([]);
  await page.getByText("Вы пропустили два обращения подряд", { exact: false }).waitFor();
  errors.check();
});
