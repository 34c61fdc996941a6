import { expect, test } from "vitest";
import { comes, setsQueue } from "./rules.fixture.ts";
import { NO_NEEDS, NO_REQUIREMENTS, needsAt } from "./skills.ts";
import { accepts, answers, calls, closes, crashes, passes, ready, rejects, says } from "./steps.fixture.ts";
import { Story } from "./story.fixture.ts";

const kazakh = (level = 3, relaxMs: number | null = 60_000) => ({ skillId: "kazakh", level, relaxMs });
const loans = { skillId: "loans", level: 1, relaxMs: null };
const team = () => new Story({ aigul: { skills: { kazakh: 5 } }, bolat: { skills: { kazakh: 2, loans: 4 } }, dana: {} });

test("a call that needs Kazakh at level 3 goes to the one who speaks it, however loaded; why not the others is stored", () => {
  const s = team().given(ready("aigul", "bolat", "dana"), comes("chat", { medium: "chat" }), accepts("aigul", "chat"));
  s.when(comes("call", { requires: [kazakh()] })).then("call is offered to aigul (least_loaded)");
  const decision = s.decisions.at(-1);
  expect(decision?.refusals).toEqual({ lacks_skill: 2 });
  expect(decision?.best.map((b) => b.employeeId)).toEqual(["aigul"]);
});

test("the skilled one is in a call: the call waits for them while others are free, until the requirement is dropped", () => {
  team()
    .given(ready("aigul", "bolat", "dana"), calls("talk"), answers("talk"))
    .when(comes("call", { requires: [kazakh(3, 40_000)] }))
    .then("call finds nobody at queue (nobody_ready)")
    .when(passes("39 s"))
    .never("call is offered")
    .when(passes("1 s"))
    .then("call is offered to bolat (oldest_waiting)");
});

test("a requirement that never relaxes waits for the skill as long as it takes", () => {
  team()
    .given(ready("dana"), comes("call", { requires: [loans] }))
    .when(passes("200 s"))
    .never("call is offered")
    .when(ready("bolat"))
    .then("call is offered to bolat (oldest_waiting)");
});

test("requirements relax one after the other, each after its own time", () => {
  new Story({ bolat: { skills: { loans: 4 } }, dana: {} })
    .given(ready("dana", "bolat"), comes("call", { requires: [kazakh(1, 20_000), { ...loans, relaxMs: 29_000 }] }))
    .when(passes("19 s"))
    .never("call is offered")
    .when(passes("1 s"))
    .then("call is offered to bolat (oldest_waiting)")
    .when(rejects("bolat", "call"), passes("8 s"))
    .never("call is offered")
    .when(passes("1 s"))
    .then("call is offered to dana (oldest_waiting)");
});

test("an agent who becomes ready takes the first whom he can serve, passing over those he cannot", () => {
  team()
    .given(comes("first", { requires: [kazakh(5, null)] }), passes("1 s"), comes("second", { requires: [loans] }), passes("1 s"), calls("third"))
    .when(ready("dana"))
    .then("third is offered to dana (oldest_waiting)")
    .when(ready("bolat"))
    .then("second is offered to bolat (oldest_waiting)")
    .when(ready("aigul"))
    .then("first is offered to aigul (oldest_waiting)");
});

test("among those an agent can serve, the older place goes first, whatever it needs", () => {
  team()
    .given(calls("plain"), passes("1 s"), comes("skilled", { requires: [kazakh(1)] }))
    .when(ready("aigul"), answers("plain"), closes("plain"), passes("30 s"))
    .then("plain is offered to aigul (oldest_waiting)", "skilled is offered to aigul (oldest_waiting)");
});

test("the responsible is exempt: the customer talks with that person already; the substitute is not", () => {
  team()
    .given(ready("dana", "aigul"))
    .when(comes("call", { responsible: "dana", requires: [kazakh()] }))
    .then("call is offered to dana (responsible_customer)");
  const s = team().given(ready("dana", "aigul"));
  s.when(comes("call", { substitute: "dana", requires: [kazakh()] })).then(
    "call finds nobody at substitute (not_eligible)",
    "call is offered to aigul (least_loaded)",
  );
  expect(s.decisions.at(-2)?.refusals).toEqual({ lacks_skill: 1 });
});

test("written matters ask for skills too, and move on with what they need", () => {
  new Story(
    { aigul: { skills: { kazakh: 5 }, queues: { backup: {} } }, bolat: { queues: { sales: {} } } },
    { sales: { overflowQueueId: "backup", maxWaitMs: 30_000 }, backup: {} },
  )
    .given(ready("aigul", "bolat"), comes("chat", { medium: "chat", requires: [kazakh(3, null)] }))
    .when(passes("30 s"))
    .then("chat leaves the queue: overflowed", "chat enters backup", "chat is offered to aigul (least_loaded)");
});

test("a crash changes nothing of what is needed and when it relaxes", () => {
  team()
    .given(ready("dana"), comes("call", { requires: [kazakh(3, 40_000)] }), passes("30 s"), crashes)
    .when(passes("9 s"), crashes)
    .never("call is offered")
    .when(passes("1 s"))
    .then("call is offered to dana (oldest_waiting)");
});

test("a skill learned while a customer waits is used at once", () => {
  const s = team().given(ready("dana"), comes("call", { requires: [loans] }));
  s.facts = { ...s.facts, agents: s.facts.agents.map((a) => (a.id === "dana" ? { ...a, skills: { loans: 1 } } : a)) };
  s.when(setsQueue("sales", {})).then("call is offered to dana (oldest_waiting)");
});

test("a dialog with a need that was answered counts as any other", () => {
  team()
    .given(ready("aigul"), comes("chat", { medium: "chat", requires: [kazakh()] }), accepts("aigul", "chat"), says("chat", "out"))
    .when(closes("chat"))
    .then("aigul is wrapup");
});

test("equal needs have equal keys whatever their order; none in force is no need at all", () => {
  const now = 1_000_000;
  expect(needsAt([kazakh(), loans], now, now).key).toBe(needsAt([loans, kazakh()], now, now).key);
  expect(needsAt([kazakh(3, 5)], now - 5, now)).toBe(NO_NEEDS);
  expect(needsAt(NO_REQUIREMENTS, now, now)).toBe(NO_NEEDS);
  expect(needsAt([kazakh(2)], now, now).key).not.toBe(needsAt([kazakh(3)], now, now).key);
});
