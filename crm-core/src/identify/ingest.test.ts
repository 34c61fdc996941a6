import type { MessageReceived } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { createCrm } from "@kommutator/crm-core";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { type IngestFixture, ingestFixture } from "@kommutator/gateway/dialogs/ingest.fixture";
import { readerStep } from "@kommutator/gateway/dialogs/reader";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What channels report goes through the real ingest here, and the CRM's readers follow the real stream. */
let house: IngestFixture;
beforeAll(async () => {
  house = await ingestFixture();
});
afterAll(() => house.close());

async function read(): Promise<void> {
  await house.settled();
  await house.sql`
    WITH head AS (SELECT coalesce(max(position), 0) AS p FROM dialog_event), u AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM dialog_event WHERE position IS NULL)
    UPDATE dialog_event e SET position = head.p + u.n FROM head, u WHERE u.id = e.id`;
  const crm = createCrm({ sql: house.sql, emit, enqueue: async () => undefined, clock: { now: Date.now } });
  for (const reader of crm.readers) while ((await readerStep(house.sql, reader)) > 0);
}
let key = 0;
const AT = Date.now() - 60_000;
/** Telegram gives seconds: everything here bears the same one. */
const says = (user: string, more: Partial<MessageReceived>): MessageReceived => {
  const eventKey = `m${++key}`;
  const message = { kind: "message.received", eventKey, messageKey: eventKey, occurredAt: AT, thread: { key: user }, text: "", nature: "human" } as const;
  return { ...message, from: { kind: "telegram", value: user, displayName: "Olga" }, ...more };
};
const points = (leadId: Id) =>
  house.sql`SELECT kind, value_norm, verified_how, is_shared FROM contact_point WHERE lead_id = ${leadId} AND archived_at IS NULL ORDER BY kind`;
const unreachable = (user: string) => house.sql`SELECT reason FROM identity_reachability WHERE value_norm = ${user} AND NOT reachable`;
const leadOf = async (channelId: Id): Promise<Id> => {
  const [row] = await house.sql<
    { lead_id: Id }[]
  >`SELECT p.lead_id FROM dialog d JOIN dialog_party p ON p.dialog_id = d.id WHERE d.channel_id = ${channelId} ORDER BY d.opened_at LIMIT 1`;
  return (row as { lead_id: Id }).lead_id;
};

test("text, then the own number shared, then the bot blocked, all of one second: a verified phone, and nobody to write to (CC-08)", async () => {
  const bot = await house.channel("telegram");
  await house.report(bot, says("900100", { text: "hello" }));
  await house.report(bot, says("900100", { proves: { phone: "+77011112233", name: "Olga Kim" } }));
  await house.report(bot, {
    kind: "identity.state",
    eventKey: "s1",
    occurredAt: AT,
    identity: { kind: "telegram", value: "900100" },
    thread: { key: "900100" },
    reachable: false,
    reason: "blocked",
  });
  await read();
  expect(await points(await leadOf(bot))).toEqual([
    { kind: "phone", value_norm: "+77011112233", verified_how: "shared_contact", is_shared: false },
    { kind: "telegram", value_norm: "900100", verified_how: "inbound_message", is_shared: false },
  ]);
  expect(await unreachable("900100")).toEqual([{ reason: "blocked" }]);

  await house.report(bot, says("900100", { text: "I am back" }));
  await read();
  expect(await unreachable("900100")).toEqual([]);
});

test("thirty who share one number at once: one holds it, no card is lost, each of the others is its candidate", async () => {
  const bot = await house.channel("telegram");
  await Promise.all(Array.from({ length: 30 }, (_, n) => house.report(bot, says(`7700${n}`, { proves: { phone: "+77015556677" } }))));
  await read();
  const [row] = await house.sql`
    SELECT count(*)::int AS points, count(*) FILTER (WHERE verified_at IS NOT NULL)::int AS verified, count(*) FILTER (WHERE is_shared)::int AS shared FROM contact_point WHERE value_norm = '+77015556677'`;
  expect(row).toEqual({ points: 30, verified: 1, shared: 29 });
  const [holder] = await house.sql<{ lead_id: Id }[]>`SELECT lead_id FROM contact_point WHERE value_norm = '+77015556677' AND verified_at IS NOT NULL`;
  const pairs = await house.sql`SELECT 1 FROM duplicate_candidate WHERE ${holder?.lead_id as Id} IN (a_id, b_id)`;
  expect(pairs).toHaveLength(29);
});

test("a form with its page and tags: dialog, lead and inquiry name them; the second submission joins and overwrites nothing (CC-11)", async () => {
  const form = await house.channel("web-form");
  const request = (n: number, source: string): MessageReceived => ({
    ...says("+77017778899", { text: `Order ${n}`, origin: { source, page: "https://shop.example/chairs", utm: { source: "instagram", campaign: "spring" } } }),
    from: { kind: "phone", value: "8 701 777 88 99", displayName: "Zhanna" },
    eventKey: `form-${n}`,
    messageKey: `form-${n}`,
  });
  await house.report(form, request(1, "Callback"));
  await house.report(form, request(2, "Footer form"));
  await house.settled();
  const [dialog, ...more] = await house.sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${form}`;
  expect(more).toEqual([]);
  const dialogId = dialog?.id as Id;
  await house.sql.begin((tx) => emit(tx, [{ kind: "entry.queued", dialogId, payload: { entryId: dialogId, queueId: house.company.queueId, priority: 0 } }]));
  await read();
  const touch = { source_text: "Callback", page: "https://shop.example/chairs", utm: { source: "instagram", campaign: "spring" } };
  expect(await house.sql`SELECT origin, source_text, page, utm FROM inquiry WHERE dialog_id = ${dialogId}`).toEqual([{ origin: "form", ...touch }]);
  expect(await house.sql`SELECT source_text, page, utm, contact_name FROM lead WHERE id = ${await leadOf(form)}`).toEqual([
    { ...touch, contact_name: "Zhanna" },
  ]);
  expect(
    await house.sql`SELECT type.code, i.direction FROM interaction i JOIN interaction_type type ON type.id = i.type_id WHERE i.dialog_id = ${dialogId}`,
  ).toEqual([{ code: "message", direction: "in" }]);
});

test("a number typed into a form proves nothing: it is kept unverified, and verifies no known one", async () => {
  const form = await house.channel("web-form");
  await house.sql`INSERT INTO lead (contact_name) VALUES ('Known')`;
  await house.sql`
    INSERT INTO contact_point (lead_id, kind, value_raw, value_norm) SELECT id, 'phone', '+77017770001', '+77017770001' FROM lead WHERE contact_name = 'Known'`;
  for (const [n, number] of ["+77017770001", "+77017770002"].entries())
    await house.report(form, {
      ...says(number, { text: "Call me" }),
      from: { kind: "phone", value: number },
      eventKey: `typed-${n}`,
      messageKey: `typed-${n}`,
    });
  await house.settled();
  const points = await house.sql`
    SELECT value_norm, verified_at FROM contact_point WHERE value_norm IN ('+77017770001', '+77017770002') ORDER BY 1`;
  expect(points).toEqual([
    { value_norm: "+77017770001", verified_at: null },
    { value_norm: "+77017770002", verified_at: null },
  ]);
});
