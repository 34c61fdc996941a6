import { randomUUID } from "node:crypto";
import type { CallLegChanged, CallOffered, ChannelEvent } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { createCrm } from "@kommutator/crm-core";
import { createRouting, type Routing } from "@kommutator/routing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Company, seedCompany } from "../../../tests/support/company.ts";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { until } from "../../../tests/support/routing.ts";
import { acquireLease, LeaseLost } from "../db/lease.ts";
import { createRawEvents, type Fence, type RawEvents } from "../inbound/raw-events.ts";
import { createAtOnce } from "./at-once.ts";
import { append, emit } from "./emit.ts";
import { createIngest, type Ingest } from "./ingest.ts";

/** An event of a call is stored, ingested and decided in one transaction; when it cannot be, it takes the long way. */

let database: TestDatabase;
let company: Company;
let routing: Routing;
let ingest: Ingest;
let raw: RawEvents;
let channel: Id;
let fence: Fence;
let agents: Id[];
const commands: RouterCommand[] = [];
const warnings: string[] = [];
/** Which events took the long way. */
const long: string[] = [];
const lease = { holds: () => true, check: async () => undefined };

beforeAll(async () => {
  database = await testDatabase({ max: 20 });
  const { sql } = database;
  company = await seedCompany(sql);
  agents = (["aigul", "bolat", "dana"] as const).map((name) => company.employees[name].id);
  await sql`UPDATE queue SET wrapup_voice_s = 0 WHERE id = ${company.queueId}`;
  const clock = { now: () => Date.now() };
  routing = createRouting({ sql, emit, clock, audit: async () => undefined, perform: (command) => void commands.push(command), lease });
  const { identify } = createCrm({ sql, emit, enqueue: routing.enqueue, clock });
  const said = (about: object, message: string) => void warnings.push(`${message}: ${String((about as { error?: unknown }).error)}`);
  const log = { warn: said, error: said };
  const shared = { sql, emit: append, enqueue: routing.put, identify, now: clock.now, log };
  ingest = createIngest({ ...shared, leaseSql: sql, holder: "test", onCommitted: () => routing.wake() });
  const atOnce = createAtOnce({ ...shared, decide: routing.decideWithin, onCommitted: (decided) => (decided ? undefined : routing.wake()), expectedMs: 1_000 });
  raw = createRawEvents(sql, { write: () => Promise.reject(new Error("no files")) }, (lane) => ingest.wake(lane), {
    atOnce: {
      store: async (row, event, under) => {
        const done = await atOnce.store(row, event, under);
        if (!done) long.push(row.k);
        return done;
      },
      expect: atOnce.expect,
    },
  });
  ingest.start();
  await routing.start();
});
afterAll(async () => {
  await raw.idle();
  await ingest.stop();
  await routing.stop();
  await database.drop();
});

beforeEach(async () => {
  const { sql } = database;
  await routed();
  const open = await sql<{ dialogId: Id }[]>`
    SELECT dialog_id AS "dialogId" FROM entry WHERE ended_at IS NULL UNION SELECT dialog_id FROM assignment WHERE ended_at IS NULL`;
  await sql.begin((tx) =>
    routing.enqueue(
      tx,
      open.map(({ dialogId }) => ({ kind: "dialog.closed", dialogId, by: null, at: Date.now() })),
    ),
  );
  await routed();
  const [row] = await sql<{ id: Id }[]>`INSERT INTO channel (kind, name, queue_id) VALUES ('asterisk-ari', ${randomUUID()}, ${company.queueId}) RETURNING id`;
  channel = (row as { id: Id }).id;
  const duty = `channel:${channel}`;
  const taken = await acquireLease(sql, duty, "test");
  fence = { duty, epoch: taken?.epoch as number };
  commands.length = 0;
  warnings.length = 0;
  long.length = 0;
});

