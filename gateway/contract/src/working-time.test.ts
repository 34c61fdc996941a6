import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addWorkingTime, type CalendarRules, isOpen, localDate, nextBoundary, startOfDay, WEEKDAYS, workingTime, workingTimeOfDay } from "./working-time.ts";

const H = 3600;
const at = (iso: string) => Date.parse(iso);
const office = (tz: string, exceptions: CalendarRules["exceptions"] = []): CalendarRules => ({
  tz,
  week: Object.fromEntries(
    ["mon", "tue", "wed", "thu", "fri"].map((d) => [
      d,
      [
        ["09:00", "13:00"],
        ["14:00", "18:00"],
      ],
    ]),
  ) as unknown as CalendarRules["week"],
  exceptions,
});
const always = (tz: string): CalendarRules => ({
  tz,
  week: Object.fromEntries(WEEKDAYS.map((d) => [d, [["00:00", "24:00"]]])) as CalendarRules["week"],
  exceptions: [],
});

describe("working time in Almaty", () => {
  const c = office("Asia/Almaty", [
    { day: "2026-03-23", intervals: [] },
    { day: "2026-03-28", intervals: [["10:00", "12:00"]] },
  ]);
  test("a night and a weekend do not count", () => {
    // Friday 17:30 to Monday 09:30 local (UTC+5)
    expect(workingTime(at("2026-03-13T12:30:00Z"), at("2026-03-16T04:30:00Z"), c)).toBe(1 * H);
  });
  test("a holiday does not count, a working Saturday does", () => {
    expect(workingTime(at("2026-03-22T19:00:00Z"), at("2026-03-23T19:00:00Z"), c)).toBe(0);
    expect(workingTimeOfDay("2026-03-28", c)).toBe(2 * H);
    expect(workingTimeOfDay("2026-03-29", c)).toBe(0);
  });
  test("15 working minutes from five to six end at ten past nine on Monday", () => {
    expect(addWorkingTime(at("2026-03-13T12:55:00Z"), 900, c)).toBe(at("2026-03-16T04:10:00Z"));
  });
  test("lunch is a boundary", () => {
    expect(isOpen(at("2026-03-13T07:59:59Z"), c)).toBe(true);
    expect(isOpen(at("2026-03-13T08:00:00Z"), c)).toBe(false);
    expect(nextBoundary(at("2026-03-13T05:00:00Z"), c)).toBe(at("2026-03-13T08:00:00Z"));
    expect(nextBoundary(at("2026-03-13T08:00:00Z"), c)).toBe(at("2026-03-13T09:00:00Z"));
    expect(nextBoundary(at("2026-03-20T13:00:00Z"), c)).toBe(at("2026-03-24T04:00:00Z"));
  });
  test("the local date and its first moment", () => {
    expect(localDate(at("2026-03-13T20:00:00Z"), "Asia/Almaty")).toBe("2026-03-14");
    expect(startOfDay("2026-03-14", "Asia/Almaty")).toBe(at("2026-03-13T19:00:00Z"));
  });
});

describe("summer time", () => {
  test("the night shift of the changing night has one hour less, or more", () => {
    const night: CalendarRules = { tz: "Europe/Kyiv", week: { sat: [["22:00", "06:00"]] }, exceptions: [] };
    const hours = (day: string) => workingTime(startOfDay(day, "Europe/Kyiv"), startOfDay(day, "Europe/Kyiv") + 3 * 24 * H * 1000, night) / H;
    expect(hours("2026-03-21")).toBe(8);
    expect(hours("2026-03-28")).toBe(7);
    expect(hours("2026-10-24")).toBe(9);
  });
  test("an opening time that the clock jumps over begins at the jump", () => {
    const c: CalendarRules = { tz: "Europe/Berlin", week: { sun: [["02:30", "04:00"]] }, exceptions: [] };
    expect(nextBoundary(at("2026-03-28T12:00:00Z"), c)).toBe(at("2026-03-29T01:00:00Z"));
    expect(workingTimeOfDay("2026-03-29", c)).toBe(1 * H);
  });
  test("the office opens at nine by the wall clock before and after", () => {
    const c = office("Europe/Kyiv");
    expect(nextBoundary(at("2026-03-27T20:00:00Z"), c)).toBe(at("2026-03-30T06:00:00Z"));
    expect(nextBoundary(at("2026-03-20T20:00:00Z"), c)).toBe(at("2026-03-23T07:00:00Z"));
  });
});

