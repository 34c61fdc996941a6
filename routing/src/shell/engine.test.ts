import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { RoutingHouse, until } from "../../../tests/support/routing.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
const house = new RoutingHouse(() => db.sql);
afterEach(async () => {
  await house.stop();
  await db.sql`TRUNCATE routing_input, routing_quarantine, assignment, offer, decision, entry CASCADE`;
});

test("a caller is offered to the ready member, answered and bridged; everything stands in the tables", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 1 });
  await house.start();
  const [ann] = agents as [Id];
  await house.ready(ann);
  const dialog = await house.dialog(channels.voice, queue);
  const ring = await house.commanded("ring", dialog);
  expect(ring.employeeId).toBe(ann);
  await house.send({ kind: "leg.ringing", dialogId: dialog, offerId: ring.offerId, at: house.now() });
  await house.send({ kind: "leg.answered", dialogId: dialog, offerId: ring.offerId, at: house.now() });
  await house.commanded("bridge", dialog);
  await house.send({ kind: "leg.bridged", dialogId: dialog, offerId: ring.offerId, at: house.now() });
  await house.quiet();
  const [row] =
    await db.sql`SELECT o.state, e.outcome, a.employee_id, p.state AS presence FROM offer o JOIN entry e ON e.id = o.entry_id JOIN assignment a ON a.offer_id = o.id
    JOIN presence p ON p.employee_id = a.employee_id WHERE o.dialog_id = ${dialog}`;
  expect(row).toEqual({ state: "accepted", outcome: "answered", employee_id: ann, presence: "busy" });
  await house.send({ kind: "dialog.closed", dialogId: dialog, by: ann, at: house.now() });
  await house.quiet();
  const log = await db.sql`SELECT state, to_at IS NULL AS open FROM presence_log WHERE employee_id = ${ann} ORDER BY from_at`;
  expect(log.at(-1)).toEqual({ state: "wrapup", open: true });
});

test("a chat offered is accepted through its input; the loser of a late accept changes nothing", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 2 });
  await house.start();
  await house.ready(...agents);
  const dialog = await house.dialog(channels.chat, queue, "chat");
  await house.quiet();
  const [offer] = await db.sql<{ id: Id; employee_id: Id }[]>`SELECT id, employee_id FROM offer WHERE dialog_id = ${dialog}`;
  const { id: offerId, employee_id: asked } = offer as { id: Id; employee_id: Id };
  const other = agents.find((a) => a !== asked) as Id;
  await house.send(
    { kind: "dialog.assign", dialogId: dialog, employeeId: other, by: other, at: house.now() },
    { kind: "offer.accept", offerId, employeeId: asked, at: house.now() },
  );
  await house.quiet();
  expect(await db.sql`SELECT employee_id FROM assignment WHERE dialog_id = ${dialog} AND ended_at IS NULL`).toEqual([{ employee_id: other }]);
  expect(await db.sql`SELECT state, cause FROM offer WHERE dialog_id = ${dialog}`).toEqual([{ state: "rescinded", cause: "taken" }]);
});

test("whoever was employed a moment ago may go to work at once: what comes past the table does not overtake the word of a new person in it", async () => {
  await house.furnish({ agents: 1 });
  const routing = await house.start();
  await house.quiet();
  const { agents } = await house.furnish({ agents: 1 });
  const [ann] = agents as [Id];
  await routing.submit({ kind: "agent.connection", employeeId: ann, online: true, at: house.now() });
  await routing.submit({ kind: "agent.intent", employeeId: ann, intent: "available", reason: null, by: ann, at: house.now() });
  await house.quiet();
  expect(await db.sql`SELECT online, intent FROM presence WHERE employee_id = ${ann}`).toEqual([{ online: true, intent: "available" }]);
});

test("so may whoever was employed while a router that just took over reads its memory", async () => {
  await house.furnish({ agents: 1 });
  const slow = await db.sql.reserve();
  try {
    // The last of the facts is waited for; the people are read already.
    await slow`BEGIN`;
    await slow`LOCK TABLE emergency_switch IN ACCESS EXCLUSIVE MODE`;
    const routing = await house.start();
    await until(async () => {
      const busy = await db.sql<{ waits: boolean }[]>`SELECT wait_event_type = 'Lock' AS waits FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid()`;
      return busy.length > 0 && busy.every((b) => b.waits);
    });
    const { agents } = await house.furnish({ agents: 1 });
    const [ann] = agents as [Id];
    const pressed = routing.submit({ kind: "agent.intent", employeeId: ann, intent: "available", reason: null, by: ann, at: house.now() });
    await slow`ROLLBACK`;
    await pressed;
    expect(await db.sql`SELECT intent FROM presence WHERE employee_id = ${ann}`).toEqual([{ intent: "available" }]);
  } finally {
    await slow`ROLLBACK`;
    slow.release();
  }
});

