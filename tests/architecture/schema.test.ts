import { expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";

test("a fresh database has every table", async () => {
  const db = await testDatabase();
  const [{ n }] = await db.sql<[{ n: number }]>`SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'`;
  await db.sql`SELECT * FROM dialog_overview`;
  const [{ s }] = await db.sql<[{ s: number }]>`SELECT similarity(fold_name('Нұрланов'), fold_name('Нурланов')) AS s`;
  expect(s).toBe(1);
  expect(n).toBeGreaterThan(60);
  await db.drop();
});
