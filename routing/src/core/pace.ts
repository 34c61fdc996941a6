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

  /** A call was answered. */
  served(at: EpochMs): void {
    this.starts.push(at);
    if (this.starts.length > PACE_SAMPLES) this.starts.shift();
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
    const recent = this.starts.filter((at) => at > now - PACE_MS);
    if (recent.length < ENOUGH_STARTS) return null;
    const gaps = recent.slice(1).map((at, i) => at - (recent[i] as EpochMs));
    gaps.sort((a, b) => a - b);
    return [Math.round(place * quantile(gaps, 0.25)), Math.round(place * quantile(gaps, 0.75))];
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
function quantile(sorted: readonly number[], p: number): number {
  const at = (sorted.length - 1) * p;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}
