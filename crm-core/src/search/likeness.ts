/**
 * How much a stored word is what was typed, 0 to 1: the same, its beginning, a part of it, with a typo (one in four letters, two in seven),
 * with a typo in its beginning or end. `trigrams` is the database's word_similarity, which alone finds typos inside compounds. 0: not meant.
 */
export function likeness(typed: string, word: string, trigrams: number): number {
  if (word === typed) return 1;
  if (word.startsWith(typed)) return 0.95 - 0.01 * Math.min(10, word.length - typed.length);
  // Numbers are typed as they are: 1234 is not a misspelt 1235.
  if (/^\d+$/.test(typed)) return 0;
  if (typed.length >= 4 && word.includes(typed)) return 0.8;
  const allowed = typed.length >= 7 ? 2 : typed.length >= 4 ? 1 : 0;
  if (allowed === 0) return 0;
  const whole = distance(typed, word, allowed);
  if (whole <= allowed) return 0.9 - (0.6 * whole) / typed.length;
  if (typed.length >= 5 && word.length > typed.length) {
    const start = Math.min(...[-1, 0, 1].map((by) => distance(typed, word.slice(0, typed.length + by), allowed)));
    if (start <= allowed) return 0.75 - (0.6 * start) / typed.length;
    const end = Math.min(...[-1, 0, 1].map((by) => distance(typed, word.slice(-typed.length + by), allowed)));
    if (end <= allowed) return 0.65 - (0.6 * end) / typed.length;
  }
  return trigrams >= 0.6 ? 0.7 * trigrams : 0;
}

/** Letters to insert, leave out, replace or swap with a neighbour (optimal string alignment); `most` + 1 for anything above it. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, (above[j - 1] as number) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] as number) + 1);
      row.push(cost);
    }
    [before, above] = [above, row];
  }
  return Math.min(above[b.length] as number, most + 1);
}
