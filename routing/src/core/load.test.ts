import { expect, test } from "vitest";
import { loadOf } from "./load.ts";

test("a dialog that waits for an answer weighs one, another open one three tenths, each by what the person can hold", () => {
  expect(loadOf(2, 0, 4, 0, null, 1)).toBeCloseTo(0.5, 10);
  expect(loadOf(0, 2, 4, 0, null, 1)).toBeCloseTo(0.15, 10);
  expect(loadOf(2, 2, 4, 0, null, 1)).toBeCloseTo(0.65, 10);
});

test("the day's planned points weigh half of their share of the norm", () => {
  expect(loadOf(0, 0, 4, 30, 60, 1)).toBeCloseTo(0.25, 10);
});

test("without a norm, or with one of nothing, planned points weigh nothing", () => {
  expect(loadOf(0, 0, 4, 30, null, 1)).toBe(0);
  expect(loadOf(0, 0, 4, 30, 0, 1)).toBe(0);
});

test("whoever can hold no dialogs has none to weigh", () => {
  expect(loadOf(3, 3, 0, 0, null, 1)).toBe(0);
});

test("a weight of two halves the load, a half doubles it", () => {
  expect(loadOf(2, 0, 4, 30, 60, 2)).toBeCloseTo(0.375, 10);
  expect(loadOf(2, 0, 4, 30, 60, 0.5)).toBeCloseTo(1.5, 10);
});
