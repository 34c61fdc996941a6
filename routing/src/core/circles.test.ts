import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import { expect, test } from "vitest";
import { REFUSALS } from "./eligibility.ts";
import type { Forwarding } from "./facts.ts";
import { occasionOf, ruleOf } from "./forwarding.ts";
import type { Agent, Entry } from "./model.ts";
import { asksToBeCalled, comes, to } from "./rules.fixture.ts";
import { answers, calls, connects, disconnects, intends, leaves, passes, ready, rejects, rings } from "./steps.fixture.ts";
import { type People, START, Story } from "./story.fixture.ts";

test("which rule of forwarding each refusal calls for; who does not serve the queue is spoken for by none", () => {
  expect(Object.fromEntries(["busy", "no_answer", "absent", "out_of_hours", null].map((on) => [on, REFUSALS.filter((r) => occasionOf(r) === on)]))).toEqual({
    busy: ["in_call", "wrapup", "offered", "at_capacity"],
    no_answer: ["resting", "cooling_down"],
    absent: ["inactive", "absent", "no_norm_today", "logged_out", "offline", "reconnecting", "paused", "phone_unreachable"],
    out_of_hours: ["out_of_hours"],
    null: ["none", "not_member", "lacks_skill", "already_tried", "unknown"],
  });
});

test("a rule speaks for calls alone, on its own occasion, or always", () => {
  const somebody = (...forwardings: Forwarding[]) => ({ facts: { forwardings } }) as unknown as Agent;
  const call = { medium: "voice" } as Entry;
  const [busy, always] = [to("busy", "bolat"), to("always", "erlan")];
  expect(ruleOf(somebody(busy), call, "busy")).toBe(busy);
  expect(ruleOf(somebody(busy), call, "absent")).toBeUndefined();
  expect(ruleOf(somebody(busy), call, null)).toBeUndefined();
  expect(ruleOf(somebody(busy, always), call, "busy")).toBe(always);
  expect(ruleOf(somebody(busy, always), call, null)).toBe(always);
  expect(ruleOf(somebody(always), { medium: "chat" } as Entry, "busy")).toBeUndefined();
  expect(ruleOf(somebody(), call, "busy")).toBeUndefined();
  expect(ruleOf(undefined, call, "busy")).toBeUndefined();
});

const absent = (target: string) => ({ forwardings: [to("absent", target)] });
const story = (people: People) => new Story(people);
const forwards = (s: Story) =>
  s.decisions.filter((d) => d.rung === "forward").map((d) => [d.reason.code, d.reason.from, d.chosenId, d.best.map((b) => b.employeeId), d.refusals]);

test("a chain is followed to whoever may be rung, each hop with its reason", () => {
  const s = story({ a: absent("b"), b: absent("c"), c: {}, d: {} }).given(ready("c", "d"), comes("call", { responsible: "a" }));
  expect(forwards(s)).toEqual([
    ["not_eligible", "a", null, ["b"], { logged_out: 1 }],
    ["forwarded", "b", "c", ["c", "d"], { logged_out: 2 }],
  ]);
  expect(s.state.entries.get("call")).toMatchObject({
    rung: "forward",
    tried: ["c"],
    forwarded: [
      { from: "a", on: "absent", to: "b" },
      { from: "b", on: "absent", to: "c" },
    ],
  });
});

test("two who forward to each other: cut at the first that comes back, and the ladder goes on", () => {
  const s = story({ a: absent("b"), b: absent("a"), d: {} }).given(ready("d"));
  s.when(comes("call", { responsible: "a" })).then("call is offered to d (least_loaded)");
  expect(forwards(s)).toEqual([
    ["not_eligible", "a", null, ["b"], { logged_out: 1 }],
    ["forward_loop", "b", null, ["a"], {}],
  ]);
});

test("three in a circle, and one who forwards to himself", () => {
  const s = story({ a: absent("b"), b: absent("c"), c: absent("b"), d: {} }).given(ready("d"));
  s.when(comes("call", { responsible: "a" })).then("call is offered to d (least_loaded)");
  expect(forwards(s).map(([code, from]) => [code, from])).toEqual([
    ["not_eligible", "a"],
    ["not_eligible", "b"],
    ["forward_loop", "c"],
  ]);
  const own = story({ a: absent("a"), d: {} }).given(ready("d"), comes("call", { responsible: "a" }));
  expect(forwards(own)).toEqual([["forward_loop", "a", null, ["a"], {}]]);
});

