import { expect, test } from "vitest";
import { ApiError } from "../../app/api.ts";
import { keyOf, missingOf } from "./missing.ts";

const fault = (object: string, field: string, more: object = {}) => ({ object, field, name: `${object} ${field}`, message: null, value: null, ...more });
const refused = (...fields: object[]) => new ApiError("required_fields", 422, { fields });

test("a refused move asks for the Interest's and its customer's fields by their names, with what stands there and is not good enough", () => {
  const missing = missingOf(refused(fault("customer", "taxId", { value: "123", message: "Twelve digits" }), fault("interest", "contactId")));
  expect(missing?.gaps).toEqual([
    { of: "customer", field: "taxId", name: "customer taxId", message: "Twelve digits", value: "123" },
    { of: "interest", field: "contactId", name: "interest contactId", message: null, value: null },
  ]);
  expect(missing?.elsewhere).toEqual([]);
});

test("whoever may not edit customers is told what their cards lack and is not asked for it", () => {
  const missing = missingOf(refused(fault("customer", "phone"), fault("interest", "amount")), false);
  expect([missing?.gaps.map(keyOf), missing?.elsewhere.map(keyOf)]).toEqual([["interest.amount"], ["customer.phone"]]);
});

test("the customer of a lead's Interest and the closing comment have no input of their own among the gaps", () => {
  const missing = missingOf(refused(fault("interest", "customerId"), fault("interest", "closeComment")));
  expect([missing?.gaps, missing?.elsewhere.map(keyOf), missing?.comment]).toEqual([[], ["interest.customerId", "interest.closeComment"], true]);
});

test("stages that are not done ask for their fields once; failures of another kind ask for nothing", () => {
  const unmet = [
    { id: "1", name: "Need", fields: ["amount"], actions: [] },
    { id: "2", name: "Offer", fields: ["amount", "title"], actions: [] },
  ];
  expect(missingOf(new ApiError("validation", 422, { fields: { stageId: "skipped" }, unmet }))?.gaps.map(keyOf)).toEqual(["interest.amount", "interest.title"]);
  expect(missingOf(new ApiError("validation", 422, { fields: { reason: "required" } }))).toMatchObject({ reason: true, gaps: [] });
  for (const error of [new ApiError("version_conflict", 409), new ApiError("forbidden", 403), new Error("offline")]) expect(missingOf(error)).toBeNull();
});
