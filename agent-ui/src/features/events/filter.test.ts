import dayjs from "dayjs";
import { expect, test } from "vitest";
import { partyOf, queryOf, stateOf, withState } from "./filter.ts";

test("two days are meant whole, the last one too, and go before a period by name; a period by name moves with the calendar", () => {
  const asked = queryOf({ from: "2026-03-02", to: "2026-03-04", period: "today", customerId: "c" });
  expect(asked).toEqual({ customerId: "c", from: dayjs("2026-03-02").toISOString(), to: dayjs("2026-03-05").toISOString() });
  expect(queryOf({ to: "2026-03-04" })).toEqual({ from: undefined, to: dayjs("2026-03-05").toISOString() });
  expect(queryOf({ period: "today" })).toEqual({ from: dayjs().startOf("day").toISOString(), to: dayjs().add(1, "day").startOf("day").toISOString() });
  expect(queryOf({ from: "yesterday", q: "x" })).toEqual({ q: "x" });
  expect(queryOf({})).toEqual({});
});

test("one list chooses a state, the overdue or a status of a type; a choice takes the other two off", () => {
  for (const chosen of ["planned", "overdue", "status:s1", null]) {
    const filter = Object.fromEntries(
      Object.entries({ ...{ state: "done", statusId: "s0" }, ...withState(chosen) }).filter(([, value]) => value !== null),
    ) as Record<string, string>;
    expect(stateOf(filter)).toBe(chosen);
    expect(Object.keys(filter).length).toBe(chosen === null ? 0 : 1);
  }
});

test("a filter names a customer, a contact or a lead", () => {
  expect([partyOf({ customerId: "c" }), partyOf({ contactId: "k", state: "done" }), partyOf({ leadId: "l" }), partyOf({ typeId: "t" })]).toEqual([
    { kind: "customer", id: "c" },
    { kind: "contact", id: "k" },
    { kind: "lead", id: "l" },
    null,
  ]);
});
