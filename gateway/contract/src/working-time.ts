import type { EpochMs } from "./ids.ts";

/**
 * Working time over a calendar (spec AD-04, B13): pure, no clock. A calendar has a time zone, intervals by weekday and
 * exceptions by date ([] = day off). "HH:MM" is wall time in the zone; "24:00" is midnight at the end of the day; an end not
 * after its start goes past midnight. Summer time is right because every interval is turned into instants by the zone's rules.
 */
export interface CalendarRules {
  tz: string;
  week: Partial<Record<Weekday, readonly (readonly [string, string])[]>>;
  exceptions: readonly { day: string; intervals: readonly (readonly [string, string])[] }[];
}
export const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const DAY_MS = 86_400_000;
/** How far a boundary or a deadline is looked for: beyond two years a calendar counts as closed (or open) for ever. */
const HORIZON_DAYS = 731;

interface Interval {
  start: EpochMs;
  end: EpochMs;
}
interface Compiled {
  zone: Zone;
  week: (readonly [number, number])[][];
  exceptions: Map<number, (readonly [number, number])[]>;
  days: Map<number, readonly Interval[]>;
}

/** Compiled once per calendar object: calendars are values; a changed calendar is a new object. */
const compiled = new WeakMap<CalendarRules, Compiled>();

/** Working seconds in [a, b); 0 when b <= a. */
export function workingTime(a: EpochMs, b: EpochMs, calendar: CalendarRules): number {
  if (b <= a) return 0;
  const c = compile(calendar);
  let sum = 0;
  for (let day = c.zone.dayOf(a), last = c.zone.dayOf(b); day <= last; day++) {
    for (const i of intervalsOf(c, day)) sum += Math.max(0, Math.min(i.end, b) - Math.max(i.start, a));
  }
  return sum / 1000;
}

/**
 * The earliest moment t with workingTime(a, t) = seconds. 0 seconds is `a` itself.
 * Infinity when the calendar has too little working time within two years.
 */
