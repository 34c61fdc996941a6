import { expect, test } from "vitest";
import { addCovered, covers, hoursOf, nextBorder } from "./hours.ts";

const DAY = hoursOf([
  [100, 200],
  [300, 400],
]);

test("intervals are sorted; those that touch or overlap become one", () => {
  expect(
    hoursOf([
      [300, 400],
      [100, 200],
    ]),
  ).toEqual([100, 200, 300, 400]);
  expect(
    hoursOf([
      [100, 200],
      [200, 300],
    ]),
  ).toEqual([100, 300]);
  expect(
    hoursOf([
      [100, 250],
      [200, 300],
    ]),
  ).toEqual([100, 300]);
});

test("an interval inside another one does not shorten it", () => {
  expect(
    hoursOf([
      [100, 400],
      [200, 300],
    ]),
  ).toEqual([100, 400]);
});

test("intervals without length, or that end before they begin, are none", () => {
  expect(
    hoursOf([
      [100, 100],
      [300, 200],
    ]),
  ).toEqual([]);
  expect(hoursOf([])).toEqual([]);
});

test("open from the first moment on, closed from the last", () => {
  expect([99, 100, 199, 200, 299, 300, 399, 400].map((t) => covers(DAY, t))).toEqual([false, true, true, false, false, true, true, false]);
});

test("the next border lies after the moment, never at it", () => {
  expect([0, 100, 150, 200, 399].map((t) => nextBorder(DAY, t))).toEqual([100, 200, 200, 300, 400]);
  expect(nextBorder(DAY, 400)).toBeNull();
  expect(nextBorder([], 0)).toBeNull();
});

test("working time runs only while it is open", () => {
  expect(addCovered(DAY, 150, 30)).toBe(180);
  expect(addCovered(DAY, 150, 60)).toBe(310);
  expect(addCovered(DAY, 0, 10)).toBe(110);
  expect(addCovered(DAY, 250, 100)).toBe(400);
});

test("working time that ends with the day ends with the day, not on the next morning", () => {
  expect(addCovered(DAY, 150, 50)).toBe(200);
  expect(addCovered(DAY, 100, 0)).toBe(100);
});

test("beyond the known days every millisecond counts", () => {
  expect(addCovered(DAY, 350, 80)).toBe(430);
  expect(addCovered(DAY, 500, 7)).toBe(507);
  expect(addCovered([], 500, 7)).toBe(507);
});

test("each moment of a long list of days is found", () => {
  const days = hoursOf(Array.from({ length: 40 }, (_, i) => [i * 10, i * 10 + 4] as const));
  for (let t = 0; t < 400; t++) expect(covers(days, t)).toBe(t % 10 < 4);
  for (let t = 0; t < 394; t++) expect(nextBorder(days, t)).toBe(t % 10 < 4 ? t - (t % 10) + 4 : t - (t % 10) + 10);
});
