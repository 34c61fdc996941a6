import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { RoutingHouse, until } from "../../../tests/support/routing.ts";
import { readFacts } from "./facts.ts";
import { readMemory } from "./memory.ts";

/** What whoever takes over reads from the tables is what the router knew. */

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

const taken = async () => {
  const now = house.now();
  return (await readMemory(db.sql, await readFacts(db.sql, now), now)).state;
};

/** The only agent talks with somebody; returns the dialog. */
async function talking(made: { queue: Id; channels: { voice: Id } }): Promise<Id> {
  const dialogId = await house.dialog(made.channels.voice, made.queue);
  const { offerId } = await house.commanded("ring", dialogId);
  for (const kind of ["leg.ringing", "leg.answered", "leg.bridged"] as const) await house.send({ kind, dialogId, offerId, at: house.now() });
  await house.quiet();
  return dialogId;
}

test("a promised callback, with its place, number, person and needs", async () => {
  const made = await house.furnish({ agents: 1 });
  const skill = await skillOf(made.agents[0] as Id, "Kazakh", 4);
  await house.start();
  await house.ready(...made.agents);
  await talking(made);
  const requires = [{ skillId: skill, level: 2, relaxMs: 600_000 }];
  const caller = await house.dialog(made.channels.voice, made.queue, "voice", { person: "olga", number: "+77010000001", requires, priority: 10 });
  await house.quiet();
  const before = (await taken()).entries.get(caller);
  expect(before).toMatchObject({ channelId: made.channels.voice, person: "olga", callerNumber: "+77010000001", requires, rung: "queue", listed: true });
  expect(before?.announce?.isSet()).toBe(true);
  expect(before?.relax?.at).toBe((before?.enqueuedAt ?? 0) + 600_000);
  await house.send(
    { kind: "callback.requested", dialogId: caller, number: "+77010000001", at: house.now() },
    { kind: "dialog.closed", dialogId: caller, by: null, at: house.now() },
  );
  await house.quiet();
  const state = await taken();
  const callback = state.entries.get(caller);
  expect(callback).toMatchObject({ rung: "callback", callbackNumber: "+77010000001", enqueuedAt: before?.enqueuedAt, requires, listed: true });
  expect(callback?.wait.at).toBe(callback?.deadlineAt);
  expect([...state.callbacks.values()]).toEqual([callback]);
  const [told] = await db.sql`SELECT outcome FROM entry WHERE dialog_id = ${caller} AND ended_at IS NOT NULL`;
  expect(told).toEqual({ outcome: "callback" });
});

test("promised callbacks outlive the node: the next one offers each once, makes the call once, and ends in time what nobody makes", async () => {
  const made = await house.furnish({ agents: 1, queue: { callback_s: 600, wrapup_voice_s: 0 } });
  const [agent] = made.agents as [Id];
  await house.start();
  await house.ready(agent);
  // The page is connected to a node that lives on.
  await db.sql`INSERT INTO agent_connection (employee_id, socket_id, node) VALUES (${agent}, 'page', 'another')`;
  const talk = await talking(made);
  const promise = async (person: string, number: string) => {
    const dialogId = await house.dialog(made.channels.voice, made.queue, "voice", { person, number });
    await house.send({ kind: "callback.requested", dialogId, number, at: house.now() }, { kind: "dialog.closed", dialogId, by: null, at: house.now() });
    await house.quiet();
    return dialogId;
  };
  const [first, second] = [await promise("olga", "+77010000001"), await promise("ivan", "+77010000002")];
  await house.stop();

  const successor = new RoutingHouse(() => db.sql);
  await successor.start();
  try {
    // Whose talk ended while nobody decided is free for the older promise.
    await successor.send({ kind: "dialog.closed", dialogId: talk, by: null, at: successor.now() });
    const offered = () => db.sql<{ id: Id; dialog_id: Id }[]>`SELECT id, dialog_id FROM offer WHERE rung = 'callback' AND ended_at IS NULL`;
    const [card] = await until(async () => {
      const rows = await offered();
      return rows.length > 0 && rows;
    });
    expect(card?.dialog_id).toBe(first);
    await successor.stop();
    await successor.start();
    expect(await offered()).toEqual([card]);
    const accepts = { kind: "offer.accept", offerId: card?.id as Id, employeeId: agent, at: successor.now() } as const;
    await successor.send(accepts, accepts);
    expect(await successor.commanded("call-back", first)).toMatchObject({ employeeId: agent, number: "+77010000001" });
    // The same order again, for whoever had it from the one before: under the same id it is the same call.
    const orders = new Set(successor.commands.filter((c) => c.kind === "call-back").map((c) => c.id));
    await successor.stop();
    await successor.start();
    await successor.quiet();
    for (const again of successor.commands.filter((c) => c.kind === "call-back")) expect(orders).toContain(again.id);
    // Nobody makes the other one: its ten minutes end though the node that counted them is gone.
    await successor.send({ kind: "agent.intent", employeeId: agent, intent: "logged_out", reason: null, by: agent, at: successor.now() });
    await successor.quiet();
    await successor.stop();
    successor.offsetMs = 601_000;
    await successor.start();
    await until(
      async () => (await db.sql`SELECT 1 FROM entry WHERE dialog_id = ${second} AND callback_number IS NOT NULL AND outcome = 'overflowed'`).length === 1,
    );
    expect(await db.sql`SELECT outcome FROM entry WHERE dialog_id = ${first} ORDER BY ended_at`).toEqual([{ outcome: "callback" }, { outcome: "answered" }]);
  } finally {
    await successor.stop();
    await db.sql`DELETE FROM agent_connection`;
  }
});

