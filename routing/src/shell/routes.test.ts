import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { agentOf, Desk, headOf } from "./desk.fixture.ts";

let desk: Desk;
let house: Desk["house"];
let made: Desk["made"];
let ann: Id;
let bob: Id;

beforeAll(async () => {
  desk = await Desk.build();
  house = desk.house;
});
afterAll(() => desk.db.drop());
beforeEach(async () => {
  [ann, bob] = (await desk.open(2)) as [Id, Id];
  made = desk.made;
  desk.who = agentOf(ann, made.department);
});
afterEach(() => desk.close());

const call: Desk["call"] = (method, url, body) => desk.call(method, url, body);
/** A chat that is offered to somebody. */
const offered = async () => {
  const dialogId = await house.dialog(made.channels.chat, made.queue, "chat");
  await house.quiet();
  const [o] = await desk.db.sql<{ id: Id; employee_id: Id }[]>`SELECT id, employee_id FROM offer WHERE dialog_id = ${dialogId} AND ended_at IS NULL`;
  return { dialogId, offerId: o?.id as Id, asked: o?.employee_id as Id, other: o?.employee_id === ann ? bob : ann };
};

test("accepting answers when the decision is durable; the second press succeeds; a stranger's offer does not exist", async () => {
  const { dialogId, offerId, asked, other } = await offered();
  desk.who = agentOf(other, made.department);
  expect((await call("POST", `/offers/${offerId}/accept`)).status).toBe(404);
  desk.who = agentOf(asked, made.department);
  expect((await call("POST", `/offers/${offerId}/accept`)).status).toBe(204);
  expect(await desk.db.sql`SELECT employee_id FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).toEqual([{ employee_id: asked }]);
  expect((await call("POST", `/offers/${offerId}/accept`)).status).toBe(204);
});

test("too late: the loser learns who has it", async () => {
  const { dialogId, offerId, asked, other } = await offered();
  desk.who = agentOf(other, made.department);
  expect((await call("POST", `/dialogs/${dialogId}/take`)).status).toBe(204);
  desk.who = agentOf(asked, made.department);
  const late = await call("POST", `/offers/${offerId}/accept`);
  expect([late.status, late.body?.["code"]]).toEqual([409, "already_taken"]);
  expect(late.body?.details).toMatchObject({ employee: { id: other, name: expect.stringMatching(/^Agent/) } });
  const take = await call("POST", `/dialogs/${dialogId}/take`);
  expect([take.status, take.body?.["code"]]).toEqual([409, "already_taken"]);
});

test("two press `take` at the same moment: one has it, the other is told", async () => {
  await call("PUT", "/presence/me", { intent: "paused" });
  desk.who = agentOf(bob, made.department);
  await call("PUT", "/presence/me", { intent: "paused" });
  const dialogId = await house.dialog(made.channels.chat, made.queue, "chat");
  await house.quiet();
  house.holds = false;
  const first = call("POST", `/dialogs/${dialogId}/take`);
  await new Promise((resolve) => setImmediate(resolve));
  desk.who = agentOf(ann, made.department);
  const second = call("POST", `/dialogs/${dialogId}/take`);
  // Both inputs stand before the engine looks again.
  for (;;) if ((await desk.db.sql`SELECT 1 FROM routing_input`).length === 2) break;
  house.holds = true;
  const answers = await Promise.all([first, second]);
  expect(answers.map((a) => a.status).sort()).toEqual([204, 409]);
  expect(await desk.db.sql`SELECT 1 FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).toHaveLength(1);
});

test("rejecting passes it on; an offer whose time is up answers offer_expired", async () => {
  const { dialogId, offerId, asked, other } = await offered();
  desk.who = agentOf(asked, made.department);
  expect((await call("POST", `/offers/${offerId}/reject`)).status).toBe(204);
  const [next] = await desk.db.sql<{ id: Id; employee_id: Id }[]>`SELECT id, employee_id FROM offer WHERE dialog_id = ${dialogId} AND ended_at IS NULL`;
  expect(next?.employee_id).toBe(other);
  house.offsetMs = 46_000;
  desk.who = agentOf(other, made.department);
  const late = await call("POST", `/offers/${next?.id}/accept`);
  expect([late.status, late.body?.["code"]]).toEqual([409, "offer_expired"]);
});

