import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { RoutingHouse, until } from "../../../tests/support/routing.ts";

/** The ladder to its end (RG-06), with the engine and its tables. */

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
const house = new RoutingHouse(() => db.sql);
afterEach(async () => {
  await house.stop();
  house.offsetMs = 0;
  await db.sql`TRUNCATE routing_input, routing_quarantine, assignment, offer, decision, entry CASCADE`;
});

type Made = Awaited<ReturnType<RoutingHouse["furnish"]>>;
const writes = (made: Made, queue = made.queue) => house.dialog(made.channels.chat, queue, "chat");
/** Who is asked now, and about what. */
async function asked(dialogId: Id): Promise<{ id: Id; employee_id: Id; rung: string }> {
  const rows = () =>
    db.sql<{ id: Id; employee_id: Id; rung: string }[]>`SELECT id, employee_id, rung FROM offer WHERE dialog_id = ${dialogId} AND ended_at IS NULL`;
  return until(async () => (await rows())[0]);
}
async function answers(dialogId: Id, kind: "offer.accept" | "offer.reject"): Promise<Id> {
  const offer = await asked(dialogId);
  await house.send({ kind, offerId: offer.id, employeeId: offer.employee_id, at: house.now() });
  await house.quiet();
  return offer.employee_id;
}
const entriesOf = (dialogId: Id) =>
  db.sql<
    { queue_id: Id; rung: string; outcome: string | null; place: number }[]
  >`SELECT queue_id, rung, outcome, round(extract(epoch FROM enqueued_at) * 1000)::float8 AS place FROM entry WHERE dialog_id = ${dialogId} ORDER BY (ended_at IS NULL), ended_at`;

/** Two people, of whom Dana alone is here, and a writer whom she has answered. */
async function danaHasAnswered() {
  const made = await house.furnish({ agents: 2 });
  const [dana, aigul] = made.agents as [Id, Id];
  await house.start();
  await house.ready(dana);
  const answered = await writes(made);
  await answers(answered, "offer.accept");
  await house.send({ kind: "dialog.message", dialogId: answered, direction: "out", at: house.now() });
  return { made, dana, aigul, answered };
}

