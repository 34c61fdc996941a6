import { EmployeeBody } from "@kommutator/contract/api/admin";
import { describe, expect, test } from "vitest";
import { ApiError } from "../../app/api.ts";
import { timeOf } from "./CalendarsPage.tsx";
import { normAbove, treeOf } from "./DepartmentsPage.tsx";
import { faultOf, serverFaults } from "./form.ts";
import type { Department } from "./queries.ts";

describe("a form says every fault at once, beside its field", () => {
  test("by our own schemas, before anything is sent", () => {
    const checked = EmployeeBody.safeParse({
      login: "a",
      name: "",
      departmentId: "",
      calendarId: crypto.randomUUID(),
      roleIds: [],
      extension: "12a",
      password: "short",
      maxDialogs: 900,
    });
    const faults = Object.fromEntries((checked.error?.issues ?? []).map((issue) => [issue.path.join("."), faultOf(issue).fault]));
    expect(faults).toEqual({
      login: "tooShort",
      name: "required",
      departmentId: "format",
      roleIds: "required",
      extension: "format",
      maxDialogs: "tooBig",
      password: "tooShort",
    });
  });

  test("by the server's word: a taken login, a calendar's overlapping hours", () => {
    expect(serverFaults(new ApiError("duplicate", 409, { field: "login" }), (fault) => fault)).toEqual({ login: "duplicate" });
    expect(serverFaults(new ApiError("validation", 422, { fields: { "week.mon": "overlap" } }), (fault) => fault)).toEqual({ "week.mon": "overlap" });
    expect(serverFaults(new ApiError("internal", 500), (fault) => fault)).toEqual({});
  });
});

test("a time is typed as people type it", () => {
  expect(["9", "930", "09:30", "9.30", "24", "x"].map(timeOf)).toEqual(["09:00", "09:30", "09:30", "09:30", "24:00", "x"]);
});

test("departments stand as a tree, and one whose parent I may not see at the top", () => {
  const department = (id: string, parentId: string | null) => ({ id, parentId, name: id }) as Department;
  const rows = treeOf([department("b", "a"), department("a", null), department("orphan", "hidden"), department("c", "b")]);
  expect(rows.map((row) => [row.department.id, row.depth])).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 2],
    ["orphan", 0],
  ]);
});

test("a department without a norm of the day takes the nearest going up; where none has one there is none (B2)", () => {
  const department = (id: string, parentId: string | null, dayNormPoints: number | null): Department => ({
    id,
    parentId,
    dayNormPoints,
    name: id,
    headId: null,
    employees: 0,
    version: 0,
  });
  const all = [department("company", null, 100), department("sales", "company", null), department("retail", "sales", null), department("other", null, null)];
  expect(normAbove(all, "retail")?.id).toBe("company");
  expect(normAbove([...all, department("shop", "retail", 40)], "shop")?.dayNormPoints).toBe(40);
  expect([normAbove(all, "other"), normAbove(all, null)]).toEqual([null, null]);
});
