import { connect } from "@kommutator/gateway/db/pool";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { Visitor } from "../support/visitor.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
let passwords: Map<string, string>;
let chatId: string;
let aigulId: string;

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[]; chatUrl: string }>("/setup/sample");
  passwords = new Map(sample.people.map((each) => [each.login, each.password]));
  chatId = sample.chatUrl.split("/").at(-1) as string;
  const people = await admin.get<{ id: string; login: string }[]>("/employees");
  aigulId = people.find((each) => each.login === "aigul")?.id as string;
  const skill = await admin.post<{ id: string }>("/skills", { name: "Қазақша", language: true });
  await admin.put(`/employees/${aigulId}/skills`, { skills: [{ skillId: skill.id, level: 5 }] });
  await callOfYesterday(people.find((each) => each.login === "aigul")?.id as string);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

/** A call as the register knows it: answered by Aigul after Bolat let it ring. */
async function callOfYesterday(answeredBy: string): Promise<void> {
  const [queue] = await admin.get<{ id: string }[]>("/queues");
  const sql = connect(house.databaseUrl, { max: 1 });
  try {
    const at = (second: number) => new Date(Date.now() - 3_600_000 + second * 1000);
    const [channel] = await sql<{ id: string }[]>`
      INSERT INTO channel (kind, name, queue_id, config, enabled) VALUES ('asterisk-ari', 'АТС офиса', ${queue?.id as string}, '{}', false) RETURNING id`;
    const [dialog] = await sql<{ id: string }[]>`
      INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, identity_value, identity_result, opened_at, closed_at, close_reason)
      VALUES (${channel?.id as string}, 'call-1', 'voice', 'phone', '+77012223344', 'new', ${at(0)}, ${at(80)}, 'call-ended') RETURNING id`;
    const [call] = await sql<{ id: string }[]>`
      INSERT INTO call (dialog_id, channel_id, external_id, direction, from_raw, from_norm, to_raw, to_norm, state, started_at, answered_at, ended_at, disposition, answered_by)
      VALUES (${dialog?.id as string}, ${channel?.id as string}, '1.1', 'in', '+77012223344', '+77012223344', '100', '100', 'ended', ${at(0)}, ${at(25)}, ${at(80)}, 'answered', ${answeredBy})
      RETURNING id`;
    await sql`
      INSERT INTO call_leg (call_id, external_id, party, employee_id, state, cause, started_at, ringing_at, answered_at, ended_at)
      VALUES (${call?.id as string}, '1.2', 'agent', ${answeredBy}, 'ended', NULL, ${at(20)}, ${at(20)}, ${at(25)}, ${at(80)})`;
  } finally {
    await sql.end();
  }
}

/** The page has its data, and shows no key instead of a text. */
async function settled(page: Page): Promise<void> {
  await eventually("no skeleton is left", async () => (await page.locator("[data-animate=true].mantine-Skeleton-root, .mantine-Loader-root").count()) === 0);
  expect(await page.locator("body").textContent()).not.toMatch(/\b(?:common|dialogs|routing|settings|supervisor|call)[:.][a-z]+\.[a-zA-Z.]+/);
}

