import { describe, expect, it } from "vitest";
import { until } from "../lab/support/wait.ts";
import { MortalHouse } from "./killed/house.ts";
import { inTurn } from "./killed/turns.ts";
import type { AdapterUnderTest } from "./provider.ts";
import { everyAdapter } from "./under/index.ts";

const WAIT = { timeoutMs: 60_000 };
/** So many points without a death in a row: there are no more. */
const BEYOND = 2;

describe.concurrent("the house dies at every point between what a customer says and its acknowledgement", () => {
  for (const under of everyAdapter.filter((one) => one.oneWay !== "out"))
    it(`${under.name}: what the provider delivers again stands once, in order, and nothing is lost`, { timeout: 900_000 }, () =>
      inTurn(() => dieAtEveryPoint(under)),
    );
});

async function dieAtEveryPoint(under: AdapterUnderTest): Promise<void> {
  const house = await MortalHouse.build(under);
  const { provider } = house;
  const said: string[] = [];
  const stands = async (text: string) => (await provider.acknowledged()) === said.length && (await house.texts("in")).includes(text);
  let deaths = 0;
  try {
    await house.start();
    for (let point = 0, beyond = 0; beyond < BEYOND; point++) {
      const text = `said at ${point}`;
      const { wires } = house.life;
      said.push(text);
      wires.arm(point);
      await provider.say(text);
      await until(`it dies at point ${point}, or "${text}" stands`, async () => wires.isDead || (await stands(text)), WAIT);
      wires.disarm();
      if (wires.isDead) {
        deaths++;
        beyond = 0;
        await house.start();
        await until(`"${text}" stands after a death at point ${point}`, () => stands(text), WAIT);
      } else beyond++;
    }
    expect(await house.texts("in")).toEqual(said);
    const failed = await house.database.sql`SELECT event_key, error FROM raw_event WHERE state = 'failed'`;
    expect(failed, "the error list").toEqual([]);
    console.log(`${under.name}: died at each of ${deaths} points before the acknowledgement`);
    expect(deaths).toBeGreaterThanOrEqual(5);
  } finally {
    await house.close();
  }
}
