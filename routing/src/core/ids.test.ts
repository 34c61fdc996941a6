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
    { numRuns: 5000 },
  );
});
