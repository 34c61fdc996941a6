import { expect } from "vitest";

/** One case of a table of real payloads: the vendor's page it comes from, or a source that says it is `constructed`. */
interface Sourced {
  source: string;
}

/** Whether a case is the vendor's own (or recorded from the vendor), and not put together by us. */
const isDocumented = ({ source }: Sourced): boolean => !/constructed/.test(source);

/** How many cases each adapter's tables must hold. */
const LEAST = { incoming: 20, outgoing: 10 };

/** Prints how many cases a table holds and how many of them are documented; fails when they are too few, or less than half are. */
export function countCases(adapter: string, direction: keyof typeof LEAST, cases: readonly Sourced[]): void {
  const documented = cases.filter(isDocumented);
  console.log(`${adapter}: ${cases.length} ${direction} cases, ${documented.length} documented`);
  for (const { source } of cases) expect(source.trim(), `a case of ${adapter} names no source`).not.toBe("");
  expect(cases.length, `${direction} cases of ${adapter}`).toBeGreaterThanOrEqual(LEAST[direction]);
  expect(documented.length, `documented ${direction} cases of ${adapter}`).toBeGreaterThanOrEqual(cases.length / 2);
}