export function addWorkingTime(a: EpochMs, seconds: number, calendar: CalendarRules): EpochMs {
  let left = seconds * 1000;
  if (left <= 0) return a;
  const c = compile(calendar);
  const first = c.zone.dayOf(a);
  // Ten years of days at most: a deadline of thousands of working hours still ends.
  for (let day = first; day <= first + 5 * HORIZON_DAYS; day++) {
    for (const i of intervalsOf(c, day)) {
      const start = Math.max(i.start, a);
      if (i.end <= start) continue;
      if (i.end - start >= left) return start + left;
      left -= i.end - start;
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** Is the house open at this moment? The start of an interval belongs to it, the end does not. */
export function isOpen(at: EpochMs, calendar: CalendarRules): boolean {
  const c = compile(calendar);
  return intervalsOf(c, c.zone.dayOf(at)).some((i) => i.start <= at && at < i.end);
}

/** The next moment after `at` at which `isOpen` changes, or null when it does not within two years. */
export function nextBoundary(at: EpochMs, calendar: CalendarRules): EpochMs | null {
  const c = compile(calendar);
  const first = c.zone.dayOf(at);
  let open: EpochMs | null = null;
  for (let day = first; day <= first + HORIZON_DAYS; day++) {
    for (const i of intervalsOf(c, day)) {
      if (open !== null && i.start > open) return open;
      if (i.end <= at) continue;
      if (open === null && i.start > at) return i.start;
      open = i.end;
    }
  }
  // Open to the horizon's end means "never closes"; a last interval that ended before it is a boundary.
  return open !== null && open < c.zone.instant((first + HORIZON_DAYS) * DAY_MS) ? open : null;
}

/** The local date (YYYY-MM-DD) of a moment in a zone. */
export function localDate(at: EpochMs, tz: string): string {
  return new Date(zoneOf(tz).dayOf(at) * DAY_MS).toISOString().slice(0, 10);
}

/** The first moment of a local day ("YYYY-MM-DD") in a zone. */
export function startOfDay(day: string, tz: string): EpochMs {
  return zoneOf(tz).instant(Date.parse(`${day}T00:00:00Z`));
}

/** Working seconds of one local day of the calendar; 0 for a day off. */
export function workingTimeOfDay(day: string, calendar: CalendarRules): number {
  return intervalsOf(compile(calendar), Date.parse(`${day}T00:00:00Z`) / DAY_MS).reduce((sum, i) => sum + i.end - i.start, 0) / 1000;
}

function compile(calendar: CalendarRules): Compiled {
  const known = compiled.get(calendar);
  if (known !== undefined) return known;
  const minutes = (intervals: readonly (readonly [string, string])[]) =>
    intervals.map(([from, to]) => {
      const start = minuteOf(from);
      const end = minuteOf(to);
      return [start, end > start ? end : end + 1440] as const;
    });
  const c: Compiled = {
    zone: zoneOf(calendar.tz),
    week: WEEKDAYS.map((d) => minutes(calendar.week[d] ?? [])),
    exceptions: new Map(calendar.exceptions.map((e) => [Date.parse(`${e.day}T00:00:00Z`) / DAY_MS, minutes(e.intervals)])),
    days: new Map(),
  };
  compiled.set(calendar, c);
  return c;
}

function minuteOf(text: string): number {
  const [h = "0", m = "0"] = text.split(":");
  return Number(h) * 60 + Number(m);
}

/** What is open of one local day (cut at its midnights, so that days never overlap), as sorted, merged instants. */
function intervalsOf(c: Compiled, day: number): readonly Interval[] {
  const known = c.days.get(day);
  if (known !== undefined) return known;
  const parts: Interval[] = [];
  // An interval of the day before may go past midnight.
  for (const [of, shift] of [
    [day - 1, -1440],
    [day, 0],
  ] as const) {
    for (const [from, to] of c.exceptions.get(of) ?? c.week[(((of + 4) % 7) + 7) % 7] ?? []) {
      const start = Math.max(0, from + shift);
      const end = Math.min(1440, to + shift);
      if (end > start) parts.push({ start: c.zone.instant(day * DAY_MS + start * 60_000), end: c.zone.instant(day * DAY_MS + end * 60_000) });
    }
  }
  parts.sort((x, y) => x.start - y.start);
  const merged: Interval[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last !== undefined && part.start <= last.end) last.end = Math.max(last.end, part.end);
    else if (part.end > part.start) merged.push(part);
  }
  if (c.days.size > 8192) c.days.clear();
  c.days.set(day, merged);
  return merged;
}

const zones = new Map<string, Zone>();
function zoneOf(tz: string): Zone {
  let zone = zones.get(tz);
  if (zone === undefined) {
    zone = new Zone(tz);
    zones.set(tz, zone);
  }
  return zone;
}

/** Offsets of one IANA zone, read from Intl and cached by the hour: zones change their offset on a quarter hour at the earliest. */
class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(tz: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: tz,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** Number of the local day (days since 1970-01-01 in local reckoning). */
  dayOf(at: EpochMs): number {
    return Math.floor((at + this.#offset(at)) / DAY_MS);
  }

  /** The instant of a wall time (given as if it were UTC): the earlier one when it occurs twice, the moment of the jump when it does not occur. */
  instant(wall: number): EpochMs {
    const before = this.#offset(wall - DAY_MS);
    const after = this.#offset(wall + DAY_MS);
    const early = wall - Math.max(before, after);
    if (before === after) return wall - before;
    if (early + this.#offset(early) === wall) return early;
    const late = wall - Math.min(before, after);
    if (late + this.#offset(late) === wall) return late;
    // In the gap: find the jump between the two candidates.
    let low = early;
    let high = late;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offset(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  #offset(at: EpochMs): number {
    const quarter = Math.floor(at / 900_000);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const p: Record<string, number> = {};
    for (const part of this.#format.formatToParts(quarter * 900_000)) p[part.type] = Number(part.value);
    const local = Date.UTC(p["year"] ?? 0, (p["month"] ?? 1) - 1, p["day"], p["hour"], p["minute"], p["second"]);
    const offset = local - quarter * 900_000;
    if (this.#offsets.size > 65_536) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return offset;
  }
}