test("after a call whoever had it finishes the wrap-up and is ready again", async () => {
  const dialogId = await house.dialog(made.channels.voice, made.queue);
  const { offerId, employeeId } = await house.commanded("ring", dialogId);
  desk.who = agentOf(employeeId, made.department);
  await house.send({ kind: "leg.answered", dialogId, offerId, at: house.now() });
  await house.commanded("bridge", dialogId);
  await house.send({ kind: "leg.bridged", dialogId, offerId, at: house.now() });
  await house.send({ kind: "dialog.closed", dialogId, by: employeeId, at: house.now() });
  await house.quiet();
  expect((await call("GET", "/presence/me")).body).toMatchObject({ state: "wrapup" });
  const finished = await call("POST", "/presence/me/wrapup", { action: "finish" });
  expect([finished.status, finished.body.state]).toEqual([200, "idle"]);
});

test("presence: one's own, and a supervisor's only inside the own part of the house", async () => {
  expect((await call("GET", "/presence/me")).body).toMatchObject({ employeeId: ann, intent: "available", state: "idle", online: true });
  expect((await call("PUT", "/presence/me", { intent: "paused", reason: "lunch" })).body).toMatchObject({ intent: "paused", reason: "lunch", state: "paused" });
  expect((await call("PUT", `/presence/${bob}`, { intent: "paused" })).status).toBe(403);
  desk.who = headOf(ann, made.department);
  expect((await call("PUT", `/presence/${bob}`, { intent: "paused", reason: "meeting" })).body).toMatchObject({ employeeId: bob, intent: "paused" });
  const elsewhere = await house.furnish({ agents: 1 });
  expect((await call("PUT", `/presence/${elsewhere.agents[0]}`, { intent: "paused" })).status).toBe(404);
});

test("reassigning: with the right inside the own subtree, not from outside; one's own can be given back", async () => {
  const { dialogId, offerId, asked, other } = await offered();
  desk.who = agentOf(asked, made.department);
  await call("POST", `/offers/${offerId}/accept`);
  const elsewhere = await house.furnish({ agents: 1 });
  desk.who = headOf(elsewhere.agents[0] as Id, elsewhere.department);
  expect((await call("POST", `/dialogs/${dialogId}/assign`, { employeeId: other })).status).toBe(404);
  const [head] = await desk.db.sql<
    { id: Id }[]
  >`INSERT INTO employee (login, full_name, department_id, calendar_id) VALUES (gen_random_uuid()::text, 'Head', ${made.department}, ${made.calendar}) RETURNING id`;
  desk.who = headOf(head?.id as Id, made.department);
  expect((await call("POST", `/dialogs/${dialogId}/assign`, { employeeId: other })).status).toBe(204);
  expect(await desk.db.sql`SELECT employee_id FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).toEqual([{ employee_id: other }]);
  desk.who = agentOf(other, made.department);
  expect((await call("POST", `/dialogs/${dialogId}/assign`, { employeeId: null })).status).toBe(204);
  expect(await desk.db.sql`SELECT 1 FROM entry WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).toHaveLength(1);
});

test("why: the decisions of a dialog with names, loads, refusals and how each offer ended", async () => {
  const { dialogId, offerId, asked, other } = await offered();
  desk.who = agentOf(asked, made.department);
  await call("POST", `/offers/${offerId}/reject`);
  const why = await call("GET", `/dialogs/${dialogId}/why`);
  expect(why.status).toBe(200);
  expect(why.body?.["decisions"]).toMatchObject([
    { rung: "least_loaded", chosen: { id: asked }, reason: { code: "least_loaded", load: 0 }, outcome: "rejected" },
    { rung: "least_loaded", chosen: { id: other }, outcome: "pending" },
  ]);
});

