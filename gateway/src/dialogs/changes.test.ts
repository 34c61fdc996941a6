import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chat, type IngestFixture, ingestFixture } from "./ingest.fixture.ts";

let house: IngestFixture;
beforeAll(async () => {
  house = await ingestFixture();
});
afterAll(() => house.close());

interface Row {
  id: Id;
  dialog_id: Id;
  seq: number;
  body: string;
  author_kind: string;
  note: unknown;
  delivery: string | null;
  message_key: string | null;
  edited_at: Date | null;
  deleted_at: Date | null;
  reply_to: Id | null;
}
const messagesOf = (channelId: Id) => house.sql<Row[]>`SELECT * FROM message WHERE channel_id = ${channelId} ORDER BY seq`;
const firstOf = async (channelId: Id) => (await messagesOf(channelId))[0] as Row;
const changesOf = async (channelId: Id) =>
  (
    await house.sql<
      { what: string }[]
    >`SELECT e.payload->>'what' AS what FROM dialog_event e JOIN dialog d ON d.id = e.dialog_id WHERE d.channel_id = ${channelId} AND e.kind = 'message.changed' ORDER BY e.id`
  ).map((e) => e.what);
const edit = (thread: string, messageKey: string, text: string, at = Date.now()) =>
  ({ kind: "message.edited", eventKey: randomUUID(), occurredAt: at, messageKey, thread: { key: thread }, text }) as const;

describe("edits and deletions", () => {
  test("an edited message shows its new words and keeps its first ones; the list shows the new", async () => {
    const channel = await house.channel("telegram");
    const said = chat("ann", "I'll come on Mondey");
    await house.report(channel, said);
    const at = Date.now();
    await house.report(channel, edit("ann", said.messageKey, "I'll come on Monday", at));
    await house.report(channel, edit("ann", said.messageKey, "I'll come on Tuesday", at + 1));
    await house.settled();
    const message = await firstOf(channel);
    expect([message.body, message.edited_at !== null]).toEqual(["I'll come on Tuesday", true]);
    const kept = await house.sql<{ body: string }[]>`SELECT body FROM message_edit WHERE message_id = ${message.id} ORDER BY version`;
    expect(kept.map((k) => k.body)).toEqual(["I'll come on Mondey", "I'll come on Monday"]);
    const [dialog] = await house.sql`SELECT last_message_text FROM dialog WHERE id = ${message.dialog_id}`;
    expect(dialog?.["last_message_text"]).toBe("I'll come on Tuesday");
    expect(await changesOf(channel)).toEqual(["edited", "edited"]);
  });

  test("an older, a repeated and a late edit change nothing", async () => {
    const channel = await house.channel("telegram");
    const said = chat("bob", "one");
    const at = Date.now();
    await house.report(channel, said);
    await house.report(channel, edit("bob", said.messageKey, "three", at));
    await house.report(channel, edit("bob", said.messageKey, "two", at - 5_000));
    await house.report(channel, edit("bob", said.messageKey, "three", at));
    await house.report(channel, { kind: "message.deleted", eventKey: randomUUID(), occurredAt: at, messageKey: said.messageKey, thread: { key: "bob" } });
    await house.report(channel, edit("bob", said.messageKey, "four", at + 9));
    await house.settled();
    const message = await firstOf(channel);
    expect([message.body, message.deleted_at !== null]).toEqual(["three", true]);
    expect(await changesOf(channel)).toEqual(["edited", "deleted"]);
  });

  test("an edit that overtook its message waits for it and holds up nobody; one of nothing is let go", async () => {
    const channel = await house.channel("telegram");
    const said = chat("eve", "hallo");
    await house.report(channel, edit("eve", said.messageKey, "hello"));
    await house.report(channel, edit("eve", "never-seen", "ghost"));
    await house.report(channel, said);
    await house.report(channel, chat("eve", "are you there?"));
    const seen = async () => (await messagesOf(channel)).map((m) => m.body);
    for (const end = Date.now() + 10_000; (await seen()).join() !== "hello,are you there?" && Date.now() < end; ) await new Promise((r) => setTimeout(r, 20));
    expect(await seen()).toEqual(["hello", "are you there?"]);
    await house.settled();
    const failed = await house.sql`SELECT 1 FROM raw_event WHERE channel_id = ${channel} AND state <> 'done'`;
    expect(failed.length).toBe(0);
  });
});

