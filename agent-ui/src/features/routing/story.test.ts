import type { WhyItem, WhyStory } from "@kommutator/contract/api/routing-explain";
import { describe, expect, test } from "vitest";
import { questionOf, stepsOf } from "./story.ts";

const aigul = { id: "aigul", name: "Айгуль" };
const bolat = { id: "bolat", name: "Болат" };
const dana = { id: "dana", name: "Дана" };
const queue = { id: "sales", name: "Продажи" };
const at = (second: number, ms = 0) => new Date(Date.UTC(2026, 2, 2, 6, 0, second, ms)).toISOString();
const entryId = "entry";
const decision = (second: number, more: Partial<Extract<WhyItem, { kind: "decision" }>>): WhyItem => ({
  kind: "decision",
  at: at(second),
  entryId,
  rung: "queue",
  chosen: null,
  reason: { code: "nobody_ready" },
  best: [],
  refusals: {},
  ...more,
});
const offer = (second: number, ms: number, employee: typeof aigul, ended: number | null, outcome: string): WhyItem => ({
  kind: "offer",
  at: at(second, ms),
  offerId: `offer-${employee.id}`,
  entryId,
  employee,
  rung: "least_loaded",
  by: null,
  endedAt: ended === null ? null : at(ended),
  outcome,
  cause: null,
});

/** The responsible talks, Bolat lets it ring, Dana answers after 40 s. */
const STORY: WhyItem[] = [
  { kind: "entered", at: at(0), entryId, queue, since: at(0), priority: 0, identity: "known" },
  decision(0, { rung: "responsible", reason: { code: "not_eligible" }, best: [{ employee: aigul, load: 0.94 }], refusals: { in_call: 1 } }),
  decision(0, {
    rung: "least_loaded",
    chosen: bolat,
    reason: { code: "least_loaded", load: 0.71 },
    best: [
      { employee: bolat, load: 0.71 },
      { employee: dana, load: 0.8 },
    ],
    refusals: { in_call: 1 },
  }),
  offer(0, 3, bolat, 20, "timed_out"),
  decision(20, { refusals: { resting: 1, offered: 1, in_call: 3 } }),
  decision(30, { rung: "queue", chosen: dana, reason: { code: "oldest_waiting", load: 0.8 } }),
  offer(30, 0, dana, 40, "accepted"),
  { kind: "left", at: at(40), entryId, queue, outcome: "answered", waitedMs: 40_000 },
  { kind: "assigned", at: at(40, 12), employee: dana, endedAt: null, endReason: null },
];
const NOW = Date.parse(at(60));

describe("the story of a call is read as people tell it", () => {
  const steps = stepsOf(STORY, NOW);

  test("each offer stands with the decision that made it, and who took the call with its wait", () => {
    expect(steps.map((step) => [step.text.key, step.text.params["name"] ?? null, step.outcome, step.lastsMs])).toEqual([
      ["entered", null, null, null],
      ["passed_responsible", "Айгуль", null, null],
      ["asked", "Болат", "timed_out", 19_997],
      ["decided", null, null, null],
      ["asked", "Дана", "accepted", 10_000],
      ["taken", "Дана", null, 40_000],
    ]);
  });

  test("the chosen is marked among the best, and refusals stand with the most frequent first", () => {
    expect(steps[2]?.best.map((each) => [each.employee.name, each.load, each.chosen])).toEqual([
      ["Болат", 0.71, true],
      ["Дана", 0.8, false],
    ]);
    expect(steps[3]?.refusals[0]).toEqual(["in_call", 3]);
  });

  test("red is who did not answer, amber that nobody was free, green who took it", () => {
    expect(steps.map((step) => step.tone)).toEqual(["calm", "calm", "late", "soon", "good", "good"]);
  });
});

test("an offer that still rings has no outcome and counts on", () => {
  const steps = stepsOf(
    [decision(0, { rung: "least_loaded", chosen: bolat, reason: { code: "least_loaded", load: 0 } }), offer(0, 0, bolat, null, "presented")],
    NOW,
  );
  expect(steps).toMatchObject([{ tone: "now", outcome: null, lastsMs: 60_000 }]);
});

test("a caller who gave up, one who keeps the old place, one who was given by hand", () => {
  const steps = stepsOf(
    [
      { kind: "entered", at: at(0), entryId, queue, since: at(0), priority: 10, identity: "known" },
      { kind: "left", at: at(9), entryId, queue, outcome: "overflowed", waitedMs: 9000 },
      { kind: "entered", at: at(9), entryId: "second", queue: { id: "night", name: "Ночь" }, since: at(0), priority: 0, identity: "known" },
      { ...offer(12, 0, aigul, 15, "rejected"), entryId: "second", by: dana } as WhyItem,
      { kind: "left", at: at(20), entryId: "second", queue, outcome: "abandoned", waitedMs: 20_000 },
    ],
    NOW,
  );
  expect(steps.map((step) => [step.text.key, step.tone])).toEqual([
    ["entered_vip", "calm"],
    ["left_overflowed", "calm"],
    ["moved", "calm"],
    ["given", "late"],
    ["left_abandoned", "late"],
  ]);
});

test("what was given by hand says so, and not who else was free", () => {
  const steps = stepsOf([decision(0, { rung: "manual", chosen: dana, reason: { code: "manual" }, refusals: { logged_out: 6 } })], NOW);
  expect(steps).toMatchObject([{ tone: "calm", text: { key: "handed", params: { name: "Дана" } }, refusals: [] }]);
});

test("the question is that of the reader", () => {
  const story = (timeline: WhyItem[], now: WhyStory["now"] = null): WhyStory => ({
    decisions: [],
    timeline,
    summary: { since: null, until: null, waitedMs: null, asked: 0, outcome: null },
    now,
  });
  expect(questionOf(story(STORY), "dana")).toBe("mine");
  expect(questionOf(story(STORY), "aigul")).toBe("waited");
  expect(questionOf(story(STORY.slice(0, 5), { queue, rung: "queue", place: 1, waiting: 1, refusals: {} }), "aigul")).toBe("waiting");
});
