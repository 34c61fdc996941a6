import { within } from "@kommutator/contract/access";
import { expect, test } from "vitest";
import { mergePermissions } from "./principal.ts";

test("several roles add up to the widest scope of each action; words that we do not know give nothing", () => {
  const merged = mergePermissions([
    { object: "dialog", action: "read", scope: "own" },
    { object: "dialog", action: "read", scope: "subtree" },
    { object: "dialog", action: "read", scope: "department" },
    { object: "dialog", action: "edit", scope: "own" },
    { object: "spaceship", action: "read", scope: "all" },
    { object: "dialog", action: "fly", scope: "all" },
  ]);
  expect(merged).toEqual({ dialog: { read: "subtree", edit: "own" } });
});

test("a row is inside a scope by its owner or the owner's department; without an owner it needs more than `own`", () => {
  const principal = { employeeId: "me", sessionId: "s", name: "", login: "", departmentId: "d", subtreeIds: ["d", "below"], permissions: {} };
  const inside = (scope: Parameters<typeof within>[1], employeeId: string | null, departmentId: string | null) =>
    within(principal, scope, { employeeId, departmentId });
  expect([inside("own", "me", "d"), inside("own", "you", "d"), inside("own", null, null)]).toEqual([true, false, false]);
  expect([inside("department", "you", "d"), inside("department", "you", "below"), inside("department", null, null)]).toEqual([true, false, true]);
  expect([inside("subtree", "you", "below"), inside("subtree", "you", "elsewhere"), inside("subtree", "you", null)]).toEqual([true, false, false]);
  expect([inside("all", "you", "elsewhere"), inside(null, "me", "d")]).toEqual([true, false]);
});
