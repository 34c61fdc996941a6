import { randomUUID } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SmscEmulator } from "../emulators/sms-http/smsc.ts";
import { until } from "../lab/support/wait.ts";
import { type Company, seedCompany } from "../support/company.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";

// The whole house as a process, SMSC on a socket: what a customer writes and what an agent answers.
const SECRET = "a-secret-of-the-channel";
const smsc = new SmscEmulator();
let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let aigul: ApiClient;
let socket: Socket;
let channelId: string;

beforeAll(async () => {
  await smsc.wire.up();
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn" } });
  const admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  const config = {
    provider: "smsc",
    login: smsc.login,
    password: smsc.password,
    webhookSecret: SECRET,
    apiUrl: `http://127.0.0.1:${smsc.wire.port}`,
    pollMs: 50,
  };
  ({ id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "sms-http", name: "SMS", queueId: company.queueId, config }));
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  socket = io(house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: aigul.cookie } });
  await until("the live socket greets", () => socket.connected);
  await aigul.put("/presence/me", { intent: "available", reason: null });
});
afterAll(async () => {
  socket?.disconnect();
  await house?.close();
  await db?.drop();
  await smsc.wire.down();
});

interface Row {
  id: string;
  dialog_id: string;
  delivery: string | null;
  failure: string | null;
}
const stored = (body: string, delivery?: string) =>
  until(
    `"${body}" is stored${delivery === undefined ? "" : ` and ${delivery}`}`,
    async () => {
      const [row] = await db.sql<Row[]>`SELECT id, dialog_id, delivery, failure FROM message WHERE body = ${body} AND channel_id = ${channelId}`;
      return row !== undefined && (delivery === undefined || row.delivery === delivery) ? row : null;
    },
    { timeoutMs: 20_000 },
  );
async function take(dialogId: string): Promise<void> {
  await until(
    "the dialog is taken",
    async () => {
      await aigul.post(`/dialogs/${dialogId}/take`).catch(() => null);
      return (
        (await db.sql`SELECT 1 FROM assignment WHERE dialog_id = ${dialogId} AND employee_id = ${company.employees.aigul.id} AND ended_at IS NULL`).length > 0
      );
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
}
const answer = (dialogId: string, text: string) =>
  aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text, attachments: [], takeOver: true });
const callback = (fields: Record<string, string>) => fetch(`${house.url}/hooks/${channelId}/${SECRET}`, { method: "POST", body: new URLSearchParams(fields) });

it("a customer's SMS is answered, and its delivery, reported twice, is one change", async () => {
  smsc.hear("77011112233", "Сколько стоит насос?");
  const { dialog_id } = await stored("Сколько стоит насос?");
  await take(dialog_id);
  await answer(dialog_id, "Сто тысяч 👍");
  const sms = await until("SMSC has it", () => smsc.taken.find((one) => one.mes === "Сто тысяч 👍"));
  expect(sms.phones).toBe("77011112233");
  for (let i = 0; i < 2; i++) expect((await callback({ id: sms.id, phone: sms.phones, status: "1", err: "0" })).status).toBe(200);
  const message = await stored("Сто тысяч 👍", "delivered");
  const changes = await until("the change is in the stream", async () => {
    const rows =
      await db.sql`SELECT 1 FROM dialog_event WHERE kind = 'message.delivery' AND payload->>'messageId' = ${message.id} AND payload->>'delivery' = 'delivered'`;
    return rows.length > 0 ? rows : null;
  });
  expect(changes).toHaveLength(1);
  // The next SMS of the number joins its dialog, whichever way it comes.
  expect((await callback({ id: "900001", phone: "77011112233", mes: "Беру", to: "79000000000" })).status).toBe(200);
  expect((await stored("Беру")).dialog_id).toBe(dialog_id);
});

it("an error of another number is shown in the vendor's words, and sending again goes through", async () => {
  smsc.hear("77019998877", "Перезвоните");
  const { dialog_id } = await stored("Перезвоните");
  await take(dialog_id);
  smsc.wire.plan.push({ kind: "answer", body: { error: "message is denied", error_code: 6, id: 542 } });
  await answer(dialog_id, "Скоро перезвоним");
  const failed = await stored("Скоро перезвоним", "failed");
  expect(failed.failure).toMatch(/forbids this text .*message is denied/);
  await aigul.post(`/messages/${failed.id}/retry`);
  await stored("Скоро перезвоним", "sent");
  expect(smsc.taken.filter((one) => one.mes === "Скоро перезвоним")).toHaveLength(1);
});

it("an answer lost on the way is settled by the house itself: SMSC knows our reference", async () => {
  smsc.hear("77015554433", "Вы тут?");
  const { dialog_id } = await stored("Вы тут?");
  await take(dialog_id);
  smsc.wire.plan.push({ kind: "status", status: 502 });
  await answer(dialog_id, "Мы тут");
  await stored("Мы тут", "sent");
  expect(smsc.taken.filter((one) => one.mes === "Мы тут")).toHaveLength(1);
});
