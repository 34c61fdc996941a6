/** Figures of stage durations (spec B10), over completed visits alone: open ones would make averages look too good. Pure. */
export interface Durations {
  n: number;
  mean: number | null;
  median: number | null;
  /** Nearest rank. */
  p90: number | null;
  /** Mean of spent / planned over visits with a plan. */
  meanRelative: number | null;
  late: number;
}

/** `spent` and `planned` in the same unit. */
export function durations(visits: readonly { spent: number; planned: number | null }[]): Durations {
  const spent = visits.map((v) => v.spent).sort((a, b) => a - b);
  const relative = visits.flatMap((v) => (v.planned === null ? [] : [v.spent / v.planned]));
  const middle = spent.length >> 1;
  return {
    n: spent.length,
    mean: meanOf(spent),
    median: spent.length === 0 ? null : spent.length % 2 === 1 ? (spent[middle] as number) : ((spent[middle - 1] as number) + (spent[middle] as number)) / 2,
    p90: spent[Math.ceil(0.9 * spent.length) - 1] ?? null,
    meanRelative: meanOf(relative),
    late: visits.filter((v) => v.planned !== null && v.spent > v.planned).length,
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}