test("who gave up a moment ago, how fast calls are served, and how long talks last", async () => {
  const made = await house.furnish({ agents: 1, queue: { wrapup_voice_s: 0 } });
  await house.start();
  await house.ready(...made.agents);
  for (let i = 0; i < 10; i++) {
    const dialogId = await talking(made);
    house.offsetMs += 60_000;
    await house.send({ kind: "dialog.closed", dialogId, by: null, at: house.now() });
    await house.quiet();
  }
  await talking(made);
  const caller = await house.dialog(made.channels.voice, made.queue, "voice", { person: "olga" });
  await house.send({ kind: "dialog.left", dialogId: caller, at: house.now() });
  await house.quiet();
  const [row] = await db.sql<{ at: Date }[]>`SELECT enqueued_at AS at FROM entry WHERE dialog_id = ${caller}`;
  const state = await taken();
  const pace = state.queues.get(made.queue)?.pace;
  const [low, high] = pace?.estimate(1, house.now()) ?? [0, 0];
  expect(low).toBeGreaterThanOrEqual(60_000);
  expect(high).toBeLessThan(70_000);
  expect(pace?.meanTalk(house.now())).toBeGreaterThanOrEqual(60_000);
  expect(state.left.find(made.queue, "olga", house.now())).toBe(row?.at.getTime());
  // Whoever is back has no second place to come back to.
  await house.dialog(made.channels.voice, made.queue, "voice", { person: "olga" });
  await house.quiet();
  expect((await taken()).left.find(made.queue, "olga", house.now())).toBeNull();
});

test("who waits before a responsible that is about to be free, and the hops of a forwarded call", async () => {
  const made = await house.furnish({ agents: 3, queue: { wrapup_voice_s: 15 } });
  const [aigul, bolat, dana] = made.agents as [Id, Id, Id];
  await db.sql`INSERT INTO forwarding (employee_id, "on", to_employee_id) VALUES (${bolat}, 'absent', ${dana})`;
  await house.start();
  await house.ready(aigul);
  const talk = await talking(made);
  await house.send({ kind: "dialog.closed", dialogId: talk, by: null, at: house.now() });
  const waits = await house.dialog(made.channels.voice, made.queue, "voice", { responsible: { employeeId: aigul, why: "customer" } });
  await house.ready(dana);
  const forwarded = await house.dialog(made.channels.voice, made.queue, "voice", { responsible: { employeeId: bolat, why: "customer" } });
  await house.commanded("ring", forwarded);
  const state = await taken();
  const entry = state.entries.get(waits);
  expect(entry).toMatchObject({ rung: "responsible", offer: null, listed: false });
  expect(state.agents.get(aigul)?.awaitedBy).toEqual([entry]);
  expect(entry?.wait.at).toBe(entry?.waitsUntil);
  expect(state.entries.get(forwarded)?.forwarded).toEqual([{ rung: "responsible", from: bolat, on: "absent", to: dana }]);
  expect(state.entries.get(forwarded)?.offer?.employeeId).toBe(dana);
});

