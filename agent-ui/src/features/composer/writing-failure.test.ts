import { expect, test } from "vitest";
import { refusedKey } from "./writing-failure.ts";

test("a refused message says what the channel cannot carry, and anything else by its general text", () => {
  const key = (code: string, details: Record<string, unknown>) => refusedKey({ code: code as "validation", details });
  expect(key("unsupported", { what: "window" })).toEqual({ key: "cannotReply.window", params: {} });
  expect(key("validation", { field: "text", reason: "too_long", max: 4096 })).toEqual({ key: "notTaken.too_long", params: { max: 4096, variables: "" } });
  expect(key("validation", { fields: { mentions: "cannot_see" } })).toEqual({ key: "notTaken.cannot_see", params: { max: "", variables: "" } });
  expect(key("validation", { field: "text", reason: "variables", variables: ["a", "b"] })).toEqual({
    key: "notTaken.variables",
    params: { max: "", variables: "a, b" },
  });
  expect(key("too_large", { maxBytes: 1024 })?.key).toBe("notTaken.too_large");
  expect(key("assigned_to_other", { employee: {} })).toBeNull();
});