test("somebody who waits is explained, a queue is switched off before everybody's eyes and on again, and the waiting are handed over together", async () => {
  const dana = await person(browser);
  await signIn(dana.page, house.url, "dana", passwords.get("dana") as string);
  const boss = await person(browser);
  const errors = listen(boss.page);
  const { page } = boss;
  const visitors = await Promise.all(["Где мой заказ?", "Есть ли доставка?"].map(async (text) => [await Visitor.arrive(house.url, chatId), text] as const));
  for (const [visitor, text] of visitors) await visitor.say(text);
  await signIn(page, house.url, "admin", FIRST);

  // Why does it wait: from the list, then by the key from the opened dialog.
  await page.goto(`${house.url}/dialogs?view=queue`);
  await page
    .getByRole("button", { name: /^Почему ждёт/ })
    .first()
    .click();
  const story = page.getByTestId("story");
  await story.getByText(/Попал в очередь/).waitFor();
  await settled(page);
  await screenshot(page, "why-waiting");
  await accessible(page);
  await page.keyboard.press("Escape");
  await story.waitFor({ state: "detached" });
  await page.keyboard.press("j");
  await page.getByRole("button", { name: "Взять" }).waitFor();
  await page.keyboard.press("w");
  await story.waitFor();
  await page.keyboard.press("Escape");

  // The emergency switch: one click on the queue, one to confirm; everybody sees it, whoever may ends it.
  await page.goto(`${house.url}/supervisor`);
  await page
    .getByRole("button", { name: /^Аварийный режим/ })
    .first()
    .click();
  await page.getByLabel("Пояснение").fill("Прорыв трубы в офисе");
  await screenshot(page, "emergency-box");
  await accessible(page);
  await page.getByRole("button", { name: "Включить" }).click();
  await dana.page.locator("[data-emergency]").getByText("Прорыв трубы в офисе", { exact: false }).waitFor();
  expect(await dana.page.getByRole("button", { name: "Завершить" }).count()).toBe(0);
  await settled(page);
  await screenshot(page, "emergency-banner");
  await accessible(page);
  await page.locator("[data-emergency]").getByRole("button", { name: "Завершить" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Завершить" }).click();
  await eventually("the banner is gone for everybody", async () => (await dana.page.locator("[data-emergency]").count()) === 0);

  // Both who wait, to one colleague.
  await page.getByRole("button", { name: /^Ждут/ }).click();
  await page.getByLabel("Выбрать все").click();
  await screenshot(page, "hand-over-many");
  await accessible(page);
  await page.getByRole("button", { name: "Передать", exact: true }).first().click();
  await page.getByRole("dialog").getByRole("combobox", { name: "Кому" }).click();
  await page.getByRole("option", { name: /Дана/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Передать", exact: true }).last().click();
  const dialogs = await eventually("Dana has both", async () => {
    const { items } = await admin.get<{ items: { id: string; assignee: { name: string } | null }[] }>("/dialogs?view=all");
    return items.length === 2 && items.every((each) => each.assignee?.name.includes("Дана") === true) ? items : null;
  });

  // Dana asks why it came to her.
  await dana.page.goto(`${house.url}/dialogs/${dialogs[0]?.id}`);
  await dana.page.getByRole("button", { name: "Почему так распределён" }).click();
  await dana.page.getByText("Почему это пришло ко мне").waitFor();
  await dana.page
    .getByTestId("story")
    .getByText(/Отдано вручную: .*Дана|Принято: .*Дана|Ведёт .*Дана/)
    .first()
    .waitFor();
  await screenshot(dana.page, "why-mine");
  await dana.page.keyboard.press("Escape");

  // It is another department's matter: by the key, a part of the queue's name, and Enter.
  const [general] = await admin.get<{ calendar: { id: string } }[]>("/queues");
  const service = await admin.post<{ id: string }>("/queues", { name: "Сервис", calendarId: general?.calendar.id });
  await admin.put(`/queues/${service.id}/members`, { members: [{ employeeId: aigulId, media: ["chat"], weight: 1 }] });
  await dana.page.keyboard.press("a");
  await dana.page.getByRole("textbox", { name: "Найти коллегу" }).fill("серв");
  await dana.page.getByRole("option", { name: "Сервис" }).waitFor();
  await screenshot(dana.page, "other-queue");
  await accessible(dana.page);
  await dana.page.keyboard.press("ArrowDown");
  await dana.page.keyboard.press("Enter");
  await eventually("it waits in the other queue", async () => {
    const dialog = await admin.get<{ dialog: { assignee: object | null; queue: { name: string } | null } }>(`/dialogs/${dialogs[0]?.id}`);
    return dialog.dialog.assignee === null && dialog.dialog.queue?.name === "Сервис";
  });
  errors.check();
  await dana.context.close();
  await boss.context.close();
});

test("what would happen now names the caller, the steps and the settings behind them; people, queues, absences and calls on their pages", async () => {
  const { context, page } = await person(browser, { dark: true, width: 1280 });
  const errors = listen(page);
  const shot = async (name: string) => {
    await settled(page);
    await screenshot(page, `${name}-dark`);
    await accessible(page);
  };
  await signIn(page, house.url, "admin", FIRST);

  await page.goto(`${house.url}/settings/what-if`);
  await page.getByRole("combobox", { name: "Куда звонят или пишут" }).click();
  await page.getByRole("option").last().click();
  await page.getByLabel("Кто: номер или почта").fill("+7 (701) 222-33-44");
  await page.getByRole("button", { name: "Проверить" }).click();
  await page.getByTestId("rehearsal").waitFor();
  await shot("what-if");
  await page.getByRole("link", { name: /^Очередь «/ }).click();
  await page.getByRole("dialog").getByText("Кому и в каком порядке предлагать").waitFor();
  await shot("queue-form");

  await page.goto(`${house.url}/settings/skills`);
  await page.getByRole("button", { name: "Қазақша" }).click();
  await page.getByRole("dialog").waitFor();
  await shot("skills");

  await page.goto(`${house.url}/settings/people`);
  await page.getByRole("button", { name: /Айгуль|Айгүл/ }).click();
  await page.getByRole("tab", { name: "Переадресация" }).click();
  await page.getByRole("dialog").getByRole("combobox", { name: "Занят разговором" }).waitFor();
  await shot("forwarding");

  await page.goto(`${house.url}/calls?period=week`);
  await page.getByRole("link", { name: "+7 701 222 3344" }).waitFor();
  await shot("calls");

  await page.goto(`${house.url}/supervisor/absences`);
  await page.getByRole("button", { name: "Отметить отсутствие…" }).click();
  await page.getByRole("dialog").getByRole("combobox", { name: "Сотрудник" }).click();
  await page.getByRole("option", { name: /Айгуль|Айгүл/ }).click();
  await page.keyboard.press("Control+s");
  await page.getByText("отсутствует", { exact: true }).waitFor();
  await shot("absences");

  errors.check();
  await context.close();
});
