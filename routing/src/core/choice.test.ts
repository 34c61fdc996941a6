import { expect, test } from "vitest";
import { bestFive, coolsDown, fits, membershipOf, refusalCounts, refusalFor } from "./choice.ts";
import type { Agent, Entry } from "./model.ts";
import { comes } from "./rules.fixture.ts";
import { answers, calls, chats, intends, leaves, passes, ready, rejects } from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const six = () => new Story({ a: { planned: 60 }, b: { planned: 50 }, c: { planned: 40 }, d: { planned: 30 }, e: { planned: 20 }, f: { planned: 10 } });
const normed = () => {
  const s = six();
  s.facts = { ...s.facts, agents: s.facts.agents.map((a) => ({ ...a, norm: 100 })) };
  s.input({ kind: "facts.read", facts: s.facts, at: s.now });
  return s;
};
const entryOf = (s: Story, dialogId: string) => s.state.entries.get(dialogId) as Entry;
const agentOf = (s: Story, id: string) => s.state.agents.get(id) as Agent;

test("a choice keeps the five best with their loads, the chosen first", () => {
  const s = normed().given(ready("a", "b", "c", "d", "e", "f"), calls("call"));
  expect(s.decisions.at(-1)).toEqual({
    index: expect.any(Number),
    entryId: entryOf(s, "call").id,
    dialogId: "call",
    at: START,
    rung: "least_loaded",
    chosenId: "f",
    reason: { code: "least_loaded", load: 0.05 },
    best: [
      { employeeId: "f", load: 0.05 },
      { employeeId: "e", load: 0.1 },
      { employeeId: "d", load: 0.15 },
      { employeeId: "c", load: 0.2 },
      { employeeId: "b", load: 0.25 },
    ],
    refusals: {},
    version: s.state.version,
    inputId: s.state.inputId,
  });
});

test("why not the others is counted by reason, those of the queue who serve the medium alone", () => {
  const s = new Story(
    { a: {}, b: {}, c: { queues: { sales: { media: ["chat"] } } }, d: {}, e: { active: false }, x: { queues: { other: {} } } },
    { sales: {}, other: {} },
  );
  s.given(ready("a", "b", "c", "x"), calls("talk"), answers("talk"), intends("b", "paused"), calls("call"));
  expect(s.decisions.at(-1)).toMatchObject({
    rung: "queue",
    chosenId: null,
    reason: { code: "nobody_ready" },
    best: [],
    refusals: { in_call: 1, paused: 1, logged_out: 1, inactive: 1 },
  });
});

test("among the best stand those alone who have the skill; the others lack it", () => {
  const s = new Story({ a: { skills: { kazakh: 3 } }, b: {}, c: { skills: { kazakh: 1 } } }).given(ready("a", "b", "c"));
  s.given(comes("call", { requires: [{ skillId: "kazakh", level: 2, relaxMs: null }] }));
  expect(s.decisions.at(-1)).toMatchObject({ chosenId: "a", best: [{ employeeId: "a" }], refusals: { lacks_skill: 2 } });
  const [best, refusals] = [bestFive(s.state, entryOf(s, "call")), refusalCounts(s.state, entryOf(s, "call"))];
  expect([best, refusals]).toEqual([[], { offered: 1, lacks_skill: 2 }]);
});

test("each refusal has its name: unknown, no member, not here, without the skill, cooling down", () => {
  const s = new Story({ a: {}, b: {}, c: { queues: { sales: { media: ["chat"] } } }, x: { queues: { other: {} } } }, { sales: {}, other: {} }).given(
    ready("a", "c", "x"),
  );
  s.given(comes("call", { requires: [{ skillId: "kazakh", level: 2, relaxMs: null }] }));
  const call = entryOf(s, "call");
  const why = (id: string, exempt = false) => refusalFor(s.state, call, s.state.agents.get(id), exempt);
  expect([why("nobody"), why("x"), why("c"), why("b"), why("a"), why("a", true)]).toEqual([
    "unknown",
    "not_member",
    "not_member",
    "logged_out",
    "lacks_skill",
    null,
  ]);
  expect(fits(s.state, call, agentOf(s, "a"))).toBe(false);
  s.given(chats("chat"), rejects("a", "chat"));
  expect(refusalFor(s.state, entryOf(s, "chat"), agentOf(s, "a"))).toBe("cooling_down");
  expect(fits(s.state, entryOf(s, "chat"), agentOf(s, "a"))).toBe(false);
  expect(fits(s.state, entryOf(s, "chat"), agentOf(s, "b"))).toBe(true);
});

test("a pair cools down until the moment is there, and only that pair", () => {
  const s = new Story({ a: {} }).given(ready("a"), chats("chat"), rejects("a", "chat"), passes("9 s"));
  s.given(leaves("nothing"));
  expect([coolsDown(s.state, entryOf(s, "chat"), "a"), coolsDown(s.state, entryOf(s, "chat"), "b")]).toEqual([true, false]);
  s.state.now = START + 10_000;
  expect(coolsDown(s.state, entryOf(s, "chat"), "a")).toBe(false);
});

test("a member is found by queue, and nobody where one serves not", () => {
  const s = new Story({ a: { queues: { sales: {}, other: { weight: 2 } } } }, { sales: {}, other: {}, third: {} });
  expect(membershipOf(agentOf(s, "a"), "other")?.weight).toBe(2);
  expect(membershipOf(agentOf(s, "a"), "third")).toBeUndefined();
});