const routed = () => until(async () => ((await database.sql`SELECT 1 FROM routing_input LIMIT 1`).length === 0 ? true : undefined));
const settled = async () => {
  await until(async () => ((await database.sql`SELECT 1 FROM raw_event WHERE state = 'pending' LIMIT 1`).length === 0 ? true : undefined));
  await routed();
};
const report = (event: ChannelEvent) => raw.report(channel, event, fence);

function offered(callKey: string, number: string | null = "+7 701 123 45 67"): CallOffered {
  const from = { kind: "phone", value: number } as const;
  return { kind: "call.offered", eventKey: `${callKey}:offered`, occurredAt: Date.now(), callKey, direction: "in", from, to: "7272000000", source: "live" };
}
function leg(callKey: string, offerId: Id, state: CallLegChanged["state"], employeeId: Id): CallLegChanged {
  const eventKey = `${callKey}:${offerId}:${state}`;
  return { kind: "call.leg", eventKey, occurredAt: Date.now(), callKey, legKey: offerId, party: "agent", offerId, employeeId, state, source: "live" };
}
const callOf = async (callKey: string) => {
  const [row] = await database.sql<
    { id: Id; dialog_id: Id; state: string }[]
  >`SELECT id, dialog_id, state FROM call WHERE channel_id = ${channel} AND external_id = ${callKey}`;
  return row as { id: Id; dialog_id: Id; state: string };
};
const rung = async (callKey: string) => {
  const { dialog_id } = await callOf(callKey);
  return until(() => commands.find((c): c is Extract<RouterCommand, { kind: "ring" }> => c.kind === "ring" && c.dialogId === dialog_id));
};