test("who was not answered is known for a day, whoever takes over; who was answered later is not", async () => {
  const made = await house.furnish({ agents: 1 });
  await house.start();
  await house.ready(...made.agents);
  await talking(made);
  for (const person of ["olga", "timur"]) {
    const dialogId = await house.dialog(made.channels.voice, made.queue, "voice", { person });
    await house.send({ kind: "dialog.left", dialogId, at: house.now() });
    await house.quiet();
  }
  const unanswered = async () => {
    const { lastCalls } = await taken();
    return ["olga", "timur", "zhanna"].filter((person) => lastCalls.unanswered(person, house.now()));
  };
  expect(await unanswered()).toEqual(["olga", "timur"]);
  const again = await house.dialog(made.channels.voice, made.queue, "voice", { person: "timur" });
  await house.quiet();
  expect(await db.sql`SELECT priority FROM entry WHERE dialog_id = ${again}`).toEqual([{ priority: 1 }]);
  await db.sql`UPDATE entry SET outcome = 'answered', ended_at = ${new Date(house.now() + 1)} WHERE dialog_id = ${again}`;
  expect(await unanswered()).toEqual(["olga"]);
  await db.sql`UPDATE entry SET ended_at = ended_at - interval '25 hours' WHERE person = 'olga'`;
  expect(await unanswered()).toEqual([]);
});

test("skills, forwarding, the queue's settings and emergency switches, as facts", async () => {
  const made = await house.furnish({
    agents: 2,
    queue: { priority_step_s: 7, wait_responsible_s: 8, on_max_wait: "callback", callback_s: 9, announce_s: 10, repeat_priority: 3 },
  });
  const [aigul, bolat] = made.agents as [Id, Id];
  const skill = await skillOf(aigul, "German", 3);
  await db.sql`INSERT INTO forwarding (employee_id, "on", to_number) VALUES (${bolat}, 'always', '+77010000009')`;
  const until = Math.round((Date.now() + 3_600_000) / 1000) * 1000;
  await db.sql`INSERT INTO emergency_switch (queue_id, mode, redirect_number, until_at, by_id) VALUES (${made.queue}, 'redirect', '+77010000009', to_timestamp(${until / 1000}::float8), ${aigul})`;
  await db.sql`INSERT INTO emergency_switch (channel_id, mode, until_at, by_id) VALUES (${made.channels.voice}, 'closed', now() - interval '1 minute', ${aigul})`;
  await db.sql`INSERT INTO emergency_switch (channel_id, mode, ended_at, by_id) VALUES (${made.channels.chat}, 'closed', now(), ${aigul})`;
  const facts = await readFacts(db.sql, Date.now());
  const agent = (id: Id) => facts.agents.find((a) => a.id === id);
  expect(agent(aigul)).toMatchObject({ skills: { [skill]: 3 }, forwardings: [] });
  expect(agent(bolat)).toMatchObject({ skills: {}, forwardings: [{ on: "always", toEmployeeId: null, toNumber: "+77010000009" }] });
  expect(facts.queues.find((q) => q.id === made.queue)).toMatchObject({
    priorityStepMs: 7000,
    waitResponsibleMs: 8000,
    onMaxWait: "callback",
    callbackMs: 9000,
    announceMs: 10_000,
    repeatPriority: 3,
    callbackOffered: true,
  });
  expect(facts.emergencies).toEqual([
    { queueId: made.queue, channelId: null, lineId: null, mode: "redirect", redirectQueueId: null, redirectNumber: "+77010000009", untilMs: until },
  ]);
  await db.sql`UPDATE skill SET archived_at = now() WHERE id = ${skill}`;
  expect((await readFacts(db.sql, Date.now())).agents.find((a) => a.id === aigul)?.skills).toEqual({});
});

async function skillOf(employeeId: Id, name: string, level: number): Promise<Id> {
  const [row] = await db.sql<{ id: Id }[]>`INSERT INTO skill (name, language) VALUES (${name}, true) RETURNING id`;
  const { id } = row as { id: Id };
  await db.sql`INSERT INTO employee_skill (employee_id, skill_id, level) VALUES (${employeeId}, ${id}, ${level})`;
  return id;
}