test("queues: created, changed under their version, given members; the engine knows at once", async () => {
  desk.who = headOf(ann, made.department);
  const created = await call("POST", "/queues", { name: `New ${made.queue}`, departmentId: made.department, calendarId: made.calendar });
  expect(created.status).toBe(201);
  const id = created.body?.["id"] as Id;
  expect(created.body).toMatchObject({ ownerTimeoutS: 25, ringTimeoutS: 20, chatOfferS: 45, messageOfferS: 900, members: [], version: 0 });
  expect((await call("PATCH", `/queues/${id}`, { ringTimeoutS: 12, version: 0 })).body).toMatchObject({ ringTimeoutS: 12, ownerTimeoutS: 25, version: 1 });
  const conflict = await call("PATCH", `/queues/${id}`, { ringTimeoutS: 13, version: 0 });
  expect([conflict.status, conflict.body?.["code"]]).toEqual([409, "version_conflict"]);
  expect(conflict.body?.details).toMatchObject({ current: { ringTimeoutS: 12, version: 1 } });
  expect((await call("PUT", `/queues/${id}/members`, { members: [{ employeeId: ann, media: ["voice"] }] })).body).toMatchObject({
    members: [{ employee: { id: ann }, media: ["voice"], weight: 1 }],
  });
  const dialog = await house.dialog(made.channels.voice, id);
  expect(await house.commanded("ring", dialog)).toMatchObject({ employeeId: ann, timeoutMs: 12_000 });
  desk.who = agentOf(bob, made.department);
  expect((await call("PATCH", `/queues/${id}`, { ringTimeoutS: 30, version: 2 })).status).toBe(403);
  expect(((await call("GET", "/queues")).body as unknown as { id: Id }[]).map((q) => q.id)).toEqual([made.queue]);
});

test("the board: B13's numbers of the day, only the viewer's part of the house", async () => {
  const elsewhere = await house.furnish({ agents: 1 });
  // 170 answered (148 within 20 s), 20 abandoned, 6 of them short: 148 / 184 = 80.4 %
  const rows = (n: number, outcome: string, waitedS: number) => desk.db.sql`
    WITH d AS (INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, opened_at, closed_at)
      SELECT ${made.channels.voice}, gen_random_uuid(), 'voice', 'phone', now(), now() FROM generate_series(1, ${n}) RETURNING id)
    INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, rung, enqueued_at, ended_at, outcome)
    SELECT gen_random_uuid(), id, ${made.queue}, 'voice', 'new', 'queue', now(), now() + ${waitedS} * interval '1 s', ${outcome} FROM d`;
  await rows(148, "answered", 10);
  await rows(22, "answered", 40);
  await rows(14, "abandoned", 30);
  await rows(6, "abandoned", 2);
  await call("PUT", "/presence/me", { intent: "paused" });
  const waiting = await house.dialog(made.channels.chat, made.queue, "chat");
  await house.dialog(elsewhere.channels.chat, elsewhere.queue, "chat");
  await house.quiet();
  expect((await call("GET", "/board")).status).toBe(403);
  desk.who = headOf(ann, made.department);
  const board = (await call("GET", "/board")).body as unknown as {
    today: Record<string, number>;
    waiting: Record<string, unknown>;
    agents: { employeeId: Id; state: string }[];
    queues: { id: Id; waiting: number; readyAgents: number; media: unknown[] }[];
    openDialogs: number;
  };
  expect(board.today).toMatchObject({ offered: 190, answered: 170, abandoned: 20, shortAbandoned: 6, serviceLevelThresholdS: 20, serviceLevelTarget: 0.8 });
  expect(board.today["serviceLevel"]).toBeCloseTo(0.804, 3);
  expect(board.today["averageSpeedOfAnswerS"]).toBeCloseTo((148 * 10 + 22 * 40) / 170, 6);
  expect(board.agents.map((a) => [a.employeeId, a.state]).sort()).toEqual(
    [
      [ann, "paused"],
      [bob, "offered"],
    ].sort(),
  );
  expect(board.queues).toEqual([
    { id: made.queue, name: expect.any(String), waiting: 1, longestSince: expect.any(String), readyAgents: 0, media: expect.any(Array) },
  ]);
  // Bob has a chat before him and nothing else meanwhile; Ann has a break.
  expect(board.queues[0]?.media).toEqual([
    { medium: "chat", waiting: 1, ready: 0 },
    { medium: "message", waiting: 0, ready: 0 },
    { medium: "mail", waiting: 0, ready: 0 },
  ]);
  expect(board.waiting).toMatchObject({ voice: 0, chat: 1, mail: 0 });
  expect(board.openDialogs).toBe(1);
  expect(waiting).toBeDefined();
});
