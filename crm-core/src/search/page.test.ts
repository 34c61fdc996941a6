import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
/** 230 companies of one word, every tenth in the north, one older than all others there; each with a person and a lead of the same word. */
const MANY = 230;
let north: Id;
beforeAll(async () => {
  house = await crmHouse();
  const { sql } = house;
  const { aigul, dana } = house.company.employees;
  [{ id: north }] = await sql<[{ id: Id }]>`INSERT INTO region (code, name) VALUES ('N', 'North') RETURNING id`;
  await sql`INSERT INTO customer (kind, name, responsible_id, responsible_since, region_id, created_at)
    SELECT 'company', 'Rassvet ' || n, ${aigul.id}, now(), CASE WHEN n % 10 = 0 THEN ${north}::uuid END, now() - n * interval '1 minute' FROM generate_series(1, ${MANY}) n`;
  await sql`INSERT INTO customer (kind, name, responsible_id, responsible_since) SELECT 'company', 'Rassvet of Dana', ${dana.id}, now()`;
  await sql`WITH h AS (INSERT INTO contact (last_name, created_at) SELECT 'Person ' || n, now() - n * interval '1 minute' FROM generate_series(1, ${MANY}) n RETURNING id, last_name)
    INSERT INTO customer_contact (customer_id, contact_id) SELECT c.id, h.id FROM h JOIN customer c ON c.name = 'Rassvet ' || split_part(h.last_name, ' ', 2)`;
  await sql`INSERT INTO contact_point (kind, value_raw, value_norm, contact_id) SELECT 'phone', '+7705' || lpad(split_part(last_name, ' ', 2), 7, '0'), '+7705' || lpad(split_part(last_name, ' ', 2), 7, '0'), id FROM contact`;
  await sql`INSERT INTO lead (company_name, responsible_id, no_contact, created_at) SELECT 'Rassvet ' || n, ${aigul.id}, true, now() - n * interval '1 minute' FROM generate_series(1, ${MANY}) n`;
});
afterAll(() => house.close());

/** All pages of a searched list, each row once. */
async function everything(who: Person, list: string, query: string, limit = 40): Promise<string[]> {
  const names: string[] = [];
  const ids = new Set<Id>();
  for (let cursor = ""; ; ) {
    const { status, body } = await house.as(who, "GET", `/${list}?${query}&limit=${limit}${cursor}`);
    expect(status, JSON.stringify(body)).toBe(200);
    for (const row of body.items) {
      expect(ids.has(row.id), "twice").toBe(false);
      ids.add(row.id);
      names.push(row.name ?? row.companyName);
    }
    if (body.nextCursor === null) return names;
    expect(body.items).toHaveLength(limit);
    cursor = `&cursor=${body.nextCursor}`;
  }
}

describe("a searched register goes on to its last row (CB-03, CB-04, RG-09)", () => {
  test.each(["customers", "contacts", "leads"])("%s: a word that many have, page by page, nothing twice and nothing left out", async (list) => {
    expect(await everything("aigul", list, "q=rassvet")).toHaveLength(MANY);
    expect(await everything("aigul", list, "q=%D1%80%D0%B0%D1%81%D1%81%D0%B2%D0%B5%D1%82", 200)).toHaveLength(MANY);
  });

  test("the likeliest stands first, though it is the oldest", async () => {
    expect((await everything("aigul", "customers", `q=rassvet ${MANY}`))[0]).toBe(`Rassvet ${MANY}`);
  });

  test("filters choose among all that match: those of a region, and none of another department", async () => {
    const names = await everything("aigul", "customers", `q=rassvet&regionId=${north}`, 10);
    expect(names.sort()).toEqual(Array.from({ length: MANY / 10 }, (_, i) => `Rassvet ${(i + 1) * 10}`).sort());
    expect(await everything("dana", "customers", "q=rassvet")).toEqual(["Rassvet of Dana"]);
  });

  test("digits of a phone find the people who have it and their companies", async () => {
    expect(await everything("aigul", "contacts", "q=7705")).toHaveLength(MANY);
    expect(await everything("aigul", "customers", "q=%2B7 705")).toHaveLength(MANY);
  });

  test("a file of a searched list has all of it", async () => {
    const answer = await house.app.inject({ method: "GET", url: "/exports/customers?q=rassvet", headers: { "x-person": "head" } });
    expect(answer.statusCode, answer.body.slice(0, 200)).toBe(200);
    const lines = answer.body.trim().split("\n");
    expect(lines).toHaveLength(MANY + 1);
  });

  test("a cursor that is none is refused", async () => {
    for (const cursor of ["rubbish", "1...abc", "0.5..", `0...${"A".repeat(3000)}`])
      expect((await house.as("aigul", "GET", `/customers?q=rassvet&cursor=${cursor}`)).body.code, cursor).toBe("validation");
  });
});
