import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { idOf } from "./ids.ts";

test("ids are UUIDs, the same for the same pair, and different for different pairs", () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(1000)), fc.nat(65_535), (input, index) => {
      const id = idOf(input, index);
      expect(z.uuid().safeParse(id).success).toBe(true);
      expect(idOf(input, index)).toBe(id);
      const pair = `${input}:${index}`;
      expect(seen.get(id) ?? pair).toBe(pair);
      seen.set(id, pair);
    }),
    { numRuns: 1000 },
  );
});

test("each digit of the input and of the index has its place", () => {
  expect(idOf(0x1a2b3c4d5e6f78, 0x9abc)).toBe("01a2b3c4-d5e6-8f78-8000-9abc00000000");
  expect(idOf(0x1fffffffffffff, 0xffff)).toBe("01ffffff-ffff-8fff-8000-ffff00000000");
  expect(idOf(1, 0)).toBe("00000000-0000-8001-8000-000000000000");
});

test("ids grow with the inputs and, within one, with the index: new rows go to the end of their index", () => {
  const made = [idOf(9, 65_535), idOf(10, 0), idOf(10, 1), idOf(4095, 7), idOf(4096, 0), idOf(2 ** 32 - 1, 0), idOf(2 ** 32, 0), idOf(2 ** 52, 0)];
  expect([...made].sort()).toEqual(made);
});
