import type { EpochMs } from "@kommutator/contract/ids";

/** Older ones say nothing about now. */
export const PACE_MS = 2 * 3_600_000;
/** So many of the last ones are looked at. */
export const PACE_SAMPLES = 20;
const ENOUGH_STARTS = 10;
const ENOUGH_TALKS = 5;

/**
 * How fast a queue serves its callers: the moments of its last services' starts and the lengths of its last talks. What it
 * says depends on those of the last two hours alone, so it can be made anew from the rows.
 */
export class Pace {
  private readonly starts: EpochMs[] = [];
  private readonly talks: { at: EpochMs; ms: number }[] = [];
  /** The quartiles as they were reckoned last; they hold until another service starts or the oldest of them is two hours old. */
  private quartiles: { low: number; high: number } | null = null;
  private holdsUntil: EpochMs = Number.NEGATIVE_INFINITY;

  /** A call was answered. */
  served(at: EpochMs): void {
    this.starts.push(at);
    if (this.starts.length > PACE_SAMPLES) this.starts.shift();
    this.holdsUntil = Number.NEGATIVE_INFINITY;
  }

  /** A talk ended that lasted `ms`. */
  talked(at: EpochMs, ms: number): void {
    this.talks.push({ at, ms });
    if (this.talks.length > PACE_SAMPLES) this.talks.shift();
  }

  /**
   * How long whoever stands at `place` (1 = next) waits, in ms: place times the quartiles of the time between two services'
   * starts. null with fewer than ten services in two hours: then nobody knows.
   */
  estimate(place: number, now: EpochMs): [number, number] | null {
    if (now >= this.holdsUntil) this.reckon(now);
    const q = this.quartiles;
    return q === null ? null : [Math.round(place * q.low), Math.round(place * q.high)];
  }

  private reckon(now: EpochMs): void {
    const { starts } = this;
    let first = 0;
    while (first < starts.length && (starts[first] ?? 0) <= now - PACE_MS) first++;
    const n = starts.length - first;
    this.holdsUntil = n === 0 ? Number.POSITIVE_INFINITY : (starts[first] as EpochMs) + PACE_MS;
    if (n < ENOUGH_STARTS) {
      this.quartiles = null;
      return;
    }
    const gaps = new Float64Array(n - 1);
    for (let i = 1; i < n; i++) gaps[i - 1] = (starts[first + i] as EpochMs) - (starts[first + i - 1] as EpochMs);
    gaps.sort();
    this.quartiles = { low: quantile(gaps, 0.25), high: quantile(gaps, 0.75) };
  }

  /** Mean length of a talk in ms; null with fewer than five in two hours. */
  meanTalk(now: EpochMs): number | null {
    let sum = 0;
    let n = 0;
    for (const talk of this.talks)
      if (talk.at > now - PACE_MS) {
        sum += talk.ms;
        n++;
      }
    return n < ENOUGH_TALKS ? null : sum / n;
  }
}

/** Of sorted values, between neighbours in proportion (type 7 of Hyndman and Fan 1996). */
function quantile(sorted: Float64Array, p: number): number {
  const at = (sorted.length - 1) * p;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}
