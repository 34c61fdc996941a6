import { expect, test } from "vitest";
import { ApiError } from "../../app/api.ts";
import { bodyOf, EMPTY_DRAFT, faultyStep, lacking } from "./assistant.ts";
import { regionPaths } from "./CatalogueSelect.tsx";
import { sideOf } from "./MergeFields.tsx";
import { portraitOf } from "./Portrait.tsx";

const field = (name: string, a: unknown, b: unknown) => ({
  field: name,
  a: { raw: a, text: a === null ? "" : String(a) },
  b: { raw: b, text: b === null ? "" : String(b) },
  same: a === b,
});

test("without a choice the survivor's value stands, else the other's; the responsible stays the survivor's, protecting marks stand when either has them", () => {
  expect(sideOf(field("comment", null, "Theirs"), "a", {})).toBe("b");
  expect(sideOf(field("comment", "Mine", "Theirs"), "a", {})).toBe("a");
  expect(sideOf(field("comment", "Mine", "Theirs"), "a", { comment: "b" })).toBe("b");
  expect(sideOf(field("responsible_id", null, "Dana"), "a", {})).toBe("a");
  expect(sideOf(field("do_not_contact", false, true), "a", {})).toBe("b");
  expect(sideOf(field("do_not_contact", false, false), "b", {})).toBe("b");
});

test("a region is named with what it lies in, and a tree that bites its tail ends", () => {
  const regions = [
    { id: "kz", name: "Kazakhstan", parentId: null },
    { id: "ala", name: "Almaty", parentId: "kz" },
  ];
  expect(regionPaths(regions).map((r) => r.name)).toEqual(["Kazakhstan", "Kazakhstan / Almaty"]);
  expect(
    regionPaths([
      { id: "x", name: "X", parentId: "y" },
      { id: "y", name: "Y", parentId: "x" },
    ]),
  ).toHaveLength(2);
});

test("the assistant sends a contact only with a name, an Interest only when it is ticked, and a taken card instead of a new one", () => {
  const draft = { ...EMPTY_DRAFT, name: " Romashka ", phone: "8 701 111 22 33", personPhone: "8 701 000 00 00" };
  expect(bodyOf(draft)).toMatchObject({ customerId: null, customer: { name: "Romashka", contactPoints: [{ kind: "phone" }] }, contact: null, interest: null });
  const full = { ...draft, lastName: "Kim", interest: true, interestKindId: "k", title: "Chairs", existing: { id: "c", name: "Romashka LLP" } };
  expect(bodyOf(full)).toMatchObject({ customerId: "c", customer: null, contact: { lastName: "Kim" }, interest: { kindId: "k", title: "Chairs" } });
});

test("what was begun in a step and not finished is asked for, never left out in silence", () => {
  const draft = { ...EMPTY_DRAFT, name: "Romashka" };
  expect([0, 1, 2, 3].map((step) => lacking(draft, step))).toEqual([null, null, null, null]);
  expect(lacking({ ...draft, name: " " }, 0)).toBe("name");
  expect(lacking({ ...draft, personPhone: "8 701 000 00 00" }, 2)).toBe("name");
  expect(lacking({ ...draft, interest: true, interestKindId: "k", title: " " }, 3)).toBe("title");
  expect(lacking({ ...draft, interest: true, interestKindId: null, title: "Chairs" }, 3)).toBe("kind");
  expect(lacking({ ...draft, interest: true, interestKindId: "k", title: "Chairs" }, 3)).toBe(null);
});

test("a refusal leads to the step where it can be mended", () => {
  const refused = (object: string, name: string) => faultyStep(new ApiError("required_fields", 422, { fields: [{ object, field: name, message: "" }] }));
  expect([refused("customer", "taxId"), refused("customer", "regionId"), refused("customer", "contact"), refused("contact", "position")]).toEqual([0, 1, 2, 2]);
  expect(refused("interest", "amount")).toBe(3);
  const several = [
    { object: "interest", field: "amount" },
    { object: "contact", field: "position" },
  ];
  expect(faultyStep(new ApiError("required_fields", 422, { fields: several }))).toBe(2);
  expect(faultyStep(new ApiError("duplicate", 409))).toBe(0);
  expect(faultyStep(new ApiError("parallel_interest_reason_required", 422))).toBe(3);
  expect(faultyStep(new ApiError("network", 0))).toBeNull();
});

test("nameless and empty characteristics are no part of a portrait", () => {
  expect(
    portraitOf([
      { key: " Fleet ", value: "12" },
      { key: "", value: "x" },
      { key: "Floor", value: " " },
    ]),
  ).toEqual({ Fleet: "12" });
});
