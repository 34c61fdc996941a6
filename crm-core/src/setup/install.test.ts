import { OBJECTS } from "@kommutator/contract/access";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedCompany } from "../../../tests/support/company.ts";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { unknownVariables } from "../canned/render.ts";
import { installAnswers, STARTING_ANSWERS } from "./canned.ts";

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
  const stages = await db.sql<{ name: string }[]>`SELECT s.name FROM stage s JOIN interest_kind k ON k.id = s.kind_id WHERE k.code = 'sale' ORDER BY s.pos`;
  expect(stages.map((s) => s.name)).toEqual(["Contact", "Need", "Offer", "Contract"]);
  expect(company.catalogues.interactionTypes["call"]?.statuses).toHaveProperty("done");
  const [members] = await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM queue_member WHERE queue_id = ${company.queueId}`;
  expect(members?.n).toBe(3);
});

test("the load matrix begins as the rules have it: by the stages of a sale, and for any other; a message is one point everywhere (B2)", async () => {
  const rows = await db.sql<{ code: string; points: number[] }[]>`
    SELECT t.code, array_agg(lp.points::float8 ORDER BY s.pos NULLS FIRST) AS points FROM load_point lp JOIN interaction_type t ON t.id = lp.type_id LEFT JOIN stage s ON s.id = lp.stage_id
    WHERE t.code IN ('call', 'letter', 'meeting', 'message', 'sms') GROUP BY t.code`;
  expect(Object.fromEntries(rows.map((r) => [r.code, r.points]))).toEqual({
    call: [5, 5, 8, 10, 6],
    letter: [3, 3, 4, 6, 4],
    meeting: [20, 20, 30, 30, 25],
    message: [1],
    sms: [1],
  });
});

test.each(["ru", "en", "kk", "uk"] as const)("the answers a company starts with are whole in %s, with variables that every dialog knows", (locale) => {
  for (const { title, body } of STARTING_ANSWERS) {
    expect(title[locale]).not.toBe("");
    expect(unknownVariables(body[locale])).toEqual([]);
    expect(body[locale].match(/\{\{[^}]+\}\}/g)).toEqual(body.en.match(/\{\{[^}]+\}\}/g));
  }
});

test("they are installed once, for all, found by their shortcut", async () => {
  const [by] = await db.sql<{ id: string }[]>`SELECT id FROM employee WHERE login = 'admin'`;
  await db.sql.begin((tx) => installAnswers(tx, "en", by?.id as string));
  const rows = await db.sql`SELECT shortcut, title FROM canned_answer WHERE owner_id IS NULL AND department_id IS NULL ORDER BY shortcut`;
  expect(rows.map((r) => r["shortcut"])).toEqual(["about", "bye", "hi", "wait"]);
});
