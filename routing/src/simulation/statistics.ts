/** Student's t, two-sided, 28 degrees of freedom: 99.9 %, and 99.9 % for twenty statements at once (Bonferroni). */
const T28 = { single: 3.674, twenty: 4.97 } as const;
/** Two controls leave 28 degrees of freedom. */
const BATCHES = 31;

export interface Interval {
  mean: number;
  /** Half the width. */
  half: number;
}

/** A quantity of each call whose mean is known: what chance did to it, it did to the measured one too. */
export interface Control {
  series: readonly number[];
  mean: number;
}

/**
 * The mean of a correlated series and its 99.9 % interval, by batch means with two control variates (regression on the batches;
 * Law and Kelton, Simulation Modeling and Analysis, ch. 9 and 11). `simultaneous`: twenty such statements hold together.
 */
export function interval(series: readonly number[], controls: readonly [Control, Control], simultaneous = false): Interval {
  const size = Math.floor(series.length / BATCHES);
  const batches = (values: readonly number[]) =>
    Array.from({ length: BATCHES }, (_, b) => {
      let sum = 0;
      for (let i = b * size; i < (b + 1) * size; i++) sum += values[i] as number;
      return sum / size;
    });
  const y = batches(series);
  const [x1, x2] = controls.map((c) => batches(c.series).map((m) => m - c.mean)) as [number[], number[]];
  const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / BATCHES;
  const [my, m1, m2] = [average(y), average(x1), average(x2)];
  const product = (a: number[], ma: number, b: number[], mb: number) => a.reduce((sum, v, i) => sum + (v - ma) * ((b[i] as number) - mb), 0);
  const [s11, s12, s22] = [product(x1, m1, x1, m1), product(x1, m1, x2, m2), product(x2, m2, x2, m2)];
  const [s1y, s2y] = [product(x1, m1, y, my), product(x2, m2, y, my)];
  const det = s11 * s22 - s12 * s12;
  const b1 = (s1y * s22 - s2y * s12) / det;
  const b2 = (s2y * s11 - s1y * s12) / det;
  const mean = my - b1 * m1 - b2 * m2;
  const residual = y.reduce((sum, v, i) => sum + (v - my - b1 * ((x1[i] as number) - m1) - b2 * ((x2[i] as number) - m2)) ** 2, 0) / (BATCHES - 3);
  // The regression's own uncertainty at the controls' known means.
  const leverage = 1 / BATCHES + (m1 * m1 * s22 - 2 * m1 * m2 * s12 + m2 * m2 * s11) / det;
  return { mean, half: (simultaneous ? T28.twenty : T28.single) * Math.sqrt(residual * leverage) };
}
