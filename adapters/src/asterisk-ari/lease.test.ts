import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Leases } from "./lease.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("a caller's lease is renewed each second while our commits come back, and not when they do not", async () => {
  const renewed: [string, number][] = [];
  let commit: () => Promise<void> = () => Promise.resolve();
  const leases = new Leases(
    () => commit(),
    (channel, seconds) => renewed.push([channel, seconds]),
  );
  leases.keep("a", 5, true);
  expect(renewed).toEqual([["a", 5]]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(renewed).toHaveLength(3);

  let thaw: () => void = () => {};
  commit = () =>
    new Promise((resolve) => {
      thaw = resolve;
    });
  await vi.advanceTimersByTimeAsync(5000);
  expect(renewed).toHaveLength(3);

  // The late commit itself is no proof of health; the next one is.
  thaw();
  commit = () => Promise.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(renewed).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(renewed).toHaveLength(4);

  commit = () => Promise.reject(new Error("read-only"));
  await vi.advanceTimersByTimeAsync(3000);
  expect(renewed).toHaveLength(4);
  leases.drop("a");
  expect(vi.getTimerCount()).toBe(0);
});
