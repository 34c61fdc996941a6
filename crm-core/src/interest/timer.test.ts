import type { CalendarRules } from "@kommutator/contract/working-time";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { workingDayAfter } from "./actions.ts";
import { checkMode, checkMove, NOTHING_MET, type Stage } from "./rules.ts";
import { durations } from "./statistics.ts";
import { judge, momentOf, type Span, spentSeconds, timerOf } from "./timer.ts";

const OFFICE: CalendarRules = {
  tz: "Asia/Almaty",
  week: Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((d) => [d, [["09:00", "18:00"]]])),
  exceptions: [],
};
const at = (text: string) => Date.parse(`${text}+05:00`);
const HOUR = 3600;
const DAY = 9 * HOUR;
/** Monday. */
const ENTERED = at("2026-03-09T09:00");

describe("the timer of a stage (B10)", () => {
  test("counts working time: a stage of two days entered on Friday noon is due on Tuesday noon", () => {
    const visit = { enteredAt: at("2026-03-13T12:00"), plannedSeconds: 2 * DAY, holds: [] };
    const timer = timerOf(visit, at("2026-03-16T10:00"), OFFICE);
    expect(timer).toMatchObject({ spentSeconds: 7 * HOUR, state: "on_time", dueAt: new Date(at("2026-03-17T12:00")).toISOString() });
    expect(timerOf(visit, at("2026-03-17T09:00"), OFFICE).state).toBe("due_soon");
    expect(timerOf(visit, at("2026-03-17T12:00"), OFFICE).state).toBe("due_soon");
    expect(timerOf(visit, at("2026-03-17T12:01"), OFFICE).state).toBe("late");
  });
  test("80 percent of the plan is due soon", () => {
    const visit = { enteredAt: ENTERED, plannedSeconds: 10 * HOUR, holds: [] };
    expect(timerOf(visit, at("2026-03-09T16:59"), OFFICE).state).toBe("on_time");
    expect(timerOf(visit, at("2026-03-09T17:00"), OFFICE).state).toBe("due_soon");
  });
  test("a hold stops it and moves what is due", () => {
    const holds = [{ from: at("2026-03-09T11:00"), to: at("2026-03-11T00:00") }];
    const visit = { enteredAt: ENTERED, plannedSeconds: DAY, holds };
    expect(timerOf(visit, at("2026-03-10T18:00"), OFFICE)).toMatchObject({ spentSeconds: 2 * HOUR, dueAt: new Date(at("2026-03-11T16:00")).toISOString() });
  });
  test("whatever the holds: at the moment of n seconds exactly n are spent, and the parts of a stay add up", () => {
    const day = fc.integer({ min: 0, max: 40 * 24 });
    fc.assert(
      fc.property(fc.array(day, { maxLength: 8 }), day, fc.integer({ min: 1, max: 200 * HOUR }), (marks, cut, seconds) => {
        const sorted = [...new Set(marks)].sort((a, b) => a - b);
        const holds: Span[] = [];
        for (let i = 0; i + 1 < sorted.length; i += 2)
          holds.push({ from: ENTERED + (sorted[i] as number) * HOUR * 1000, to: ENTERED + (sorted[i + 1] as number) * HOUR * 1000 });
        const due = momentOf({ enteredAt: ENTERED, plannedSeconds: null, holds }, seconds, OFFICE);
        expect(spentSeconds(ENTERED, due, holds, OFFICE)).toBeCloseTo(seconds, 3);
        const middle = ENTERED + cut * HOUR * 1000;
        const end = ENTERED + 60 * 24 * HOUR * 1000;
        expect(spentSeconds(ENTERED, middle, holds, OFFICE) + spentSeconds(middle, end, holds, OFFICE)).toBeCloseTo(
          spentSeconds(ENTERED, end, holds, OFFICE),
          3,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("late and stuck (B10)", () => {
  const watched = (o: object = {}) => ({
    enteredAt: ENTERED,
    plannedSeconds: DAY,
    holds: [],
    completed: { p90: null, n: 0 },
    lastTouchAt: ENTERED,
    touchNormDays: 14,
    ...o,
  });
  test("late as soon as more than the plan is spent, stuck after twice the plan", () => {
    expect(judge(watched(), at("2026-03-09T18:00"), OFFICE)).toMatchObject({ late: false, stuck: null });
    expect(judge(watched(), at("2026-03-10T09:30"), OFFICE)).toMatchObject({ late: true, stuck: null, nextAt: at("2026-03-11T09:00") + 1 });
    expect(judge(watched(), at("2026-03-11T09:30"), OFFICE)).toMatchObject({ late: true, stuck: "too_long" });
  });
  test("p90 of at least 20 completed visits counts where it is longer than twice the plan; of 19 it does not", () => {
    expect(judge(watched({ completed: { p90: 5 * DAY, n: 20 } }), at("2026-03-12T09:30"), OFFICE).stuck).toBeNull();
    expect(judge(watched({ completed: { p90: 5 * DAY, n: 19 } }), at("2026-03-12T09:30"), OFFICE).stuck).toBe("too_long");
    expect(judge(watched({ completed: { p90: DAY, n: 20 } }), at("2026-03-11T09:30"), OFFICE).stuck).toBe("too_long");
  });
  test("late without a touch for N days is stuck; a touch ends that", () => {
    const untouched = watched({ plannedSeconds: 6 * DAY, lastTouchAt: at("2026-03-03T10:00"), touchNormDays: 14 });
    expect(judge(untouched, at("2026-03-16T17:00"), OFFICE)).toMatchObject({ late: false, stuck: null });
    expect(judge(untouched, at("2026-03-17T09:30"), OFFICE)).toMatchObject({ late: true, stuck: "no_touch" });
    expect(judge({ ...untouched, lastTouchAt: at("2026-03-16T10:00") }, at("2026-03-17T09:30"), OFFICE).stuck).toBeNull();
  });
  test("without a plan p90 alone; on hold nothing, until the hold ends", () => {
    expect(judge(watched({ plannedSeconds: null }), at("2026-05-01T12:00"), OFFICE)).toEqual({ late: false, stuck: null, nextAt: null });
    expect(judge(watched({ plannedSeconds: null, completed: { p90: DAY, n: 25 } }), at("2026-03-10T10:00"), OFFICE)).toMatchObject({
      late: false,
      stuck: "too_long",
    });
    const holds = [{ from: at("2026-03-10T10:00"), to: at("2026-03-20T00:00") }];
    expect(judge(watched({ holds }), at("2026-03-12T10:00"), OFFICE)).toEqual({ late: false, stuck: null, nextAt: at("2026-03-20T00:00") });
    expect(judge(watched({ holds }), at("2026-03-20T09:30"), OFFICE).late).toBe(true);
  });
  test("between two announced moments nothing changes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 60 * 24 }), (plan, norm, hours) => {
        const w = watched({ plannedSeconds: plan * 2 * HOUR, touchNormDays: norm });
        const now = ENTERED + hours * HOUR * 1000;
        const { nextAt, ...verdict } = judge(w, now, OFFICE);
        const last = nextAt === null ? now + 400 * 86_400_000 : nextAt - 1;
        for (const t of [now, (now + last) / 2, last]) expect(judge(w, t, OFFICE)).toMatchObject(verdict);
      }),
      // The plan ends with the day: nothing changes before the next morning.
      { numRuns: 60, examples: [[9, 1, 34]] },
    );
  });
});

test("durations of stage Offer, planned 2 days, visits of 1, 2, 2, 3 and 9 days: mean 3.4, median 2, p90 9, 170 %, late 2 of 5 (B10)", () => {
  const figures = durations([1, 2, 2, 3, 9].map((spent) => ({ spent, planned: 2 })));
  expect(figures).toMatchObject({ n: 5, mean: 3.4, median: 2, p90: 9, late: 2 });
  expect(figures.meanRelative).toBeCloseTo(1.7);
  expect(durations([])).toEqual({ n: 0, mean: null, median: null, p90: null, meanRelative: null, late: 0 });
});

test("an action n working days ahead stands at the opening of that day; today's one working hour ahead", () => {
  const friday = at("2026-03-13T17:30");
  expect(new Date(workingDayAfter(friday, 1, OFFICE)).toISOString()).toBe(new Date(at("2026-03-16T09:00")).toISOString());
  expect(new Date(workingDayAfter(friday, 3, OFFICE)).toISOString()).toBe(new Date(at("2026-03-18T09:00")).toISOString());
  expect(new Date(workingDayAfter(friday, 0, OFFICE)).toISOString()).toBe(new Date(at("2026-03-16T09:30")).toISOString());
});

describe("moves (B9)", () => {
  const stage = (pos: number, o: Partial<Stage> = {}): Stage => ({
    id: `s${pos}`,
    pos,
    name: `Stage ${pos}`,
    isOptional: false,
    allowBack: false,
    requiresNextStep: false,
    plannedSeconds: null,
    requiredFields: [],
    branches: [],
    compulsory: [],
    ...o,
  });
  test("typical reaches the next stage, past optional ones, and its listed branches alone; manual reaches every stage and remembers what it skipped", () => {
    const flags = fc.record({ optional: fc.boolean(), back: fc.boolean(), branch: fc.option(fc.integer({ min: 0, max: 7 })) });
    fc.assert(
      fc.property(fc.array(flags, { minLength: 2, maxLength: 8 }), fc.nat(7), fc.nat(7), (list, a, b) => {
        const stages = list.map((f, n) => stage(n, { isOptional: f.optional, allowBack: f.back, branches: f.branch === null ? [] : [`s${f.branch}`] }));
        const [from, to] = [stages[a % stages.length] as Stage, stages[b % stages.length] as Stage];
        if (from.id === to.id) return;
        const between = stages.filter((s) => s.pos > from.pos && s.pos < to.pos);
        const reachable = to.pos < from.pos ? from.allowBack : from.branches.includes(to.id) || between.every((s) => s.isOptional);
        const go = (mode: "typical" | "manual", force = false) => checkMove(mode, stages, from.id, to.id, NOTHING_MET, force);
        if (reachable) expect(go("typical").skipped).toEqual(between.map((s) => s.id));
        else expect(() => go("typical")).toThrow();
        expect(go("manual").skipped).toEqual(between.map((s) => s.id));
        expect(go("typical", true).to).toBe(to);
      }),
    );
  });
  test("manual becomes typical only when all that earlier stages ask for is done", () => {
    const stages = [stage(0, { requiredFields: ["amount"] }), stage(1), stage(2)];
    expect(() => checkMode("manual", "typical", stages, "s2", null, NOTHING_MET)).toThrow();
    expect(checkMode("manual", "typical", stages, "s2", null, { fields: new Set(["amount"]), actions: new Map() })).toBeUndefined();
    expect(checkMode("manual", "typical", stages, "s0", null, NOTHING_MET)).toBeUndefined();
    expect(checkMode("none", "typical", stages, null, "s2", NOTHING_MET)?.id).toBe("s0");
    expect(checkMode("none", "manual", stages, null, "s2", NOTHING_MET)?.id).toBe("s2");
    expect(checkMode("typical", "none", stages, "s1", null, NOTHING_MET)).toBeNull();
  });
});
