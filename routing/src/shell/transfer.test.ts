import type { Principal } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { agentOf, Desk, headOf } from "./desk.fixture.ts";

let desk: Desk;
let ann: Id;
let bob: Id;
let cat: Id;

beforeAll(async () => {
  desk = await Desk.build();
});
afterAll(() => desk.db.drop());
beforeEach(async () => {
  [ann, bob, cat] = (await desk.open(3)) as [Id, Id, Id];
  desk.who = talker(ann);
});
afterEach(() => desk.close());

/** Who may talk, and call outside. */
const talker = (id: Id, rights: Principal["permissions"]["call"] = { create: "own", edit: "own" }): Principal => {
  const agent = agentOf(id, desk.made.department);
  return { ...agent, permissions: { ...agent.permissions, call: rights } };
};
const pauses = async (...people: Id[]) => {
  for (const employeeId of people)
    await desk.house.send({ kind: "agent.intent", employeeId, intent: "paused", reason: "lunch", by: employeeId, at: desk.house.now() });
  await desk.house.quiet();
};
const resumes = async (employeeId: Id) => {
  await desk.house.send({ kind: "agent.intent", employeeId, intent: "available", reason: null, by: employeeId, at: desk.house.now() });
  await desk.house.quiet();
};
/** Ann talks with a caller of the queue; the others are at lunch. */
async function talk(): Promise<Id> {
  const { house, made } = desk;
  await pauses(bob, cat);
  const dialogId = await house.dialog(made.channels.voice, made.queue);
  const { offerId } = await house.commanded("ring", dialogId);
  await house.send({ kind: "leg.answered", dialogId, offerId, at: house.now() }, { kind: "leg.bridged", dialogId, offerId, at: house.now() });
  await house.quiet();
  return dialogId;
}
const holder = async (dialogId: Id) =>
  (await desk.db.sql`SELECT employee_id AS id FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`)[0]?.["id"] ?? null;
const transfer = (dialogId: Id, body: object) => desk.call("POST", `/dialogs/${dialogId}/transfer`, body);

test("one's own talk goes to a colleague: let go, rung, written down, and said why", async () => {
  const dialogId = await talk();
  await resumes(bob);
  expect((await transfer(dialogId, { employeeId: bob })).status).toBe(204);
  expect(await holder(dialogId)).toBeNull();
  expect(await desk.house.commanded("release", dialogId)).toMatchObject({ employeeId: ann });
  expect(await desk.house.commanded("ring", dialogId, 1)).toMatchObject({ employeeId: bob });
  expect(desk.house.audited.at(-1)).toEqual({ by: ann, object: "dialog", action: "transfer" });
  const why = await desk.as(headOf(ann, desk.made.department)).call("GET", `/dialogs/${dialogId}/why`);
  expect(JSON.stringify(why.body)).toContain('"code":"transferred"');
});

test("who cannot be rung is refused in words, and nothing has happened", async () => {
  const dialogId = await talk();
  const refused = await transfer(dialogId, { employeeId: bob });
  expect([refused.status, refused.body["code"]]).toEqual([409, "colleague_busy"]);
  expect(await holder(dialogId)).toBe(ann);
  expect(desk.house.commands.filter((c) => c.kind === "release" && c.dialogId === dialogId)).toEqual([]);
  expect((await transfer(dialogId, { employeeId: ann })).status).toBe(409);
});

test("to a queue, and to an outside number", async () => {
  const first = await talk();
  expect((await transfer(first, { queueId: desk.made.queue })).status).toBe(204);
  expect(await desk.db.sql`SELECT queue_id, outcome FROM entry WHERE dialog_id = ${first} AND ended_at IS NULL`).toEqual([
    { queue_id: desk.made.queue, outcome: null },
  ]);
  await desk.house.send(
    { kind: "dialog.left", dialogId: first, at: desk.house.now() },
    { kind: "agent.wrapup", employeeId: ann, action: "finish", at: desk.house.now() },
  );
  const second = await talk();
  expect((await transfer(second, { number: "+7 705 999 88 77" })).status).toBe(204);
  expect(await desk.house.commanded("redirect", second)).toMatchObject({ number: "+7 705 999 88 77" });
});

