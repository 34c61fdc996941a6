import type { MessageReceived } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { acquireLease, LeaseLost } from "../db/lease.ts";
import { chat, type IngestFixture, ingestFixture, letter } from "./ingest.fixture.ts";

/** What people write is stored and ingested in one transaction; where it cannot be, it takes the long way, to the same end. */

let house: IngestFixture;
let channel: Id;
beforeAll(async () => {
  house = await ingestFixture({ atOnce: true });
});
afterAll(() => house.close());
beforeEach(async () => {
  channel = await house.channel("web-chat");
  house.long.length = 0;
});

const texts = async (thread: string) =>
  (
    await house.sql<{ body: string }[]>`
      SELECT m.body FROM message m JOIN dialog d ON d.id = m.dialog_id WHERE d.channel_id = ${channel} AND d.thread_key = ${thread} ORDER BY d.opened_at, m.seq`
  ).map((m) => m.body);

/** Stores it as another node would have, which has not come to ingest it. */
const waits = ({ sql }: IngestFixture, event: MessageReceived) => sql`
  INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at)
  VALUES (${channel}, ${event.eventKey}, ${`t:${event.thread.key}`}, ${event.kind}, ${sql.json(event as never)}, now())`;

test("when a message is acknowledged it is a message of its dialog, in the transaction that has its event", async () => {
  await house.report(channel, chat("anna", "Is the office open?"));
  expect(await texts("anna")).toEqual(["Is the office open?"]);
  const [of] = await house.sql`
    SELECT r.state, r.xmin = m.xmin AS message, r.xmin = ANY(SELECT e.xmin FROM dialog_event e WHERE e.dialog_id = m.dialog_id AND e.kind = 'message.stored') AS told,
      EXISTS (SELECT FROM routing_input i WHERE i.input->>'dialogId' = m.dialog_id::text AND i.xmin = m.xmin) AS routed
    FROM raw_event r JOIN message m ON m.channel_id = r.channel_id WHERE r.channel_id = ${channel}`;
  expect(of).toEqual({ state: "done", message: true, told: true, routed: true });
  expect(house.long).toEqual([]);
});

test("many people at once, each in their order, with new dialogs and old ones: each message stands once", async () => {
  const people = Array.from({ length: 40 }, (_, i) => `person ${i}`);
  for (const round of [0, 1, 2]) await Promise.all(people.flatMap((p) => [0, 1].map((n) => house.report(channel, chat(p, `${round}.${n}`)))));
  await house.settled();
  for (const p of people) expect(await texts(p)).toEqual(["0.0", "0.1", "1.0", "1.1", "2.0", "2.1"]);
  expect(await house.sql`SELECT 1 FROM dialog WHERE channel_id = ${channel}`).toHaveLength(40);
  expect(house.long).toEqual([]);
});

test("what is delivered again changes nothing, alone, in one batch, or among new words", async () => {
  const first = chat("anna", "once");
  const twin = chat("bert", "twin");
  await house.report(channel, first);
  await Promise.all([house.report(channel, first), house.report(channel, twin), house.report(channel, twin), house.report(channel, chat("cleo", "new"))]);
  await house.settled();
  expect([await texts("anna"), await texts("bert"), await texts("cleo")]).toEqual([["once"], ["twin"], ["new"]]);
  expect(house.long).toContain(first.eventKey);
});

test("a message does not overtake one of its thread that still waits; the others do not wait for it", async () => {
  const { sql } = house;
  await house.report(channel, chat("anna", "first"));
  // Whoever holds the dialog holds its ingest.
  const reports: Promise<void>[] = [];
  await sql.begin(async (tx) => {
    await tx`SELECT 1 FROM dialog WHERE channel_id = ${channel} FOR UPDATE`;
    await waits(house, chat("anna", "second"));
    reports.push(house.report(channel, chat("anna", "third")));
    await Promise.all(reports);
    await house.report(channel, chat("bert", "quick"));
    expect(await texts("bert")).toEqual(["quick"]);
  });
  await house.settled();
  expect(await texts("anna")).toEqual(["first", "second", "third"]);
  expect(house.long).toHaveLength(1);
});

test("with a long queue before it a message takes its place in the queue", async () => {
  const { sql } = house;
  await house.report(channel, chat("anna", "first"));
  await sql.begin(async (tx) => {
    await tx`SELECT 1 FROM dialog WHERE channel_id = ${channel} FOR UPDATE`;
    for (const who of ["anna", ...Array.from({ length: 300 }, (_, i) => `queued ${i}`)]) await waits(house, chat(who, "waits"));
    await house.report(channel, chat("zoe", "me too"));
    expect(await texts("zoe")).toEqual([]);
  });
  await house.settled();
  expect([await texts("queued 299"), await texts("zoe")]).toEqual([["waits"], ["me too"]]);
  expect(house.long).toHaveLength(1);
});