test("always and always: a chain in which nobody is asked, cut where it comes back", () => {
  const always = (target: string) => ({ forwardings: [to("always", target)] });
  const s = story({ a: always("b"), b: always("c"), c: always("a"), d: {} }).given(ready("a", "b", "c", "d"));
  s.when(comes("call", { responsible: "a" })).never("call is offered to b (forwarded)", "call is offered to c (forwarded)");
  expect(forwards(s)).toEqual([["forward_loop", "c", null, ["a"], {}]]);
  expect(s.decisions[0]).toMatchObject({ rung: "forward" });
});

test("a chain of six is cut after five hops", () => {
  const s = story({ a: absent("b"), b: absent("c"), c: absent("d"), d: absent("e"), e: absent("f"), f: absent("g"), g: {}, x: {} }).given(ready("g", "x"));
  s.when(comes("call", { responsible: "a" }))
    .then("call is offered to g (least_loaded)")
    .never("call is offered to g (forwarded)");
  expect(s.state.entries.get("call")?.forwarded).toHaveLength(5);
  expect(forwards(s).at(-1)).toEqual(["forward_loop", "f", null, ["g"], {}]);
});

test("nobody whom the ladder has asked is asked by forwarding", () => {
  const s = story({ a: {}, b: { forwardings: [to("absent", "a")] }, c: {} }).given(
    ready("a", "c"),
    comes("call", { responsible: "a", substitute: "b" }),
    rings("call"),
  );
  s.when(rejects("a", "call")).then("call is offered to c (least_loaded)").never("call is offered to a");
  expect(forwards(s)).toEqual([["forward_loop", "b", null, ["a"], {}]]);
});

test("whoever was rung by forwarding and does not answer is followed by his own rule, then by the next rung", () => {
  const people = { a: absent("b"), b: { forwardings: [to("no_answer", "c")] }, c: {}, s: {}, x: {} };
  const s = story(people).given(ready("b", "c", "s", "x"), comes("call", { responsible: "a", substitute: "s" }), rings("call"));
  s.when(passes("20 s")).then("b's offer of call timed_out (no-answer)", "call is offered to c (forwarded)");
  s.given(rings("call")).when(passes("20 s")).then("call is offered to s (substitute)");
});

test("of the substitute's forwarding the next rung is that of the least loaded", () => {
  const s = story({ b: absent("c"), c: {}, x: {} }).given(ready("c", "x"), comes("call", { substitute: "b" }), rings("call"));
  s.when(rejects("c", "call")).then("call is offered to x (least_loaded)");
});

test("an outside number ends the stay in the queue, once, with its reason", () => {
  const s = story({ a: absent("+77010000000"), d: {} }).given(ready("d"));
  s.when(comes("call", { responsible: "a" }))
    .then("call leaves the queue: redirected", "send call to +77010000000")
    .never("call is offered", "fallback");
  expect(forwards(s)).toEqual([["forwarded", "a", null, [], {}]]);
});

// ---------------------------------------------------------------- worth waiting for

const talked = (s: Story) => {
  // Five talks of 30 s, so that the queue knows a mean.
  for (let i = 0; i < 5; i++) s.given(calls(`past ${i}`), answers(`past ${i}`), passes("30 s"), leaves(`past ${i}`), passes("1 min"));
};
const inTalk = (seconds: `${number} s`, queue = {}) =>
  new Story({ dana: {}, bolat: {} }, { sales: { wrapupVoiceMs: 4_000, ...queue } }).given(
    ready("dana"),
    talked,
    calls("talk"),
    answers("talk"),
    passes(seconds),
  );
const waits = "call finds nobody at responsible (waits_for_responsible)";
const passed = "call finds nobody at responsible (not_eligible)";

test("a talk's expected end is the mean less what has passed, and the wrap-up after it", () => {
  // 30 - 21 + 4 = 13 s: more than half of 20 s, so only when nobody else is ready.
  inTalk("21 s")
    .when(comes("call", { responsible: "dana" }))
    .then(waits);
  inTalk("21 s")
    .given(ready("bolat"))
    .when(comes("call", { responsible: "dana" }))
    .then(passed, "call is offered to bolat (least_loaded)");
  // 30 - 24 + 4 = 10 s: half of it exactly.
  inTalk("24 s")
    .given(ready("bolat"))
    .when(comes("call", { responsible: "dana" }))
    .then(waits);
  // 30 - 14 + 4 = 20 s: too long.
  inTalk("14 s")
    .when(comes("call", { responsible: "dana" }))
    .then(passed);
});

