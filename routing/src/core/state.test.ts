import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import { Effects } from "./effects.ts";
import type { Membership } from "./model.ts";
import { setsQueue } from "./rules.fixture.ts";
import { betterAgent, RouterState } from "./state.ts";
import { accepts, assigns, calls, chats, passes, ready, rejects, writes } from "./steps.fixture.ts";
import { START, type Step, Story } from "./story.fixture.ts";

const member = (load: number, idleSince: number, id: string) => ({ load, idleSince, agent: { id } }) as unknown as Membership;

test("the less loaded is the better; of equal loads who was idle for longer; then the id", () => {
  expect(betterAgent(member(0.1, 9, "b"), member(0.2, 1, "a"))).toBe(true);
  expect(betterAgent(member(0.2, 1, "a"), member(0.1, 9, "b"))).toBe(false);
  expect(betterAgent(member(0.1, 1, "b"), member(0.1, 2, "a"))).toBe(true);
  expect(betterAgent(member(0.1, 2, "a"), member(0.1, 1, "b"))).toBe(false);
  expect(betterAgent(member(0.1, 1, "a"), member(0.1, 1, "b"))).toBe(true);
  expect(betterAgent(member(0.1, 1, "b"), member(0.1, 1, "a"))).toBe(false);
});

test("the clock of the decisions never goes back, and every decision is a version", () => {
  const state = new RouterState();
  state.begin(1, 1000, new Effects());
  state.begin(2, 900, new Effects());
  expect([state.now, state.version, state.inputId]).toEqual([1000, 2, 2]);
  state.begin(3, 1001, new Effects());
  expect(state.now).toBe(1001);
});

test("things and orders of one decision are counted from nothing, each in its own row", () => {
  const state = new RouterState();
  state.begin(7, 0, new Effects());
  expect([state.newIndex(), state.newIndex(), state.newCommandId(), state.newCommandId()]).toEqual([0, 1, "7:0", "7:1"]);
  const before = state.newId();
  state.begin(8, 0, new Effects());
  expect([state.newIndex(), state.newCommandId()]).toEqual([0, "8:0"]);
  expect(state.newId() > before).toBe(true);
});

test("a batch has each thing that changed once, and every event of it in order", () => {
  const s = new Story({ dana: {} }).given(ready("dana"));
  const batch = new Effects();
  const put = (input: Parameters<Story["input"]>[0], id: number) => decide(s.state, { id, now: s.now, input, dialog: null }, batch);
  put({ kind: "agent.intent", employeeId: "dana", intent: "paused", reason: null, by: "dana", at: s.now }, 501);
  put({ kind: "agent.intent", employeeId: "dana", intent: "available", reason: null, by: "dana", at: s.now }, 502);
  expect(batch.agents.map((a) => a.id)).toEqual(["dana"]);
  expect(batch.spans.map((span) => span.state)).toEqual(["paused", "idle"]);
});

test("entries, offers and assignments stand once in what a decision brings", () => {
  const all: Effects[] = [];
  const s = new Story({ dana: {} }, undefined, { after: (_, __, effects) => all.push(effects) });
  s.given(ready("dana"), chats("chat"), accepts("dana", "chat"));
  const unique = (list: readonly unknown[]) => new Set(list).size === list.length;
  for (const e of all) for (const list of [e.entries, e.offers, e.assignments, e.agents]) expect(unique(list)).toBe(true);
  expect(all.at(-1)).toMatchObject({ entries: [{ dialogId: "chat" }], offers: [{ dialogId: "chat" }], assignments: [{ dialogId: "chat" }] });
});

// ---------------------------------------------------------------- settings that change under way

const changes =
  (id: string, change: object): Step =>
  (s) => {
    s.facts = { ...s.facts, agents: s.facts.agents.map((a) => (a.id === id ? { ...a, ...change } : a)) };
    s.input({ kind: "facts.read", facts: s.facts, at: s.now });
  };
const members =
  (...list: Story["facts"]["members"]): Step =>
  (s) => {
    s.facts = { ...s.facts, members: list };
    s.input({ kind: "facts.read", facts: s.facts, at: s.now });
  };

