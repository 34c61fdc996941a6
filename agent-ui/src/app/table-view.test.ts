import { expect, test } from "vitest";
import { keptView, nextOrder } from "./table-view.ts";

test("a kept view of a table is read as far as it is one; anything else is the table's own", () => {
  expect(keptView('{"hidden":["result",7],"order":"subject"}')).toEqual({ hidden: ["result"], order: "subject" });
  for (const text of [null, "", "{", "[]", "3", '{"hidden":"all","order":1}']) expect(keptView(text)).toEqual({ hidden: [], order: null });
});

test("a press on a head sorts by it, a second one turns it round", () => {
  const subject = ["subject", "-subject"] as const;
  expect(nextOrder(subject, "newest")).toBe("subject");
  expect(nextOrder(subject, "subject")).toBe("-subject");
  expect(nextOrder(subject, "-subject")).toBe("subject");
});
