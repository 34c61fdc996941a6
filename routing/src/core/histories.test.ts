import { expect, test } from "vitest";
import { chance } from "../simulation/random.ts";
import { company, type Happening, happen } from "./history.fixture.ts";
import { liveThrough } from "./lives.fixture.ts";
import { anyHappening } from "./random.fixture.ts";

/** `RUNS=1000000` looks further, `SEED=4711 RUNS=1` at one history again; mutation testing needs few. */
const RUNS = Number(process.env["RUNS"] ?? 100_000);
const SEED = Number(process.env["SEED"] ?? 1);

test(`all rules hold after every decision of ${RUNS} random histories with crashes, late, doubled and senseless inputs`, () => {
  const began = performance.now();
  const { events, counterexample } = liveThrough(RUNS, SEED);
  if (counterexample !== null) throw new Error(counterexample.story);
  expect(events).toBeGreaterThan(RUNS);
  console.log(`${RUNS} histories, ${events} decisions, ${Math.round(RUNS / ((performance.now() - began) / 1000))} histories/s`);
}, 3_600_000);

test("the same history decides the same, with or without a crash after each happening", () => {
  for (let seed = SEED; seed < SEED + Math.ceil(RUNS / 250); seed++) {
    const c = chance(seed);
    const happenings: Happening[] = [];
    const calm = company();
    for (let i = 0; i < 24; i++) {
      const next = anyHappening(c, calm);
      if (next.do === "crashes" || next.do === "again") continue;
      happenings.push(next);
      happen(calm, next);
    }
    const told = (crashing: boolean) => {
      const story = company();
      for (const h of happenings) {
        happen(story, h);
        if (crashing) story.crash();
      }
      return { log: story.log, orders: story.commands.map((order) => ({ ...order, id: "", offerId: "" })) };
    };
    const plain = { log: calm.log, orders: calm.commands.map((order) => ({ ...order, id: "", offerId: "" })) };
    expect(told(false)).toEqual(plain);
    expect(told(true)).toEqual(plain);
  }
}, 3_600_000);