test("a talk that lasts longer than the mean already ends nobody knows when", () => {
  inTalk("30 s")
    .when(comes("call", { responsible: "dana" }))
    .then(passed);
  inTalk("29 s")
    .when(comes("call", { responsible: "dana" }))
    .then(waits);
});

test("a queue that waits for nobody, and one that knows no mean", () => {
  inTalk("24 s", { waitResponsibleMs: 0 })
    .when(comes("call", { responsible: "dana" }))
    .then(passed);
  new Story({ dana: {} })
    .given(ready("dana"), calls("talk"), answers("talk"), passes("25 s"))
    .when(comes("call", { responsible: "dana" }))
    .then(passed);
});

test("only of a wrap-up and of a talk is the end foreseeable, not of a break or a ring", () => {
  const s = new Story({ dana: {} }).given(ready("dana"), talked, intends("dana", "paused"));
  s.when(comes("call", { responsible: "dana" })).then(passed);
  const rung = new Story({ dana: {} }).given(ready("dana"), talked, calls("other"));
  rung.when(comes("call", { responsible: "dana" })).then(passed);
});

test("what changes about the responsible in the talk does not end the waiting; a break does not either, until it shows", () => {
  const s = inTalk("24 s").given(comes("call", { responsible: "dana" }));
  s.given((x) => x.input({ kind: "agent.load", employeeId: "dana", plannedPoints: 5, normPoints: 10, at: x.now }));
  expect(s.state.entries.get("call")?.waitsUntil).toBe(s.now + 20_000);
  expect(s.state.agents.get("dana")?.awaitedBy).toHaveLength(1);
  s.when(leaves("talk")).never("call is offered").when(passes("4 s")).then("call is offered to dana (responsible_customer)");
  expect(s.state.agents.get("dana")?.awaitedBy).toHaveLength(0);
});

test("waited for in vain: the responsible counts as asked, and the ladder goes on", () => {
  const s = inTalk("24 s").given(comes("call", { responsible: "dana" }));
  const until = s.state.entries.get("call")?.waitsUntil;
  expect(until).toBe(s.now + 20_000);
  s.when(passes("19 s")).never("call finds nobody").when(passes("1 s")).then("call finds nobody at queue (nobody_ready)");
  expect(s.state.entries.get("call")).toMatchObject({ waitsUntil: null, tried: ["dana"], rung: "queue" });
});

test("the responsible goes away: nobody waits for him any more", () => {
  const s = inTalk("24 s").given(comes("call", { responsible: "dana" }), ready("bolat"), rejects("bolat", "x"));
  s.when(leaves("talk"), disconnects("dana")).then("call is offered to bolat (least_loaded)");
  expect(s.state.agents.get("dana")?.awaitedBy).toHaveLength(0);
  s.given(connects("dana"));
});

test("whoever hangs up or asks for a callback while waiting for somebody waits no more", () => {
  const s = inTalk("24 s").given(comes("call", { responsible: "dana", number: "+77010000001" }), comes("second", { responsible: "dana" }));
  expect(s.state.agents.get("dana")?.awaitedBy.map((e) => e.dialogId)).toEqual(["call", "second"]);
  s.given(leaves("second"));
  expect(s.state.agents.get("dana")?.awaitedBy.map((e) => e.dialogId)).toEqual(["call"]);
  s.given(asksToBeCalled("call"));
  expect(s.state.agents.get("dana")?.awaitedBy).toEqual([]);
});

// ---------------------------------------------------------------- what is told of a callback

test("the card of a callback names the number", () => {
  const events: NewDialogEvent[] = [];
  const s = new Story({ dana: {} }, undefined, { after: (_, __, effects) => events.push(...effects.events) });
  s.given(comes("call", { number: "+77010000001" }), asksToBeCalled("call", "+77010000002"), ready("dana"));
  const made = events.find((e) => e.kind === "offer.made");
  expect(made?.payload).toEqual({
    offerId: s.offerOf("call"),
    entryId: s.state.entries.get("call")?.id,
    employeeId: "dana",
    rung: "callback",
    reason: { code: "callback", load: 0 },
    deadlineAt: START + 45_000,
    callback: { number: "+77010000002" },
  });
  const plain = events.length;
  s.given(rejects("dana", "call"), calls("plain"));
  expect(Object.keys(events.slice(plain).find((e) => e.kind === "offer.made")?.payload ?? {})).not.toContain("callback");
});
