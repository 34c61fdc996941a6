import { randomUUID } from "node:crypto";
import type { ChannelKind, MessageReceived } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { createCrm } from "@kommutator/crm-core";
import { createRouting, type Routing } from "@kommutator/routing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Company, seedCompany } from "../../../tests/support/company.ts";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { createRawEvents, type RawEvents } from "../inbound/raw-events.ts";
import { identifyLater } from "../outbound/identify-later.ts";
import { emit } from "./emit.ts";
import { chat, quietLog } from "./ingest.fixture.ts";
import { createIngest, type Ingest } from "./ingest.ts";

/** From the message to the queue: ingest, identification and the router together. */

let database: TestDatabase;
let company: Company;
let routing: Routing;
let ingest: Ingest;
let raw: RawEvents;
let crm: ReturnType<typeof createCrm>;
const clock = { now: () => Date.now() };

beforeAll(async () => {
  database = await testDatabase({ max: 20 });
  const { sql } = database;
  company = await seedCompany(sql);
  routing = createRouting({
    sql,
    emit,
    clock,
    audit: async () => undefined,
    perform: () => undefined,
    lease: { holds: () => true, check: async () => undefined },
  });
  crm = createCrm({ sql, emit, enqueue: routing.enqueue, clock });
  const { identify } = crm;
  ingest = createIngest({
    sql,
    leaseSql: sql,
    holder: "test",
    log: quietLog,
    emit,
    enqueue: routing.put,
    identify,
    now: clock.now,
    onCommitted: () => routing.wake(),
  });
  raw = createRawEvents(sql, { write: () => Promise.reject(new Error("no files")) }, (lane) => ingest.wake(lane));
  ingest.start();
  await routing.start();
});
afterAll(async () => {
  await ingest.stop();
  await routing.stop();
  await database.drop();
});

async function channel(kind: ChannelKind): Promise<Id> {
  const [row] = await database.sql<{ id: Id }[]>`
    INSERT INTO channel (kind, name, queue_id) VALUES (${kind}, ${randomUUID()}, ${company.queueId}) RETURNING id`;
  return (row as { id: Id }).id;
}

let number = 7_700_100;
/** Somebody who writes to a bot under a number of their own. */
function writer() {
  const value = `+7701${number++}`;
  const says = (text: string): MessageReceived => chat(value, text, { from: { kind: "phone", value } });
  return { value, says };
}