test("an input that cannot be stored is put aside after failing alone twice, with an alarm; the other fifty go on", async () => {
  const { queue, channels } = await house.furnish({ agents: 1 });
  await house.start();
  const good = await house.dialogRows(channels.chat, "chat", 50);
  const stranger = randomUUID();
  const unknownQueue = randomUUID();
  const inputs = good.map((d) => house.opened(d, queue, "chat"));
  inputs.splice(20, 0, house.opened(stranger, queue, "chat"));
  inputs.splice(40, 0, house.opened(good[0] as Id, unknownQueue, "chat"), house.opened(randomUUID(), unknownQueue, "voice"));
  await house.send(...inputs);
  await house.quiet();
  const aside = await db.sql<{ input: { dialogId: Id; queueId: Id }; error: string }[]>`SELECT input, error FROM routing_quarantine ORDER BY id`;
  expect(aside.map((q) => q.input.dialogId === stranger || q.input.queueId === unknownQueue)).toEqual([true, true]);
  expect(house.errors.filter((e) => e.includes("aside"))).toHaveLength(2);
  const [n] = await db.sql`SELECT count(*)::int AS n FROM entry WHERE dialog_id = ANY(${good}::uuid[]) AND ended_at IS NULL`;
  expect(n).toEqual({ n: 50 });
});

test("with a stale lease nothing is committed and nothing ordered; the rightful holder decides it once", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...agents);
  house.fenced = true;
  const [dialog] = (await house.dialogRows(channels.voice, "voice")) as [Id];
  await house.send(house.opened(dialog, queue, "voice"));
  await until(() => house.errors.length > 2);
  expect(house.commands).toEqual([]);
  expect(await db.sql`SELECT 1 FROM entry WHERE dialog_id = ${dialog}`).toHaveLength(0);
  expect(await db.sql`SELECT 1 FROM routing_quarantine WHERE input->>'dialogId' = ${dialog}`).toHaveLength(0);
  house.fenced = false;
  await house.quiet();
  await until(async () => (await db.sql`SELECT 1 FROM entry WHERE dialog_id = ${dialog}`).length === 1);
  expect(await db.sql`SELECT count(*)::int AS n FROM entry WHERE dialog_id = ${dialog}`).toEqual([{ n: 1 }]);
});

test("a deadline fires by itself: the entry goes to the next agent, the first one's phone stops", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 2 });
  await house.start();
  await house.ready(...agents);
  const dialog = await house.dialog(channels.voice, queue);
  const first = await house.commanded("ring", dialog);
  await house.send({ kind: "leg.ringing", dialogId: dialog, offerId: first.offerId, at: house.now() });
  await house.quiet();
  house.offsetMs += 20_001;
  const second = await house.commanded("ring", dialog, 1);
  expect(second.employeeId).not.toBe(first.employeeId);
  expect((await house.commanded("cancel-ring", dialog)).offerId).toBe(first.offerId);
  expect(await db.sql`SELECT rung, chosen_id, reason->>'code' AS code FROM decision WHERE dialog_id = ${dialog} ORDER BY at`).toEqual([
    { rung: "least_loaded", chosen_id: first.employeeId, code: "least_loaded" },
    { rung: "least_loaded", chosen_id: second.employeeId, code: "least_loaded" },
  ]);
});

test("take-over with 5,000 open entries: the first decision in under 2 s, rings asked again under their ids, nothing lost or doubled", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 20 });
  await house.start();
  await db.sql`INSERT INTO agent_connection (employee_id, socket_id, node) SELECT id, 's', 'n' FROM unnest(${agents}::uuid[]) id`;
  await house.ready(...agents);
  const calls = await house.dialogRows(channels.voice, "voice", 20);
  await house.send(...calls.map((d) => house.opened(d, queue, "voice")));
  await house.quiet();
  const waiting = await house.dialogRows(channels.chat, "chat", 4980);
  await house.send(...waiting.map((d) => house.opened(d, queue, "chat")));
  await house.quiet();
  const rung = house.commands.filter((c) => c.kind === "ring");
  expect(rung).toHaveLength(20);
  await house.stop();

  const fresh = new RoutingHouse(() => db.sql);
  const late = await fresh.dialogRows(channels.chat, "chat");
  await db.sql`UPDATE agent_connection SET last_seen = now()`;
  const started = performance.now();
  await fresh.start();
  await fresh.send(fresh.opened(late[0] as Id, queue, "chat"));
  await until(async () => (await db.sql`SELECT 1 FROM entry WHERE dialog_id = ${late[0] as Id}`).length === 1);
  expect(performance.now() - started).toBeLessThan(2000);
  const again = fresh.commands.filter((c) => c.kind === "ring");
  expect(again.map((c) => c.id).sort()).toEqual(rung.map((c) => c.id).sort());
  const [n] = await db.sql`SELECT count(*) FILTER (WHERE ended_at IS NULL)::int AS open, count(*)::int AS all FROM entry WHERE queue_id = ${queue}`;
  expect(n).toEqual({ open: 5001, all: 5001 });
  // The one whose call is answered now gets on with the work: the memory is whole.
  const ring = again[0] as { dialogId: Id; offerId: Id };
  await fresh.send(
    { kind: "leg.answered", dialogId: ring.dialogId, offerId: ring.offerId, at: fresh.now() },
    { kind: "leg.bridged", dialogId: ring.dialogId, offerId: ring.offerId, at: fresh.now() },
  );
  await fresh.quiet();
  expect(await db.sql`SELECT outcome FROM entry WHERE dialog_id = ${ring.dialogId}`).toEqual([{ outcome: "answered" }]);
  await fresh.stop();
}, 60_000);

