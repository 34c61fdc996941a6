import { CallExportQuery } from "@kommutator/contract/api/calls-register";
import { describe, expect, test } from "vitest";
import { boundsOf, exportUrl, filterOf, queryOf } from "./register.ts";

const NOW = new Date(2026, 2, 12, 15, 30).getTime();
const day = (date: number) => new Date(2026, 2, date).getTime();
const filter = (query: string) => filterOf(new URLSearchParams(query));

describe("a period is whole days of this machine", () => {
  test("today, yesterday, seven and thirty days", () => {
    expect(boundsOf(filter("period=today"), NOW)).toEqual({ from: day(12), to: null });
    expect(boundsOf(filter("period=yesterday"), NOW)).toEqual({ from: day(11), to: day(12) });
    expect(boundsOf(filter("period=week"), NOW)).toEqual({ from: day(6), to: null });
    expect(boundsOf(filter("period=month"), NOW)).toEqual({ from: new Date(2026, 1, 11).getTime(), to: null });
  });

  test("own days: the last one is meant whole, a missing one leaves it open", () => {
    expect(boundsOf(filter("period=own&from=2026-03-01&to=2026-03-02"), NOW)).toEqual({ from: day(1), to: day(3) });
    expect(boundsOf(filter("period=own&from=2026-03-01"), NOW)).toEqual({ from: day(1), to: null });
    expect(boundsOf(filter("period=own"), NOW)).toEqual({ from: null, to: null });
  });
});

test("the address keeps the filter, nonsense in it is today, and the server takes what is asked", () => {
  expect(filter("period=nonsense").period).toBe("today");
  const asked = queryOf(filter("period=yesterday&direction=in&disposition=missed&number=%2B7%20701%20111-22"), NOW);
  expect(CallExportQuery.parse(asked)).toMatchObject({ direction: "in", disposition: "missed", number: "+770111122" });
  expect(asked).not.toHaveProperty("channelId");
});

test("the export is of the same filter", () => {
  const url = new URL(exportUrl(filter("period=yesterday&direction=out&line=%2B77270000001"), NOW, "xlsx"), "http://x.example");
  expect(url.pathname).toBe("/api/v1/calls/export");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    from: new Date(day(11)).toISOString(),
    to: new Date(day(12)).toISOString(),
    direction: "out",
    line: "+77270000001",
    format: "xlsx",
  });
});
