import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let region: Id;
beforeAll(async () => {
  house = await crmHouse();
  [{ id: region }] = await house.sql<[{ id: Id }]>`INSERT INTO region (code, name) VALUES ('ALA', 'Almaty') RETURNING id`;
});
afterAll(() => house.close());

let next = 0;
const phone = () => `+7702${String(++next).padStart(7, "0")}`;
const point = (kind: string, value: string, isShared = false) => ({ kind, value, isShared });
const check = async (body: object, who: Person = "admin") => (await house.as(who, "POST", "/duplicates/check", { card: "customer", ...body })).body;
const make = async (body: object, who: Person = "admin") => {
  const made = await house.as(who, "POST", "/customers", { kind: "company", ...body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const pairs = async (who: Person = "admin") =>
  (await house.as(who, "GET", "/duplicates?limit=200")).body.items as { a: { id: Id }; b: { id: Id }; score: number; level: string }[];
const pairOf = async (a: Id, b: Id, who: Person = "admin") => (await pairs(who)).find((p) => [a, b].includes(p.a.id) && [a, b].includes(p.b.id));
const night = async () => {
  // Three o'clock in Almaty, the next night.
  const day = new Date(Math.max(Date.now(), house.clock.now()) + 86_400_000).toISOString().slice(0, 10);
  house.clock.set(Date.parse(`${day}T22:00:00Z`));
  await house.crm.jobs.find((j) => j.name === "duplicates")?.run();
};

describe("while a card is typed (CB-12, B14)", () => {
  test("ТОО Ромашка and Romashka LLP with one phone and region are probably one: 0.83, with the signals named", async () => {
    const value = phone();
    const { id } = await make({ name: "ТОО Ромашка", regionId: region, contactPoints: [point("phone", value)] });
    const { candidates } = await check({ name: "Romashka LLP", regionId: region, contactPoints: [point("phone", value.replace("+7", "8 "))] });
    expect(candidates).toMatchObject([{ card: "customer", id, level: "probable", signals: [{ code: "phone" }, { code: "name" }, { code: "region" }] }]);
    expect(candidates[0].score).toBeCloseTo(0.83, 2);
    // Probable is a hint: saving asks nothing.
    await make({ name: "Romashka LLP", regionId: region, contactPoints: [point("phone", value)] });
  });

  test("by phone, e-mail, messenger, tax number, similar name; colleagues of one mail domain are named as such", async () => {
    const number = phone();
    const { id } = await make({
      name: "Василёк Трейд",
      taxId: "880011223344",
      contactPoints: [point("phone", number), point("email", "ivan@vasilek.example"), point("telegram", "70001")],
    });
    for (const [body, level] of [
      [{ contactPoints: [point("phone", number)] }, "probable"],
      [{ contactPoints: [point("email", "IVAN@vasilek.example")] }, "probable"],
      [{ contactPoints: [point("telegram", "70001")] }, "certain"],
      [{ taxId: "880011223344" }, "certain"],
    ] as const)
      expect((await check(body)).candidates, JSON.stringify(body)).toMatchObject([{ id, level }]);
    expect((await check({ name: "Vasilek Treid" })).similar).toMatchObject([{ id }]);
    expect(await check({ name: "Other", contactPoints: [point("email", "olga@vasilek.example")] })).toMatchObject({ candidates: [], colleagues: [{ id }] });
    // The card itself is not its own twin.
    expect((await check({ id, taxId: "880011223344" })).candidates).toEqual([]);
  });

  test("a certain one is saved as different only with a reason and the right, and the audit says so", async () => {
    const points = [point("telegram", "70002")];
    const { id } = await make({ name: "Certain" });
    await house.as("admin", "POST", "/contact-points", { ...points[0], customerId: id });
    const body = { kind: "company", name: "Another", contactPoints: points };
    const refused = await house.as("admin", "POST", "/customers", body);
    expect(refused).toMatchObject({ status: 409, body: { code: "duplicate", details: { candidates: [{ id, level: "certain" }], mayDiffer: true } } });
    expect((await house.as("aigul", "POST", "/customers", { ...body, differentReason: "I know" })).body).toMatchObject({
      code: "duplicate",
      details: { mayDiffer: false },
    });
    const other = await make({ ...body, name: "Third", differentReason: "A branch with its own books" });
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${other.id} AND action = 'create'`;
    expect(row?.["changes"]).toMatchObject({ different_reason: [null, "A branch with its own books"] });
  });

  test("only cards that one may see are named", async () => {
    const value = phone();
    const { id } = await make({ name: "Of the other department", contactPoints: [point("phone", value)], responsibleId: house.company.employees.dana.id });
    const body = { name: "Of the other department", contactPoints: [point("phone", value)] };
    expect((await check(body)).candidates).toMatchObject([{ id }]);
    expect((await check(body, "aigul")).candidates).toEqual([]);
    expect((await house.as("aigul", "POST", "/duplicates/check", { card: "customer", name: "x".repeat(400) })).body.code).toBe("validation");
  });
});

describe("by night (CB-12)", () => {
  test("what changed is compared, cards of different kinds too; the page shows pairs of cards that one may see; the second night finds nothing new", async () => {
    const value = phone();
    const a = await make({ name: "Nightly", contactPoints: [point("phone", value)], responsibleId: house.company.employees.dana.id });
    const b = await make({ name: "Nightly", contactPoints: [point("phone", value)] });
    const lead = (await house.as("admin", "POST", "/leads", { companyName: "Nightly", contactPoints: [point("phone", value)] })).body;
    await night();
    expect(await pairOf(a.id, b.id)).toMatchObject({ score: 0.835, level: "probable" });
    expect(await pairOf(a.id, lead.id)).toMatchObject({ level: "probable" });
    expect(await pairOf(a.id, b.id, "aigul")).toBeUndefined();
    const [first] = await house.sql<[{ pairs: number }]>`SELECT pairs FROM duplicate_scan ORDER BY night DESC LIMIT 1`;
    expect(first.pairs).toBeGreaterThanOrEqual(3);
    await night();
    const [second] = await house.sql<[{ pairs: number }]>`SELECT pairs FROM duplicate_scan ORDER BY night DESC LIMIT 1`;
    expect(second.pairs).toBe(0);
    // By day the job does nothing.
    house.clock.set(house.clock.now() + 12 * 3_600_000);
    await house.crm.jobs.find((j) => j.name === "duplicates")?.run();
    expect(await house.sql`SELECT 1 FROM duplicate_scan`).toHaveLength(2);
  });

  test("not a duplicate is remembered until a signal field changes; a company and its own person are no pair", async () => {
    const value = phone();
    const a = await make({ name: "Twice", contactPoints: [point("phone", value)] });
    const b = await make({ name: "Twice more", contactPoints: [point("phone", value)] });
    await house.as("admin", "POST", `/customers/${a.id}/contacts`, { lastName: "Twice", contactPoints: [point("phone", value)] });
    await night();
    expect((await pairs()).filter((p) => [p.a.id, p.b.id].includes(a.id))).toHaveLength(1);
    const decision = { aId: a.id, bId: b.id, reason: "Two shops of one owner" };
    expect((await house.as("aigul", "POST", "/duplicates/decide", decision)).status).toBe(403);
    expect((await house.as("head", "POST", "/duplicates/decide", decision)).status).toBe(204);
    expect((await house.as("head", "POST", "/duplicates/decide", decision)).status).toBe(404);
    await house.as("admin", "PATCH", `/customers/${b.id}`, { comment: "Nothing to do with it", version: b.version });
    await night();
    expect(await pairOf(a.id, b.id)).toBeUndefined();
    await house.as("admin", "PATCH", `/customers/${b.id}`, { name: "Twice", version: b.version + 1 });
    await night();
    expect(await pairOf(a.id, b.id)).toMatchObject({ level: "probable" });
  });
});
