/**
 * Makes a list that breaks something as short and as plain as it goes: takes out halves, quarters, … single steps (the delta
 * debugging of Zeller, 2002), then puts plainer steps in the place of those that are left, until nothing gives.
 * `plainer` must only name what is nearer to the plainest step, or this does not end.
 */
export function shrink<T>(steps: readonly T[], breaks: (steps: readonly T[]) => boolean, plainer: (step: T) => readonly T[]): readonly T[] {
  let left = steps;
  for (let again = true; again; ) {
    again = false;
    for (let size = Math.max(1, left.length >>> 1); size >= 1; size >>>= 1)
      for (let at = 0; at < left.length; ) {
        const fewer = [...left.slice(0, at), ...left.slice(at + size)];
        if (breaks(fewer)) {
          left = fewer;
          again = true;
        } else at += size;
      }
    for (let at = 0; at < left.length; at++) {
      const better = plainer(left[at] as T)
        .map((step) => left.with(at, step))
        .find(breaks);
      if (better !== undefined) {
        left = better;
        again = true;
      }
    }
  }
  return left;
}
