import { connect } from "@kommutator/gateway/db/pool";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const HOUR = 3_600_000;
let house: HouseProcess;
let browser: Browser;
let sql: ReturnType<typeof connect>;
let head: { login: string; password: string };
/** Nine in the morning of yesterday in the company's zone. */
let nine: number;
let day: string;

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  const { people } = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  head = people.find((each) => each.login === "aigul") as typeof head;
  sql = connect(house.databaseUrl, { max: 1 });
  const [today] = await sql<{ start: Date; day: string }[]>`
    SELECT (date_trunc('day', now() AT TIME ZONE tz) - interval '1 day') AT TIME ZONE tz AS start, to_char(now() AT TIME ZONE tz - interval '1 day', 'YYYY-MM-DD') AS day FROM company`;
  nine = (today as { start: Date }).start.getTime() + 9 * HOUR;
  day = (today as { day: string }).day;
  const days: Record<string, [hours: number, state: string, reason?: string][]> = {
    dana: [
      [0, "idle"],
      [0.6, "offered"],
      [0.61, "busy"],
      [0.9, "wrapup"],
      [0.95, "idle"],
      [2, "busy"],
      [2.7, "wrapup"],
      [2.8, "idle"],
      [4, "paused", "lunch"],
      [4.75, "idle"],
      [6, "unreachable"],
      [6.2, "idle"],
      [9, "offline"],
    ],
    bolat: [
      [-0.7, "idle"],
      [1, "busy"],
      [3, "idle"],
      [3.5, "paused", "Планёрка у директора"],
      [4.2, "busy"],
      [8.4, "offline"],
    ],
  };
  for (const [login, states] of Object.entries(days))
    for (const [n, [hours, state, reason]] of states.entries()) {
      const next = states[n + 1]?.[0];
      await sql`
        INSERT INTO presence_log (employee_id, state, intent, reason, from_at, to_at)
        SELECT id, ${state}, ${state === "offline" ? "logged_out" : reason === undefined ? "available" : "paused"}, ${reason ?? null}, ${new Date(nine + hours * HOUR)}, ${new Date(nine + (next ?? hours + 0.1) * HOUR)}
        FROM employee WHERE login = ${login}`;
    }
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await sql?.end();
  await browser?.close();
  await house?.close();
});

test("a head sees each person's day as a line with totals, opens one minute by minute, and saves it as a file", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, head.login, head.password);
  await page.goto(`${house.url}/supervisor`);
  await page.getByRole("link", { name: "Рабочий день" }).click();
  await page.getByRole("button", { name: "Предыдущий день" }).click();
  const row = page.getByRole("row", { name: /Ким Дана/ });
  await row.getByRole("img", { name: /Готов 6:54, .*Перерыв 0:45/ }).waitFor();
  // In the order of the heads: present, ready, at work, break.
  expect((await row.getByRole("cell").allInnerTexts()).slice(2)).toEqual(["9:00", "6:54", "1:09", "0:45"]);
  await screenshot(page, "presence-day");
  await accessible(page);
  await row.getByRole("button", { name: "Ким Дана" }).click();
  const drawer = page.getByRole("dialog", { name: /Ким Дана/ });
  await drawer.getByRole("row", { name: /Перерыв Обед .*45:00/ }).waitFor();
  await screenshot(page, "presence-day-one");
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Выгрузить список в файл" }).click();
  const link = await page.getByRole("menuitem", { name: /CSV/ }).getAttribute("href");
  expect(link).toContain(`day=${day}`);
  const csv = await page.request.get(`${house.url}${link}`);
  expect([csv.status(), (await csv.text()).includes("Обед")]).toEqual([200, true]);
  errors.check();
  await context.close();
});

test("the administrator hears of what the router set aside, tries it again in vain, and dismisses it", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  // Something about a dialog whose row never came.
  await sql`INSERT INTO routing_input (input)
    SELECT jsonb_build_object('kind', 'dialog.opened', 'dialogId', gen_random_uuid(), 'channelId', gen_random_uuid(), 'medium', 'chat', 'queueId', id, 'callId', null,
      'priority', 0, 'identity', 'new', 'responsible', null, 'substituteId', null, 'at', 1) FROM queue LIMIT 1`;
  const bell = page.getByRole("button", { name: /Уведомления/ });
  await eventually("the notice is there", async () => /1/.test((await bell.textContent()) ?? ""), 30_000);
  await bell.click();
  await page.getByRole("button", { name: /Маршрутизация отложила событие/ }).click();
  await page.getByRole("heading", { name: "Отложенные события" }).waitFor();
  const row = page.getByRole("row", { name: /dialog\.opened/ });
  await row.waitFor();
  await accessible(page);
  await row.locator("summary").click();
  await screenshot(page, "routing-aside");
  await row.getByRole("button", { name: "Ещё раз" }).click();
  await page.getByText("Снова не удалось: событие опять в списке").waitFor();
  await row.getByRole("button", { name: "Снять с учёта…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Снять с учёта…" }).click();
  await page.getByText("Ничего не отложено").waitFor();
  await screenshot(page, "routing-aside-none");
  await page.goto(`${house.url}/settings/audit?kind=routing_input`);
  await page.getByText("снято с учёта").waitFor();
  errors.check();
  await context.close();
});
