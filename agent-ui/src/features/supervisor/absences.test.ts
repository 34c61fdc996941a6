import { AbsenceBody, AbsencePatch, type Handover, TakeBackBody } from "@kommutator/contract/api/absence";
import { describe, expect, test } from "vitest";
import { type AbsenceFields, absenceBody, absencePatch, localOf, takeBackBody } from "./absences.ts";

const ID = "3f8b2a6e-0c4d-4e0a-9b7e-6a1d2c3b4a5f";
const fields = (change: Partial<AbsenceFields>): AbsenceFields => ({
  employeeId: ID,
  kind: "planned",
  reason: "",
  from: "2026-07-01T09:00",
  to: "",
  substituteId: null,
  autoReturn: false,
  ...change,
});

describe("an absence is sent as the server takes it", () => {
  test("a planned one from a moment on, its end perhaps unknown", () => {
    const body = absenceBody(fields({ reason: "  отпуск " }));
    expect(body).toMatchObject({ from: new Date("2026-07-01T09:00").toISOString(), to: null, reason: "отпуск" });
    expect(AbsenceBody.safeParse(body).success).toBe(true);
    expect(AbsenceBody.safeParse(absenceBody(fields({ from: "" }))).success).toBe(false);
  });

  test("an unplanned one begins now, whatever stands in the field", () => {
    const body = absenceBody(fields({ kind: "unplanned", to: "2026-07-02T18:00" }));
    expect(body).not.toHaveProperty("from");
    expect(AbsenceBody.safeParse(body).success).toBe(true);
  });

  test("what has begun keeps its beginning", () => {
    expect(absencePatch(fields({ to: "2026-07-08T18:00" }), true)).not.toHaveProperty("from");
    expect(absencePatch(fields({}), false)).toHaveProperty("from");
    expect(AbsencePatch.safeParse(absencePatch(fields({}), false)).success).toBe(true);
  });

  test("a moment goes into its field and comes back the same", () => {
    const iso = new Date("2026-07-01T09:00").toISOString();
    expect(absenceBody(fields({ from: localOf(iso) })).from).toBe(iso);
    expect(localOf(null)).toBe("");
  });
});

test("taking back is of what is chosen and still open; the rest stays undecided unless it is left to the substitute", () => {
  const item = (id: string, outcome: string | null) => ({ id, outcome }) as Handover["items"][number];
  const task = "3f8b2a6e-0c4d-4e0a-9b7e-000000000001";
  const letter = "3f8b2a6e-0c4d-4e0a-9b7e-000000000002";
  const done = "3f8b2a6e-0c4d-4e0a-9b7e-000000000003";
  const items = [item(task, null), item(letter, null), item(done, "done_by_substitute")];
  expect(takeBackBody(items, new Set([task, done]), false)).toEqual({ take: [task], keep: [] });
  expect(takeBackBody(items, new Set([task]), true)).toEqual({ take: [task], keep: [letter] });
  expect(TakeBackBody.safeParse(takeBackBody(items, new Set(), true)).success).toBe(true);
});
