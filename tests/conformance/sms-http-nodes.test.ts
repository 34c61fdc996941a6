import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SmscEmulator } from "../emulators/sms-http/smsc.ts";
import { until } from "../lab/support/wait.ts";
import { type Company, seedCompany } from "../support/company.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";

// Two nodes on one database and one folder. Ann has SMSC; whoever works here works at Bob, and it makes no difference.
const SECRET = "a-secret-of-the-channel";
const smsc = new SmscEmulator();
let db: TestDatabase;
let company: Company;
let folder: string;
let ann: HouseProcess;
let bob: HouseProcess;
let admin: ApiClient;
let aigul: ApiClient;
let channelId: string;

const holderOf = async (duty: string) => (await db.sql<{ holder: string }[]>`SELECT holder FROM lease WHERE duty = ${duty}`)[0]?.holder.split(":")[0];

beforeAll(async () => {
  await smsc.wire.up();
  db = await testDatabase();
  company = await seedCompany(db.sql);
  folder = await mkdtemp(join(tmpdir(), "kommutator-nodes-"));
  const node = (name: string) => startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", DATA_DIR: folder, NODE_NAME: name } });
  ann = await node("ann");
  await until("Ann has the router", async () => (await holderOf("router")) === "ann");
  bob = await node("bob");
  const login = (who: { login: string; password: string }) => ApiClient.login(bob.url, who.login, who.password);
  [admin, aigul] = [await login(company.employees.admin), await login(company.employees.aigul)];
  const config = {
    ...{ provider: "smsc", login: smsc.login, password: smsc.password, webhookSecret: SECRET, dailyPerAddress: 2 },
    ...{ apiUrl: `http://127.0.0.1:${smsc.wire.port}`, publicUrl: bob.url, pollMs: 50 },
  };
  ({ id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "sms-http", name: "SMS", queueId: company.queueId, config }));
  await until("it is open at Ann's", async () => {
    const [row] = await db.sql<{ state: string; known: boolean }[]>`
      SELECT status->>'state' AS state, abilities IS NOT NULL AS known FROM channel WHERE id = ${channelId}`;
    return row?.state === "up" && row.known;
  });
}, 120_000);
afterAll(async () => {
  expect(await holderOf(`channel:${channelId}`)).toBe("ann");
  await bob?.close();
  await ann?.close();
  await db?.drop();
  await smsc.wire.down();
  await rm(folder, { recursive: true, force: true });
});

const callback = (fields: Record<string, string>, secret = SECRET) =>
  fetch(`${bob.url}/hooks/${channelId}/${secret}`, { method: "POST", body: new URLSearchParams(fields) });
const stored = (body: string, delivery?: string) =>
  until(
    `"${body}" is stored${delivery === undefined ? "" : ` and ${delivery}`}`,
    async () => {
      const [row] = await db.sql<{ dialog_id: string; delivery: string | null }[]>`
        SELECT dialog_id, delivery FROM message WHERE body = ${body} AND channel_id = ${channelId}`;
      return row !== undefined && (delivery === undefined || row.delivery === delivery) ? row : null;
    },
    { timeoutMs: 20_000 },
  );
/** What the refusal of a request says. */
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => new Error("it was not refused"),
    (e: Error) => e,
  );
  return error.message;
};

it("what the provider calls the other node with is stored; without the secret it is turned away, and what is too long is not read", async () => {
  expect((await callback({ id: "900001", phone: "77011112233", mes: "Сколько стоит насос?", to: "79000000000" })).status).toBe(200);
  await stored("Сколько стоит насос?");
  const refused = await callback({ id: "900002", phone: "77011112233", mes: "Мошенник", to: "79000000000" }, "guessed");
  expect([refused.status, await refused.text()]).toEqual([403, "forbidden"]);
  expect((await callback({ mes: "x".repeat(70_000) })).status).toBe(413);
  expect((await fetch(`${bob.url}/hooks/${channelId}/${SECRET}?x=%00`)).status).toBe(200);
  expect(await db.sql`SELECT 1 FROM channel_order`).toHaveLength(0);
});

it("the other node's composer knows the limits, and its answers keep to the length and to the day's cap", async () => {
  const { dialog_id } = await stored("Сколько стоит насос?");
  await until("the dialog is taken", async () => {
    await aigul.post(`/dialogs/${dialog_id}/take`).catch(() => null);
    return (
      (await db.sql`SELECT 1 FROM assignment WHERE dialog_id = ${dialog_id} AND employee_id = ${company.employees.aigul.id} AND ended_at IS NULL`).length > 0
    );
  });
  const can = async () => (await aigul.get<{ capabilities: unknown }>(`/dialogs/${dialog_id}`)).capabilities;
  expect(await can()).toMatchObject({ canReply: true, textLength: 1_000, segments: true, attachments: { count: 0 }, commands: ["message.send"] });
  const answer = (text: string) => aigul.post(`/dialogs/${dialog_id}/messages`, { clientKey: randomUUID(), text, attachments: [] });
  expect(await refusal(answer("x".repeat(1_001)))).toContain("too_long");
  await answer("Сто тысяч");
  await answer("Со скидкой девяносто");
  expect(await refusal(answer("Берёте?"))).toContain("daily_limit");
  expect(await can()).toMatchObject({ canReply: false, cannotReplyReason: "daily_limit" });
  await stored("Сто тысяч", "sent");
  await stored("Со скидкой девяносто", "sent");
});

it("one writes first from the other node", async () => {
  const { items } = await aigul.get<{ items: object[] }>("/dialog-starts?to=%2B77015556677");
  expect(items).toMatchObject([{ channelId, reason: null, textLength: 1_000, segments: true, attachments: { count: 0 } }]);
  await aigul.post("/dialogs", { clientKey: randomUUID(), channelId, to: "+77015556677", text: "Ваш заказ готов" });
  await stored("Ваш заказ готов", "sent");
  expect(smsc.taken.filter((one) => one.phones === "77015556677").map((one) => one.mes)).toEqual(["Ваш заказ готов"]);
});

it("the other node's test button asks the provider, and the address for callbacks is shown", async () => {
  const tried = await admin.post(`/channels/${channelId}/test`, {});
  expect(tried).toMatchObject({ ok: true, detail: expect.stringContaining("callbacks arrive at"), balance: { amount: 282.75, currency: "RUB" } });
  const channels = await admin.get<{ id: string; webhookUrl: string | null }[]>("/channels");
  expect(channels.find((c) => c.id === channelId)?.webhookUrl).toBe(`${bob.url}/hooks/${channelId}`);
  smsc.accepted = false;
  expect(await admin.post(`/channels/${channelId}/test`, {})).toMatchObject({ ok: false, balance: null });
  smsc.accepted = true;
});