/** Reports, and waits until all is ingested and decided. */
async function report(channelId: Id, event: MessageReceived): Promise<void> {
  await raw.report(channelId, event);
  await settled();
}
async function settled(): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const [row] = await database.sql`
      SELECT (SELECT count(*) FROM raw_event WHERE state = 'pending')::int + (SELECT count(*) FROM routing_input)::int AS n`;
    if (row?.["n"] === 0) return;
    if (Date.now() > end) throw new Error("inputs are still pending");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const dialogOf = async (channelId: Id, thread: string): Promise<Id> =>
  ((await database.sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key = ${thread}`)[0] as { id: Id }).id;
const stays = (dialogId: Id) => database.sql`
  SELECT identity_result AS identity, priority, responsible_id AS responsible, person, requires FROM entry WHERE dialog_id = ${dialogId} ORDER BY (ended_at IS NULL), ended_at`;

/** A VIP of Aigul's, with the number; returns the card and its point. */
async function vip(value: string | null): Promise<{ id: Id; pointId: Id | null }> {
  const { sql } = database;
  const [card] = await sql<{ id: Id }[]>`
    INSERT INTO customer (kind, name, is_vip, responsible_id, responsible_since) VALUES ('company', ${randomUUID()}, true, ${company.employees.aigul.id}, now()) RETURNING id`;
  const { id } = card as { id: Id };
  if (value === null) return { id, pointId: null };
  const [point] = await sql<{ id: Id }[]>`
    INSERT INTO contact_point (customer_id, kind, value_raw, value_norm, verified_at, verified_how) VALUES (${id}, 'phone', ${value}, ${value}, now(), 'manual') RETURNING id`;
  return { id, pointId: (point as { id: Id }).id };
}

test("a blocked writer is kept and offered to nobody, however often they write; allowed again, the next message waits", async () => {
  const bot = await channel("sms-http");
  const { value, says } = writer();
  await database.sql`INSERT INTO exclusion (kind, value_norm, reason) VALUES ('phone', ${value}, 'blocked')`;
  await report(bot, says("Buy!"));
  await report(bot, says("Buy now!"));
  const dialogId = await dialogOf(bot, value);
  expect(await stays(dialogId)).toEqual([]);
  expect(await database.sql`SELECT count(*)::int AS n FROM message WHERE dialog_id = ${dialogId}`).toEqual([{ n: 2 }]);
  await database.sql`DELETE FROM exclusion WHERE value_norm = ${value}`;
  await report(bot, says("Sorry"));
  expect(await stays(dialogId)).toMatchObject([{ identity: "new" }]);
});

test("a VIP who writes goes before others, to the responsible", async () => {
  const bot = await channel("sms-http");
  const { value, says } = writer();
  const { pointId } = await vip(value);
  await report(bot, says("Hello"));
  expect(await stays(await dialogOf(bot, value))).toMatchObject([
    { identity: "known", priority: 10, responsible: company.employees.aigul.id, person: pointId },
  ]);
});

test("a VIP who left the chat and writes again is routed as at first, and as the card has it by now", async () => {
  const site = await channel("web-chat");
  const { value, says } = writer();
  const { id } = await vip(value);
  await report(site, says("Hello"));
  const dialogId = await dialogOf(site, value);
  const leaves = async () => {
    await database.sql.begin((tx) => routing.put(tx, [{ kind: "dialog.left", dialogId, at: Date.now() }]));
    routing.wake();
    await settled();
  };
  await leaves();
  await report(site, says("Are you there?"));
  await database.sql`UPDATE customer SET is_vip = false, responsible_id = ${company.employees.bolat.id} WHERE id = ${id}`;
  await leaves();
  await report(site, says("And now?"));
  const [first, second, third] = await stays(dialogId);
  expect(first).toMatchObject({ identity: "known", priority: 10, responsible: company.employees.aigul.id });
  expect(second).toEqual(first);
  expect(third).toMatchObject({ identity: "known", priority: 0, responsible: company.employees.bolat.id, person: first?.["person"] });
});

test("a VIP of whom identification learns late waits before others from then on, with the language and as that person", async () => {
  const { sql } = database;
  const line = await channel("asterisk-ari");
  const { value } = writer();
  const { id, pointId } = await vip(null);
  expect(pointId).toBeNull();
  const [human] = await sql<{ id: Id }[]>`INSERT INTO contact (last_name, language) VALUES ('Serikova', 'kk') RETURNING id`;
  await sql`INSERT INTO customer_contact (customer_id, contact_id) VALUES (${id}, ${human?.id as Id})`;
  const [point] = await sql<{ id: Id }[]>`
    INSERT INTO contact_point (contact_id, kind, value_raw, value_norm) VALUES (${human?.id as Id}, 'phone', ${value}, ${value}) RETURNING id`;
  const [skill] = await sql<{ id: Id }[]>`INSERT INTO skill (name, language) VALUES ('Kazakh', true) RETURNING id`;
  const [dialog] = await sql<{ id: Id }[]>`
    INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, identity_value, identity_result, opened_at) VALUES (${line}, ${value}, 'mail', 'phone', ${value}, 'pending', now()) RETURNING id`;
  const { id: dialogId } = dialog as { id: Id };
  const common = { dialogId, channelId: line, medium: "mail", queueId: company.queueId, callId: null, responsible: null, substituteId: null } as const;
  await sql.begin((tx) =>
    routing.put(tx, [{ kind: "dialog.opened", ...common, identity: "new", priority: 0, person: `${line}:${value}`, requires: [], at: Date.now() }]),
  );
  routing.wake();
  await settled();
  expect(await stays(dialogId)).toMatchObject([{ priority: 0, responsible: null, person: `${line}:${value}`, requires: [] }]);
  await identifyLater({ sql, identify: crm.identify, emit, enqueue: routing.put, now: clock.now, onCommitted: () => routing.wake() }, dialogId);
  await settled();
  expect(await stays(dialogId)).toEqual([
    {
      identity: "known",
      priority: 10,
      responsible: company.employees.aigul.id,
      person: point?.id,
      requires: [{ skillId: skill?.id, level: 1, relaxMs: 120_000 }],
    },
  ]);
});

test("a dialog that goes on from one about an open Interest comes to that Interest's responsible, until the Interest is closed", async () => {
  const { sql } = database;
  const { aigul, bolat, dana } = company.employees;
  const bot = await channel("sms-http");
  const { value, says } = writer();
  const { id: customerId } = await vip(value);
  const kind = company.catalogues.interestKinds["sale"];
  const interest = async (responsible: Id): Promise<Id> => {
    const [row] = await sql<{ id: Id }[]>`
      INSERT INTO interest (kind_id, process_mode, stage_id, title, customer_id, responsible_id)
      VALUES (${kind?.id as Id}, 'typical', ${kind?.stageIds[0] as Id}, 'Chairs', ${customerId}, ${responsible}) RETURNING id`;
    return (row as { id: Id }).id;
  };
  const [chairs] = [await interest(bolat.id), await interest(dana.id)];
  const asked = async (text: string) => {
    await report(bot, says(text));
    const [row] = await sql`
      SELECT e.responsible_id AS id, e.responsible_why AS why FROM dialog d JOIN entry e ON e.dialog_id = d.id WHERE d.channel_id = ${bot} AND d.closed_at IS NULL`;
    return row;
  };
  const closes = () => sql`UPDATE dialog SET closed_at = now() WHERE channel_id = ${bot} AND closed_at IS NULL`;
  expect(await asked("Hello")).toEqual({ id: aigul.id, why: "customer" });
  await sql`UPDATE dialog_party SET interest_id = ${chairs} WHERE dialog_id = ${await dialogOf(bot, value)}`;
  await closes();
  expect(await asked("About the chairs")).toEqual({ id: bolat.id, why: "interest" });
  await sql`UPDATE dialog_party SET interest_id = ${chairs} WHERE customer_id = ${customerId}`;
  await sql`UPDATE interest SET status = 'won', closed_at = now() WHERE id = ${chairs}`;
  await closes();
  expect(await asked("Something else")).toEqual({ id: dana.id, why: "interest" });
});

test("a writer of whom it is learned late that they are blocked leaves the queue, and what they write from then on is offered to nobody", async () => {
  const { sql } = database;
  const bot = await channel("sms-http");
  const { value, says } = writer();
  await report(bot, says("Hello"));
  const dialogId = await dialogOf(bot, value);
  expect(await stays(dialogId)).toHaveLength(1);
  await sql`UPDATE dialog SET identity_result = 'pending', contact_point_id = NULL WHERE id = ${dialogId}`;
  await sql`INSERT INTO exclusion (kind, value_norm, reason) VALUES ('phone', ${value}, 'blocked')`;
  await identifyLater({ sql, identify: crm.identify, emit, enqueue: routing.put, now: clock.now, onCommitted: () => routing.wake() }, dialogId);
  await settled();
  expect(await sql`SELECT outcome, identity_result FROM entry WHERE dialog_id = ${dialogId}`).toEqual([{ outcome: "closed", identity_result: "blocked" }]);
  await report(bot, says("Buy!"));
  expect(await stays(dialogId)).toHaveLength(1);
});