describe("what a message brings along", () => {
  test("an answer points at the message it answers, in the same batch too; at an unknown one it points nowhere", async () => {
    const channel = await house.channel("telegram");
    const first = chat("rita", "price?");
    await house.report(channel, first);
    await house.settled();
    const second = chat("rita", "of the red one", { replyTo: first.messageKey });
    await Promise.all(
      [second, chat("rita", "and blue", { replyTo: second.messageKey }), chat("rita", "hm", { replyTo: "unknown" })].map((e) => house.report(channel, e)),
    );
    await house.settled();
    const [a, b, c, d] = await messagesOf(channel);
    expect([b?.reply_to, c?.reply_to, d?.reply_to]).toEqual([a?.id, b?.id, null]);
  });

  test("a shared contact proves the writer's number", async () => {
    const channel = await house.channel("telegram");
    await house.report(channel, chat("555001", "", { from: { kind: "telegram", value: "555001" }, proves: { phone: "+77015550011", name: "Асель" } }));
    await house.settled();
    const [point] = await house.sql`SELECT verified_at IS NOT NULL AS verified FROM contact_point WHERE kind = 'phone' AND value_norm = '+77015550011'`;
    expect(point).toEqual({ verified: true });
  });

  test("where the first message came from is noted once", async () => {
    const channel = await house.channel("telegram");
    await house.report(
      channel,
      chat("555002", "/start", { from: { kind: "telegram", value: "555002" }, origin: { source: "autumn", utm: { source: "instagram" } } }),
    );
    await house.report(channel, chat("555002", "/start", { from: { kind: "telegram", value: "555002" }, origin: { source: "winter" } }));
    await house.settled();
    const origins = await house.sql`SELECT source_text, utm FROM dialog_origin o JOIN dialog d ON d.id = o.dialog_id WHERE d.channel_id = ${channel}`;
    expect([...origins]).toEqual([{ source_text: "autumn", utm: { source: "instagram" } }]);
  });

  test("files still at the provider stand at their places, each with its job", async () => {
    const channel = await house.channel("telegram");
    const bytes = Buffer.from("here already");
    const files = [
      { name: "photo.jpg", mime: "image/jpeg", fileKey: "AgAC", bytes: 9_000 },
      { name: "a.txt", mime: "text/plain", bytes },
      { name: "voice.ogg", mime: "audio/ogg", fileKey: "AwAC", durationMs: 3_400, voice: true },
    ];
    await house.report(channel, chat("vera", "look", { files }));
    await house.settled();
    const message = await firstOf(channel);
    const rows =
      await house.sql`SELECT pos, name, state, file_key, bytes, duration_ms, voice FROM message_attachment WHERE message_id = ${message.id} ORDER BY pos`;
    expect([...rows]).toEqual([
      { pos: 0, name: "photo.jpg", state: "pending", file_key: "AgAC", bytes: 9_000, duration_ms: null, voice: false },
      { pos: 1, name: "a.txt", state: "stored", file_key: null, bytes: bytes.length, duration_ms: null, voice: false },
      { pos: 2, name: "voice.ogg", state: "pending", file_key: "AwAC", bytes: 0, duration_ms: 3_400, voice: true },
    ]);
    const jobs = await house.sql<{ key: string }[]>`SELECT key FROM graphile_worker._private_jobs WHERE key LIKE ${`media:${message.id}:%`} ORDER BY key`;
    expect(jobs.map((j) => j.key)).toEqual([`media:${message.id}:0`, `media:${message.id}:2`]);
  });
});

describe("reachability", () => {
  test("a block and its end are read in the open dialog once each, and the CRM knows", async () => {
    const channel = await house.channel("telegram");
    const identity = { kind: "telegram", value: "777001" } as const;
    await house.report(channel, chat("777001", "hello", { from: identity }));
    const state = (reachable: boolean) =>
      ({
        kind: "identity.state",
        eventKey: randomUUID(),
        occurredAt: Date.now(),
        identity,
        thread: { key: "777001" },
        reachable,
        ...(reachable ? {} : { reason: "blocked" as const }),
      }) as const;
    await house.report(channel, state(false));
    await house.report(channel, state(false));
    await house.settled();
    const known = () => house.sql`SELECT reachable, reason FROM identity_reachability WHERE channel_id = ${channel} AND value_norm = '777001'`;
    expect([...(await known())]).toEqual([{ reachable: false, reason: "blocked" }]);
    await house.report(channel, state(true));
    await house.settled();
    expect([...(await known())]).toEqual([{ reachable: true, reason: null }]);
    const notes = (await messagesOf(channel)).filter((m) => m.author_kind === "system").map((m) => m.note);
    expect(notes).toEqual([
      { code: "unreachable", params: { reason: "blocked" } },
      { code: "reachable", params: {} },
    ]);
  });

  test("somebody who never wrote may block us: nothing happens", async () => {
    const channel = await house.channel("telegram");
    const identity = { kind: "telegram", value: "777999" } as const;
    await house.report(channel, { kind: "identity.state", eventKey: "s1", occurredAt: Date.now(), identity, thread: { key: "777999" }, reachable: false });
    await house.settled();
    expect((await messagesOf(channel)).length).toBe(0);
  });
});

