import type { RequiredObject } from "@kommutator/contract/api/required-field";
import { expect, test } from "vitest";
import { ApiError } from "../../app/api.ts";
import { asked, type Gap, gapsOf, givenOf, keyOf } from "./gaps.ts";

const refused = (...fields: [RequiredObject, string][]) =>
  new ApiError("required_fields", 422, {
    fields: fields.map(([object, field]) => ({ object, objectId: null, field, rule: "r", message: null, value: null, allowUnknown: false, name: field })),
  });
const keysOf = (found: { gaps: Gap[] } | null) => found?.gaps.map(keyOf);

test("a number that lead, customer and contact lack is asked for once; a source of the lead is the customer's too", () => {
  const error = refused(
    ["lead", "phone"],
    ["customer", "contactPoint"],
    ["contact", "phone"],
    ["contact", "email"],
    ["lead", "sourceId"],
    ["customer", "sourceId"],
  );
  expect(keysOf(gapsOf(error, "company"))).toEqual(["lead.sourceId", "point.phone", "point.email"]);
});

test("the box has an order of its own, whichever rule was made first", () => {
  const error = refused(["contact", "position"], ["customer", "regionId"], ["lead", "email"], ["customer", "taxId"], ["lead", "note"]);
  expect(keysOf(gapsOf(error, "company"))).toEqual(["lead.note", "customer.taxId", "customer.regionId", "contact.position", "point.email"]);
});

test("the contact person of a company is asked for by name; a person has none, so that the box only names it", () => {
  expect(keysOf(gapsOf(refused(["customer", "contact"]), "company"))).toEqual(["lead.contactName"]);
  const person = gapsOf(refused(["customer", "contact"]), "person");
  expect([keysOf(person), person?.elsewhere.map((f) => f.field)]).toEqual([[], ["contact"]]);
});

test("after a second refusal what was asked first stays, with what is new after it", () => {
  const first = gapsOf(refused(["customer", "taxId"], ["contact", "birthDate"]), "company")?.gaps ?? [];
  const second = gapsOf(refused(["contact", "birthDate"], ["contact", "position"]), "company")?.gaps ?? [];
  expect(asked(first, second).map(keyOf)).toEqual(["customer.taxId", "contact.birthDate", "contact.position"]);
});

test("what was typed is sent by whose it is; what is empty or no longer asked for is not sent", () => {
  const gaps = gapsOf(refused(["customer", "taxId"], ["customer", "regionId"], ["contact", "birthDate"], ["lead", "phone"]), "company")?.gaps ?? [];
  const typed = { "customer.taxId": " 940140000385 ", "customer.regionId": "", "contact.birthDate": "1990-05-01", "point.phone": "+7701", "lead.note": "x" };
  expect(givenOf(gaps, typed)).toEqual({ customer: { taxId: "940140000385" }, contact: { birthDate: "1990-05-01" }, phone: "+7701" });
});

test("another failure asks for nothing", () => {
  expect(gapsOf(new ApiError("duplicate", 409, {}), "company")).toBeNull();
});
