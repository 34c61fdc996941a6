import type { EpochMs } from "@kommutator/contract/ids";

/**
 * Intervals [start, end) as one flat ascending list: start, end, start, end … Working calendars and absences both come in
 * this form, already resolved from time zone and exceptions, so the core knows nothing about zones and summer time.
 */
export type Hours = readonly EpochMs[];

/** Sorts and joins touching or overlapping intervals into the flat form. */
export function hoursOf(intervals: readonly (readonly [EpochMs, EpochMs])[]): Hours {
  const flat: EpochMs[] = [];
  for (const [start, end] of [...intervals].sort((x, y) => x[0] - y[0])) {
    if (end <= start) continue;
    const last = flat.length - 1;
    const lastEnd = flat[last];
    if (lastEnd !== undefined && start <= lastEnd) flat[last] = Math.max(lastEnd, end);
    else flat.push(start, end);
  }
  return flat;
}

/** How many borders lie at or before `t`: odd means inside an interval. */
function bordersUpTo(hours: Hours, t: EpochMs): number {
  let low = 0;
  let high = hours.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if ((hours[mid] ?? 0) <= t) low = mid + 1;
    else high = mid;
  }
  return low;
}

export function covers(hours: Hours, t: EpochMs): boolean {
  return bordersUpTo(hours, t) % 2 === 1;
}

/** The next moment after `t` at which `covers` changes, or null when the known horizon has none. */
export function nextBorder(hours: Hours, t: EpochMs): EpochMs | null {
  return hours[bordersUpTo(hours, t)] ?? null;
}

/** The moment at which `ms` of covered time have passed since `t`. Past the known horizon every millisecond counts. */
export function addCovered(hours: Hours, t: EpochMs, ms: number): EpochMs {
  let at = t;
  let left = ms;
  for (let i = bordersUpTo(hours, t); ; i++) {
    const border = hours[i];
    if (border === undefined) return at + left;
    if (i % 2 === 1) {
      if (border - at >= left) return at + left;
      left -= border - at;
    }
    at = border;
  }
}
