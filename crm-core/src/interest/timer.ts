import type { StageTimer } from "@kommutator/contract/api/interest";
import type { EpochMs } from "@kommutator/contract/ids";
import { addWorkingTime, type CalendarRules, localDate, startOfDay, workingTime } from "@kommutator/contract/working-time";

/** Timers and flags of stages (spec B10): pure. All seconds are working time of the responsible's calendar. */

export interface Span {
  from: EpochMs;
  to: EpochMs;
}
export interface Visit {
  enteredAt: EpochMs;
  /** Frozen at entry. */
  plannedSeconds: number | null;
  /** Sorted, never overlapping. */
  holds: readonly Span[];
}

const DUE_SOON = 0.8;
const STUCK_FACTOR = 2;
/** So many completed visits make their p90 worth comparing with. */
const ENOUGH_VISITS = 20;

/** Working seconds of a stay in [from, to) without its holds. */
export function spentSeconds(from: EpochMs, to: EpochMs, holds: readonly Span[], calendar: CalendarRules): number {
  return workingTime(from, to, calendar) - heldSeconds(from, to, holds, calendar);
}

/** Working seconds of [from, to) during which it was on hold. */
export function heldSeconds(from: EpochMs, to: EpochMs, holds: readonly Span[], calendar: CalendarRules): number {
  return holds.reduce((sum, h) => sum + workingTime(Math.max(from, h.from), Math.min(to, h.to), calendar), 0);
}

/** When a visit will have spent so many seconds, its holds left out; Infinity when the calendar never gives so much. */
export function momentOf(visit: Visit, seconds: number, calendar: CalendarRules): EpochMs {
  let at = visit.enteredAt;
  let left = seconds;
  for (const hold of visit.holds) {
    if (hold.to <= at) continue;
    const before = workingTime(at, hold.from, calendar);
    if (before >= left) break;
    left -= before;
    at = hold.to;
  }
  return addWorkingTime(at, left, calendar);
}

/** The timer that cards and boards show. */
export function timerOf(visit: Visit, now: EpochMs, calendar: CalendarRules): StageTimer {
  const { plannedSeconds } = visit;
  const spent = spentSeconds(visit.enteredAt, now, visit.holds, calendar);
  const iso = (at: EpochMs | null) => (at === null || !Number.isFinite(at) ? null : new Date(at).toISOString());
  const moment = (share: number) => (plannedSeconds === null ? null : momentOf(visit, plannedSeconds * share, calendar));
  const state = plannedSeconds === null ? "none" : spent > plannedSeconds ? "late" : spent >= DUE_SOON * plannedSeconds ? "due_soon" : "on_time";
  return {
    at: new Date(now).toISOString(),
    enteredAt: new Date(visit.enteredAt).toISOString(),
    plannedSeconds,
    spentSeconds: spent,
    state,
    soonAt: iso(moment(DUE_SOON)),
    dueAt: iso(moment(1)),
  };
}

export interface Watched extends Visit {
  /** Nearest-rank p90 of the completed visits of this stage, and how many there are. */
  completed: { p90: number | null; n: number };
  lastTouchAt: EpochMs;
  touchNormDays: number;
}
interface Judgement {
  late: boolean;
  stuck: "too_long" | "no_touch" | null;
  /** The next moment at which this changes by itself; null: never. */
  nextAt: EpochMs | null;
}

/**
 * Late and stuck (B10). Late: spent > planned. Stuck: spent > max(2 x planned, p90 of at least 20 completed visits), or late and no touch
 * for N days (whole days of the calendar's zone); without planned time p90 alone. On hold nothing is late.
 */
export function judge(w: Watched, now: EpochMs, calendar: CalendarRules): Judgement {
  const holdEnd = w.holds.find((h) => h.from <= now && now < h.to)?.to;
  if (holdEnd !== undefined) return { late: false, stuck: null, nextAt: holdEnd };
  const p90 = w.completed.n >= ENOUGH_VISITS ? w.completed.p90 : null;
  const limit = w.plannedSeconds === null ? p90 : Math.max(STUCK_FACTOR * w.plannedSeconds, p90 ?? 0);
  const spent = spentSeconds(w.enteredAt, now, w.holds, calendar);
  const late = w.plannedSeconds !== null && spent > w.plannedSeconds;
  const untouchedAt = startOfDay(dayAfter(localDate(w.lastTouchAt, calendar.tz), w.touchNormDays), calendar.tz);
  const stuck = limit !== null && spent > limit ? "too_long" : late && now >= untouchedAt ? "no_touch" : null;
  // Spending exactly the plan is not late yet: one millisecond of work more is, on the next morning when the plan ends with the day.
  const after = (seconds: number | null) => (seconds === null ? Number.POSITIVE_INFINITY : momentOf(w, seconds + 0.001, calendar));
  const due = after(w.plannedSeconds);
  const moments = [due, after(limit), Math.max(due, untouchedAt)].filter((at) => at > now && Number.isFinite(at));
  return { late, stuck, nextAt: moments.length === 0 ? null : Math.min(...moments) };
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
