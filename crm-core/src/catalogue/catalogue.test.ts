import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

test("everybody logged in gets all catalogues in one answer, a stranger none", async () => {
  const { status, body } = await house.as("aigul", "GET", "/catalogues");
  expect(status).toBe(200);
  expect(body.interestKinds.find((k: { code: string }) => k.code === "sale").stages).toHaveLength(4);
  expect(body.interactionTypes.map((t: { code: string }) => t.code)).toContain("call");
  expect((await house.app.inject({ method: "GET", url: "/catalogues" })).statusCode).toBe(401);
});

test("an administrator adds a type of Interaction and it can be used at once; a manager may not", async () => {
  expect((await house.as("aigul", "POST", "/catalogues/interaction-types", { code: "demo", name: "Demo" })).status).toBe(403);
  const made = await house.as("admin", "POST", "/catalogues/interaction-types", { code: "demo", name: "Demo" });
  expect(made.status).toBe(201);
  const types = (await house.as("aigul", "GET", "/catalogues")).body.interactionTypes;
  expect(types.find((t: { id: string }) => t.id === made.body.id).statuses).toHaveLength(4);
  expect((await house.as("admin", "POST", "/catalogues/interaction-types", { code: "demo", name: "Again" })).body.code).toBe("duplicate");
});

test("a renamed stage keeps the rest of its settings, an archived one leaves the list, one in use stays", async () => {
  const sale = house.company.catalogues.interestKinds["sale"] as { id: string; stageIds: string[] };
  const stage = (id: string | undefined) =>
    house
      .as("admin", "GET", "/catalogues")
      .then((r) => r.body.interestKinds.find((k: { code: string }) => k.code === "sale").stages.find((s: { id: string }) => s.id === id));
  const before = await stage(sale.stageIds[3]);
  expect((await house.as("admin", "PATCH", `/catalogues/stages/${sale.stageIds[3]}`, { name: "Signed" })).status).toBe(204);
  expect(await stage(sale.stageIds[3])).toEqual({ ...before, name: "Signed" });
  expect((await house.as("admin", "DELETE", `/catalogues/stages/${sale.stageIds[3]}`)).status).toBe(204);
  expect(await stage(sale.stageIds[3])).toBeUndefined();
  const customer = (await house.as("admin", "POST", "/customers", { kind: "company", name: "User of a stage" })).body;
  await house.as("admin", "POST", "/interests", { kindId: sale.id, title: "Chairs", customerId: customer.id });
  expect((await house.as("admin", "DELETE", `/catalogues/stages/${sale.stageIds[0]}`)).body.code).toBe("in_use");
});
