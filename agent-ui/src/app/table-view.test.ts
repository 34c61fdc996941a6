import { expect, test } from "vitest";
import { keptView, nextOrder, resized } from "./table-view.ts";

test("a kept view of a table is read as far as it is one; anything else is the table's own", () => {
  expect(keptView('{"hidden":["result",7],"order":"subject","widths":{"result":200,"when":"wide","type":9000}}')).toEqual({
    hidden: ["result"],
    order: "subject",
    widths: { result: 200, type: 800 },
  });
  for (const text of [null, "", "{", "[]", "3", '{"hidden":"all","order":1,"widths":7}'])
    expect(keptView(text)).toEqual({ hidden: [], order: null, widths: {} });
});

test("a press on a head sorts by it, a second one turns it round", () => {
  const subject = ["subject", "-subject"] as const;
  expect(nextOrder(subject, "newest")).toBe("subject");
  expect(nextOrder(subject, "subject")).toBe("-subject");
  expect(nextOrder(subject, "-subject")).toBe("subject");
});

test("a column is as wide as it was made, within what can be read; its own width again is no width kept", () => {
  expect(resized({ when: 90 }, "result", 200.4)).toEqual({ when: 90, result: 200 });
  expect(resized({ when: 90 }, "when", 3)).toEqual({ when: 48 });
  expect(resized({ when: 90, result: 200 }, "when", null)).toEqual({ result: 200 });
});
