import type { CallFilter, CallPage } from "@kommutator/contract/api/calls-register";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";

export const PERIODS = ["today", "yesterday", "week", "month", "own"] as const;
export type Period = (typeof PERIODS)[number];
/** The filter as it stands in the address: it can be sent to a colleague. Empty = any. */
export const FIELDS = ["period", "from", "to", "direction", "disposition", "channelId", "employeeId", "line", "number"] as const;
export type RegisterFilter = Record<(typeof FIELDS)[number], string>;

export function filterOf(params: URLSearchParams): RegisterFilter {
  const filter = Object.fromEntries(FIELDS.map((name) => [name, params.get(name) ?? ""])) as RegisterFilter;
  return { ...filter, period: (PERIODS as readonly string[]).includes(filter.period) ? filter.period : "today" };
}

const DAY_MS = 86_400_000;

/** From when (inclusive) to when (exclusive); null = open. Days are those of this machine; `own` takes the fields' days whole. */
export function boundsOf(filter: Pick<RegisterFilter, "period" | "from" | "to">, now: number): { from: number | null; to: number | null } {
  const day = (back: number) => {
    const at = new Date(now);
    return new Date(at.getFullYear(), at.getMonth(), at.getDate() - back).getTime();
  };
  switch (filter.period as Period) {
    case "yesterday":
      return { from: day(1), to: day(0) };
    case "week":
      return { from: day(6), to: null };
    case "month":
      return { from: day(29), to: null };
    case "own": {
      const from = Date.parse(`${filter.from}T00:00`);
      const to = Date.parse(`${filter.to}T00:00`);
      // The last day is meant whole: its end is the next midnight, also where the clock is put forward or back that night.
      return { from: Number.isNaN(from) ? null : from, to: Number.isNaN(to) ? null : new Date(to + 1.5 * DAY_MS).setHours(0, 0, 0, 0) };
    }
    default:
      return { from: day(0), to: null };
  }
}

/** The filter as the server takes it: what is empty stays away. */
export function queryOf(filter: RegisterFilter, now: number): { [K in keyof CallFilter]: string } {
  const { from, to } = boundsOf(filter, now);
  const { direction, disposition, channelId, employeeId, line, number } = filter;
  const digits = number.replace(/[^\d+]/g, "");
  const all = {
    from: from === null ? "" : new Date(from).toISOString(),
    to: to === null ? "" : new Date(to).toISOString(),
    direction,
    disposition,
    channelId,
    employeeId,
    line: line.trim(),
    number: digits,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** Address of the same filter as a file. */
export function exportUrl(filter: RegisterFilter, now: number, format: "csv" | "xlsx"): string {
  return `/api/v1/calls/export?${new URLSearchParams({ format, ...queryOf(filter, now) } as Record<string, string>)}`;
}

/** Page after page, with totals over all of them. */
export function useRegister(filter: RegisterFilter) {
  return useInfiniteQuery({
    queryKey: keys.calls("register", filter),
    queryFn: ({ signal, pageParam }) =>
      api.get<z.infer<typeof CallPage>>("/calls", { signal, query: { ...queryOf(filter, Date.now()), limit: 100, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}
