import type { Id } from "@kommutator/contract/ids";
import { addWorkingTime, type CalendarRules, localDate, startOfDay, workingTime, workingTimeOfDay } from "@kommutator/contract/working-time";

/**
 * Norm of a day (spec B2): norm of the department (or the nearest above that has one) x fte x available / full working time.
 * null when nobody up the tree configured one; 0 on a day off or when absent all day.
 */
export function normOfDay(
  norm: number | null,
  fte: number,
  day: string,
  calendar: CalendarRules,
  absences: readonly { from: number; to: number }[],
): number | null {
  if (norm === null) return null;
  const full = workingTimeOfDay(day, calendar);
  if (full === 0) return 0;
  const start = startOfDay(day, calendar.tz);
  const end = startOfDay(nextDay(day), calendar.tz);
  const away = absences.reduce((sum, a) => sum + workingTime(Math.max(a.from, start), Math.min(a.to, end), calendar), 0);
  return (norm * fte * Math.max(0, full - away)) / full;
}

/** The day after a local date. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Bounds of the local day in which `now` lies. */
export function today(now: number, tz: string): { day: string; start: number; end: number } {
  const day = localDate(now, tz);
  return { day, start: startOfDay(day, tz), end: startOfDay(nextDay(day), tz) };
}

/** A deadline in working time, or in plain time when the calendar never opens. */
export function dueAt(from: number, seconds: number, calendar: CalendarRules | undefined): Date {
  const due = calendar === undefined ? Number.POSITIVE_INFINITY : addWorkingTime(from, seconds, calendar);
  return new Date(Number.isFinite(due) ? due : from + seconds * 1000);
}

export interface Candidate {
  employeeId: Id;
  /** Open dialogs that wait for this employee's answer, and the other open ones. */
  waiting: number;
  others: number;
  maxDialogs: number;
  weight: number;
  plannedPoints: number;
  normPoints: number | null;
  lastAssignedAt: number | null;
}

/** Load of an employee (spec B0); an unconfigured norm makes the planner's term 0. Infinity: takes no dialogs today. */
export function loadOf(c: Candidate): number {
  if (c.maxDialogs <= 0 || c.normPoints === 0) return Number.POSITIVE_INFINITY;
  return ((c.waiting + 0.3 * c.others) / c.maxDialogs + (c.normPoints === null ? 0 : (0.5 * c.plannedPoints) / c.normPoints)) / c.weight;
}

/** The least loaded; ties by the longest time since the last assignment, then by id. */
export function leastLoaded(candidates: readonly Candidate[]): Candidate | null {
  const sorted = candidates
    .filter((c) => Number.isFinite(loadOf(c)))
    .sort((a, b) => loadOf(a) - loadOf(b) || (a.lastAssignedAt ?? 0) - (b.lastAssignedAt ?? 0) || (a.employeeId < b.employeeId ? -1 : 1));
  return sorted[0] ?? null;
}
