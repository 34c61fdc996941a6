import { connect, type Socket } from "node:net";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TelegramEmulator } from "../emulators/telegram/telegram.ts";
import { until } from "../lab/support/wait.ts";
import { WrittenHouse } from "../support/written-house.ts";
import type { AdapterUnderTest } from "./provider.ts";
import { everyAdapter } from "./under/index.ts";
import { addWhole, dialogsOf, Writer } from "./whole/channels.ts";

/** Customers of the slow channel, each with a reply on its way; a mail server takes twenty connections at once. */
const slowOnes = (under: AdapterUnderTest): number => (under.name === "email" ? 15 : 80);
/** Customers of the quick one, and what each says and hears. */
const PERSONS = [1, 2, 3, 4, 5].map((n) => ({ id: 990_000 + n, first_name: `Quick ${n}` }));
const EACH = 10;
/** Visitors that begin to send something and do not go on. */
const HALF = 50;
const WAIT = { timeoutMs: 120_000, everyMs: 50 };

let home: WrittenHouse;
let writer: Writer;
let bot: TelegramEmulator;
let quick: Id;

beforeAll(async () => {
  home = await WrittenHouse.start();
  writer = new Writer(home);
  bot = await TelegramEmulator.start("300003:AAQuickBotOfOurs_0123456789abcdefg");
  quick = await home.addChannel("telegram", "The quick one", { token: bot.token, mode: "polling", apiUrl: bot.url });
  await home.isUp(quick);
});
afterAll(async () => {
  await writer?.close();
  await home?.close();
  await bot?.down();
});

describe("a channel that is slow both ways delays no other", () => {
  for (const under of everyAdapter)
    it(`${under.name}: while its provider holds its answers or lets them drip, another channel's hundred messages are through`, { timeout: 300_000 }, () =>
      overtaken(under),
    );
});

async function overtaken(under: AdapterUnderTest): Promise<void> {
  const slow = await addWhole(home, under, { slowly: true });
  const visitors: Socket[] = [];
  const { sql } = home.db;
  const replies = async (delivery: string) =>
    (await sql`SELECT 1 FROM message WHERE channel_id = ${slow.id} AND direction = 'out' AND (delivery = ${delivery} OR meta ? ${delivery})`).length;
  try {
    const answers = under.oneWay === undefined && under.lacks?.swallow !== "a reply asks nobody" && slow.provider.sayTogether !== undefined;
    if (answers) {
      const count = slowOnes(under);
      await slow.provider.sayTogether?.(Array.from({ length: count }, (_, i) => `slow ${i}`));
      await until("all of them are heard", async () => (await sql`SELECT 1 FROM message WHERE channel_id = ${slow.id}`).length === count, WAIT);
    }
    slow.wire.slow();
    for (let i = 0; i < HALF; i++) visitors.push(halfRequest(slow.id));
    const dialogs = await dialogsOf(home, slow.id);
    if (answers) {
      for (const dialogId of dialogs) await writer.reply(dialogId, "a reply that hangs");
      // Dialogs that share one of the channel's queues wait for each other.
      await until("replies hang", async () => (await replies("sending")) >= dialogs.length / 3, WAIT);
    }
    await quickTalk(under.name);
    // The order is the proof: everything of the quick one is through, and nothing of the slow one.
    expect([await replies("sent"), await replies("uncertain")], "replies of the slow one that have come to an end").toEqual([0, 0]);
    slow.wire.quick();
    // What was put off meanwhile is tried now. How it ends is the provider's word: the mail server knows not all of the fifteen.
    const over = async () => {
      await sql`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL AND run_at > now()`;
      return (await replies("queued")) === 0;
    };
    await until("its provider answers, and its replies come to an end", over, { ...WAIT, everyMs: 1_000 });
  } finally {
    for (const socket of visitors) socket.destroy();
    await slow.close();
  }
}

/** Each person says ten things and is told ten; resolves when all have all, in order. */
async function quickTalk(about: string): Promise<void> {
  const { sql } = home.db;
  const words = (what: string) => Array.from({ length: EACH }, (_, i) => `${what} ${i} beside ${about}`);
  for (const text of words("said")) for (const person of PERSONS) bot.say(person, text);
  const heard = async () => (await sql`SELECT 1 FROM message WHERE channel_id = ${quick} AND body LIKE ${`said % beside ${about}`}`).length;
  await until("the quick one is heard", async () => (await heard()) === PERSONS.length * EACH, WAIT);
  for (const dialogId of await dialogsOf(home, quick)) for (const text of words("told")) await writer.reply(dialogId, text);
  const told = (id: number) => bot.received(id).filter((text) => text.endsWith(`beside ${about}`));
  await until("the quick one is answered", () => PERSONS.every(({ id }) => told(id).length >= EACH), WAIT);
  for (const { id } of PERSONS) expect(told(id)).toEqual(words("told"));
}

/** A request to the channel whose body does not come. */
function halfRequest(channelId: Id): Socket {
  const url = new URL(home.house.url);
  const socket = connect({ port: Number(url.port), host: url.hostname });
  socket.on("error", () => undefined);
  socket.write(`POST /hooks/${channelId}/message HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"half":`);
  return socket;
}
