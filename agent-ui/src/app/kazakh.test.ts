import { expect, test } from "vitest";
import { formatsOf, weekdayName } from "./format.ts";
import { KAZAKH } from "./kazakh.ts";

// Node has the words of every language; the browsers that people use have not.
const days = Array.from({ length: 400 }, (_, n) => new Date(2026, 0, 1 + n, n % 24, n % 60, (n * 7) % 60));

test("Kazakh days and moments are the words of CLDR, through a whole year", () => {
  const engine = {
    day: new Intl.DateTimeFormat("kk", { day: "numeric", month: "short" }),
    dayMonth: new Intl.DateTimeFormat("kk", { day: "numeric", month: "long" }),
    dayLong: new Intl.DateTimeFormat("kk", { weekday: "long", day: "numeric", month: "long" }),
    dayYear: new Intl.DateTimeFormat("kk", { day: "numeric", month: "short", year: "numeric" }),
    full: new Intl.DateTimeFormat("kk", { dateStyle: "long", timeStyle: "medium" }),
  };
  for (const name of ["day", "dayMonth", "dayLong", "dayYear", "full"] as const)
    expect(days.map((day) => KAZAKH[name].format(day))).toEqual(days.map((day) => engine[name].format(day).replaceAll("\u00a0", " ")));
  for (const style of ["long", "short"] as const)
    expect(Array.from({ length: 7 }, (_, day) => weekdayName("kk", day, style))).toEqual(
      Array.from({ length: 7 }, (_, day) => new Intl.DateTimeFormat("kk", { weekday: style }).format(new Date(2024, 0, 7 + day))),
    );
});

test("so are what was a while ago, spans and sizes", () => {
  const engine = new Intl.RelativeTimeFormat("kk", { numeric: "auto", style: "short" });
  for (const unit of ["second", "minute", "hour", "day"] as const)
    for (let n = unit === "second" || unit === "day" ? 0 : 1; n < 60; n++) expect(KAZAKH.relative.format(-n, unit)).toBe(engine.format(-n, unit));
  const format = formatsOf("kk");
  const span = (unit: string, value: number) => new Intl.NumberFormat("kk", { style: "unit", unit, unitDisplay: "short" }).format(value);
  expect([format.span(40_000), format.span(180_000), format.span(7_200_000), format.span(5 * 86_400_000)]).toEqual([
    span("second", 40),
    span("minute", 3),
    span("hour", 2),
    span("day", 5),
  ]);
  expect([format.bytes(2048), format.number(1234.5, 1), format.money(1500, "KZT")]).toEqual([
    span("kilobyte", 2),
    new Intl.NumberFormat("kk").format(1234.5),
    new Intl.NumberFormat("kk", { style: "currency", currency: "KZT", maximumFractionDigits: 0 }).format(1500),
  ]);
});

test("times of day, working spans and loads are written as Kazakh and Russian write them, not as the browser's own language does", () => {
  const format = formatsOf("kk");
  const at = new Date(2026, 10, 3, 14, 5, 9).toISOString();
  expect([format.time(at), format.exactTime(at)]).toEqual(["14:05", "14:05:09"]);
  expect([format.workSpan(59 * 60), format.workSpan(5_430), format.workSpan(36_000)]).toEqual(["59 мин", "1,5 сағ", "10 сағ"]);
  expect(format.load(0.5)).toBe("0,50");
});