/** Transactions that have begun and wait for somebody. */
const waiting = async () =>
  (
    await database.sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND state_change < clock_timestamp() - interval '5 ms'`
  ).length;

/** The people of the queue can be rung. */
async function ready(): Promise<void> {
  await database.sql.begin((tx) =>
    routing.enqueue(
      tx,
      agents.flatMap((employeeId) => [
        { kind: "agent.connection", employeeId, online: true, at: Date.now() } as const,
        { kind: "agent.phone", employeeId, reachable: true, at: Date.now() } as const,
        { kind: "agent.intent", employeeId, intent: "available", reason: null, by: employeeId, at: Date.now() } as const,
      ]),
    ),
  );
  await routed();
}

test("a caller is stored, identified and offered in one transaction, and every leg of the call goes the same way to its end", async () => {
  await report(offered("a1"));
  await settled();
  // The first call of a process: the home country is not known yet, and nobody may be at the telephone.
  await report({ kind: "call.ended", eventKey: "a1:ended", occurredAt: Date.now(), callKey: "a1", by: "customer", source: "live" });
  await settled();
  await ready();
  long.length = 0;

  await report(offered("a2"));
  const ring = await rung("a2");
  for (const state of ["ringing", "answered", "bridged"] as const) await report(leg("a2", ring.offerId, state, ring.employeeId));
  expect((await callOf("a2")).state).toBe("talking");
  await routed();
  await report({ kind: "call.ended", eventKey: "a2:ended", occurredAt: Date.now(), callKey: "a2", by: "customer", source: "live" });
  await settled();
  expect(long).toEqual([]);
  expect(warnings).toEqual([]);
  const events = await database.sql<{ kind: string; payload: { state?: string } }[]>`
    SELECT kind, payload FROM dialog_event WHERE dialog_id = ${(await callOf("a2")).dialog_id} ORDER BY id`;
  expect(events.map((e) => (e.kind === "call.changed" ? e.payload.state : e.kind)).filter((k) => k !== "party.changed")).toEqual([
    "dialog.opened",
    "offered",
    "entry.queued",
    "offer.made",
    "ringing",
    "ringing",
    "talking",
    "offer.ended",
    "entry.ended",
    "dialog.assigned",
    "call.ended",
    "dialog.closed",
  ]);
});

test("what a report promises holds for the ring, too, unless the router is at something else that very moment", async () => {
  await ready();
  let atOnce = 0;
  for (let i = 0; i < 20; i++) {
    const key = `r${i}`;
    await report(offered(key, `+7704${String(1_000_000 + i)}`));
    const { dialog_id } = await callOf(key);
    // Nobody has looked at a table, and the ring is ordered.
    if (commands.some((c) => c.kind === "ring" && c.dialogId === dialog_id)) atOnce++;
    await rung(key);
    await report({ kind: "call.ended", eventKey: `${key}:ended`, occurredAt: Date.now(), callKey: key, by: "customer", source: "live" });
    await routed();
  }
  expect(atOnce).toBeGreaterThan(0);
});

test("an event that is delivered again changes nothing, and one of a call that was never offered waits in the long way", async () => {
  await report(offered("b1"));
  await settled();
  long.length = 0;
  await report(offered("b1"));
  expect(long).toEqual(["b1:offered"]);
  expect(await database.sql`SELECT 1 FROM dialog WHERE channel_id = ${channel}`).toHaveLength(1);

  await report(leg("b2", randomUUID(), "ringing", agents[0] as Id));
  expect(warnings).toEqual([expect.stringContaining("takes the long way")]);
  expect(await database.sql`DELETE FROM raw_event WHERE channel_id = ${channel} AND state = 'pending' RETURNING event_key`).toHaveLength(1);
});

test("events of one call never overtake each other, whichever way each goes", async () => {
  const { sql } = database;
  await report(offered("c1"));
  await settled();
  const { dialog_id } = await callOf("c1");
  const offerId = randomUUID();
  const agent = agents[0] as Id;
  // Somebody holds the dialog: the first goes on only when they let go, and the others are reported meanwhile.
  let reports: Promise<void>[] = [];
  await sql.begin(async (tx) => {
    await tx`SELECT 1 FROM dialog WHERE id = ${dialog_id} FOR UPDATE`;
    reports = (["trying", "ringing", "answered", "bridged"] as const).map((state) => report(leg("c1", offerId, state, agent)));
    reports.push(report({ kind: "call.ended", eventKey: "c1:ended", occurredAt: Date.now(), callKey: "c1", by: "agent", source: "live" }));
    await new Promise((resolve) => setImmediate(resolve));
  });
  await Promise.all(reports);
  await settled();
  const raws = await sql<{ key: string }[]>`SELECT event_key AS key FROM raw_event WHERE channel_id = ${channel} ORDER BY id`;
  expect(raws.map((r) => r.key.split(":").at(-1))).toEqual(["offered", "trying", "ringing", "answered", "bridged", "ended"]);
  expect(
    await sql`SELECT k.state, l.ringing_at IS NOT NULL AS rang, l.bridged_at IS NOT NULL AS talked FROM call k JOIN call_leg l ON l.call_id = k.id WHERE k.channel_id = ${channel}`,
  ).toEqual([{ state: "ended", rang: true, talked: true }]);
});

test("an event does not overtake one of its call that still waits in the table", async () => {
  await report(offered("d1"));
  await settled();
  const agent = agents[0] as Id;
  const early = leg("d1", randomUUID(), "ringing", agent);
  await database.sql`
    INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at)
    VALUES (${channel}, ${early.eventKey}, 'c:d1', 'call.leg', ${database.sql.json(early as never)}, now())`;
  long.length = 0;
  await report({ kind: "call.ended", eventKey: "d1:ended", occurredAt: Date.now(), callKey: "d1", by: "customer", source: "live" });
  await settled();
  expect(long).toEqual(["d1:ended"]);
  expect(await database.sql`SELECT l.ringing_at IS NOT NULL AS rang FROM call_leg l JOIN call k ON k.id = l.call_id WHERE k.channel_id = ${channel}`).toEqual([
    { rang: true },
  ]);
});

test("a channel that is another node's by now stores nothing", async () => {
  await report(offered("e0"));
  await acquireLease(database.sql, fence.duty, "other", true);
  await expect(report(offered("e1"))).rejects.toThrow(LeaseLost);
  expect(await database.sql`SELECT 1 FROM raw_event WHERE channel_id = ${channel} AND event_key LIKE 'e1%'`).toHaveLength(0);
  expect(await database.sql`SELECT 1 FROM dialog WHERE channel_id = ${channel} AND thread_key = 'e1'`).toHaveLength(0);
});

test("a caller who cannot be identified in time is offered all the same, at once, and identified afterwards", async () => {
  await report(offered("f0", "+77015559999"));
  await settled();
  await ready();
  const from = { kind: "phone", value: "+77015558888" } as const;
  const { identify } = createCrm({ sql: database.sql, emit, enqueue: routing.enqueue, clock: { now: () => Date.now() } });
  long.length = 0;
  await database.sql.begin(async (tx) => {
    await identify.identify(tx, from, { channelId: channel, createLead: true, verifiedHow: "inbound_call" });
    await report(offered("f1", from.value));
    const { dialog_id } = await callOf("f1");
    expect(await database.sql`SELECT identity_result FROM dialog WHERE id = ${dialog_id}`).toEqual([{ identity_result: "pending" }]);
    expect(await database.sql`SELECT 1 FROM graphile_worker.jobs WHERE key = ${`identify:${dialog_id}`}`).toHaveLength(1);
  });
  expect(long).toEqual([]);
});

test("a database that stumbles while a caller is looked up makes the caller late, not the call: it is offered at once all the same", async () => {
  const { sql } = database;
  await report(offered("s0", "+77015559999"));
  await settled();
  await ready();
  await sql.unsafe(`
    CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;
    CREATE TRIGGER stumble BEFORE INSERT ON raw_event FOR EACH ROW WHEN (NEW.event_key LIKE 's1:%') EXECUTE FUNCTION stumble()`);
  long.length = 0;
  try {
    await report(offered("s1", "+77015557777"));
  } finally {
    await sql`DROP FUNCTION stumble CASCADE`;
  }
  const { dialog_id } = await callOf("s1");
  expect(await sql`SELECT identity_result FROM dialog WHERE id = ${dialog_id}`).toEqual([{ identity_result: "pending" }]);
  expect([long, warnings]).toEqual([[], []]);
});

test("a call that was announced is looked up before it comes, and stands as any other, once", async () => {
  await report(offered("h0"));
  await settled();
  await ready();
  long.length = 0;
  const call = offered("h1", "+77015550001");
  raw.expect(channel, call, fence);
  raw.expect(channel, call, fence);
  // The transaction has begun and waits.
  await until(async () => (await waiting()) === 1);
  await report(call);
  await rung("h1");
  await report(call);
  await settled();
  const [one] = await database.sql`
    SELECT d.identity_result AS who, (SELECT count(*)::int FROM dialog WHERE thread_key = 'h1') AS dialogs, (SELECT count(*)::int FROM contact_point WHERE value_norm = '+77015550001') AS points,
      (SELECT xmin FROM raw_event WHERE event_key = 'h1:offered')::text = (SELECT xmin FROM decision WHERE dialog_id = d.id)::text AS together
    FROM dialog d WHERE d.id = ${(await callOf("h1")).dialog_id}`;
  expect(one).toEqual({ who: "new", dialogs: 1, points: 1, together: true });
  // The second report is the only one that found it there.
  expect(long).toEqual(["h1:offered"]);
  expect(await waiting()).toBe(0);
});

test("a call that was announced and does not come leaves nothing, whoever it was from", async () => {
  await report(offered("i0"));
  await settled();
  raw.expect(channel, offered("i1", "+77015550002"), fence);
  await until(async () => (await waiting()) === 1);
  await until(async () => (await waiting()) === 0);
  expect(await database.sql`SELECT 1 FROM contact_point WHERE value_norm = '+77015550002'`).toEqual([]);
  expect(await database.sql`SELECT 1 FROM call WHERE external_id = 'i1'`).toEqual([]);
  // Late, it comes as one that nobody announced.
  long.length = 0;
  await report(offered("i1", "+77015550002"));
  await settled();
  expect([long, warnings]).toEqual([[], []]);
  expect((await callOf("i1")).state).toBe("offered");
});

test("a call that comes from another number than was announced is that caller's", async () => {
  await report(offered("j0"));
  await settled();
  raw.expect(channel, offered("j1", "+77015550003"), fence);
  await report(offered("j1", "+77015550004"));
  await settled();
  expect(await database.sql`SELECT from_norm FROM call WHERE external_id = 'j1'`).toEqual([{ from_norm: "+77015550004" }]);
  await until(async () => (await waiting()) === 0);
  expect(await database.sql`SELECT value_norm FROM contact_point WHERE value_norm IN ('+77015550003', '+77015550004')`).toEqual([
    { value_norm: "+77015550004" },
  ]);
});

test("a call announced to a node that has lost the channel is not stored by it, and one too many is not looked up beforehand", async () => {
  await report(offered("k0"));
  await settled();
  const ours = fence;
  const calls = Array.from({ length: 20 }, (_, i) => offered(`k1-${i}`, `+7703${String(1_000_000 + i)}`));
  for (const call of calls) raw.expect(channel, call, ours);
  expect(await waiting()).toBeLessThanOrEqual(4);
  await Promise.all(calls.map(report));
  await settled();
  expect(await database.sql`SELECT count(*)::int AS n FROM call WHERE external_id LIKE 'k1-%'`).toEqual([{ n: 20 }]);
  await acquireLease(database.sql, ours.duty, "other", true);
  const late = offered("k2", "+77015550005");
  raw.expect(channel, late, ours);
  await expect(report(late)).rejects.toThrow(LeaseLost);
  expect(await database.sql`SELECT 1 FROM call WHERE external_id = 'k2'`).toEqual([]);
});

test("fifty callers at once, with their legs and ends: each stands once, whichever way each event took", async () => {
  const keys = Array.from({ length: 50 }, (_, i) => `g${i}`);
  await Promise.all(
    keys.map(async (key, i) => {
      await report(offered(key, `+7702${String(1_000_000 + i)}`));
      await report({ kind: "call.ended", eventKey: `${key}:ended`, occurredAt: Date.now(), callKey: key, by: "customer", source: "live" });
    }),
  );
  await settled();
  const [n] = await database.sql`
    SELECT (SELECT count(*)::int FROM call WHERE channel_id = ${channel} AND state = 'ended') AS calls,
      (SELECT count(*)::int FROM entry e JOIN dialog d ON d.id = e.dialog_id WHERE d.channel_id = ${channel}) AS entries,
      (SELECT count(*)::int FROM entry e JOIN dialog d ON d.id = e.dialog_id WHERE d.channel_id = ${channel} AND e.ended_at IS NULL) AS open,
      (SELECT count(*)::int FROM dialog_event e JOIN dialog d ON d.id = e.dialog_id WHERE d.channel_id = ${channel} AND e.kind IN ('dialog.opened', 'dialog.closed')) AS events`;
  expect(n).toEqual({ calls: 50, entries: 50, open: 0, events: 100 });
  expect(warnings).toEqual([]);
});

test("a caller of a line abroad is looked up by that country's numbers, at once too, and nobody else is made of the same digits", async () => {
  const { sql } = database;
  await sql`INSERT INTO line (channel_id, number, country) VALUES (${channel}, '+380442000001', 'UA')`;
  // What is read with the first of them says that the channel has a line abroad; from then on that is known beforehand.
  for (const [key, number] of [
    ["ua-1", "067 765 43 21"],
    ["ua-2", "0677654321"],
    ["ua-3", "+380677654321"],
  ] as const)
    await report({ ...offered(key, number), to: "0442000001" });
  await settled();
  expect([long, warnings]).toEqual([[], []]);
  const rows = await sql`SELECT DISTINCT from_norm, line_id IS NOT NULL AS line FROM call WHERE channel_id = ${channel}`;
  expect(rows).toEqual([{ from_norm: "+380677654321", line: true }]);
  expect(await sql`SELECT value_norm FROM contact_point WHERE value_norm LIKE '%677654321'`).toEqual([{ value_norm: "+380677654321" }]);
});
