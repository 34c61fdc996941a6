import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import type { DecisionWithin, Tx } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { insertEvents, RoutingHouse, until } from "../../../tests/support/routing.ts";

/** The router decides in the transaction of whoever brings the input. */

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

/** The decision, as soon as the router rests. */
const decided = (...inputs: RoutingInput[]): Promise<DecisionWithin> =>
  until(() => house.routing?.decideWithin(inputs) ?? undefined) as Promise<DecisionWithin>;

/** Before and behind every other id. */
const early = () => `00000000${randomUUID().slice(8)}`;
const late = () => `ffffffff${randomUUID().slice(8)}`;

/** One transaction that brings a voice dialog and has it decided; `before` runs just before the commit. */
async function brought(
  made: { queue: Id; channels: { voice: Id } },
  before: (tx: Tx, dialogId: Id) => Promise<unknown> = async () => undefined,
  dialogId: Id = randomUUID(),
): Promise<Id> {
  let decision: DecisionWithin | null = null;
  try {
    await db.sql.begin(async (tx) => {
      await tx`
        INSERT INTO dialog (id, channel_id, thread_key, medium, identity_kind, opened_at)
        VALUES (${dialogId}, ${made.channels.voice}, gen_random_uuid(), 'voice', 'phone', now())`;
      decision = await decided(house.opened(dialogId, made.queue, "voice"));
      if (decision.events.length > 0) await insertEvents(tx, [...decision.events]);
      await decision.write(tx);
      await before(tx, dialogId);
    });
  } catch (error) {
    (decision as DecisionWithin | null)?.fails(error);
    throw error;
  }
  (decision as DecisionWithin | null)?.stands();
  return dialogId;
}

test("a call and what is decided about it are one commit; nobody is rung before it", async () => {
  const made = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...made.agents);
  const dialogId = await brought(made, async () => {
    expect(await db.sql`SELECT FROM offer`).toHaveLength(0);
    expect(house.commands).toEqual([]);
  });
  const ring = await house.commanded("ring", dialogId);
  expect(ring.employeeId).toBe(made.agents[0]);
  expect(await db.sql`SELECT id, state FROM offer WHERE dialog_id = ${dialogId}`).toEqual([{ id: ring.offerId, state: "pending" }]);
  expect(await db.sql`SELECT FROM routing_input`).toHaveLength(0);
});

test("of a transaction that fails nothing stays, and the agent is free for the next caller", async () => {
  const made = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...made.agents);
  const failing = brought(made, (tx) => tx`SELECT 1 / 0`);
  await expect(failing).rejects.toThrow(/division by zero/);
  expect(await db.sql`SELECT FROM entry`).toHaveLength(0);
  expect(house.commands).toEqual([]);
  // Its memory is read again, and the connections are told of again.
  await house.ready(...made.agents);
  const next = await brought(made);
  expect((await house.commanded("ring", next)).employeeId).toBe(made.agents[0]);
});

test("while it is being committed nothing else is decided, and what came meanwhile is decided after it", async () => {
  const made = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...made.agents);
  let second: Id = "";
  const first = await brought(made, async () => {
    second = await house.dialog(made.channels.voice, made.queue);
    expect(house.routing?.decideWithin([house.opened(second, made.queue, "voice")])).toBeNull();
    expect(await db.sql`SELECT FROM routing_input`).toHaveLength(1);
  });
  await house.commanded("ring", first);
  await house.quiet();
  expect(await db.sql`SELECT e.dialog_id FROM entry e LEFT JOIN offer o ON o.entry_id = e.id WHERE o.id IS NULL`).toEqual([{ dialog_id: second }]);
});

/** The only agent talks with the caller of this id, and somebody else waits; what is told when that talk is over. */
async function talkingWhileAnotherWaits(dialogId: Id) {
  const made = await house.furnish({ agents: 1, queue: { wrapup_voice_s: 0 } });
  await house.start();
  await house.ready(...made.agents);
  await brought(made, undefined, dialogId);
  const { offerId } = await house.commanded("ring", dialogId);
  for (const kind of ["leg.ringing", "leg.answered", "leg.bridged"] as const) await house.send({ kind, dialogId, offerId, at: house.now() });
  const waiting = await house.dialog(made.channels.voice, made.queue);
  await house.quiet();
  const over: RoutingInput[] = [
    { kind: "dialog.left", dialogId, at: house.now() },
    { kind: "dialog.closed", dialogId, by: null, at: house.now() },
  ];
  return { made, waiting, over };
}

