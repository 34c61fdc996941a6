import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { ownersOf } from "./sql.ts";

/** How many contact points; the long run takes a million. */
const POINTS = Number(process.env["IDENTIFY_POINTS"] ?? 30_000);
let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
  const { sql } = house;
  await sql`INSERT INTO customer (kind, name, responsible_id, responsible_since) SELECT 'company', 'Company ' || n, ${house.company.employees.aigul.id}, now() FROM generate_series(1, ${POINTS / 3}) n`;
  await sql`INSERT INTO lead (contact_name) SELECT 'Lead ' || n FROM generate_series(1, ${POINTS / 3}) n`;
  await sql`INSERT INTO contact (last_name) SELECT 'Contact ' || n FROM generate_series(1, ${POINTS / 3}) n`;
  await sql`
    INSERT INTO customer_contact (customer_id, contact_id)
    SELECT c.id, k.id FROM (SELECT id, row_number() OVER () AS n FROM customer) c JOIN (SELECT id, row_number() OVER () AS n FROM contact) k USING (n)`;
  await sql`
    INSERT INTO contact_point (customer_id, contact_id, lead_id, kind, value_raw, value_norm, verified_at)
    SELECT customer_id, contact_id, lead_id, 'phone', v, v, now() FROM (
      SELECT customer_id, contact_id, lead_id, '+7701' || lpad((row_number() OVER ())::text, 7, '0') AS v FROM (
        SELECT id AS customer_id, NULL::uuid AS contact_id, NULL::uuid AS lead_id FROM customer UNION ALL SELECT NULL, id, NULL FROM contact UNION ALL SELECT NULL, NULL, id FROM lead) o) p`;
  await sql`ANALYZE`;
}, 900_000);
afterAll(() => house.close());

test(`of ${POINTS} contact points the owners are found through indexes alone, in a few pages`, async () => {
  const [row] = await house.sql<{ "QUERY PLAN": [{ Plan: Record<string, unknown> }] }[]>`
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${ownersOf(house.sql, [{ kind: "phone", scope: "", value: "+77010000777" }])}`;
  const plan = row?.["QUERY PLAN"][0].Plan as Record<string, number>;
  const text = JSON.stringify(plan);
  expect(text).toMatch(/contact_point_(lookup|verified_uq|owner_uq|head)/);
  expect(text).not.toMatch(/"Seq Scan","[^}]*"Relation Name":"(contact_point|customer|contact|lead|customer_contact)"/);
  expect((plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0)).toBeLessThan(40);
});

test("identification of known people takes milliseconds", async () => {
  const times: number[] = [];
  await house.sql.begin(async (tx) => {
    for (let i = 0; i < 1_300; i++) {
      const value = `+7701${String(1 + ((i * 7919) % POINTS)).padStart(7, "0")}`;
      const began = performance.now();
      const found = await house.crm.identify.identify(
        tx,
        { kind: "phone", value },
        { channelId: house.channels.voice, createLead: true, verifiedHow: "inbound_call" },
      );
      if (i >= 300) times.push(performance.now() - began);
      expect(found.result === "known" || found.result === "lead").toBe(true);
    }
  });
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] as number;
  console.log(JSON.stringify({ points: POINTS, identify_ms: { p50: at(0.5), p95: at(0.95), p99: at(0.99) } }));
  // Wall clock of a machine that runs other suites too: the strict figure is for a quiet one.
  expect(at(0.5)).toBeLessThan(25);
});