test("somebody dismissed is offered nothing more and keeps what he has; employed again he is asked again", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), chats("has"), accepts("dana", "has"), changes("dana", { active: false }));
  s.when(chats("chat")).never("chat is offered");
  expect(s.state.assignments.get("has")?.employeeId).toBe("dana");
  s.when(changes("dana", { active: true })).then("chat is offered to dana (oldest_waiting)");
});

test("who joins a queue takes what waits there; who leaves it is asked no more; each medium by itself", () => {
  const s = new Story({ dana: { queues: {} } }).given(ready("dana"), chats("chat"), writes("letter"), calls("call"));
  s.when(members({ queueId: "sales", employeeId: "dana", media: ["mail"], weight: 1 }))
    .then("letter is offered to dana (oldest_waiting)")
    .never("chat is offered", "call is offered");
  s.given(rejects("dana", "letter"));
  s.when(members({ queueId: "sales", employeeId: "dana", media: ["chat", "message"], weight: 1 })).then("chat is offered to dana (oldest_waiting)");
  s.given(rejects("dana", "chat"), members());
  s.when(passes("1 min")).never("chat is offered", "letter is offered");
});

test("a member of a queue, or an employee, that nobody knows of is nobody's trouble", () => {
  const s = new Story({ dana: {} });
  s.given(members({ queueId: "gone", employeeId: "dana", media: ["chat"], weight: 1 }, { queueId: "sales", employeeId: "nobody", media: ["chat"], weight: 1 }));
  expect(s.state.agents.get("dana")?.memberships).toEqual([]);
});

test("a new queue and a new employee are there at once; the old queue keeps who waits in it", () => {
  const s = new Story({ dana: {} }).given(chats("chat"));
  const [queue] = s.facts.queues;
  const [agent] = s.facts.agents;
  s.facts = {
    ...s.facts,
    queues: [...s.facts.queues, { ...queue, id: "new" } as typeof queue & object],
    agents: [...s.facts.agents, { ...agent, id: "bolat" } as typeof agent & object],
  };
  s.given(members({ queueId: "new", employeeId: "bolat", media: ["chat"], weight: 1 }, { queueId: "sales", employeeId: "dana", media: ["chat"], weight: 1 }));
  expect(s.state.agents.get("bolat")).toMatchObject({ state: "offline", stateSince: START });
  expect(s.state.queues.get("sales")?.waiting[1].size).toBe(1);
  s.given(ready("bolat"))
    .when(chats("second", { queue: "new" }))
    .then("second is offered to bolat (least_loaded)");
});

test("a weight, a limit and a queue's times are those of now", () => {
  const s = new Story({ dana: { maxDialogs: 1 } }).given(ready("dana"), chats("has"), accepts("dana", "has"), chats("chat"));
  s.when(changes("dana", { maxDialogs: 2 })).then("chat is offered to dana (oldest_waiting)");
  s.given(rejects("dana", "chat"), setsQueue("sales", { ringMs: 7_000 }));
  s.when(calls("call")).then("ring dana for call, 7 s");
  s.dialogs.set("x", { medium: "chat", open: true, queueId: "sales", awaiting: true });
  s.given(assigns("x", "dana", "head"));
  expect(s.state.agents.get("dana")?.memberships[0]?.load).toBe(1);
  s.given(members({ queueId: "sales", employeeId: "dana", media: ["chat"], weight: 4 }));
  expect(s.state.agents.get("dana")?.memberships[0]?.load).toBe(0.25);
});

test("news that something was changed decides nothing; the settings come by themselves", () => {
  const s = new Story({ dana: {} }).given(chats("chat"));
  s.when((x) => x.input({ kind: "facts.changed", what: "employee", id: "dana", at: x.now }));
  expect(s.happened).toEqual([]);
});

test("a dialog for a queue that does not exist is an error by its name, and nothing is changed", () => {
  const s = new Story({ dana: {} });
  expect(() => s.given(chats("chat", { queue: "gone" }))).toThrow("dialog chat: queue gone is unknown");
  expect(s.state.entries.size).toBe(0);
});