test("a message that breaks ingest takes nobody with it", async () => {
  // A thread whose dialog cannot be written: its seq is taken.
  await house.report(channel, chat("anna", "first"));
  await house.sql`UPDATE dialog SET next_seq = 1 WHERE channel_id = ${channel}`;
  await Promise.all([house.report(channel, chat("anna", "breaks")), house.report(channel, chat("bert", "fine"))]);
  await expect.poll(() => texts("bert")).toEqual(["fine"]);
  await house.sql`UPDATE dialog SET next_seq = 2 WHERE channel_id = ${channel} AND thread_key = 'anna'`;
  await house.settled();
  expect(await texts("anna")).toEqual(["first", "breaks"]);
});

test("letters, files and what our own staff typed elsewhere take the long way, and so do the words behind them in their thread", async () => {
  const mailbox = await house.channel("email");
  await house.report(mailbox, letter("anna@client.example", "An offer"));
  const file = { name: "photo.jpg", mime: "image/jpeg", bytes: Buffer.from("a photo") };
  await house.report(channel, chat("cleo", "look", { files: [file] }));
  const events = [chat("anna", "typed elsewhere", { nature: "outside" }), chat("anna", "and?"), chat("bert", "hello")];
  await Promise.all(events.map((event) => house.report(channel, event)));
  await house.settled();
  expect([await texts("anna"), await texts("bert"), await texts("cleo")]).toEqual([["and?"], ["hello"], ["look"]]);
  expect(await house.sql`SELECT 1 FROM message_attachment`).toHaveLength(1);
  const together = await house.sql<{ key: string }[]>`
    SELECT m.message_key AS key FROM raw_event r JOIN message m ON m.message_key = r.event_key AND m.xmin = r.xmin AND r.done_at = r.received_at WHERE r.channel_id = ${channel}`;
  expect(together.map((r) => r.key)).toEqual([events[2]?.eventKey]);
  expect(house.long).toEqual([]);
});

test("what PostgreSQL cannot store is cleaned on the short way as on the long one", async () => {
  await house.report(channel, chat("an\0na", "nul \0 and half \ud83d of a pair \u{1f600}"));
  expect(await texts("anna")).toEqual(["nul  and half \ufffd of a pair \u{1f600}"]);
  expect(house.long).toEqual([]);
});

test("a channel that is another node's by now stores nothing", async () => {
  const duty = `channel:${channel}`;
  const lease = await acquireLease(house.sql, duty, "test");
  const fence = { duty, epoch: lease?.epoch as number };
  await house.report(channel, chat("anna", "mine"), fence);
  await acquireLease(house.sql, duty, "other", true);
  await expect(house.report(channel, chat("anna", "too late"), fence)).rejects.toThrow(LeaseLost);
  expect(await texts("anna")).toEqual(["mine"]);
  expect(await house.sql`SELECT 1 FROM raw_event WHERE channel_id = ${channel}`).toHaveLength(1);
});

test("a message is acknowledged though somebody holds its dialog for long, or its writer's card; it is read when they let go", async () => {
  const { sql } = house;
  const from = { kind: "telegram", value: "770111" } as const;
  await house.report(channel, chat("anna", "first"));
  await sql.begin(async (tx) => {
    await tx`SELECT 1 FROM dialog WHERE channel_id = ${channel} FOR UPDATE`;
    await house.identify.identify(tx, from, { channelId: channel, createLead: true, verifiedHow: null });
    await Promise.all([house.report(channel, chat("anna", "second")), house.report(channel, chat("770111", "hello", { from }))]);
    expect([await texts("anna"), await texts("770111")]).toEqual([["first"], []]);
  });
  await house.settled();
  expect([await texts("anna"), await texts("770111")]).toEqual([["first", "second"], ["hello"]]);
  expect(house.long).toHaveLength(2);
});

test("whatever the mixture, both ways leave the same", async () => {
  const slow = await ingestFixture();
  try {
    const event = fc.record({
      who: fc.constantFrom("anna", "bert", "cleo"),
      key: fc.integer({ min: 0, max: 12 }),
      nature: fc.constantFrom("human", "human", "human", "auto-reply", "outside"),
      answers: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(event, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }), async (batches) => {
        const left = await Promise.all(
          [house, slow].map(async (way) => {
            const at = await way.channel("web-chat");
            for (const batch of batches) {
              const said = batch.map((b) =>
                chat(b.who, `${b.key}`, {
                  eventKey: `${b.who} ${b.key}`,
                  messageKey: `${b.key}`,
                  nature: b.nature as MessageReceived["nature"],
                  ...(b.answers === undefined ? {} : { replyTo: `${b.answers}` }),
                }),
              );
              await Promise.all(said.map((event) => way.report(at, event)));
              await way.settled();
            }
            const rows = await way.sql`
              SELECT d.thread_key, m.seq, m.message_key, m.author_kind, m.direction, a.message_key AS answers, d.next_seq, d.customer_wait_since IS NOT NULL AS waits, d.last_message_text
              FROM dialog d JOIN message m ON m.dialog_id = d.id LEFT JOIN message a ON a.id = m.reply_to WHERE d.channel_id = ${at} ORDER BY d.thread_key, m.seq`;
            return rows.map((r) => ({ ...r }));
          }),
        );
        expect(left[0]).toEqual(left[1]);
      }),
      { numRuns: 20 },
    );
  } finally {
    await slow.close();
  }
}, 90_000);
