import type { PresenceDay, PresenceSpan } from "@kommutator/contract/api/presence-log";
import { expect, test } from "vitest";
import { hoursAndMinutes, hoursDrawn, ticksOf, workedSeconds } from "./days.ts";

const at = (time: string) => `2026-03-02T${time}:00.000Z`;
const log = { from: at("00:00"), to: "2026-03-03T00:00:00.000Z", at: at("15:20") };
const span = (from: string, to: string | null): PresenceSpan => ({
  state: "idle",
  intent: "available",
  reason: null,
  from: at(from),
  to: to === null ? null : at(to),
  seconds: 0,
});
const day = (...spans: PresenceSpan[]): PresenceDay => ({ employee: { id: "a", name: "A" }, departmentName: "D", spans, totals: {}, presentSeconds: 0 });
const drawn = (...days: PresenceDay[]) => {
  const { from, to } = hoursDrawn(log, days);
  return [new Date(from).toISOString().slice(11, 16), new Date(to).toISOString().slice(11, 16)];
};

test("an office day is drawn at least; who comes earlier or stays longer makes it wider by whole hours, to midnight at most", () => {
  expect(drawn()).toEqual(["08:00", "19:00"]);
  expect(drawn(day(span("09:10", "18:00")))).toEqual(["08:00", "19:00"]);
  expect(drawn(day(span("06:40", "12:00")), day(span("10:00", "20:05")))).toEqual(["06:00", "21:00"]);
  expect(drawn(day(span("00:00", null)))).toEqual(["00:00", "19:00"]);
  expect(hoursDrawn({ ...log, at: "2026-03-04T00:00:00.000Z" }, [day(span("22:30", null))]).to).toBe(Date.parse(log.to));
});

test("hours are written each, or fewer where there are many", () => {
  const hour = 3_600_000;
  expect(ticksOf({ from: 0, to: 11 * hour })).toHaveLength(12);
  expect(ticksOf({ from: 0, to: 15 * hour })).toEqual([0, 2, 4, 6, 8, 10, 12, 14].map((n) => n * hour));
  expect(ticksOf({ from: 0, to: 24 * hour })).toHaveLength(9);
});

test("spans as time sheets have them", () => {
  expect([0, 59, 60, 27_720, 86_400].map(hoursAndMinutes)).toEqual(["0:00", "0:01", "0:01", "7:42", "24:00"]);
  expect(workedSeconds({ totals: { busy: 100, offered: 5, wrapup: 20, idle: 900 } })).toBe(125);
});
