import { randomUUID } from "node:crypto";
import { connect } from "@kommutator/gateway/db/pool";
import { emit } from "@kommutator/gateway/dialogs/emit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const MINUTE = 60_000;
let house: HouseProcess;
let browser: Browser;
let dana: { login: string; password: string };
let customerId: string;
let contactId: string;

/** A call, a letter and a chat of one human, as ingest leaves them: the house's own reader records them. */
async function talks(danaId: string): Promise<void> {
  const sql = connect(house.databaseUrl, { max: 1 });
  const number = "+77015551234";
  const [queue] = await sql<{ id: string }[]>`SELECT id FROM queue LIMIT 1`;
  const channel = async (kind: string, name: string) => {
    const [row] = await sql<
      { id: string }[]
    >`INSERT INTO channel (kind, name, queue_id, enabled) VALUES (${kind}, ${name}, ${queue?.id as string}, false) RETURNING id`;
    return row?.id as string;
  };
  const dialog = async (kind: string, name: string, medium: string, identity: string, minutesAgo: number) => {
    const at = new Date(Date.now() - minutesAgo * MINUTE);
    const channelId = await channel(kind, name);
    const [row] = await sql<{ id: string }[]>`
      INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, identity_value, identity_result, opened_at, closed_at, last_message_at, next_seq)
      VALUES (${channelId}, ${name}, ${medium}, ${identity.includes("@") ? "email" : "phone"}, ${identity}, 'known', ${at}, ${at}, ${at}, 2) RETURNING id`;
    const id = row?.id as string;
    await sql`INSERT INTO dialog_party (dialog_id, customer_id, contact_id) VALUES (${id}, ${customerId}, ${contactId})`;
    await sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at, ended_at) VALUES (${randomUUID()}, ${id}, ${danaId}, ${medium}, ${at}, ${at})`;
    return { id, channelId, at };
  };
  const written = async (kind: string, name: string, medium: string, identity: string, text: string, minutesAgo: number) => {
    const d = await dialog(kind, name, medium, identity, minutesAgo);
    await sql`UPDATE dialog SET last_message_text = ${text} WHERE id = ${d.id}`;
    const [message] = await sql<{ id: string }[]>`
      INSERT INTO message (dialog_id, seq, channel_id, thread_key, direction, author_kind, body, created_at) VALUES (${d.id}, 1, ${d.channelId}, ${name}, 'in', 'customer', ${text}, ${d.at}) RETURNING id`;
    const payload = { messageId: message?.id as string, seq: 1, direction: "in" as const, employeeId: null, nature: "human" as const, at: d.at.getTime() };
    await sql.begin((tx) => emit(tx, [{ kind: "message.stored", dialogId: d.id, payload }]));
  };
  const call = await dialog("asterisk-ari", "АТС офиса", "voice", number, 50);
  const ended = new Date(call.at.getTime() + 4 * MINUTE);
  const [made] = await sql<{ id: string }[]>`
    INSERT INTO call (dialog_id, channel_id, external_id, direction, state, started_at, answered_at, ended_at, disposition, answered_by)
    VALUES (${call.id}, ${call.channelId}, 'call-1', 'in', 'ended', ${call.at}, ${call.at}, ${ended}, 'answered', ${danaId}) RETURNING id`;
  const payload = { callId: made?.id as string, disposition: "answered" as const, answeredBy: danaId, talkMs: 4 * MINUTE, source: "live" as const };
  await sql.begin((tx) => emit(tx, [{ kind: "call.ended", dialogId: call.id, payload }]));
  await written("email", "Почта продаж", "mail", "kim@svetofor.example", "Пришлите, пожалуйста, счёт на доставку.", 40);
  await written("telegram", "Бот продаж", "message", number, "Добрый день! Есть ли кресла?", 30);
  await eventually("the talks are recorded", async () => (await sql`SELECT 1 FROM interaction WHERE contact_id = ${contactId}`).length === 3);
  // What the wizard leaves of a complaint.
  const [claim] = await sql<{ id: string }[]>`
    INSERT INTO claim (customer_id, contact_id, title, description, responsible_id, registered_at) VALUES (${customerId}, ${contactId}, 'Сломалась ножка', 'Сломалась ножка', ${danaId}, now() - interval '20 minutes') RETURNING id`;
  await sql`
    INSERT INTO inquiry (origin, received_at, status, purpose_id, processed_at, processed_by, dispatched_to, claim_id)
    SELECT 'manual', now() - interval '20 minutes', 'processed', id, now(), ${danaId}, ${danaId}, ${claim?.id as string} FROM inquiry_purpose WHERE code = 'complaint'`;
  await sql.end();
}

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  dana = sample.people.find((each) => each.login === "dana") as typeof dana;
  const api = await ApiClient.login(house.url, dana.login, dana.password);
  const { id: danaId } = await api.get<{ id: string }>("/me");
  customerId = (await api.post<{ id: string }>("/customers", { kind: "company", name: "ТОО Светофор", responsibleId: danaId })).id;
  contactId = (
    await api.post<{ id: string }>(`/customers/${customerId}/contacts`, {
      lastName: "Ким",
      firstName: "Ольга",
      contactPoints: [{ kind: "phone", value: "+77015551234" }],
    })
  ).id;
  await talks(danaId);
  const kinds = await api.get<{ id: string; code: string }[]>("/interest-kinds");
  const kindId = kinds.find((kind) => kind.code === "sale")?.id;
  const who = { customerId, contactId };
  const { id: interestId } = await api.post<{ id: string }>("/interests", { ...who, kindId, title: "Кресла в приёмную" });
  const { interactionTypes } = await api.get<{ interactionTypes: { id: string; code: string }[] }>("/catalogues");
  const typeId = interactionTypes.find((type) => type.code === "meeting")?.id;
  await api.post("/interactions", { ...who, typeId, interestId, subject: "Замер приёмной", plannedFrom: new Date(Date.now() + 60 * MINUTE).toISOString() });
  await api.post("/tasks", { title: "Отправить образцы ткани", executorId: danaId, subject: { kind: "contact", id: contactId } });
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const history = (page: Page) => page.getByRole("region", { name: "История отношений" }).last();
async function filtered(page: Page, name: string, ...expected: RegExp[]): Promise<void> {
  await history(page).locator("label").getByText(name, { exact: true }).click();
  await eventually(`${name} shows its lines`, async () => {
    const seen = await history(page).locator("[data-kind]").allTextContents();
    if (seen.length !== expected.length || !expected.every((each, n) => each.test(seen[n] ?? ""))) throw new Error(JSON.stringify(seen));
    return true;
  });
}

test("an agent narrows the history of a company and of its human, and every line opens what it tells of", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, dana.login, dana.password);
  await page.goto(`${house.url}/customers/contacts/${contactId}`);
  await page.locator("input[type=file]").setInputFiles({ name: "Смета.txt", mimeType: "text/plain", buffer: Buffer.from("смета") });
  await page.getByRole("link", { name: "Смета.txt" }).first().waitFor();
  await page.reload();
  await filtered(page, "Всё", /Замер приёмной/, /Смета/, /Отправить образцы/, /Кресла/, /Сломалась ножка/, /Переписка/, /Письмо/, /Звонок/);
  await screenshot(page, "history-contact");
  await accessible(page);
  await filtered(page, "Звонки", /Звонок.*к нам.*4 мин.*открыть разговор/);
  await filtered(page, "Письма", /Письмо.*счёт на доставку/);
  await filtered(page, "Чаты", /Переписка.*Есть ли кресла/);
  await filtered(page, "Файлы", /Смета/);
  expect(await history(page).getByRole("link", { name: "Смета.txt" }).getAttribute("href")).toContain("/api/v1/blobs/");
  await filtered(page, "Обращения и претензии", /Сломалась ножка.*претензия.*зарегистрирована/);
  await history(page)
    .getByRole("link", { name: /Сломалась ножка/ })
    .click();
  await page.waitForURL(/\/inquiries\?inquiry=/);
  await page.getByRole("dialog").waitFor();
  await page.goBack();
  await filtered(page, "Задачи", /Отправить образцы/);
  await history(page).getByRole("link", { name: "Отправить образцы ткани" }).click();
  await page.waitForURL(/\/tasks\//);
  await page.getByRole("dialog").waitFor();

  await page.goto(`${house.url}/customers/${customerId}`);
  await filtered(page, "Встречи и прочее", /Замер приёмной.*Встреча/);
  await history(page).getByRole("link", { name: "Замер приёмной" }).click();
  await page.getByRole("dialog").getByText("Замер приёмной").first().waitFor();
  await page.goBack();
  await history(page).getByRole("combobox", { name: "Интерес" }).click();
  await page.getByRole("option", { name: /Кресла в приёмную/ }).click();
  await filtered(page, "Всё", /Замер приёмной/, /Кресла в приёмную/);
  await screenshot(page, "history-customer");
  await accessible(page);
  await history(page)
    .getByRole("link", { name: /Кресла в приёмную/ })
    .click();
  await page
    .getByRole("heading", { name: /Кресла в приёмную/ })
    .first()
    .waitFor();
  errors.check();
  await context.close();
}, 60_000);
