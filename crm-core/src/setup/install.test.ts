import { OBJECTS } from "@kommutator/contract/access";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedCompany } from "../../../tests/support/company.ts";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db.drop();
});

test("a seeded company has roles with permissions for known objects, stages in order and one status of each state a type", async () => {
  const company = await seedCompany(db.sql);
  const objects = await db.sql<{ object: string }[]>`SELECT DISTINCT object FROM role_permission`;
  expect(objects.map((o) => o.object).sort()).toEqual([...OBJECTS].sort());
  const stages = await db.sql<{ name: string }[]>`SELECT s.name FROM stage s JOIN interest_kind k ON k.id = s.kind_id WHERE k.code = 'sale' ORDER BY pos`;
  expect(stages.map((s) => s.name)).toEqual(["Contact", "Need", "Offer", "Contract"]);
  expect(company.catalogues.interactionTypes["call"]?.statuses).toHaveProperty("done");
  const [members] = await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM queue_member WHERE queue_id = ${company.queueId}`;
  expect(members?.n).toBe(3);
});
