import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";
import { type Centre, startCentre } from "./centre.ts";
import { isReceipt } from "./wire.ts";

const OURS = "77010000001";
const PHONE = "77011112233";
const LONG = "Здравствуйте! Ваш заказ на насосы собран и ждёт вас на складе по адресу Абая, 10. ".repeat(3).slice(0, 168);

let centre: Centre;
let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let aigul: ApiClient;
let channelId: string;

beforeAll(async () => {
  db = await testDatabase();
  company = await seedCompany(db.sql);
  [centre, house] = await Promise.all([
    startCentre({ systemId: "house", password: "secret" }),
    startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } }),
  ]);
  const admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  const config = { host: "127.0.0.1", port: centre.port, security: "none", systemId: "house", password: "secret", sourceAddress: OURS };
  ({ id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "sms-smpp", name: "SMS", queueId: company.queueId, config }));
  const state = () => db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${channelId}`;
  await until("the SMS channel is up", async () => (await state())[0]?.state === "up", { timeoutMs: 20_000 });
});
afterAll(async () => {
  await house?.close();
  await centre?.stop();
  await db?.drop();
});

interface Row {
  id: string;
  dialog_id: string;
  delivery: string | null;
}
const stored = (body: string): Promise<Row[]> => db.sql<Row[]>`SELECT id, dialog_id, delivery FROM message WHERE channel_id = ${channelId} AND body = ${body}`;

it("bound to Kannel the house takes a long SMS with emoji whole, answers in three segments, and shows the delivery once though told twice", async () => {
  const asked = `${LONG}👍🏽`;
  centre.write({ from: `+${PHONE}`, to: OURS, text: asked });
  const [{ dialog_id: dialogId }] = (await until("it is stored", async () => ((await stored(asked)).length > 0 ? stored(asked) : null), {
    timeoutMs: 20_000,
  })) as [Row];
  await until(
    "the dialog is taken",
    async () => {
      await aigul.post(`/dialogs/${dialogId}/take`).catch(() => null);
      const [row] = await db.sql`SELECT 1 FROM assignment WHERE dialog_id = ${dialogId} AND employee_id = ${company.employees.aigul.id} AND ended_at IS NULL`;
      return row !== undefined;
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
  const answered = `${LONG}🤝`;
  expect(answered).toHaveLength(170);
  await aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: answered, takeOver: true });
  const message = await until("it is delivered", async () => (await stored(answered)).find((row) => row.delivery === "delivered"), { timeoutMs: 20_000 });
  expect(centre.air).toHaveLength(3);
  expect(new TextDecoder("utf-16be").decode(Buffer.concat(centre.air.map((each) => each.octets)))).toBe(answered);
  await until("every receipt is taken twice", () => centre.wire.receiptsTaken === 6, { timeoutMs: 20_000 });
  expect(centre.wire.fromCentre.filter(isReceipt)).toHaveLength(3);
  const told = await db.sql<{ delivery: string }[]>`
    SELECT payload->>'delivery' AS delivery FROM dialog_event WHERE kind = 'message.delivery' AND payload->>'messageId' = ${message.id} ORDER BY position`;
  expect(told.map((row) => row.delivery)).toEqual(["sent", "delivered"]);
});
