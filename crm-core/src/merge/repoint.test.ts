import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { PROVENANCE, REFERENCES } from "./references.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ max: 2 });
});
afterAll(() => db.drop());

test("every foreign key to a customer, a contact or a lead is known to merging", async () => {
  const rows = await db.sql<{ name: string }[]>`
    SELECT k.confrelid::regclass || ' <- ' || k.conrelid::regclass || '.' || a.attname AS name FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
    WHERE k.contype = 'f' AND k.confrelid = ANY('{customer,contact,lead}'::regclass[]) AND k.conparentid = 0 ORDER BY 1`;
  expect(REFERENCES.map((r) => `${r.to} <- ${r.table}.${r.column}`).sort()).toEqual(rows.map((r) => r.name).sort());
});

test("every table that has a lead and a customer gives the customer to the rows of a converted lead", async () => {
  const rows = await db.sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('lead_id', 'customer_id') AND table_name <> 'contact_point'
      AND table_name NOT IN (SELECT table_name FROM information_schema.views WHERE table_schema = 'public') GROUP BY 1 HAVING count(*) = 2 ORDER BY 1`;
  expect(PROVENANCE.map((p) => p.table).sort()).toEqual(rows.map((r) => r.name));
});

test("no table names a card by kind and id, where no foreign key shows it", async () => {
  const rows = await db.sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name IN ('object_id', 'subject_id', 'entity_id', 'to_id')
    GROUP BY 1 ORDER BY 1`;
  // The audit tells of the past; a notification opens the card, which resolves to its survivor; what a card lacks belongs to that card alone;
  // the others name other things.
  const known = [
    "audit_log",
    "audit_log_default",
    "delegation",
    "incomplete_record",
    "inquiry_dispatch",
    "notification",
    "required_field_deferral",
    "subject_link",
    "unknown_value",
  ];
  expect(rows.map((r) => r.name)).toEqual(known);
});
