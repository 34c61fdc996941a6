import type { InterestLight, LightReason } from "@kommutator/contract/api/interest";
import type { EpochMs } from "@kommutator/contract/ids";
import { type CalendarRules, localDate, workingTime, workingTimeOfDay } from "@kommutator/contract/working-time";

/** The traffic light of an Interest (spec B4), pure: every check has its say, the worst colour wins, all reasons are told. */

/** What the checks look at. Days are those of the responsible's calendar. */
export interface LightFacts {
  /** On hold until the morning of this day; null: not on hold. */
  onHoldUntil: string | null;
  /** Is anything planned that has not ended yet? */
  ahead: boolean;
  /** When the oldest planned Interaction that was not done should have ended. */
  overdueSince: EpochMs | null;
  /** Working seconds in the stage, and planned ones; null where there is no plan. */
  spentSeconds: number;
  plannedSeconds: number | null;
  lastTouchAt: EpochMs;
  touchNormDays: number;
  /** Customers that wait for an answer in dialogs about it: since when, and how long they may. */
  waiting: readonly { since: EpochMs; slaSeconds: number }[];
  expectedClose: string | null;
  /** A field that its stage asks for is empty. */
  lacksFields: boolean;
  responsible: "there" | "absent" | "dismissed" | "none";
}

const SOON = 0.8;
const UNANSWERED_YELLOW = 0.5;
const CLOSE_SOON_DAYS = 3;
const OVERDUE_RED_DAYS = 2;
const DAY_MS = 86_400_000;

/** Colour and reasons at this moment; the red reasons first. On hold nothing is checked, and it is grey; a hold past its day is red. */
export function lightOf(f: LightFacts, now: EpochMs, calendar: CalendarRules): InterestLight {
  const today = localDate(now, calendar.tz);
  if (f.onHoldUntil !== null && f.onHoldUntil > today) return { colour: "grey", reasons: [] };
  const touchDays = daysBetween(localDate(f.lastTouchAt, calendar.tz), today);
  const closeDays = f.expectedClose === null ? Number.POSITIVE_INFINITY : daysBetween(today, f.expectedClose);
  const waited = Math.max(0, ...f.waiting.map((w) => workingTime(w.since, now, calendar) / w.slaSeconds));
  const said: [LightReason["code"], "red" | "yellow" | null][] = [
    ["hold_past", f.onHoldUntil === null ? null : "red"],
    ["no_next_step", f.ahead ? null : touchDays === 0 ? "yellow" : "red"],
    ["overdue", f.overdueSince === null ? null : isWorkingDaysAgo(f.overdueSince, today, OVERDUE_RED_DAYS, calendar) ? "red" : "yellow"],
    ["stage_time", f.plannedSeconds === null ? null : share(f.spentSeconds / f.plannedSeconds, SOON, (s) => s > 1)],
    ["no_touch", share(touchDays / f.touchNormDays, SOON, (s) => s >= 1)],
    ["unanswered", share(waited, UNANSWERED_YELLOW, (s) => s >= 1)],
    ["expected_close", closeDays < 0 ? "red" : closeDays <= CLOSE_SOON_DAYS ? "yellow" : null],
    ["fields", f.lacksFields ? "yellow" : null],
    [f.responsible === "none" ? "nobody" : f.responsible === "dismissed" ? "dismissed" : "absent", f.responsible === "there" ? null : "red"],
  ];
  const reasons = said.flatMap(([code, colour]) => (colour === null ? [] : [{ code, colour }]));
  reasons.sort((a, b) => Number(b.colour === "red") - Number(a.colour === "red"));
  return { colour: reasons[0]?.colour ?? "green", reasons };
}

function share(value: number, yellowFrom: number, isRed: (value: number) => boolean): "red" | "yellow" | null {
  return isRed(value) ? "red" : value >= yellowFrom ? "yellow" : null;
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** Did more than so many working days begin since? */
function isWorkingDaysAgo(since: EpochMs, today: string, days: number, calendar: CalendarRules): boolean {
  let left = days;
  for (let day = Date.parse(localDate(since, calendar.tz)) + DAY_MS; day <= Date.parse(today); day += DAY_MS)
    if (workingTimeOfDay(new Date(day).toISOString().slice(0, 10), calendar) > 0 && --left < 0) return true;
  return false;
}