test("two presses hand it on once: the second finds the talk gone", async () => {
  const dialogId = await talk();
  await resumes(bob);
  const answers = await Promise.all([transfer(dialogId, { employeeId: bob }), transfer(dialogId, { employeeId: bob })]);
  expect(answers[0]?.status).toBe(204);
  await desk.house.quiet();
  expect(desk.house.commands.filter((c) => c.kind === "release" && c.dialogId === dialogId)).toHaveLength(1);
  expect((await transfer(dialogId, { employeeId: bob })).status).toBe(403);
});

test("nobody hands on what is not theirs, without the right, or to nowhere", async () => {
  const dialogId = await talk();
  const nobody = "00000000-0000-4000-8000-000000000000";
  expect((await transfer(nobody, { employeeId: bob })).status).toBe(404);
  expect((await transfer(dialogId, { employeeId: nobody })).status).toBe(404);
  expect((await transfer(dialogId, { queueId: nobody })).status).toBe(404);
  for (const body of [{}, { employeeId: bob, queueId: desk.made.queue }, { number: "1" }]) expect((await transfer(dialogId, body)).status).toBe(422);
  expect((await desk.as(talker(bob)).call("POST", `/dialogs/${dialogId}/transfer`, { queueId: desk.made.queue })).status).toBe(404);
  const head = headOf(cat, desk.made.department);
  const other = await desk.as({ ...head, permissions: { ...head.permissions, call: { edit: "subtree" } } }).call("POST", `/dialogs/${dialogId}/transfer`, {
    queueId: desk.made.queue,
  });
  expect(other.status).toBe(403);
  expect((await desk.as(talker(ann, {})).call("POST", `/dialogs/${dialogId}/transfer`, { queueId: desk.made.queue })).status).toBe(403);
  // Talking is one right, calling outside another.
  expect((await desk.as(talker(ann, { edit: "own" })).call("POST", `/dialogs/${dialogId}/transfer`, { number: "+77059998877" })).status).toBe(403);
  expect(await holder(dialogId)).toBe(ann);
  const chat = await desk.house.dialog(desk.made.channels.chat, desk.made.queue, "chat");
  await desk.house.send({ kind: "dialog.assign", dialogId: chat, employeeId: ann, by: ann, at: desk.house.now() });
  await desk.house.quiet();
  for (const body of [{ employeeId: bob }, { number: "+77059998877" }])
    expect((await desk.as(talker(ann)).call("POST", `/dialogs/${chat}/transfer`, body)).status).toBe(422);
  expect((await desk.as(talker(ann, {})).call("POST", `/dialogs/${chat}/transfer`, { queueId: desk.made.queue })).status).toBe(204);
  expect(await holder(chat)).toBeNull();
});

test("the list shows colleagues who serve calls, the ready ones first, and how many are ready in each queue", async () => {
  await pauses(bob);
  const { status, body } = await desk.call("GET", "/transfer-targets");
  expect(status).toBe(200);
  const mine = body.people.filter((p: { id: Id }) => desk.made.agents.includes(p.id));
  expect(mine.map((p: { id: Id; ready: boolean }) => [p.id, p.ready])).toEqual([
    [cat, true],
    [bob, false],
  ]);
  expect(body.queues.find((q: { id: Id }) => q.id === desk.made.queue)).toMatchObject({ ready: 1 });
  const chat = await desk.house.dialog(desk.made.channels.chat, desk.made.queue, "chat");
  await desk.house.send({ kind: "dialog.assign", dialogId: chat, employeeId: ann, by: ann, at: desk.house.now() });
  await desk.house.quiet();
  const queuesFor = async (who: Id) =>
    (await desk.as(talker(who)).call("GET", `/transfer-targets?medium=chat&leaving=${chat}`)).body.queues.map((q: { id: Id }) => q.id);
  // Whose dialog it is does not show to anybody else.
  expect([(await queuesFor(ann)).includes(desk.made.queue), (await queuesFor(bob)).includes(desk.made.queue)]).toEqual([false, true]);
});
