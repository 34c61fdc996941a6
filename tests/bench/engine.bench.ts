import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createRouting } from "@kommutator/routing";
import { testDatabase } from "../support/database.ts";

const AGENTS = 500;
const BATCH_DIALOGS = 20_000;
const OPEN_LOOP_PER_S = 1000;
const OPEN_LOOP_S = 10;
/** At the same rate and not timed: a process that has just started plans its statements and compiles its code. */
const WARM_UP_S = 3;
/** How often a bare commit is made beside the open loop: what the disk allows in the same seconds. */
const COMMIT_EVERY_MS = 50;

/**
 * The engine on a real PostgreSQL with default durability (fsync on, logged tables), its events written by the gateway's own
 * emit, as in the house.
 *
 * - batches: 20,000 pending dialogs and 500 agents on a break; each is decided (entry, decision row, events, input gone);
 *   decisions per second are new rows of `decision` per second of wall clock, the best of three rounds
 * - open loop: 1,000 inputs a second on a fixed schedule for 10 s (chats opened and offered, offers accepted); latency from the
 *   scheduled moment, over the insert of the input, to the answer that its decision is durable; three seconds before it are not timed.
 *   Beside it a bare commit of one row, twenty times a second
 */
export default async function run() {
  const db = await testDatabase({ max: 6 });
  const { sql } = db;
  const [settings] = await sql<{ fsync: string; sync: string }[]>`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync`;
  const week = Object.fromEntries(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((d) => [d, [["00:00", "24:00"]]]));
  const [c] = await sql<{ id: Id }[]>`INSERT INTO working_calendar (name, tz, week) VALUES ('always', 'UTC', ${sql.json(week)}) RETURNING id`;
  const [d] = await sql<{ id: Id }[]>`INSERT INTO department (name) VALUES ('d') RETURNING id`;
  const agents = (
    await sql<
      { id: Id }[]
    >`INSERT INTO employee (login, full_name, department_id, calendar_id, max_dialogs) SELECT 'a' || i, 'A ' || i, ${d?.id as Id}, ${c?.id as Id}, 1000000 FROM generate_series(1, ${AGENTS}) i RETURNING id`
  ).map((r) => r.id);
  const [q] = await sql<{ id: Id }[]>`INSERT INTO queue (name, calendar_id, wrapup_chat_s) VALUES ('q', ${c?.id as Id}, 0) RETURNING id`;
  const queue = q?.id as Id;
  await sql`INSERT INTO queue_member (queue_id, employee_id) SELECT ${queue}, id FROM unnest(${agents}::uuid[]) id`;
  await sql`INSERT INTO agent_connection (employee_id, socket_id, node, last_seen) SELECT id, 's', 'n', now() + interval '1 hour' FROM unnest(${agents}::uuid[]) id`;
  const [ch] = await sql<{ id: Id }[]>`INSERT INTO channel (kind, name, queue_id) VALUES ('web-chat', 'bench', ${queue}) RETURNING id`;
  const dialogRows = async (n: number) => {
    const ids = Array.from({ length: n }, () => randomUUID());
    await sql`INSERT INTO dialog (id, channel_id, thread_key, medium, identity_kind, opened_at) SELECT id, ${ch?.id as Id}, id::text, 'chat', 'site_visitor', now() FROM unnest(${ids}::uuid[]) id`;
    return ids;
  };
  const opened = (dialogId: Id): RoutingInput => ({
    kind: "dialog.opened",
    dialogId,
    channelId: ch?.id as Id,
    medium: "chat",
    queueId: queue,
    callId: null,
    priority: 0,
    identity: "new",
    responsible: null,
    substituteId: null,
    at: Date.now(),
  });

  const pendingOffers: { dialogId: Id; offerId: Id; employeeId: Id }[] = [];
  let collecting = false;
  const routing = createRouting({
    sql,
    emit: async (tx, events) => {
      if (collecting)
        for (const e of events)
          if (e.kind === "offer.made" && e.dialogId !== null) {
            const p = e.payload as { offerId: Id; employeeId: Id };
            pendingOffers.push({ dialogId: e.dialogId, ...p });
          }
      await emit(tx, events);
    },
    perform: () => undefined,
    clock: { now: () => Date.now() },
    audit: async () => undefined,
    lease: { holds: () => true, check: async () => undefined },
    onError: (what, error) => console.error(what, error),
  });
  const put = async (inputs: RoutingInput[]) => {
    await sql.begin((tx) => routing.enqueue(tx, inputs));
  };
  const drained = async () => {
    // The newest first, by the index: from the other end each look would walk over thousands of rows just deleted.
    while ((await sql`SELECT 1 FROM routing_input ORDER BY id DESC LIMIT 1`).length > 0) await new Promise((r) => setTimeout(r, 5));
  };

  // ---- batches
  await put(
    agents.flatMap((employeeId): RoutingInput[] => [
      { kind: "agent.connection", employeeId, online: true, at: Date.now() },
      { kind: "agent.intent", employeeId, intent: "paused", reason: null, by: employeeId, at: Date.now() },
    ]),
  );
  await routing.start();
  await drained();
  await routing.stop();
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const dialogs = await dialogRows(BATCH_DIALOGS);
    for (let i = 0; i < dialogs.length; i += 5000) await put(dialogs.slice(i, i + 5000).map(opened));
    const [before] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM decision`;
    const started = performance.now();
    await routing.start();
    await drained();
    const seconds = (performance.now() - started) / 1000;
    const [after] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM decision`;
    rates.push(((after?.n ?? 0) - (before?.n ?? 0)) / seconds);
    await put(dialogs.map((dialogId): RoutingInput => ({ kind: "dialog.closed", dialogId, by: null, at: Date.now() })));
    await drained();
    await routing.stop();
  }

  // ---- open loop
  await put(
    agents.map((employeeId): RoutingInput => ({ kind: "agent.intent", employeeId, intent: "available", reason: null, by: employeeId, at: Date.now() })),
  );
  await routing.start();
  await drained();
  collecting = true;
  const dialogs = await dialogRows((OPEN_LOOP_PER_S * (WARM_UP_S + OPEN_LOOP_S)) / 2);
  const latencies: number[] = [];
  const inFlight: Promise<void>[] = [];
  const warmUp = OPEN_LOOP_PER_S * WARM_UP_S;
  const total = warmUp + OPEN_LOOP_PER_S * OPEN_LOOP_S;
  let next = 0;
  let failed = 0;
  await sql`CREATE TABLE bench_commit (at timestamptz NOT NULL)`;
  const commits: number[] = [];
  const beside = setInterval(() => {
    const began = performance.now();
    void sql`INSERT INTO bench_commit VALUES (now())`.then(() => commits.push(performance.now() - began));
  }, COMMIT_EVERY_MS);
  const begin = performance.now() + 100;
  for (let i = 0; i < total; i++) {
    const due = begin + (i * 1000) / OPEN_LOOP_PER_S;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((r) => setTimeout(r, wait));
    const offer = pendingOffers.shift();
    const input: RoutingInput =
      offer !== undefined && i % 2 === 1
        ? { kind: "offer.accept", offerId: offer.offerId, employeeId: offer.employeeId, at: Date.now() }
        : opened(dialogs[next++ % dialogs.length] as Id);
    if (offer !== undefined && i % 2 === 0) pendingOffers.unshift(offer);
    inFlight.push(
      routing
        .submit(input)
        .then(() => {
          if (i >= warmUp) latencies.push(performance.now() - due);
        })
        .catch(() => {
          failed++;
          latencies.push(Number.POSITIVE_INFINITY);
        }),
    );
  }
  await Promise.all(inFlight);
  clearInterval(beside);
  await routing.stop();
  const [rows] = await sql<
    { entries: number; offers: number }[]
  >`SELECT (SELECT count(*)::int FROM entry) AS entries, (SELECT count(*)::int FROM offer) AS offers`;
  await db.drop();
  latencies.sort((a, b) => a - b);
  commits.sort((a, b) => a - b);
  const quantile = (times: number[], p: number) =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * p))] ?? Number.POSITIVE_INFINITY).toFixed(2));
  const at = (p: number) => quantile(latencies, p);
  const figures = {
    decisionsPerSecond: Math.round(Math.max(...rates)),
    decisionsPerSecondOfEachRound: rates.map(Math.round),
    openLoopPerSecond: OPEN_LOOP_PER_S,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    worstMs: at(1),
    bareCommitMs: { p50: quantile(commits, 0.5), p99: quantile(commits, 0.99), worst: quantile(commits, 1) },
    failed,
    inputs: latencies.length,
    entries: rows?.entries ?? 0,
    offers: rows?.offers ?? 0,
  };
  const conditions = { fsync: settings?.fsync ?? "?", synchronousCommit: settings?.sync ?? "?" };
  const budgets = [
    { name: "durable decisions per second", limit: ">= 10000", measured: String(figures.decisionsPerSecond), pass: figures.decisionsPerSecond >= 10_000 },
    { name: `p99 at ${OPEN_LOOP_PER_S} inputs a second`, limit: "< 10 ms", measured: `${figures.p99Ms} ms`, pass: figures.p99Ms < 10 },
    { name: "durable", limit: "fsync on", measured: conditions.fsync, pass: conditions.fsync === "on" },
  ];
  return { name: "engine", conditions, figures, budgets };
}
