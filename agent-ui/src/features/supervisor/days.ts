import type { PresenceDay, PresenceLog } from "@kommutator/contract/api/presence-log";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";

export interface DayFilter {
  /** 2026-03-02; undefined: today. */
  day: string | undefined;
  departmentId: string | undefined;
}

/** The people's days, page by page; today's follows the clock. */
export const useDays = (filter: DayFilter) =>
  useInfiniteQuery({
    queryKey: keys.presenceLog(filter.day ?? "today", filter.departmentId ?? "all"),
    queryFn: ({ signal, pageParam }) => api.get<PresenceLog>("/presence-log", { signal, query: { ...filter, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: filter.day === undefined ? 30_000 : false,
  });

const HOUR = 3_600_000;
/** The hours that are drawn at least, counted from the beginning of the day. */
const USUAL = { from: 8, to: 19 };

/** From when to when the lines are drawn: whole hours of the day around everything that happened, an office day at least. */
export function hoursDrawn(log: Pick<PresenceLog, "from" | "to" | "at">, days: readonly PresenceDay[]): { from: number; to: number } {
  const [start, end] = [Date.parse(log.from), Date.parse(log.to)];
  let [from, to] = [start + USUAL.from * HOUR, Math.min(end, start + USUAL.to * HOUR)];
  for (const { spans } of days)
    for (const span of spans) {
      from = Math.min(from, Date.parse(span.from));
      to = Math.max(to, Math.min(end, Date.parse(span.to ?? log.at)));
    }
  return { from: start + Math.floor((from - start) / HOUR) * HOUR, to: Math.min(end, start + Math.ceil((to - start) / HOUR) * HOUR) };
}

/** The hours written under the lines: each, or each second or third when there are many. */
export function ticksOf({ from, to }: { from: number; to: number }): number[] {
  const hours = Math.round((to - from) / HOUR);
  const step = hours <= 12 ? 1 : hours <= 18 ? 2 : 3;
  return Array.from({ length: Math.floor(hours / step) + 1 }, (_, n) => from + n * step * HOUR);
}

/** `7:42`: hours and minutes, as time sheets have them. */
export function hoursAndMinutes(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/** In an offer or in a talk, or with all dialogs taken. */
export const workedSeconds = ({ totals }: Pick<PresenceDay, "totals">): number => (totals.busy ?? 0) + (totals.offered ?? 0) + (totals.wrapup ?? 0);