test("an agent who becomes free is given who came later by the very commit that told of it", async () => {
  const { made, waiting, over } = await talkingWhileAnotherWaits(early());
  const decision = await decided(...over);
  expect(decision.events.map((e) => e.dialogId)).toContain(waiting);
  await db.sql.begin(async (tx) => {
    await insertEvents(tx, [...decision.events]);
    await decision.write(tx);
  });
  expect(house.commands.filter((c) => c.dialogId === waiting && c.kind === "ring")).toEqual([]);
  decision.stands();
  expect((await house.commanded("ring", waiting)).employeeId).toBe(made.agents[0]);
});

test("who came before the caller is given to the agent by a commit of its own: dialogs are locked in the order of their ids, and the caller has locked his", async () => {
  const { made, waiting, over } = await talkingWhileAnotherWaits(late());
  const decision = await decided(...over);
  expect(decision.events).toEqual([]);
  await db.sql.begin((tx) => decision.write(tx));
  expect((await db.sql<{ input: RoutingInput }[]>`SELECT input FROM routing_input ORDER BY id`).map((r) => r.input)).toEqual(over);
  decision.stands();
  expect((await house.commanded("ring", waiting)).employeeId).toBe(made.agents[0]);
  await house.quiet();
});

test("should that second commit fail, the inputs still stand and are decided again", async () => {
  const { made, waiting, over } = await talkingWhileAnotherWaits(late());
  const decision = await decided(...over);
  await db.sql.begin((tx) => decision.write(tx));
  house.fenced = true;
  decision.stands();
  await until(() => (house.errors.length > 0 ? true : undefined));
  expect(house.commands.filter((c) => c.dialogId === waiting)).toEqual([]);
  house.fenced = false;
  await house.ready(...made.agents);
  expect((await house.commanded("ring", waiting)).employeeId).toBe(made.agents[0]);
});

test("a router whose lease is gone has the whole transaction fail", async () => {
  const made = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...made.agents);
  await until(() => house.routing?.decideWithin([]) ?? undefined).then((d) => (d as DecisionWithin).stands());
  house.fenced = true;
  await expect(brought(made)).rejects.toThrow(/lease/);
  expect(await db.sql`SELECT FROM dialog WHERE channel_id = ${made.channels.voice}`).toHaveLength(0);
  expect(house.commands.filter((c) => c.kind === "ring")).toEqual([]);
});

test("a setting that was changed just before is not overtaken, though nobody has said yet that it is committed", async () => {
  const made = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...made.agents);
  const [other] = await house.dialogRows(made.channels.voice, "voice");
  const caller = house.opened(other as Id, made.queue, "voice");
  await db.sql.begin(async (tx) => {
    await tx`UPDATE queue SET ring_timeout_s = 7 WHERE id = ${made.queue}`;
    await house.routing?.enqueue(tx, [{ kind: "facts.changed", what: "queue", id: made.queue, at: house.now() }]);
  });
  expect(house.routing?.decideWithin([caller])).toBeNull();
  const decision = await decided(caller);
  await db.sql.begin(async (tx) => {
    await insertEvents(tx, [...decision.events]);
    await decision.write(tx);
  });
  decision.stands();
  expect((await house.commanded("ring", other as Id)).timeoutMs).toBe(7_000);
});

test("nothing is decided within a transaction where the router is not, or while a deadline is due", async () => {
  const made = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...made.agents);
  const dialogId = await brought(made);
  const { timeoutMs } = await house.commanded("ring", dialogId);
  house.offsetMs = timeoutMs + 1_000;
  onTestFinished(() => {
    house.offsetMs = 0;
  });
  const [other] = await house.dialogRows(made.channels.voice, "voice");
  const missed = house.opened(other as Id, made.queue, "voice");
  expect(house.routing?.decideWithin([missed])).toBeNull();
  house.holds = false;
  expect(house.routing?.decideWithin([missed])).toBeNull();
});
