import { describe, expect, test } from "vitest";
import { violations } from "../core/invariants.fixture.ts";
import { type DayPlan, simulateDay, USUAL_DAY } from "./day.ts";

/** Everybody is there from morning to evening, and nobody writes. */
const PLAIN: DayPlan = { ...USUAL_DAY, lunchMs: 0, offShare: 0, awayShare: 0, letters: 0 };

describe("a simulated day", () => {
  const report = simulateDay(PLAIN);

  test("is the same day for the same seed, and another for another", () => {
    for (const plan of [PLAIN, USUAL_DAY]) {
      expect(simulateDay(plan)).toEqual(simulateDay(plan));
      expect(simulateDay({ ...plan, seed: 2 }).day).not.toEqual(simulateDay(plan).day);
    }
  });

  test("knows the end of every caller", () => {
    expect(report.lost).toBe(0);
    expect(report.day.calls).toBeGreaterThan(2_700);
    const { answered, gaveUp, fallback, calledBack, forgotten, calls } = report.day;
    expect(answered + gaveUp + fallback + calledBack + forgotten).toBe(calls);
    expect(report.halfHours.reduce((sum, h) => sum + h.calls, 0)).toBe(report.day.calls);
  });

  test("brings known callers to their own people, and spreads the rest evenly", () => {
    expect(report.reachedOwn / report.known).toBeGreaterThan(0.25);
    expect(report.callsPerAgent.most).toBeLessThan(report.callsPerAgent.least * 2);
  });

  test("VIPs wait less than others, and who needs a skill is answered by somebody who has it, or by their own responsible", () => {
    const thin = simulateDay({ ...PLAIN, agents: 17 });
    expect(thin.vips.calls).toBeGreaterThan(50);
    expect(thin.vips.meanWaitMs).toBeLessThan(thin.day.meanWaitMs * 0.8);
    expect(thin.skilled.answered).toBeGreaterThan(100);
    expect(thin.skilled.meanWaitMs).toBeGreaterThan(thin.day.meanWaitMs);
    expect([thin.unskilled, report.unskilled]).toEqual([0, 0]);
    const plain = simulateDay({ ...PLAIN, vipShare: 0, skilledShare: 0 });
    expect([plain.vips.calls, plain.skilled.calls, plain.day.calls]).toEqual([0, 0, report.day.calls]);
  });

  test("with too few people some give up, and nobody waits for ever; whoever was promised a call gets one, and fewer give up for it", () => {
    const thin = simulateDay({ ...PLAIN, agents: 15 });
    expect(thin.lost).toBe(0);
    expect(thin.day.gaveUp).toBeGreaterThan(report.day.gaveUp);
    expect(thin.day.longestWaitMs).toBeLessThan(1_200_000);
    expect(thin.occupancy).toBeLessThanOrEqual(1);
    expect(thin.day.calledBack).toBeGreaterThan(100);
    expect(thin.day.forgotten).toBe(0);
    expect(thin.day.meanCallbackMs).toBeLessThan(1_800_000);
    const without = simulateDay({ ...PLAIN, agents: 15, callbackShare: 0 });
    expect(without.day.calledBack).toBe(0);
    expect(without.day.gaveUp).toBeGreaterThan(thin.day.gaveUp);
  });
});

describe("calendars and absences of a simulated day", () => {
  const HOUR = 3_600_000;
  const report = simulateDay(USUAL_DAY);

  test("the usual day has lunches, days off, people away and letters; nobody off duty is offered anything, and nobody is lost", () => {
    expect([report.offDuty, report.lost]).toEqual([0, 0]);
    expect(report.away).toBeGreaterThan(1);
    expect(report.letters).toEqual({ came: 300, answered: 300 });
    expect(report.day.calls).toBe(simulateDay(PLAIN).day.calls);
  });

  test("at lunch a third is missing: fewer are answered in time then than when nobody eats", () => {
    const [eating, fasting] = [simulateDay({ ...PLAIN, lunchMs: HOUR }), simulateDay(PLAIN)];
    const atLunch = (r: typeof report) => r.halfHours.filter((h) => h.at >= PLAIN.start + 4 * HOUR && h.at < PLAIN.start + 7 * HOUR);
    const inTime = (r: typeof report) => atLunch(r).reduce((sum, h) => sum + h.withinTarget * h.calls, 0);
    expect(inTime(eating)).toBeLessThan(inTime(fasting) * 0.9);
    expect([eating.offDuty, eating.lost]).toEqual([0, 0]);
  });

  test("on the eve of a holiday whoever calls after the early closing hears so, and nobody of them is answered", () => {
    const eve = simulateDay({ ...USUAL_DAY, closesAfterMs: 6 * HOUR });
    const after = eve.halfHours.filter((h) => h.at >= USUAL_DAY.start + 6 * HOUR);
    expect(after.map((h) => [h.fallback, h.answered])).toEqual(after.map((h) => [h.calls, 0]));
    expect(eve.halfHours.filter((h) => h.at < USUAL_DAY.start + 5 * HOUR).reduce((sum, h) => sum + h.fallback, 0)).toBeLessThan(20);
    expect([eve.offDuty, eve.lost]).toEqual([0, 0]);
  });

  test("callers of those away reach whoever stands in; what was handed over is answered meanwhile, taken back, or elsewhere by then", () => {
    const many = simulateDay({ ...USUAL_DAY, agents: 60, awayShare: 0.5, letters: 900 });
    expect(many.ownAway).toBeGreaterThan(50);
    expect(many.stoodIn / many.ownAway).toBeGreaterThan(0.3);
    const { delegated, returned, done, elsewhere } = many.handOvers;
    expect(returned + done + elsewhere).toBe(delegated);
    expect(Math.min(returned, done)).toBeGreaterThan(5);
    expect(many.letters.answered).toBe(900);
    expect([many.offDuty, many.lost]).toEqual([0, 0]);
  });

  test("the rules hold after each decision of such days, also where everybody is away some time and nobody is left to stand in", () => {
    for (const [seed, plan] of Object.entries({
      1: { ...USUAL_DAY, agents: 8, calls: 500, awayShare: 0.5, letters: 120 },
      2: { ...USUAL_DAY, agents: 1, calls: 60, awayShare: 1, offShare: 0, letters: 40 },
      3: { ...USUAL_DAY, agents: 5, calls: 250, offShare: 0.4, letters: 60, closesAfterMs: 7 * HOUR },
    })) {
      const broken: string[] = [];
      let decisions = 0;
      let toQueue = 0;
      const day = simulateDay({ ...plan, seed: Number(seed) }, (state, { events }) => {
        decisions++;
        toQueue += events.filter((e) => e.kind === "dialog.unassigned" && (e.payload as { why: string }).why === "returned").length;
        const due = state.deadlines.next();
        violations(state, due !== undefined && due.at <= state.now, (rule, what) => broken.push(`${rule}: ${what}`));
      });
      expect(broken).toEqual([]);
      expect(decisions).toBeGreaterThan(300);
      expect([day.offDuty, day.lost]).toEqual([0, 0]);
      if (seed === "2") expect(toQueue).toBeGreaterThan(0);
    }
  });

  test("thousands of callers with all of this take seconds", () => {
    const began = performance.now();
    const { day, offDuty, lost } = simulateDay({ ...USUAL_DAY, agents: 100, calls: 10_000, letters: 1_000 });
    expect(day.calls).toBeGreaterThan(9_500);
    expect([offDuty, lost]).toEqual([0, 0]);
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
