import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CheckedRecord, concerns, judge, momentsOf, type Rule } from "./rules.ts";
import { isGood, isPlaceholder, isPresent } from "./validators.ts";

const KZ = { country: "KZ", today: "2026-03-10" };
const rule = (patch: Partial<Rule> = {}): Rule => ({
  id: "r",
  object: "customer",
  field: "taxId",
  moment: "save",
  condition: {},
  stageId: null,
  severity: "block",
  deferHours: null,
  validator: "meaningful",
  allowUnknown: false,
  message: null,
  ...patch,
});
const record = (patch: Partial<CheckedRecord> = {}): CheckedRecord => ({
  id: "c",
  values: {},
  conditions: {},
  state: null,
  stageId: null,
  customerId: "c",
  ...patch,
});
const world = (patch: Partial<Parameters<typeof judge>[2]> = {}) => ({
  unknown: new Set<string>(),
  dueAt: new Map<string, number>(),
  place: KZ,
  now: 1000,
  ...patch,
});

describe("what counts as filled in", () => {
  test.each(["-", " — ", "нет", "Нет", "123", "1234", "aaa", "000", "ъъъъ", "test@test", "test@test.kz", "жоқ", "немає", "...", "n/a"])(
    "%j is a placeholder",
    (text) => {
      expect(isPlaceholder(text)).toBe(true);
      expect(isGood(text, "meaningful", KZ)).toBe(false);
      expect(isGood(text, "filled", KZ)).toBe(true);
    },
  );
  test.each(["Нетесов", "Ли", "12", "Anna", "1998", "ул. Абая 10", "sales@test.kz"])("%j is an answer", (text) =>
    expect(isGood(text, "meaningful", KZ)).toBe(true),
  );

  test("zero and false are answers, blank text and an empty list are none", () => {
    expect([0, false, "x", ["x"]].every(isPresent)).toBe(true);
    expect([null, undefined, "", "  ", []].some(isPresent)).toBe(false);
  });

  test("forms: a Kazakh tax number by its check digit, others by length, e-mail, phone, amounts, birthdays", () => {
    expect(isGood("940140000385", "tax_id", KZ)).toBe(true);
    expect(isGood("940140000384", "tax_id", KZ)).toBe(false);
    expect(isGood("7707083893", "tax_id", KZ)).toBe(false);
    expect(isGood("7707083893", "tax_id", { ...KZ, country: "RU" })).toBe(true);
    expect(isGood("0000000000", "tax_id", { ...KZ, country: "RU" })).toBe(false);
    expect(["ivan@acme.example", "ivan@acme", "test@test.com"].map((v) => isGood(v, "email", KZ))).toEqual([true, false, false]);
    expect(["+7 701 111 22 33", "12345"].map((v) => isGood(v, "phone", KZ))).toEqual([true, false]);
    expect([0, 0.01, "150"].map((v) => isGood(v, "positive", KZ))).toEqual([false, true, true]);
    expect(["1990-05-01", "2026-03-10", "soon"].map((v) => isGood(v, "past_date", KZ))).toEqual([true, false, false]);
  });

  test("one character repeated three times or more is never an answer", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 1 }), fc.integer({ min: 3, max: 30 }), (c, n) => {
        expect(isGood(c.repeat(n), "meaningful", KZ)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe("which rules hold", () => {
  test("every key of a condition must hold, any of its values", () => {
    const r = rule({ condition: { kind: ["company"], status: ["a", "b"] } });
    expect(concerns(r, record({ conditions: { kind: ["company"], status: ["b"] } }), null)).toBe(true);
    expect(concerns(r, record({ conditions: { kind: ["person"], status: ["b"] } }), null)).toBe(false);
    expect(concerns(r, record({ conditions: { kind: ["company"] } }), null)).toBe(false);
  });
  test("a rule of a stage looks at the stage entered, or at the one left", () => {
    const entering = rule({ object: "interest", moment: "stage_enter", stageId: "contract" });
    expect([concerns(entering, record({ stageId: "contract" }), "offer"), concerns(entering, record({ stageId: "offer" }), "contract")]).toEqual([true, false]);
    const leaving = rule({ object: "interest", moment: "stage_leave", stageId: "offer" });
    expect([concerns(leaving, record({ stageId: "contract" }), "offer"), concerns(leaving, record({ stageId: "offer" }), "contract")]).toEqual([true, false]);
  });
  test("a path's moment means these moments of rules", () => {
    expect(momentsOf("interest", "create", { state: "open", stageId: "s" })).toEqual(["save", "stage_enter"]);
    expect(momentsOf("interest", "stage", { state: "open", stageId: "s" })).toEqual(["stage_leave", "stage_enter"]);
    expect(momentsOf("interest", "close", { state: "won", stageId: "s" })).toEqual(["close_won"]);
    expect(momentsOf("interest", "close", { state: "cancelled", stageId: "s" })).toEqual([]);
    expect(momentsOf("interaction", "create", { state: "done", stageId: null })).toEqual(["save", "interaction_done"]);
    expect(momentsOf("interaction", "close", { state: "failed", stageId: null })).toEqual([]);
    expect(momentsOf("inquiry", "close", { state: "rejected", stageId: null })).toEqual(["close_lost"]);
    expect(momentsOf("lead", "convert", { state: "qualified", stageId: null })).toEqual(["convert"]);
  });
});

describe("what becomes of the write", () => {
  test("all failing fields are named at once, with the card that lacks them and what stands there", () => {
    const rules = [
      rule({ id: "1", object: "interest", field: "customer.taxId", message: "No contract without it" }),
      rule({ id: "2", object: "interest", field: "amount" }),
      rule({ id: "3", object: "interest", field: "amount", validator: "positive" }),
      rule({ id: "4", object: "interest", field: "title" }),
    ];
    const { faults } = judge(rules, record({ id: "i", values: { "customer.taxId": "-", title: "Chairs", amount: null } }), world());
    expect(faults).toEqual([
      { object: "customer", objectId: "c", field: "taxId", rule: "1", message: "No contract without it", value: "-", allowUnknown: false },
      { object: "interest", objectId: "i", field: "amount", rule: "2", message: null, value: null, allowUnknown: false },
    ]);
  });
  test("a birthday put off for 72 hours is asked for with a task, then let through, then refused", () => {
    const birthday = rule({ object: "contact", field: "birthDate", severity: "defer", deferHours: 72 });
    const first = judge([birthday], record(), world());
    expect(first).toMatchObject({ faults: [], deferred: [{ dueAt: 1000 + 72 * 3_600_000 }] });
    const dueAt = new Map([["r", 1000 + 72 * 3_600_000]]);
    expect(judge([birthday], record(), world({ dueAt, now: 2000 }))).toEqual({ faults: [], warnings: [], deferred: [] });
    expect(judge([birthday], record(), world({ dueAt, now: 1000 + 72 * 3_600_000 })).faults).toHaveLength(1);
  });
  test("'unknown' with a reason is an answer only where the rule says so", () => {
    const unknown = new Set(["taxId"]);
    expect(judge([rule({ allowUnknown: true })], record(), world({ unknown })).faults).toEqual([]);
    expect(judge([rule()], record(), world({ unknown })).faults).toHaveLength(1);
  });
  test("a filled field satisfies every rule, whatever its severity and time", () => {
    fc.assert(
      fc.property(fc.constantFrom("block", "warn", "defer") as fc.Arbitrary<Rule["severity"]>, fc.integer(), fc.integer(), (severity, due, now) => {
        const r = rule({ severity, deferHours: severity === "defer" ? 1 : null });
        const filled = record({ values: { taxId: "940140000385" } });
        expect(judge([r], filled, world({ dueAt: new Map([["r", due]]), now }))).toEqual({ faults: [], warnings: [], deferred: [] });
      }),
      { numRuns: 100 },
    );
  });
});
