import type { Id } from "@kommutator/contract/ids";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { RoutingHouse, until } from "../../../tests/support/routing.ts";

const RACES = 1000;

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** A small generator of our own, so that a failing round can be told by its seed. */
function random(seed: number): () => number {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 0x1_0000_0000;
  };
}

test(`${RACES} races of accept, hang-up and time-out, all inputs pending before any decision: one winner each, by the rows`, async () => {
  const seed = Number(process.env["SEED"] ?? 20260302);
  const next = random(seed);
  const house = new RoutingHouse(() => db.sql);
  const { queue, agents, channels } = await house.furnish({ agents: RACES });
  await house.start();
  await db.sql`INSERT INTO agent_connection (employee_id, socket_id, node) SELECT id, 's', 'n' FROM unnest(${agents}::uuid[]) id`;
  await house.ready(...agents);
  const half = RACES / 2;
  const dialogs = [...(await house.dialogRows(channels.voice, "voice", half)), ...(await house.dialogRows(channels.chat, "chat", half))];
  await house.send(...dialogs.map((d, i) => house.opened(d, queue, i < half ? "voice" : "chat")));
  await house.quiet();
  const offers = await db.sql<{ id: Id; dialog_id: Id; employee_id: Id; medium: string }[]>`
    SELECT o.id, o.dialog_id, o.employee_id, e.medium FROM offer o JOIN entry e ON e.id = o.entry_id WHERE o.ended_at IS NULL`;
  expect(offers).toHaveLength(RACES);
  expect(new Set(offers.map((o) => o.employee_id)).size).toBe(RACES);

  // The engine looks away; both sides of every race become pending, in either order, some twice.
  house.holds = false;
  const at = house.now();
  const inputs = offers.flatMap((o): RoutingInput[] => {
    const win: RoutingInput[] =
      o.medium === "voice"
        ? [
            { kind: "leg.ringing", dialogId: o.dialog_id, offerId: o.id, at },
            { kind: "leg.answered", dialogId: o.dialog_id, offerId: o.id, at },
            { kind: "leg.bridged", dialogId: o.dialog_id, offerId: o.id, at },
          ]
        : [{ kind: "offer.accept", offerId: o.id, employeeId: o.employee_id, at }];
    const rivals: RoutingInput[] = [
      { kind: "dialog.left", dialogId: o.dialog_id, at },
      ...(next() < 0.3 ? [{ kind: "offer.reject" as const, offerId: o.id, employeeId: o.employee_id, at }] : []),
      ...(next() < 0.2 ? win : []),
    ];
    const all = next() < 0.5 ? [...win, ...rivals] : [...rivals, ...win];
    return next() < 0.5 ? all : all.sort(() => next() - 0.5);
  });
  await house.send(...inputs);
  // For half of the rounds the offers' time is up as well when the engine looks again.
  house.offsetMs = 21_000;
  house.commands.length = 0;
  house.holds = true;
  await house.quiet();

  const [sum] = await db.sql<
    {
      won_twice: number;
      held_twice: number;
      answered_unwon: number;
      won_unanswered: number;
      abandoned_held: number;
      two_offers: number;
      open: number;
      decided: number;
    }[]
  >`
    SELECT
      (SELECT count(*)::int FROM (SELECT entry_id FROM offer WHERE state = 'accepted' GROUP BY 1 HAVING count(*) > 1) x) AS won_twice,
      (SELECT count(*)::int FROM (SELECT dialog_id FROM assignment WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1) x) AS held_twice,
      (SELECT count(*)::int FROM entry e WHERE outcome = 'answered' AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.entry_id = e.id AND o.state = 'accepted')) AS answered_unwon,
      (SELECT count(*)::int FROM offer o JOIN entry e ON e.id = o.entry_id WHERE o.state = 'accepted' AND e.outcome IS DISTINCT FROM 'answered') AS won_unanswered,
      (SELECT count(*)::int FROM entry e JOIN assignment a ON a.entry_id = e.id WHERE e.outcome = 'abandoned') AS abandoned_held,
      (SELECT count(*)::int FROM (SELECT employee_id FROM offer o JOIN entry e ON e.id = o.entry_id WHERE o.ended_at IS NULL AND e.medium <> 'mail' GROUP BY 1 HAVING count(*) > 1) x) AS two_offers,
      (SELECT count(*)::int FROM entry WHERE ended_at IS NULL) AS open,
      (SELECT count(*)::int FROM offer o WHERE NOT EXISTS (SELECT 1 FROM decision d WHERE d.entry_id = o.entry_id AND d.chosen_id = o.employee_id)) AS decided`;
  expect(sum).toEqual({ won_twice: 0, held_twice: 0, answered_unwon: 0, won_unanswered: 0, abandoned_held: 0, two_offers: 0, open: 0, decided: 0 });
  const [ends] = await db.sql<{ answered: number; abandoned: number; timed_out: number; capacity: number }[]>`
    SELECT count(*) FILTER (WHERE outcome = 'answered')::int AS answered, count(*) FILTER (WHERE outcome = 'abandoned')::int AS abandoned,
      (SELECT count(*)::int FROM offer WHERE state IN ('timed_out','failed')) AS timed_out,
      (SELECT count(*)::int FROM (SELECT a.employee_id FROM assignment a JOIN employee e ON e.id = a.employee_id WHERE a.ended_at IS NULL AND a.medium <> 'voice'
        GROUP BY a.employee_id, e.max_dialogs HAVING count(*) > e.max_dialogs) x) AS capacity FROM entry`;
  // Races were real: each side won some.
  expect(ends?.answered).toBeGreaterThan(100);
  expect(ends?.abandoned).toBeGreaterThan(100);
  expect(ends?.timed_out).toBeGreaterThan(0);
  expect(ends?.capacity).toBe(0);
  await until(async () => ((await db.sql`SELECT 1 FROM offer WHERE ended_at IS NULL`).length === 0 ? true : undefined));
  await house.stop();
}, 120_000);