describe("echoes of what we sent", () => {
  /** A dialog in which a message of ours is in this state. */
  async function under(delivery: "queued" | "uncertain" | "sent", more: { sending?: boolean; key?: string } = {}) {
    const channel = await house.channel("vk");
    await house.report(channel, chat("peer", "question"));
    await house.settled();
    const { dialog_id } = await firstOf(channel);
    const [ours] = await house.sql<{ id: Id }[]>`
      INSERT INTO message (dialog_id, seq, channel_id, thread_key, message_key, direction, author_kind, employee_id, body, delivery, meta)
      SELECT id, next_seq, channel_id, thread_key, ${more.key ?? null}, 'out', 'employee', ${house.company.employees.aigul.id}, 'the answer', ${delivery},
        CASE WHEN ${more.sending === true} THEN '{"sending":"now"}'::jsonb ELSE '{}' END FROM dialog WHERE id = ${dialog_id} RETURNING id`;
    await house.sql`UPDATE dialog SET next_seq = next_seq + 1 WHERE id = ${dialog_id}`;
    return { channel, id: (ours as { id: Id }).id };
  }
  const echo = (text: string, messageKey: string) => chat("peer", text, { nature: "outside", messageKey });
  const ours = async (channel: Id) => (await messagesOf(channel)).filter((m) => m.body === "the answer").map((m) => [m.author_kind, m.message_key, m.delivery]);

  test("with the key of a sent message changes nothing", async () => {
    const { channel } = await under("sent", { key: "k-1" });
    await house.report(channel, echo("the answer", "k-1"));
    await house.settled();
    expect(await ours(channel)).toEqual([["employee", "k-1", "sent"]]);
  });

  test("before our own send has committed it waits, and then is known", async () => {
    const { channel, id } = await under("queued", { sending: true });
    await house.report(channel, echo("the answer", "k-2"));
    await house.report(channel, chat("peer", "meanwhile"));
    for (const end = Date.now() + 5_000; (await messagesOf(channel)).length < 3 && Date.now() < end; ) await new Promise((r) => setTimeout(r, 10));
    expect((await messagesOf(channel)).map((m) => m.body)).toEqual(["question", "the answer", "meanwhile"]);
    await house.sql`UPDATE message SET message_key = 'k-2', delivery = 'sent', meta = '{}' WHERE id = ${id}`;
    await house.settled();
    expect(await ours(channel)).toEqual([["employee", "k-2", "sent"]]);
  });

  test("settles one that was uncertain", async () => {
    const { channel } = await under("uncertain");
    await house.report(channel, echo("the answer ", "k-3"));
    await house.settled();
    expect(await ours(channel)).toEqual([["employee", "k-3", "sent"]]);
  });

  test("a receipt that names our own message settles it, though its send never came back with a key", async () => {
    const { channel, id } = await under("uncertain");
    const other = await under("uncertain");
    await house.report(channel, { kind: "message.state", eventKey: "r-1", occurredAt: Date.now(), messageKey: id, state: "delivered" });
    await house.report(channel, { kind: "message.state", eventKey: "r-2", occurredAt: Date.now(), messageKey: other.id, state: "delivered" });
    await house.settled();
    expect(await ours(channel)).toEqual([["employee", id, "delivered"]]);
    expect(await ours(other.channel), "another channel's word about it").toEqual([["employee", null, "uncertain"]]);
  });

  test("other words are a colleague's, typed in the provider's own app", async () => {
    const { channel } = await under("uncertain");
    await house.report(channel, echo("I wrote this on my phone", "k-4"));
    await house.settled();
    expect((await messagesOf(channel)).map((m) => [m.author_kind, m.delivery])).toEqual([
      ["customer", null],
      ["employee", "uncertain"],
      ["external_staff", "sent"],
    ]);
  });
});
