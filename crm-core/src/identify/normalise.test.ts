import { performance } from "node:perf_hooks";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

/** The agent's card of a ringing call, and how many ms the house took to know who it is. */
async function ringing(value: string | null) {
  const from = { kind: "phone" as const, value };
  const begun = performance.now();
  const d = await house.dialog(from, { medium: "voice" });
  const ms = performance.now() - begun;
  await house.assign(d.id, "bolat");
  const { body } = await house.as("bolat", "GET", `/dialogs/${d.id}/card`);
  return { ...body, ms };
}
const customer = async (name: string, value: string, more: object = {}) =>
  (await house.as("admin", "POST", "/customers", { kind: "company", name, contactPoints: [{ kind: "phone", value, ...more }] })).body;

describe("who is calling (RG-01), as the agent's card shows it", () => {
  test("verified Ivan, a switchboard of two companies, an unknown, a withheld number, a card merged last week; each within 200 ms", async () => {
    const romashka = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka", responsibleId: house.company.employees.aigul.id }))
      .body;
    const ivan = (
      await house.as("admin", "POST", `/customers/${romashka.id}/contacts`, {
        lastName: "Petrov",
        firstName: "Ivan",
        contactPoints: [{ kind: "phone", value: "8 701 111-22-33" }],
      })
    ).body;
    await house.as("admin", "POST", `/contact-points/${ivan.contactPoints[0].id}/verify`, {});
    const known = await ringing("77011112233");
    expect(known).toMatchObject({
      number: "+77011112233",
      party: { result: "known", customer: { id: romashka.id }, contact: { id: ivan.id, name: "Petrov Ivan" } },
      responsible: { id: house.company.employees.aigul.id },
    });
    await customer("Alpha", "+77272000000", { isShared: true });
    await customer("Beta", "+77272000000", { isShared: true });
    const switchboard = await ringing("+77272000000");
    expect(switchboard.party).toMatchObject({ result: "ambiguous", customer: null });
    expect(switchboard.party.candidates.map((c: { name: string }) => c.name).sort()).toEqual(["Alpha", "Beta"]);
    const unknown = await ringing("+77019999999");
    expect(unknown.party).toMatchObject({ result: "new", customer: null, lead: { id: expect.any(String) } });
    const hidden = await ringing(null);
    expect(hidden).toMatchObject({ number: null, party: { result: "hidden", customer: null, lead: null } });
    const old = await customer("Old card", "+77012221100");
    await house.sql`UPDATE customer SET merged_into_id = ${romashka.id}, archived_at = now() - interval '7 days' WHERE id = ${old.id}`;
    const merged = await ringing("+77012221100");
    expect(merged.party).toMatchObject({ result: "known", customer: { id: romashka.id, name: "Romashka" } });
    for (const each of [known, switchboard, unknown, hidden, merged]) expect(each.ms).toBeLessThan(200);
  });
});

describe("spellings (RG-02)", () => {
  test("three spellings of one number are one, a short number stays one, an address is lower-cased; rubbish is refused and nothing is lost", async () => {
    const lead = async (kind: string, value: string) => house.as("aigul", "POST", "/leads", { contactPoints: [{ kind, value }] });
    const values: string[] = [];
    for (const [kind, value] of [
      ["phone", "8 701 333-22-33"],
      ["phone", "+7(701)3332233"],
      ["phone", "77013332233"],
      ["phone", "111"],
      ["email", "ivan@ACME.example "],
    ] as const)
      values.push((await lead(kind, value)).body.contactPoints[0].value);
    expect(values).toEqual(["+77013332233", "+77013332233", "+77013332233", "short:111", "ivan@acme.example"]);
    expect((await lead("phone", "no number")).status).toBe(422);
    expect((await ringing("111")).party.lead).not.toBeNull();
    expect((await ringing("+77000000111")).party.result).toBe("new");
  });

  test("run again after the rules changed: what is compared is today's spelling; a clash and rubbish stay and are named; a second run finds nothing", async () => {
    const point = async (raw: string, norm: string, verified = false) => {
      const c = await customer(`Kept as ${raw}`, `+7701555${String(Math.random()).slice(2, 6)}`);
      await house.sql`UPDATE contact_point SET value_raw = ${raw}, value_norm = ${norm}, verified_at = ${verified ? new Date() : null}, verified_how = ${verified ? "manual" : null} WHERE customer_id = ${c.id}`;
      return c.contactPoints[0].id as Id;
    };
    // As an older version, which did not know the country, had kept them.
    const old = await point("8 701 444 55 66", "+87014445566");
    await point("+7 701 777 88 99", "+77017778899", true);
    const clash = await point("8-701-777-88-99", "+87017778899");
    const broken = await point("ask the secretary", "+77010000000");
    const run = async (dryRun: boolean) => (await house.as("admin", "POST", "/contact-points/renormalise", { dryRun })).body;
    const expected = {
      changed: 1,
      unreadable: 1,
      clashes: [{ pointId: clash, raw: "8-701-777-88-99", value: "+77017778899", owner: { name: "Kept as 8-701-777-88-99" } }],
    };
    expect(await run(true)).toMatchObject(expected);
    const norm = async (id: Id) => (await house.sql`SELECT value_norm FROM contact_point WHERE id = ${id}`)[0]?.["value_norm"];
    expect(await norm(old)).toBe("+87014445566");
    expect(await run(false)).toMatchObject(expected);
    expect([await norm(old), await norm(clash), await norm(broken)]).toEqual(["+77014445566", "+87017778899", "+77010000000"]);
    expect((await ringing("+77014445566")).party.result).toBe("known");
    expect(await run(false)).toMatchObject({ ...expected, changed: 0 });
    expect(await house.sql`SELECT changes FROM audit_log WHERE object_id = ${old} AND action = 'renormalise'`).toEqual([
      { changes: { value_norm: ["+87014445566", "+77014445566"] } },
    ]);
    expect((await house.as("head", "POST", "/contact-points/renormalise", { dryRun: true })).status).toBe(403);
  });
});

describe("identities that create nothing (RG-03)", () => {
  test("a blocked number and a test line make no card until they are taken off the list", async () => {
    const put = (person: "admin" | "aigul", body: object) =>
      house.as(person, "POST", "/exclusions", { kind: "phone", value: "8 701 888 77 66", reason: "test line", ...body });
    expect((await put("aigul", {})).status).toBe(403);
    expect((await put("admin", { value: "rubbish" })).body.details.fields).toEqual({ value: "invalid" });
    expect((await put("admin", {})).body).toMatchObject({ value: "+77018887766", reason: "test line", by: { name: "Admin Adminov" } });
    expect((await put("admin", {})).body.code).toBe("duplicate");
    expect((await ringing("+77018887766")).party).toMatchObject({ result: "blocked", lead: null });
    expect((await house.as("head", "GET", "/exclusions")).body).toHaveLength(1);
    const off = () => house.as("admin", "DELETE", `/exclusions?kind=phone&value=${encodeURIComponent("+77018887766")}`);
    expect((await off()).status).toBe(204);
    expect((await off()).status).toBe(404);
    expect((await ringing("+77018887766")).party.result).toBe("new");
  });
});
