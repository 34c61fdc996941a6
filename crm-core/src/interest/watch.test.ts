import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { alone, at, DAY, HOUR, house, kindOf, move, open, openHouse, read, told, watch } from "./course.fixture.ts";

beforeAll(openHouse);
afterAll(() => house.close());
beforeEach(alone);

test("the night looks at every open Interest again: hours that were taken out of the calendar by day are counted from the next day on (IN-09)", async () => {
  const k = await kindOf("manual", [{ name: "A", plannedSeconds: DAY }]);
  house.clock.set(at("2026-03-16T09:00"));
  const i = await open(k.id);
  await watch();
  const next = async () => (await house.sql<{ at: Date | null }[]>`SELECT judge_at AS at FROM interest WHERE id = ${i.id}`)[0]?.at?.getTime();
  expect(await next()).toBe(at("2026-03-17T09:00") + 1);
  // Whoever opened the office earlier that day did not tell the Interests: their next moment is that of the old hours.
  const calendar = house.company.calendars.office;
  const [before] = await house.sql<{ week: object }[]>`SELECT week FROM working_calendar WHERE id = ${calendar}`;
  house.clock.set(at("2026-03-16T10:00"));
  await house.sql`UPDATE working_calendar SET week = ${house.sql.json({ mon: [["09:00", "18:00"]] })} WHERE id = ${calendar}`;
  await watch();
  expect(await next()).toBe(at("2026-03-17T09:00") + 1);
  house.clock.set(at("2026-03-17T00:05"));
  await watch();
  expect(await next()).toBe(at("2026-03-23T09:00") + 1);
  expect((await read(i)).flags).toEqual([]);
  await watch();
  expect(await next()).toBe(at("2026-03-23T09:00") + 1);
  await house.sql`UPDATE working_calendar SET week = ${house.sql.json(before?.week as never)} WHERE id = ${calendar}`;
});

test("at its moment a stage that took too long is an event for the screens and a notice to the responsible, once (IN-08)", async () => {
  const k = await kindOf("manual", [{ name: "A", plannedSeconds: DAY }]);
  house.clock.set(at("2026-03-23T09:00"));
  const i = await open(k.id);
  const events = async () =>
    (await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM dialog_event WHERE kind = 'interest.changed' AND payload->>'interestId' = ${i.id}`)[0]
      ?.n ?? 0;
  const [eventsBefore, toldBefore] = [await events(), (await told("aigul")).length];
  house.clock.set(at("2026-03-23T18:00"));
  await watch();
  expect([await events(), (await told("aigul")).length]).toEqual([eventsBefore, toldBefore]);
  house.clock.set(at("2026-03-24T09:00") + 1000);
  await watch();
  await watch();
  expect([await events(), (await told("aigul")).length]).toEqual([eventsBefore + 1, toldBefore + 1]);
  expect((await told("aigul"))[0]).toMatchObject({ kind: "interest.late", object: { kind: "interest", id: i.id } });
});

test("stage Offer, planned 2 days, visits of 1, 2, 2, 3 and 9 days, open now 4 Interests, the oldest 6.5 days (B10)", async () => {
  const k = await kindOf("manual", [{ name: "Offer", plannedSeconds: 2 * DAY }, { name: "Contract" }]);
  // So many working days before a Monday noon, all in office hours.
  const day = (n: number) => at("2026-06-01T09:00") + Math.floor(n / 5) * 7 * 86_400_000 + (n % 5) * 86_400_000;
  for (const days of [1, 2, 2, 3, 9]) {
    house.clock.set(day(0));
    const i = await open(k.id);
    house.clock.set(day(days - 1) + DAY * 1000);
    expect((await move(i, k.stages[1])).status).toBe(200);
  }
  const now = day(9) + (DAY / 2) * 1000;
  for (const age of [6.5, 4.5, 1.5, 0.5]) {
    house.clock.set(day(9.5 - age));
    await open(k.id);
  }
  house.clock.set(now);
  const [offer, contract] = (await house.as("aigul", "GET", `/interests/stage-times?kindId=${k.id}`)).body.stages;
  expect(offer).toMatchObject({
    plannedSeconds: 2 * DAY,
    completed: { n: 5, mean: 3.4 * DAY, median: 2 * DAY, p90: 9 * DAY, late: 2 },
    open: { count: 4, oldestSeconds: 6.5 * DAY },
  });
  expect(offer.completed.meanRelative).toBeCloseTo(1.7);
  expect(contract.open.count).toBe(5);
  expect(offer.open.oldestSeconds / HOUR).toBe(58.5);
});

test("who entered and who left a stage, and when, is told of each visit (IN-07)", async () => {
  const k = await kindOf("manual", [{ name: "A" }, { name: "B" }]);
  house.clock.set(at("2026-07-06T10:00"));
  const i = await open(k.id);
  house.clock.set(at("2026-07-06T12:00"));
  const moved = (await move(i, k.stages[1] as Id, {}, "head")).body;
  const { aigul, head } = house.company.employees;
  expect(moved.stageHistory).toMatchObject([
    { stage: { name: "A" }, by: { id: aigul.id }, leftBy: { id: head.id }, workSeconds: 2 * HOUR },
    { stage: { name: "B" }, by: { id: head.id }, leftBy: null, to: null },
  ]);
  expect(Date.parse(moved.stageHistory[0].to)).toBe(at("2026-07-06T12:00"));
});
