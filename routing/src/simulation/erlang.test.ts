import { describe, expect, test } from "vitest";
import { agentsNeeded, erlangB, erlangC, meanWait, serviceLevel } from "./erlang.ts";
import { agentId, oneGroup, QUEUE } from "./group.ts";
import { SimulatedHouse } from "./house.ts";
import { chance } from "./random.ts";
import { interval } from "./statistics.ts";

describe("Erlang's formulas", () => {
  test("agree with published tables", () => {
    // Erlang B: 10 lines, 5 erlangs: 1.84 %; 1 line, 1 erlang: 50 % (any table of B).
    expect(erlangB(5, 10)).toBeCloseTo(0.01838, 4);
    expect(erlangB(1, 1)).toBeCloseTo(0.5, 10);
    // Erlang C: M/M/1 waits with probability rho; 10 erlangs on 14 agents: 17.4 % wait.
    expect(erlangC(0.7, 1)).toBeCloseTo(0.7, 10);
    expect(erlangC(10, 14)).toBeCloseTo(0.1741, 3);
    // M/M/1 with rho 0.5 and a mean talk of 60 s waits 60 s on average.
    expect(meanWait(0.5, 1, 60)).toBeCloseTo(60, 10);
    expect(agentsNeeded(10, 180, 20, 0.8)).toBe(14);
    expect(serviceLevel(10, 13, 180, 20)).toBeLessThan(0.8);
  });
  test("are the sums that they abbreviate", () => {
    const term = (load: number, n: number) => Array.from({ length: n }, (_, i) => load / (i + 1)).reduce((a, b) => a * b, 1);
    for (const [load, agents] of [
      [0.3, 1],
      [3.3, 5],
      [24, 28],
      [70, 80],
    ] as const) {
      const sum = Array.from({ length: agents + 1 }, (_, n) => term(load, n)).reduce((a, b) => a + b, 0);
      expect(erlangB(load, agents)).toBeCloseTo(term(load, agents) / sum, 10);
      const waiting = (term(load, agents) * agents) / (agents - load);
      expect(erlangC(load, agents)).toBeCloseTo(waiting / (sum - term(load, agents) + waiting), 10);
    }
  });
  test("know a load that is not served", () => {
    expect(erlangC(5, 5)).toBe(1);
    expect(meanWait(6, 5, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(serviceLevel(6, 5, 1, 1)).toBe(0);
    expect(erlangB(0, 3)).toBe(0);
  });
});

/** Agents and load per agent; a talk lasts 180 s on average, the target is 20 s. */
const PAIRS: [agents: number, occupancy: number][] = [
  [1, 0.5],
  [1, 0.7],
  [2, 0.6],
  [2, 0.75],
  [3, 0.7],
  [4, 0.6],
  [5, 0.7],
  [6, 0.75],
  [8, 0.7],
  [10, 0.75],
];
const TALK_MS = 180_000;
const TARGET_MS = 20_000;
const MOST = 3_000_000;

/** Calls until both intervals are narrow enough: half-width at most 5 % of the theory's value. */
function simulate(
  agents: number,
  load: number,
  seed: number,
  simultaneous: boolean,
): { wait: ReturnType<typeof interval>; late: ReturnType<typeof interval>; calls: number } {
  const random = chance(seed);
  const waits: number[] = [];
  const talks: number[] = [];
  const gaps: number[] = [];
  const house = new SimulatedHouse(
    oneGroup(agents),
    Date.UTC(2026, 0, 5),
    { talkMs: () => random.exponential(TALK_MS), patienceMs: () => Number.POSITIVE_INFINITY, answerAfterMs: () => 0 },
    (caller) => {
      waits.push((caller.answeredAt as number) - caller.cameAt);
      talks.push(caller.talkMs);
    },
  );
  for (let n = 0; n < agents; n++) house.agentComes(agentId(n));
  const arrive = () => {
    house.callerComes(QUEUE, null);
    const gap = random.exponential(TALK_MS / load);
    gaps.push(gap);
    house.at(house.now + gap, arrive);
  };
  house.at(house.now + random.exponential(TALK_MS / load), arrive);
  const warm = 5_000;
  const theory = { wait: meanWait(load, agents, TALK_MS), late: 1 - serviceLevel(load, agents, TALK_MS, TARGET_MS) };
  for (let goal = 50_000; ; goal = Math.min(goal * 1.4, MOST)) {
    while (waits.length < goal + warm) house.run(house.now + 1000 * TALK_MS);
    const measured = waits.slice(warm);
    const end = waits.length;
    const controls = [
      { series: talks.slice(warm, end), mean: TALK_MS },
      { series: gaps.slice(warm, end), mean: TALK_MS / load },
    ] as const;
    const wait = interval(measured, controls, simultaneous);
    const late = interval(
      measured.map((w) => (w > TARGET_MS ? 1 : 0)),
      controls,
      simultaneous,
    );
    if ((wait.half <= 0.05 * theory.wait && late.half <= 0.05 * theory.late) || goal >= MOST) return { wait, late, calls: measured.length };
  }
}

const fresh = process.env["SEED"] === undefined ? Date.now() % 2 ** 31 : Number(process.env["SEED"]);
/** Each run draws its own days for one of the small groups; `npm run test:long` for all ten. */
const small = PAIRS.filter(([agents]) => agents <= 2);
const drawn = process.env["KOMMUTATOR_LONG"] === "1" ? PAIRS : small.filter((_, i) => i === fresh % small.length);
describe.each([
  { name: "from fixed seeds", pairs: PAIRS, seed: 20_260_105, simultaneous: false },
  { name: `from fresh seeds (SEED=${fresh})`, pairs: drawn, seed: fresh, simultaneous: true },
])("the core in simulated time is Erlang's queue, $name", ({ pairs, seed, simultaneous }) => {
  test.each(pairs)("%i agents, occupancy %f: mean wait and service level", { timeout: 1_800_000 }, (agents, occupancy) => {
    const load = agents * occupancy;
    const { wait, late, calls } = simulate(agents, load, seed + agents * 1000 + Math.round(occupancy * 100), simultaneous);
    const theory = { wait: meanWait(load, agents, TALK_MS), late: 1 - serviceLevel(load, agents, TALK_MS, TARGET_MS) };
    console.log(
      `${agents} agents at ${occupancy}: wait ${(wait.mean / 1000).toFixed(1)} ± ${(wait.half / 1000).toFixed(1)} s (theory ${(theory.wait / 1000).toFixed(1)}), later than 20 s ${(late.mean * 100).toFixed(2)} ± ${(late.half * 100).toFixed(2)} % (theory ${(theory.late * 100).toFixed(2)}), ${calls} calls`,
    );
    expect(wait.half).toBeLessThanOrEqual(0.05 * theory.wait);
    expect(late.half).toBeLessThanOrEqual(0.05 * theory.late);
    expect(Math.abs(wait.mean - theory.wait)).toBeLessThanOrEqual(wait.half);
    expect(Math.abs(late.mean - theory.late)).toBeLessThanOrEqual(late.half);
  });
});
