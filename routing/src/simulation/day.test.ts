import { describe, expect, test } from "vitest";
import { simulateDay, USUAL_DAY } from "./day.ts";

describe("a simulated day", () => {
  const report = simulateDay(USUAL_DAY);

  test("is the same day for the same seed, and another for another", () => {
    expect(simulateDay(USUAL_DAY)).toEqual(report);
    expect(simulateDay({ ...USUAL_DAY, seed: 2 }).day).not.toEqual(report.day);
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
    const thin = simulateDay({ ...USUAL_DAY, agents: 17 });
    expect(thin.vips.calls).toBeGreaterThan(50);
    expect(thin.vips.meanWaitMs).toBeLessThan(thin.day.meanWaitMs * 0.8);
    expect(thin.skilled.answered).toBeGreaterThan(100);
    expect(thin.skilled.meanWaitMs).toBeGreaterThan(thin.day.meanWaitMs);
    expect([thin.unskilled, report.unskilled]).toEqual([0, 0]);
    const plain = simulateDay({ ...USUAL_DAY, vipShare: 0, skilledShare: 0 });
    expect([plain.vips.calls, plain.skilled.calls, plain.day.calls]).toEqual([0, 0, report.day.calls]);
  });

  test("with too few people some give up, and nobody waits for ever; whoever was promised a call gets one, and fewer give up for it", () => {
    const thin = simulateDay({ ...USUAL_DAY, agents: 15 });
    expect(thin.lost).toBe(0);
    expect(thin.day.gaveUp).toBeGreaterThan(report.day.gaveUp);
    expect(thin.day.longestWaitMs).toBeLessThan(1_200_000);
    expect(thin.occupancy).toBeLessThanOrEqual(1);
    expect(thin.day.calledBack).toBeGreaterThan(100);
    expect(thin.day.forgotten).toBe(0);
    expect(thin.day.meanCallbackMs).toBeLessThan(1_800_000);
    const without = simulateDay({ ...USUAL_DAY, agents: 15, callbackShare: 0 });
    expect(without.day.calledBack).toBe(0);
    expect(without.day.gaveUp).toBeGreaterThan(thin.day.gaveUp);
  });
});