test("a house that never closes has no boundary, one that never opens has no deadline", () => {
  expect(nextBoundary(0, always("Asia/Almaty"))).toBeNull();
  const closed: CalendarRules = { tz: "UTC", week: {}, exceptions: [] };
  expect(nextBoundary(0, closed)).toBeNull();
  expect(addWorkingTime(0, 1, closed)).toBe(Number.POSITIVE_INFINITY);
});

describe("properties", () => {
  const zone = fc.constantFrom(
    "Asia/Almaty",
    "Europe/Kyiv",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
  );
  const time = fc.integer({ min: at("2015-01-01T00:00:00Z"), max: at("2028-01-01T00:00:00Z") });
  const clock = fc.integer({ min: 0, max: 1439 }).map((m) => `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`);
  const intervals = fc.array(fc.tuple(clock, clock), { maxLength: 2 });
  const calendar = fc
    .tuple(zone, fc.tuple(intervals, intervals, intervals, intervals, intervals, intervals, intervals))
    .map(([tz, days]): CalendarRules => ({ tz, week: Object.fromEntries(WEEKDAYS.map((d, i) => [d, days[i] ?? []])), exceptions: [] }));

  test("a day without closing counts every second, in every zone and over every change of the clock", () => {
    fc.assert(
      fc.property(zone, time, fc.integer({ min: 0, max: 40 * 86_400_000 }), (tz, a, d) => {
        expect(workingTime(a, a + d, always(tz))).toBeCloseTo(d / 1000, 6);
      }),
      { numRuns: 300 },
    );
  });
  test("working time adds up and never exceeds the clock's", () => {
    fc.assert(
      fc.property(calendar, time, fc.integer({ min: 0, max: 20 * 86_400_000 }), fc.integer({ min: 0, max: 20 * 86_400_000 }), (c, a, d, e) => {
        const whole = workingTime(a, a + d + e, c);
        expect(workingTime(a, a + d, c) + workingTime(a + d, a + d + e, c)).toBeCloseTo(whole, 6);
        expect(whole).toBeLessThanOrEqual((d + e) / 1000 + 1e-6);
      }),
      { numRuns: 300 },
    );
  });
  test("adding and measuring are inverse", () => {
    fc.assert(
      fc.property(calendar, time, fc.integer({ min: 1, max: 200 * H }), (c, a, seconds) => {
        const end = addWorkingTime(a, seconds, c);
        if (end === Number.POSITIVE_INFINITY) return;
        expect(workingTime(a, end, c)).toBeCloseTo(seconds, 3);
        expect(isOpen(end - 1, c)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
  test("between two boundaries nothing changes, at a boundary it does", () => {
    fc.assert(
      fc.property(calendar, time, fc.double({ min: 0, max: 1, noNaN: true }), (c, a, share) => {
        const b = nextBoundary(a, c);
        if (b === null) return;
        expect(b).toBeGreaterThan(a);
        expect(isOpen(Math.floor(a + (b - 1 - a) * share), c)).toBe(isOpen(a, c));
        expect(isOpen(b, c)).toBe(!isOpen(a, c));
      }),
      { numRuns: 300 },
    );
  });
});

test("asked a hundred thousand times, it takes microseconds", () => {
  const c = office("Europe/Kyiv");
  const start = at("2026-03-01T00:00:00Z");
  isOpen(start, c);
  const began = performance.now();
  for (let i = 0; i < 100_000; i++) {
    isOpen(start + i * 7_000, c);
    addWorkingTime(start + i * 7_000, 900, c);
  }
  expect(performance.now() - began).toBeLessThan(2_000);
});
