import type { Id, Medium } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../../tests/support/routing.ts";
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
});
afterEach(async () => {
  await desk.db.sql`UPDATE channel SET enabled = false WHERE kind = 'asterisk-ari'`;
  await desk.close();
});

interface Seen {
  employeeId: Id;
  state: string;
  phoneReachable: boolean;
  phoneExpected: boolean;
  ready: Medium[];
}
/** The board as the head of the department reads it: her people, and her one queue. */
const board = async () => {
  const { body } = await desk.as(headOf(ann, made.department)).call("GET", "/board");
  const { agents, queues } = body as { agents: Seen[]; queues: { readyAgents: number; media: { medium: Medium; waiting: number; ready: number }[] }[] };
  const [queue] = queues;
  if (queue === undefined) throw new Error("no queue on the board");
  const ready = Object.fromEntries(queue.media.map((m) => [m.medium, m.ready]));
  return { of: (id: Id) => agents.find((a) => a.employeeId === id) as Seen, readyAgents: queue.readyAgents, ready, media: queue.media };
};
const mine = async (id: Id): Promise<Seen> => (await desk.as(agentOf(id, made.department)).call("GET", "/presence/me")).body;
const phone = async (id: Id, reachable: boolean) => {
  await house.send({ kind: "agent.phone", employeeId: id, reachable, at: house.now() });
  await house.quiet();
};
const telephony = () => desk.db.sql`INSERT INTO channel (kind, name, queue_id) VALUES ('asterisk-ari', ${made.queue}, ${made.queue})`;
const serves = async (id: Id, media: Medium[]) => {
  const members = [
    { employeeId: id, media },
    { employeeId: id === ann ? bob : ann, media: ["voice", "chat"] },
  ];
  const answer = await desk.as(headOf(ann, made.department)).call("PUT", `/queues/${made.queue}/members`, { members });
  expect(answer.status).toBe(200);
  await house.quiet();
};

test("in a house without telephony whoever is available is ready: on the board, in the queue's count and in the own menu", async () => {
  await phone(ann, false);
  await phone(bob, false);
  const seen = await board();
  expect(seen.of(ann)).toMatchObject({ state: "idle", phoneReachable: false, phoneExpected: false, ready: ["chat", "message", "mail"] });
  expect([seen.readyAgents, seen.ready]).toEqual([2, { chat: 2, message: 2, mail: 2 }]);
  const { state, phoneExpected } = await mine(ann);
  expect({ state, phoneExpected }).toEqual({ state: "idle", phoneExpected: false });
});

test("in a house with telephony an agent without a phone is ready for what is written, with the word that the phone is not there", async () => {
  await telephony();
  await phone(ann, false);
  const seen = await board();
  expect(seen.of(ann)).toMatchObject({ state: "idle", phoneReachable: false, phoneExpected: true, ready: ["chat", "message", "mail"] });
  expect(seen.of(bob)).toMatchObject({ state: "idle", phoneReachable: true, phoneExpected: true, ready: ["voice", "chat", "message", "mail"] });
  expect([seen.readyAgents, seen.ready]).toEqual([2, { voice: 1, chat: 2, message: 2, mail: 2 }]);
  expect(await mine(ann)).toMatchObject({ state: "idle", phoneReachable: false, phoneExpected: true, ready: ["chat", "message", "mail"] });
});

test("who serves calls alone is unreachable without a phone; who serves no calls is asked for none", async () => {
  await telephony();
  await phone(ann, false);
  await serves(ann, ["voice"]);
  let seen = await board();
  expect(seen.of(ann)).toMatchObject({ state: "unreachable", phoneExpected: true });
  expect([seen.readyAgents, seen.ready]).toEqual([1, { voice: 1, chat: 1 }]);
  await serves(ann, ["chat", "mail"]);
  seen = await board();
  expect(seen.of(ann)).toMatchObject({ state: "idle", phoneExpected: false });
  expect([seen.readyAgents, seen.ready]).toEqual([2, { voice: 1, chat: 2, mail: 1 }]);
});

test("with as many dialogs as one may hold one is ready for calls still, and the queue's count says for what", async () => {
  await telephony();
  await desk.db.sql`UPDATE employee SET max_dialogs = 0 WHERE id = ${bob}`;
  await serves(bob, ["voice", "chat"]);
  const seen = await board();
  expect(seen.of(bob).ready).toEqual(["voice"]);
  expect(seen.ready).toEqual({ voice: 2, chat: 1 });
});

test("a caller who was promised a call waits as a call, also where the house has no telephone any more", async () => {
  const dialogId = await house.dialog(made.channels.voice, made.queue, "voice");
  await house.quiet();
  await desk.db.sql`UPDATE entry SET callback_number = '+77010000001' WHERE dialog_id = ${dialogId}`;
  expect((await board()).media.find((m) => m.medium === "voice")).toMatchObject({ waiting: 1 });
});

test("what the router says is read anew at its start: rows of an older house get their media", async () => {
  await desk.db.sql`INSERT INTO agent_connection (employee_id, socket_id, node) SELECT id, 's', 'n' FROM unnest(${[ann, bob]}::uuid[]) id`;
  await desk.db.sql`UPDATE presence SET ready = '{}'`;
  await house.stop();
  await house.start();
  const all = ["voice", "chat", "message", "mail"];
  await until(async () => (await desk.db.sql`SELECT 1 FROM presence WHERE ready = ${all} AND employee_id IN (${ann}, ${bob})`).length === 2);
});
