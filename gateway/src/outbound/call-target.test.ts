import { afterAll, beforeAll, expect, test } from "vitest";
import { type IngestFixture, ingestFixture } from "../dialogs/ingest.fixture.ts";
import { type CallTarget, callTarget, wouldLoop } from "./call-target.ts";

let house: IngestFixture;
beforeAll(async () => {
  house = await ingestFixture();
});
afterAll(() => house.close());

test("a caller is not sent on to a line of ours, nor while on the way outside already, nor into a crowd on its way to one number", async () => {
  const channel = await house.channel("asterisk-ari");
  await house.sql`INSERT INTO line (channel_id, number) VALUES (${channel}, '+7 727 300-00-00')`;
  const at = Date.now() - 5_000;
  const call = async (key: string, number: string | null): Promise<CallTarget> => {
    await house.report(channel, {
      kind: "call.offered",
      eventKey: `${key}:offered`,
      occurredAt: at,
      callKey: key,
      direction: "in",
      from: { kind: "phone", value: number },
      to: "7273000000",
      source: "live",
    });
    await house.settled();
    const [row] = await house.sql<{ dialog_id: string }[]>`SELECT dialog_id FROM call WHERE external_id = ${key}`;
    return (await callTarget(house.sql, row?.dialog_id as string, null)) as CallTarget;
  };
  const sentOn = (key: string, target: string, state: "trying" | "ended" = "trying") =>
    house.report(channel, {
      kind: "call.leg",
      eventKey: `${key}:${state}`,
      occurredAt: at + 1,
      callKey: key,
      legKey: `leg-${key}`,
      party: "outside",
      target,
      state,
      source: "live",
    });

  const first = await call("t1", "+77010000001");
  expect(await wouldLoop(house.sql, first, "+7 (727) 300 00 00")).toBe(true);
  expect(await wouldLoop(house.sql, first, "+77059998877")).toBe(false);
  await sentOn("t1", "+77059998877");
  await house.settled();
  expect(await wouldLoop(house.sql, first, "+77059998877")).toBe(false); // the same order again
  expect(await wouldLoop(house.sql, await call("t2", "+77010000001"), "+77059998877")).toBe(true);
  await sentOn("t1", "+77059998877", "ended");
  await house.settled();
  expect(await wouldLoop(house.sql, await call("t3", "+77010000001"), "+77059998877")).toBe(false);
  // Callers without a number cannot be told apart: ten at once to one number are taken for a loop.
  for (let i = 0; i < 10; i++) {
    const hidden = await call(`h${i}`, null);
    expect(await wouldLoop(house.sql, hidden, "87059998877")).toBe(false);
    await sentOn(`h${i}`, "+77059998877");
  }
  await house.settled();
  expect(await wouldLoop(house.sql, await call("h10", null), "87059998877")).toBe(true);
});
