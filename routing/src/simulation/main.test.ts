import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { DayReport } from "./day.ts";
import { simulateDay, USUAL_DAY } from "./day.ts";

const run = promisify(execFile);
const simulate = (...options: string[]) => run("npm", ["run", "--silent", "simulate", "--", ...options]);

test("`npm run simulate` with a seed tells the day of that seed, figure by figure", async () => {
  const { stdout } = await simulate("--seed", "7", "--agents", "12", "--calls", "600", "--vips", "10", "--skilled", "20", "--json");
  const { tookMs, ...report } = JSON.parse(stdout) as DayReport & { tookMs: number };
  expect(tookMs).toBeGreaterThan(0);
  expect(report).toEqual(simulateDay({ ...USUAL_DAY, seed: 7, agents: 12, calls: 600, vipShare: 0.1, skilledShare: 0.2 }));
  expect(report.lost).toBe(0);
});

test("as a table it has a line for each half-hour and the day, whose figures are those of the report", async () => {
  const { stdout } = await simulate("--seed", "7", "--agents", "12", "--calls", "600");
  const { day } = simulateDay({ ...USUAL_DAY, seed: 7, agents: 12, calls: 600 });
  expect(stdout.match(/^\d\d:[03]0 /gm)).toHaveLength(20);
  expect(stdout).toMatch(new RegExp(`^day +${day.calls} +${day.answered} +${day.gaveUp} +${day.fallback} +${day.calledBack} `, "m"));
  expect(stdout).toContain("lost: 0");
});

test("what is no number is refused with a word of which", async () => {
  await expect(simulate("--agents", "many")).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("--agents must be a number") });
});