describe("the ladder's end (RG-06)", () => {
  test("nobody is ready and three wait: whoever becomes ready is offered the oldest, then the next", async () => {
    const made = await house.furnish({ agents: 2 });
    const [dana] = made.agents as [Id, Id];
    await house.start();
    const waiting: Id[] = [];
    for (let n = 0; n < 3; n++) {
      waiting.push(await writes(made));
      await house.quiet();
      house.offsetMs += 1_000;
    }
    expect(await db.sql`SELECT 1 FROM offer`).toEqual([]);
    await house.ready(dana);
    const [oldest, middle, youngest] = waiting as [Id, Id, Id];
    expect(await db.sql`SELECT dialog_id, employee_id FROM offer WHERE ended_at IS NULL`).toEqual([{ dialog_id: oldest, employee_id: dana }]);
    expect(await answers(oldest, "offer.accept")).toBe(dana);
    expect(await answers(middle, "offer.accept")).toBe(dana);
    expect((await asked(youngest)).employee_id).toBe(dana);
  });

  test("who answered and went home keeps the dialog until the customer writes: then it is in the queue with a note, and goes to who is here", async () => {
    const { dana, aigul, answered } = await danaHasAnswered();
    await house.send({ kind: "agent.intent", employeeId: dana, intent: "logged_out", reason: null, by: dana, at: house.now() });
    await house.quiet();
    const holders = () => db.sql`SELECT employee_id FROM assignment WHERE dialog_id = ${answered} AND ended_at IS NULL`;
    expect([await holders(), house.notes]).toEqual([[{ employee_id: dana }], []]);
    house.offsetMs += 3_600_000;
    const night = house.now();
    await house.send({ kind: "dialog.message", dialogId: answered, direction: "in", at: night });
    await house.quiet();
    expect(await holders()).toEqual([]);
    expect(house.notes).toEqual([{ dialogId: answered, code: "returned_offline" }]);
    expect(await entriesOf(answered)).toMatchObject([{ outcome: "answered" }, { outcome: null, rung: "queue", place: night }]);
    expect(await db.sql`SELECT responsible_id, responsible_why FROM entry WHERE dialog_id = ${answered} AND ended_at IS NULL`).toEqual([
      { responsible_id: dana, responsible_why: "last_talked" },
    ]);
    await house.ready(aigul);
    expect((await asked(answered)).employee_id).toBe(aigul);
  });

  test("who goes offline with one unanswered loses it after 60 s, not sooner: it is back at its place with a note; the answered one stays", async () => {
    const { made, dana, aigul, answered } = await danaHasAnswered();
    const unanswered = await writes(made);
    await answers(unanswered, "offer.accept");
    const [first] = await entriesOf(unanswered);
    await house.send({ kind: "agent.connection", employeeId: dana, online: false, at: house.now() });
    await house.quiet();
    const holders = () => db.sql`SELECT dialog_id, employee_id FROM assignment WHERE ended_at IS NULL ORDER BY started_at`;
    const both = [answered, unanswered].map((dialog_id) => ({ dialog_id, employee_id: dana }));
    house.offsetMs += 40_000;
    await house.ready(aigul);
    expect([await holders(), house.notes]).toEqual([both, []]);

    house.offsetMs += 20_001;
    expect((await asked(unanswered)).employee_id).toBe(aigul);
    expect(await holders()).toEqual([both[0]]);
    expect(house.notes).toEqual([{ dialogId: unanswered, code: "returned_offline" }]);
    expect(await db.sql`SELECT end_reason FROM assignment WHERE dialog_id = ${unanswered}`).toEqual([{ end_reason: "offline" }]);
    const entries = await entriesOf(unanswered);
    expect(entries.map((e) => e.outcome)).toEqual(["answered", null]);
    expect(entries[1]?.place).toBe(first?.place);
  });

  test("back within the minute: everything stays where it is", async () => {
    const made = await house.furnish({ agents: 1 });
    const [dana] = made.agents as [Id];
    await house.start();
    await house.ready(dana);
    const dialogId = await writes(made);
    await answers(dialogId, "offer.accept");
    await house.send({ kind: "agent.connection", employeeId: dana, online: false, at: house.now() });
    await house.quiet();
    house.offsetMs += 50_000;
    await house.send({ kind: "agent.connection", employeeId: dana, online: true, at: house.now() });
    await house.quiet();
    house.offsetMs += 50_000;
    // Whatever were due by now would be decided before this.
    const next = await writes(made);
    expect((await asked(next)).employee_id).toBe(dana);
    expect([await db.sql`SELECT dialog_id FROM assignment WHERE ended_at IS NULL`, house.notes]).toEqual([[{ dialog_id: dialogId }], []]);
  });

  test("how long is waited is a setting of the house, and a change of it is there at once", async () => {
    const made = await house.furnish({ agents: 1 });
    const [dana] = made.agents as [Id];
    await house.start();
    await house.ready(dana);
    const dialogId = await writes(made);
    await answers(dialogId, "offer.accept");
    await db.sql`UPDATE reception_setting SET offline_grace_s = 600`;
    await house.send(
      { kind: "facts.changed", what: "queue", id: made.queue, at: house.now() },
      { kind: "agent.connection", employeeId: dana, online: false, at: house.now() },
    );
    await house.quiet();
    house.offsetMs += 300_000;
    await writes(made);
    await house.quiet();
    expect(house.notes).toEqual([]);
    house.offsetMs += 300_001;
    await until(() => house.notes.length > 0);
    expect(house.notes).toEqual([{ dialogId, code: "returned_offline" }]);
    await db.sql`UPDATE reception_setting SET offline_grace_s = 60`;
  });

  test("three people at most are asked as the least loaded, each once; the fourth has it from the queue", async () => {
    const made = await house.furnish({ agents: 4 });
    await house.start();
    await house.ready(...made.agents);
    const dialogId = await writes(made);
    const refused: Id[] = [];
    for (let n = 0; n < 3; n++) refused.push(await answers(dialogId, "offer.reject"));
    const fourth = await asked(dialogId);
    expect(new Set([...refused, fourth.employee_id])).toEqual(new Set(made.agents));
    const offers = await db.sql<{ rung: string }[]>`SELECT rung FROM offer WHERE dialog_id = ${dialogId} ORDER BY created_at, (ended_at IS NULL), ended_at`;
    expect(offers.map((o) => o.rung)).toEqual(["least_loaded", "least_loaded", "least_loaded", "queue"]);
    expect((await entriesOf(dialogId))[0]).toMatchObject({ rung: "queue", outcome: null });
  });

  test("a queue may ask fewer of them", async () => {
    const made = await house.furnish({ agents: 3, queue: { max_least_loaded: 1 } });
    await house.start();
    await house.ready(...made.agents);
    const dialogId = await writes(made);
    await answers(dialogId, "offer.reject");
    expect((await asked(dialogId)).rung).toBe("queue");
  });

  test("after the queue's whole wait the overflow queue has it, at its old place; nobody there either, and the caller gets the fallback", async () => {
    const backup = await house.furnish({ agents: 1 });
    const made = await house.furnish({ agents: 1, queue: { overflow_queue_id: backup.queue } });
    const [busy, helper] = [made.agents[0] as Id, backup.agents[0] as Id];
    await house.start();
    await house.ready(busy, helper);
    const talk = async (queue: Id) => {
      const dialogId = await house.dialog(made.channels.voice, queue);
      const { offerId } = await house.commanded("ring", dialogId);
      for (const kind of ["leg.answered", "leg.bridged"] as const) await house.send({ kind, dialogId, offerId, at: house.now() });
      await house.quiet();
      return dialogId;
    };
    await talk(made.queue);
    const helped = await talk(backup.queue);
    const calls = async () => {
      const dialogId = await house.dialog(made.channels.voice, made.queue);
      await house.quiet();
      return dialogId;
    };
    const [caller, other] = [await calls(), await calls()];
    const [before] = await entriesOf(caller);
    house.offsetMs += 300_001;
    const moved = await until(async () => {
      const rows = await entriesOf(caller);
      return rows.length === 2 && rows;
    });
    expect(moved).toMatchObject([
      { queue_id: made.queue, outcome: "overflowed" },
      { queue_id: backup.queue, outcome: null },
    ]);
    expect(moved[1]?.place).toBe(before?.place);
    expect(await db.sql`SELECT reason->>'code' AS code FROM decision WHERE dialog_id = ${caller} AND rung = 'overflow'`).toEqual([{ code: "max_wait" }]);
    await house.send(
      { kind: "dialog.closed", dialogId: helped, by: null, at: house.now() },
      { kind: "agent.wrapup", employeeId: helper, action: "finish", at: house.now() },
    );
    expect((await house.commanded("ring", caller)).employeeId).toBe(helper);
    house.offsetMs += 300_001;
    await house.commanded("fallback", other);
    expect((await entriesOf(other)).map((e) => [e.queue_id, e.outcome])).toEqual([
      [made.queue, "overflowed"],
      [backup.queue, "overflowed"],
    ]);
  });
});
