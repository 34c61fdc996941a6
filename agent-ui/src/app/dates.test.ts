import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localMoment } from "./DateField.tsx";

test("every day and every moment of the workspace is entered in its own fields, none in the browser's", () => {
  const src = join(import.meta.dirname, "..");
  const native = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".tsx"))
    .filter((path) => /type="(date|datetime-local|month|week)"/.test(readFileSync(join(src, path), "utf8")));
  expect(native).toEqual([]);
});

test("a chosen moment is kept to the minute, in the form that every browser reads as its own time", () => {
  expect(localMoment("2026-03-02 09:00:00")).toBe("2026-03-02T09:00");
  expect(Date.parse(localMoment("2026-03-02 09:00:00"))).toBe(new Date(2026, 2, 2, 9).getTime());
  expect(localMoment(null)).toBe("");
});
