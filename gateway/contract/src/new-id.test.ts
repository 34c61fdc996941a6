import { expect, test } from "vitest";
import { z } from "zod";
import { newId } from "./new-id.ts";

test("a new id is a UUID of version 7 that holds its moment, and no two are equal", () => {
  // The example of RFC 9562, appendix A.6: 22 February 2022, 14:22:22 -05:00.
  expect(newId(Date.parse("2022-02-22T14:22:22-05:00")).slice(0, 15)).toBe("017f22e2-79b0-7");
  const ids = Array.from({ length: 1_000 }, () => newId());
  for (const id of ids) expect(z.uuidv7().safeParse(id).success).toBe(true);
  expect(new Set(ids).size).toBe(1_000);
});

test("a later id is the greater one, as text and as the database orders it", () => {
  const moments = [0, 1, 15, 16, 1_700_000_000_000, 1_700_000_000_001, 2 ** 41];
  const ids = moments.map((at) => newId(at));
  expect([...ids].sort()).toEqual(ids);
});
