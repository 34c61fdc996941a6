import { expect, test } from "vitest";
import { Pace } from "./pace.ts";
import { LeftPlaces } from "./place.ts";
import { comes, setsQueue } from "./rules.fixture.ts";
import { calls, passes, ready, rejects, rings } from "./steps.fixture.ts";
import { START, Story } from "./story.fixture.ts";

const HOUR = 3_600_000;

test("the quartiles are of the gaps in order, whatever the order in which they came", () => {
  const pace = new Pace();
  let at = START;
  for (const gap of [0, 90, 10, 80, 20, 70, 30, 60, 40, 50]) {
    at += gap * 1000;
    pace.served(at);
  }
  // The nine gaps are 10 to 90 s: the quartiles 30 and 70 s.
  expect(pace.estimate(1, at)).toEqual([30_000, 70_000]);
  expect(pace.estimate(3, at)).toEqual([90_000, 210_000]);
});

test("an estimate goes out of date by itself, when what it rests on is two hours old", () => {
  const pace = new Pace();
  for (let i = 0; i < 11; i++) pace.served(START + i * 60_000);
  expect(pace.estimate(1, START + 2 * HOUR - 1)).toEqual([60_000, 60_000]);
  expect(pace.estimate(1, START + 2 * HOUR)).toEqual([60_000, 60_000]);
  expect(pace.estimate(1, START + 2 * HOUR + 60_000)).toBeNull();
  expect(pace.estimate(1, START + 5 * HOUR)).toBeNull();
  for (let i = 0; i < 10; i++) pace.served(START + 5 * HOUR + i * 1000);
  expect(pace.estimate(1, START + 5 * HOUR + 10_000)).toEqual([1_000, 1_000]);
});

test("of talks the last twenty count, and of these the last two hours", () => {
  const pace = new Pace();
  for (let i = 0; i < 5; i++) pace.talked(START + i, 100_000);
  expect(pace.meanTalk(START + 5)).toBe(100_000);
  for (let i = 0; i < 19; i++) pace.talked(START + 10 + i, 10_000);
  expect(pace.meanTalk(START + 30)).toBe((100_000 + 19 * 10_000) / 20);
  pace.talked(START + 30, 10_000);
  expect(pace.meanTalk(START + 30)).toBe(10_000);
  expect(pace.meanTalk(START + 2 * HOUR + 40)).toBeNull();
  expect(new Pace().meanTalk(START)).toBeNull();
});

test("a place is kept for two minutes to the millisecond, by person and queue", () => {
  const places = new LeftPlaces();
  expect(places.find("sales", "p", START)).toBeNull();
  places.keep({ entryId: "2", person: "p", queueId: "sales", enqueuedAt: START - 60_000, at: START });
  expect(places.find("sales", "p", START + 120_000)).toBe(START - 60_000);
  expect(places.find("sales", "p", START + 120_001)).toBeNull();
  expect([places.find("sales", "q", START), places.find("service", "p", START)]).toEqual([null, null]);
  // Of two calls at once the later entry's place counts, whichever is given up last: the rows tell no more.
  places.keep({ entryId: "1", person: "p", queueId: "sales", enqueuedAt: START - 90_000, at: START });
  places.forget("sales", "q");
  expect(places.find("sales", "p", START)).toBe(START - 60_000);
  places.forget("sales", "p");
  expect(places.find("sales", "p", START)).toBeNull();
});

const told = (s: Story, from = 0) => s.log.slice(from).filter((line) => line.startsWith("tell call"));

test("back from a ring before the next announcement: it comes when it would have", () => {
  const s = new Story({ dana: {} }, { sales: { announceMs: 10_000 } }).given(calls("first"), ready("dana"), comes("call"), passes("6 s"));
  expect(told(s)).toHaveLength(1);
  s.given(rings("first"), rejects("dana", "first"), passes("1 s"));
  expect(s.state.entries.get("call")?.offer).not.toBeNull();
  s.given(rings("call"), passes("1 s"), rejects("dana", "call"));
  const mark = s.log.length;
  s.given(passes("6 s"));
  expect(told(s, mark)).toHaveLength(0);
  s.given(passes("1 s"));
  expect(told(s, mark)).toHaveLength(1);
});

test("back from a ring that lasted longer than that: it comes at once", () => {
  const s = new Story({ dana: {} }, { sales: { announceMs: 10_000 } }).given(calls("first"), ready("dana"), comes("call"), passes("6 s"));
  s.given(rings("first"), rejects("dana", "first"), rings("call"));
  const mark = s.log.length;
  s.given(passes("12 s"));
  expect(told(s, mark)).toHaveLength(0);
  s.given(rejects("dana", "call"), passes("1 ms"));
  expect(told(s, mark)).toHaveLength(1);
  s.given(passes("9 s"));
  expect(told(s, mark)).toHaveLength(1);
  s.given(passes("1 s"));
  expect(told(s, mark)).toHaveLength(2);
});

test("the head start of one queue moves nobody in another, and nobody who is being rung into the list", () => {
  const s = new Story({ dana: {} }, { sales: {}, service: {} }).given(
    ready("dana"),
    comes("rung", { priority: 1 }),
    comes("waits", { priority: 1 }),
    comes("there", { queue: "service", priority: 1 }),
  );
  s.given(setsQueue("sales", { priorityStepMs: 1_000 }));
  const rank = (id: string) => (s.state.entries.get(id)?.rank ?? 0) - START;
  expect([rank("rung"), rank("waits"), rank("there")]).toEqual([-1_000, -1_000, -30_000]);
  expect([s.state.queues.get("sales")?.waiting[0].size, s.state.queues.get("service")?.waiting[0].size]).toEqual([1, 1]);
});