test("what an agent presses is decided without a row of its own, once; where no engine decides it becomes a row", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 1 });
  const routing = await house.start();
  const [ann] = agents as [Id];
  await house.ready(ann);
  const [dialog] = (await house.dialogRows(channels.chat, "chat")) as [Id];
  const accept = async () => {
    const [offer] = await db.sql<{ id: Id }[]>`SELECT id FROM offer WHERE dialog_id = ${dialog}`;
    return { kind: "offer.accept", offerId: offer?.id as Id, employeeId: ann, at: house.now() } as const;
  };
  await routing.submit(house.opened(dialog, queue, "chat"));
  expect(await db.sql`SELECT state FROM offer WHERE dialog_id = ${dialog}`).toEqual([{ state: "pending" }]);
  await db.sql`ALTER TABLE routing_input ADD CONSTRAINT no_row CHECK (input->>'kind' <> 'offer.accept')`;
  await Promise.all([routing.submit(await accept()), routing.submit(await accept())]);
  await db.sql`ALTER TABLE routing_input DROP CONSTRAINT no_row`;
  expect(await db.sql`SELECT employee_id FROM assignment WHERE dialog_id = ${dialog}`).toEqual([{ employee_id: ann }]);

  // The lease is another node's: the input waits in the table for it.
  house.holds = false;
  const closing = routing.submit({ kind: "dialog.closed", dialogId: dialog, by: ann, at: house.now() });
  await until(async () => (await db.sql`SELECT 1 FROM routing_input WHERE input->>'kind' = 'dialog.closed'`).length === 1);
  house.holds = true;
  await closing;
  expect(await db.sql`SELECT ended_at IS NULL AS open FROM assignment WHERE dialog_id = ${dialog}`).toEqual([{ open: false }]);
});

test("what was pressed and cannot be stored is put aside alone and says so; a press whose commit the lease forbids waits for its turn", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 1 });
  const routing = await house.start();
  await house.ready(...agents);
  const good = (await house.dialogRows(channels.chat, "chat", 20)) as Id[];
  const pressed = [...good, randomUUID()].map((d) =>
    routing.submit(house.opened(d, queue, "chat")).then(
      () => "decided",
      (error: { code?: string }) => error.code,
    ),
  );
  expect(await Promise.all(pressed)).toEqual([...good.map(() => "decided"), "internal"]);
  expect(await db.sql`SELECT count(*)::int AS n FROM routing_quarantine`).toEqual([{ n: 1 }]);

  house.fenced = true;
  const [late] = (await house.dialogRows(channels.chat, "chat")) as [Id];
  const waiting = routing.submit(house.opened(late, queue, "chat"));
  await until(() => house.errors.length > 2);
  expect(await db.sql`SELECT 1 FROM entry WHERE dialog_id = ${late}`).toHaveLength(0);
  house.fenced = false;
  await waiting;
  expect(await db.sql`SELECT count(*)::int AS n FROM entry WHERE dialog_id = ${late}`).toEqual([{ n: 1 }]);
});

test("a customer's next message changes nothing and costs no commit: its row goes within a moment, and read again after a crash it changes nothing either", async () => {
  const { queue, agents, channels } = await house.furnish({ agents: 1 });
  await house.start();
  const [ann] = agents as [Id];
  await house.ready(ann);
  const dialog = await house.dialog(channels.chat, queue, "chat");
  await house.quiet();
  const [offer] = await db.sql<{ id: Id }[]>`SELECT id FROM offer WHERE dialog_id = ${dialog}`;
  await house.send({ kind: "offer.accept", offerId: offer?.id as Id, employeeId: ann, at: house.now() });
  await house.send({ kind: "dialog.message", dialogId: dialog, direction: "in", at: house.now() });
  await house.quiet();
  const head = async () => (await db.sql`SELECT version, orders FROM router_head`)[0];
  const rows = async () => db.sql`SELECT * FROM assignment WHERE dialog_id = ${dialog}`;
  const [before, state] = [await head(), await rows()];
  for (let i = 0; i < 5; i++) await house.send({ kind: "dialog.message", dialogId: dialog, direction: "in", at: house.now() });
  await until(async () => (await db.sql`SELECT 1 FROM routing_input`).length === 0);
  expect(await head()).toEqual(before);
  await house.send({ kind: "dialog.message", dialogId: dialog, direction: "in", at: house.now() });
  await house.stop();
  await house.start();
  await until(async () => (await db.sql`SELECT 1 FROM routing_input`).length === 0);
  expect(await rows()).toEqual(state);
});
