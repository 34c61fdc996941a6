/** Chance from a seed: the same seed gives the same day on every machine. */
export interface Chance {
  /** Uniform in (0, 1). */
  uniform(): number;
  /** Exponential with this mean. */
  exponential(mean: number): number;
  /** Log-normal with this mean and coefficient of variation: how real talks are spread. */
  lognormal(mean: number, variation: number): number;
  /** True with this probability. */
  happens(probability: number): boolean;
}

/** sfc32, a small fast counter generator that passes PractRand (C. Doty-Humphrey); seeded through splitmix32. */
export function chance(seed: number): Chance {
  let state = seed | 0;
  const split = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let counter = 1;
  const uniform = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return ((t >>> 0) + 0.5) / 4294967296;
  };
  for (let i = 0; i < 15; i++) uniform();
  return {
    uniform,
    exponential: (mean) => -Math.log(uniform()) * mean,
    lognormal(mean, variation) {
      const sigma2 = Math.log(1 + variation * variation);
      const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
      return Math.exp(Math.log(mean) - sigma2 / 2 + Math.sqrt(sigma2) * normal);
    },
    happens: (probability) => uniform() < probability,
  };
}
