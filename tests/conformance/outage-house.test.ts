import { randomUUID } from "node:crypto";
import type { Message } from "@kommutator/contract/api/dialogs";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../lab/support/wait.ts";
import { WrittenHouse } from "../support/written-house.ts";
import type { AdapterUnderTest } from "./provider.ts";
import { everyAdapter } from "./under/index.ts";
import { addWhole, type WholeChannel } from "./whole/channels.ts";

/** The tries of what waits are told by the database's clock: instead of waiting two minutes, they are brought forward so many times by so much. */
const STEPS = 8;
const STEP = "15 seconds";
const WAIT = { timeoutMs: 90_000, everyMs: 100 };

interface Talk {
  under: AdapterUnderTest;
  channel: WholeChannel;
  dialogId: Id;
}

let home: WrittenHouse;
const talks: Talk[] = [];

beforeAll(async () => {
  home = await WrittenHouse.start();
  talks.push(...(await Promise.all(everyAdapter.map(async (under) => ({ under, channel: await addWhole(home, under), dialogId: "" })))));
}, 180_000);
afterAll(async () => {
  for (const { channel } of talks) await channel.close();
  await home?.close();
});

const hears = ({ under }: Talk): boolean => under.oneWay !== "out";
const answers = ({ under }: Talk): boolean => under.oneWay !== "in";
/** A reply asks the provider: without it, it waits. */
const waits = ({ channel }: Talk): boolean => channel.provider.sendWhileDown !== undefined;

it("every provider is away for two minutes: what is written waits and is shown so, then goes out once and in order; what was said meanwhile arrives", async () => {
  for (const talk of talks) talk.dialogId = await begin(talk);
  for (const { channel } of talks) await channel.provider.down();
  const saying = talks.filter(hears).map(({ channel }) => channel.provider.say("meanwhile"));
  for (const talk of talks.filter(answers)) {
    // A double click: the same key twice.
    const first = { clientKey: randomUUID(), text: "first answer", takeOver: true };
    await Promise.all([1, 2].map(() => home.aigul.post(`/dialogs/${talk.dialogId}/messages`, first)));
    await home.answer(talk.dialogId, "second answer");
  }
  for (let step = 0; step < STEPS; step++) await bringForward();
  for (const talk of talks.filter(waits)) {
    const shown = await ours(talk);
    expect(
      shown.map((message) => [message.text, message.delivery]),
      talk.under.name,
    ).toEqual([
      ["first answer", "queued"],
      ["second answer", "queued"],
    ]);
    expect(shown[0]?.failure, `${talk.under.name} says why it waits`).toMatch(/\w{3,}/);
  }
  // Their next try would be in an hour: it is the return of the provider that sends them.
  await home.db.sql`UPDATE graphile_worker._private_jobs SET run_at = now() + interval '1 hour' WHERE locked_at IS NULL`;
  for (const { channel } of talks) await channel.provider.up();
  await Promise.all(saying);
  for (const talk of talks.filter(answers)) {
    await until(`${talk.under.name} has sent both`, async () => (await ours(talk)).every((message) => message.delivery !== "queued"), WAIT);
    expect((await ours(talk)).map((message) => message.text)).toEqual(["first answer", "second answer"]);
    const there = async () => (await talk.channel.provider.received()).filter((text) => text.endsWith(" answer"));
    await until(`${talk.under.name} has both`, async () => (await there()).length >= 2, WAIT);
    expect(await there(), talk.under.name).toEqual(["first answer", "second answer"]);
  }
  for (const talk of talks.filter(hears)) {
    // A letter with a subject of its own begins a dialog of its own.
    const said = async () => {
      const rows = await home.db.sql<{ body: string }[]>`
        SELECT m.body FROM message m JOIN dialog d ON d.id = m.dialog_id WHERE m.channel_id = ${talk.channel.id} AND m.direction = 'in' ORDER BY d.opened_at, m.seq`;
      return rows.map((row) => row.body);
    };
    await until(`${talk.under.name} has brought what was said meanwhile`, async () => (await said()).includes("meanwhile"), WAIT);
    expect(await said(), talk.under.name).toEqual(["before", "meanwhile"]);
  }
}, 600_000);

/** The dialog with the channel's customer: he has written, or we write first where nobody can; Aigul has it. */
async function begin(talk: Talk): Promise<Id> {
  const { channel } = talk;
  if (!hears(talk)) {
    const to = channel.provider.customer().value;
    const first = { clientKey: randomUUID(), channelId: channel.id, to, text: "We write first" };
    return (await home.aigul.post<{ dialogId: Id }>("/dialogs", first)).dialogId;
  }
  await channel.provider.say("before");
  const known = async () => (await home.db.sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${channel.id}`)[0]?.id;
  const dialogId = await until(`${talk.under.name} is heard`, known, WAIT);
  await home.take(dialogId);
  return dialogId;
}

/** Our two answers, as they are shown to Aigul. */
async function ours({ dialogId }: Talk): Promise<Message[]> {
  return (await home.messages(dialogId)).filter((message) => message.direction === "out" && message.text.endsWith(" answer"));
}

/** What waits for a later try is a step nearer; resolves when what is due has been tried. */
async function bringForward(): Promise<void> {
  const { sql } = home.db;
  await sql`UPDATE graphile_worker._private_jobs SET run_at = run_at - ${STEP}::interval WHERE locked_at IS NULL AND run_at > now()`;
  const due = async () => (await sql`SELECT 1 FROM graphile_worker._private_jobs WHERE run_at <= now()`).length;
  await until("what is due has been tried", async () => (await due()) === 0, WAIT);
}
