import { afterAll, beforeEach, expect, test } from "vitest";
import { NOW, receptionHouse } from "./reception.fixture.ts";

const { house, purpose, opened } = await receptionHouse();
afterAll(() => house.close());
beforeEach(() => house.clock.set(NOW));

/** Done talks must have this field. */
const demand = async (field: string) => {
  const rule = { object: "interaction", field, moment: "interaction_done", severity: "block", validator: "filled" };
  expect((await house.as("admin", "POST", "/required-fields", rule)).status).toBe(201);
};
const resultOf = async (id: string) => (await house.sql`SELECT description, result FROM interaction WHERE id = ${id}`)[0];

test("where the house asks for the result of a talk, a reception without a note is refused, with one the note is the result (B7)", async () => {
  const before = await opened();
  const free = await before.finish({ purposeId: purpose("information") });
  expect(free.status, JSON.stringify(free.body)).toBe(200);
  const noted = await (await opened()).finish({ purposeId: purpose("information"), note: "Opening hours" });
  expect(await resultOf(noted.body.interactionId)).toEqual({ description: "Opening hours", result: null });

  await demand("result");
  // What the wizard has no field for is asked elsewhere.
  await demand("place");
  const { inquiry, finish } = await opened();
  const refused = await finish({ purposeId: purpose("information") });
  expect(refused.body).toMatchObject({ code: "required_fields", details: { fields: [{ object: "interaction", field: "result" }] } });
  expect((await house.as("aigul", "GET", `/inquiries/${inquiry.id}`)).body.status).toBe("in_wizard");
  const done = await finish({ purposeId: purpose("information"), note: "Wants the price list" });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  expect(await resultOf(done.body.interactionId)).toEqual({ description: "Wants the price list", result: "Wants the price list" });
});
