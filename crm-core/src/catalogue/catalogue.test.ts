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

const entries = async (name: string) =>
  (await house.as("admin", "GET", `/catalogues/${name}`)).body as { id: string; name: string; pos: number; archived: boolean; version: number }[];

test("what is archived leaves the forms, stays on the cards that name it, and comes back", async () => {
  const { id } = (await house.as("admin", "POST", "/catalogues/regions", { code: "turkestan", name: "Turkestan" })).body;
  const customer = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Somebody in Turkestan", regionId: id })).body;
  expect((await house.as("admin", "DELETE", `/catalogues/regions/${id}`)).status).toBe(204);
  expect((await house.as("aigul", "GET", "/catalogues")).body.regions.map((r: { id: string }) => r.id)).not.toContain(id);
  expect((await house.as("admin", "GET", `/customers/${customer.id}`)).body).toMatchObject({ region: { id, name: "Turkestan" } });
  expect((await entries("regions")).at(-1)).toMatchObject({ id, archived: true });
  expect((await house.as("admin", "DELETE", `/catalogues/regions/${id}`)).status).toBe(404);
  expect((await house.as("admin", "POST", `/catalogues/regions/${id}/restore`, {})).status).toBe(204);
  expect((await house.as("aigul", "GET", "/catalogues")).body.regions.map((r: { id: string }) => r.id)).toContain(id);
  const [area] = await entries("regions");
  expect((await house.as("admin", "PATCH", `/catalogues/regions/${id}`, { parentId: area?.id })).status).toBe(204);
  expect((await house.as("admin", "DELETE", `/catalogues/regions/${area?.id}`)).body.code).toBe("in_use");
});

test("a new order is kept for everybody, and whoever has not seen a new entry is told", async () => {
  const before = await entries("industries");
  const ids = before.map((e) => e.id).reverse();
  expect((await house.as("aigul", "PUT", "/catalogues/industries/order", { ids })).status).toBe(403);
  expect((await house.as("admin", "PUT", "/catalogues/industries/order", { ids })).status).toBe(204);
  expect((await house.as("aigul", "GET", "/catalogues")).body.industries.map((i: { id: string }) => i.id)).toEqual(ids);
  await house.as("admin", "POST", "/catalogues/industries", { code: "mining", name: "Mining" });
  const late = await house.as("admin", "PUT", "/catalogues/industries/order", { ids });
  expect(late).toMatchObject({ status: 409, body: { code: "version_conflict", details: { current: [{}, {}, {}, {}, {}, { name: "Mining", pos: 6 }] } } });
});

test("everybody reads names in their own language where they are translated", async () => {
  const made = await house.as("admin", "POST", "/catalogues/sources", { name: "Leaflet", translations: { ru: "Листовка" } });
  const seen = async (person: "aigul" | "bolat") =>
    (await house.as(person, "GET", "/catalogues")).body.sources.find((s: { id: string }) => s.id === made.body.id).name;
  expect((await house.as("aigul", "PATCH", "/me", { locale: "ru" })).status).toBe(200);
  expect((await house.as("bolat", "PATCH", "/me", { locale: "kk" })).status).toBe(200);
  expect([await seen("aigul"), await seen("bolat")]).toEqual(["Листовка", "Leaflet"]);
  expect((await house.as("bolat", "GET", "/catalogues")).body.purposes.map((p: { name: string }) => p.name)).toContain("Сатып алу");
  // Cards still name what is out of use: its name comes along by its id, in the reader's language where there is one.
  await house.as("admin", "DELETE", `/catalogues/sources/${made.body.id}`);
  expect((await house.as("aigul", "GET", "/catalogues")).body.names).toMatchObject({ [made.body.id]: "Листовка" });
  expect((await house.as("bolat", "GET", "/catalogues")).body.names).not.toHaveProperty(made.body.id);
});

test("two who change one entry: the second is shown what the first wrote, and the audit names old and new", async () => {
  const { id } = (await house.as("admin", "POST", "/catalogues/positions", { name: "Buyer" })).body;
  expect((await house.as("admin", "PATCH", `/catalogues/positions/${id}`, { name: "Head of purchasing", version: 0 })).status).toBe(204);
  const second = await house.as("admin", "PATCH", `/catalogues/positions/${id}`, { name: "Purchaser", version: 0 });
  expect(second).toMatchObject({ status: 409, body: { code: "version_conflict", details: { current: { name: "Head of purchasing", version: 1 } } } });
  expect((await house.as("admin", "POST", "/catalogues/positions", { name: "Head of purchasing" })).body).toEqual({
    code: "duplicate",
    details: { field: "name" },
  });
  const audit = (await house.as("admin", "GET", `/audit?objectKind=job_position&objectId=${id}`)).body.items;
  expect(audit.map((a: { action: string }) => a.action)).toEqual(["conflict", "edit", "create"]);
  expect(audit[1].changes).toEqual({ name: ["Buyer", "Head of purchasing"] });
});

test("a type keeps a status of each state and the one it begins with", async () => {
  const type = house.company.catalogues.interactionTypes["meeting"] as { id: string; statuses: Record<string, string> };
  const won = await house.as("admin", "POST", "/catalogues/interaction-statuses", { typeId: type.id, code: "agreed", name: "Agreed", state: "done" });
  expect((await house.as("admin", "DELETE", `/catalogues/interaction-statuses/${type.statuses["planned"]}`)).body.code).toBe("in_use");
  expect((await house.as("admin", "DELETE", `/catalogues/interaction-statuses/${type.statuses["done"]}`)).body.code).toBe("in_use");
  expect(
    (await house.as("admin", "PATCH", `/catalogues/interaction-types/${type.id}`, { defaultStatusId: won.body.id, prompt: "Ask for the budget" })).status,
  ).toBe(204);
  expect((await house.as("admin", "DELETE", `/catalogues/interaction-statuses/${type.statuses["done"]}`)).status).toBe(204);
  const shown = (await house.as("aigul", "GET", "/catalogues")).body.interactionTypes.find((t: { id: string }) => t.id === type.id);
  expect(shown).toMatchObject({ prompt: "Ask for the budget", defaultStatusId: won.body.id });
  expect(shown.statuses.map((s: { code: string }) => s.code)).toEqual(["planned", "failed", "cancelled", "agreed"]);
  const call = house.company.catalogues.interactionTypes["call"] as { id: string };
  expect((await house.as("admin", "PATCH", `/catalogues/interaction-types/${call.id}`, { defaultStatusId: won.body.id })).status).toBe(422);
});

test("a region stands in none that is inside it, not even when two are moved at once (CB-06)", async () => {
  const region = async (code: string, parentId: string | null = null): Promise<string> =>
    (await house.as("admin", "POST", "/catalogues/regions", { code, name: code, parentId })).body.id;
  const into = (id: string, parentId: string | null) => house.as("admin", "PATCH", `/catalogues/regions/${id}`, { parentId });
  const country = await region("country");
  const province = await region("province", country);
  const town = await region("town", province);
  for (const [id, parent] of [
    [country, town],
    [province, province],
  ] as const)
    expect((await into(id, parent)).body).toMatchObject({ code: "validation", details: { fields: { parentId: "inside_itself" } } });
  expect((await into(town, country)).status).toBe(204);
  // Each of two is moved into the other: one of the moves comes second, and is refused.
  for (let i = 0; i < 5; i++) {
    const [a, b] = [await region(`a${i}`), await region(`b${i}`)];
    const moved = await Promise.all([into(a, b), into(b, a)]);
    expect(moved.map((m) => m.status).sort()).toEqual([204, 422]);
  }
});
