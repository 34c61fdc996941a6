import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TelegramEmulator } from "../../emulators/telegram/telegram.ts";
import { WrittenHouse } from "../../support/written-house.ts";
import { until } from "../support/wait.ts";

/** Messages of each person, one every EVERY_MS from each bot's customers, and after which of them the house is killed. */
const EACH = 60;
const EVERY_MS = 20;
const KILLED_AFTER = [20, 40];
const PERSONS = [1, 2, 3].map((n) => ({ id: 880000 + n, first_name: `Customer ${n}` }));

let home: WrittenHouse;
const bots: { channelId: string; server: TelegramEmulator }[] = [];

beforeAll(async () => {
  home = await WrittenHouse.start();
  for (const mode of ["polling", "webhook"] as const) {
    const server = await TelegramEmulator.start();
    const config = { token: server.token, mode, apiUrl: server.url, publicUrl: home.house.url };
    const channelId = await home.addChannel("telegram", `Bot by ${mode}`, config);
    bots.push({ channelId, server });
    await home.isUp(channelId);
  }
});
afterAll(async () => {
  await home?.close();
  for (const { server } of bots) await server.down();
});

it("killed twice in the middle of 360 messages of two bots: each is here once, in each person's order", async () => {
  let restarting: Promise<void> = Promise.resolve();
  for (let n = 1; n <= EACH; n++) {
    for (const { server } of bots) for (const person of PERSONS) server.say(person, `${person.id} № ${n}`);
    // The customers write on while the house lies.
    if (KILLED_AFTER.includes(n)) restarting = restarting.then(() => home.house.kill("SIGKILL")).then(() => home.house.restart());
    await pause(EVERY_MS);
  }
  await restarting;
  const expected = PERSONS.flatMap((person) => Array.from({ length: EACH }, (_, i) => `${person.id} № ${i + 1}`));
  for (const { channelId, server } of bots) {
    const rows = () => home.db.sql<{ body: string }[]>`
      SELECT m.body FROM message m JOIN dialog d ON d.id = m.dialog_id WHERE m.channel_id = ${channelId} AND m.direction = 'in' ORDER BY m.thread_key, d.opened_at, m.seq`;
    await until("all are here", async () => (await rows()).length >= expected.length, { timeoutMs: 60_000, everyMs: 100 });
    expect((await rows()).map((row) => row.body)).toEqual(expected);
    await until("Telegram has nothing left to tell", () => server.pending.length === 0, { timeoutMs: 20_000 });
    expect((await home.db.sql`SELECT 1 FROM dialog WHERE channel_id = ${channelId}`).length).toBe(PERSONS.length);
  }
});
