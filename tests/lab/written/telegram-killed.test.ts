import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TelegramEmulator } from "../../emulators/telegram/telegram.ts";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";

/** Messages of each person, one every EVERY_MS from each bot's customers, and after which of them the house is killed. */
const EACH = 60;
const EVERY_MS = 20;
const KILLED_AFTER = [20, 40];
const PERSONS = [1, 2, 3].map((n) => ({ id: 880000 + n, first_name: `Customer ${n}` }));

let db: TestDatabase;
let company: Company;
let house: HouseProcess;
const bots: { channelId: string; server: TelegramEmulator }[] = [];

beforeAll(async () => {
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
  const admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  for (const mode of ["polling", "webhook"] as const) {
    const server = await TelegramEmulator.start();
    const { id } = await admin.post<{ id: string }>("/channels", {
      kind: "telegram",
      name: `Bot by ${mode}`,
      queueId: company.queueId,
      config: { token: server.token, mode, apiUrl: server.url, publicUrl: house.url },
    });
    bots.push({ channelId: id, server });
    await until("the bot is connected", async () => (await db.sql`SELECT 1 FROM channel WHERE id = ${id} AND status->>'state' = 'up'`).length === 1, {
      timeoutMs: 20_000,
    });
  }
});
afterAll(async () => {
  await house?.close();
  for (const { server } of bots) await server.down();
  await db?.drop();
});

it("killed twice in the middle of 360 messages of two bots: each is here once, in each person's order", async () => {
  let restarting: Promise<void> = Promise.resolve();
  for (let n = 1; n <= EACH; n++) {
    for (const { server } of bots) for (const person of PERSONS) server.say(person, `${person.id} № ${n}`);
    // The customers write on while the house lies.
    if (KILLED_AFTER.includes(n)) restarting = restarting.then(() => house.kill("SIGKILL")).then(() => house.restart());
    await pause(EVERY_MS);
  }
  await restarting;
  const expected = PERSONS.flatMap((person) => Array.from({ length: EACH }, (_, i) => `${person.id} № ${i + 1}`));
  for (const { channelId, server } of bots) {
    const rows = () => db.sql<{ body: string }[]>`
      SELECT m.body FROM message m JOIN dialog d ON d.id = m.dialog_id WHERE m.channel_id = ${channelId} AND m.direction = 'in' ORDER BY m.thread_key, d.opened_at, m.seq`;
    await until("all are here", async () => (await rows()).length >= expected.length, { timeoutMs: 60_000, everyMs: 100 });
    expect((await rows()).map((row) => row.body)).toEqual(expected);
    await until("Telegram has nothing left to tell", () => server.pending.length === 0, { timeoutMs: 20_000 });
    expect((await db.sql`SELECT 1 FROM dialog WHERE channel_id = ${channelId}`).length).toBe(PERSONS.length);
  }
});