test(`${RACES} pairs of calls, both pending before either decision, two free agents: each pair rings both of them`, async () => {
  const house = new RoutingHouse(() => db.sql);
  const { agents, channels, calendar, department } = await house.furnish({ agents: 2 * RACES });
  const queues = (
    await db.sql<{ id: Id }[]>`
      INSERT INTO queue (name, calendar_id, department_id) SELECT 'pair ' || i, ${calendar}, ${department} FROM generate_series(1, ${RACES}) i RETURNING id`
  ).map((q) => q.id);
  // Queue i is served by agents 2i and 2i + 1, and by nobody else.
  await db.sql`DELETE FROM queue_member WHERE employee_id = ANY(${agents}::uuid[])`;
  await db.sql`INSERT INTO queue_member (queue_id, employee_id, media) SELECT q, e, '{voice}'
    FROM unnest(${agents.map((_, i) => queues[i >> 1] as Id)}::uuid[], ${agents}::uuid[]) AS m(q, e)`;
  await db.sql`INSERT INTO agent_connection (employee_id, socket_id, node) SELECT id, 's', 'n' FROM unnest(${agents}::uuid[]) id`;
  await house.start();
  await house.ready(...agents);
  const dialogs = await house.dialogRows(channels.voice, "voice", 2 * RACES);

  house.holds = false;
  await house.send(...dialogs.map((d, i) => house.opened(d, queues[i >> 1] as Id, "voice")));
  const [pending] = await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM routing_input WHERE input->>'kind' = 'dialog.opened'`;
  expect(pending?.n).toBe(2 * RACES);
  house.commands.length = 0;
  house.holds = true;
  await house.quiet();

  const rung = await until(() =>
    house.commands.filter((c) => c.kind === "ring").length >= 2 * RACES ? house.commands.filter((c) => c.kind === "ring") : undefined,
  );
  expect(rung).toHaveLength(2 * RACES);
  expect(new Set(rung.map((c) => c.employeeId)).size).toBe(2 * RACES);
  const of = new Map(rung.map((c) => [c.dialogId, c.employeeId]));
  for (let i = 0; i < RACES; i++) {
    const pair = [of.get(dialogs[2 * i] as Id), of.get(dialogs[2 * i + 1] as Id)].sort();
    expect(pair).toEqual([agents[2 * i], agents[2 * i + 1]].sort());
  }
  await house.stop();
}, 120_000);
