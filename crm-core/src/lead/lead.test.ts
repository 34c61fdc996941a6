import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
const NOW = Date.now();
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());
let number = 1000;
const phone = () => `+7701600${number++}`;

describe("the register of potential clients (RG-09)", () => {
  test("without a contact point it is refused, unless it is marked so; with a phone it is saved normalised", async () => {
    expect((await house.as("aigul", "POST", "/leads", { contactName: "Nobody" })).body.code).toBe("contact_point_required");
    expect((await house.as("aigul", "POST", "/leads", { contactName: "Met at a fair", noContact: true })).status).toBe(201);
    const lead = await house.as("aigul", "POST", "/leads", { contactPoints: [{ kind: "phone", value: "8 701 600 00 11" }] });
    expect(lead.body).toMatchObject({
      status: "new",
      responsible: { id: house.company.employees.aigul.id },
      contactPoints: [{ value: "+77016000011", verifiedAt: null }],
    });
    expect((await house.as("aigul", "DELETE", `/contact-points/${lead.body.contactPoints[0].id}`)).body.code).toBe("contact_point_required");
  });

  test("the list filters by status and finds by name; another department's leads are absent", async () => {
    const mine = (await house.as("aigul", "POST", "/leads", { contactName: "Filtered Lead", contactPoints: [{ kind: "phone", value: phone() }] })).body;
    await house.as("aigul", "PATCH", `/leads/${mine.id}`, { status: "qualified", version: mine.version });
    const ids = async (who: "aigul" | "dana", query: string) => (await house.as(who, "GET", `/leads?${query}`)).body.items.map((l: { id: Id }) => l.id);
    expect(await ids("aigul", "status=qualified")).toEqual([mine.id]);
    expect(await ids("aigul", "q=filtred lead")).toEqual([mine.id]);
    expect(await ids("dana", "status=qualified")).toEqual([]);
    expect((await house.as("dana", "GET", `/leads/${mine.id}`)).status).toBe(404);
    expect((await house.as("dana", "PATCH", `/leads/${mine.id}`, { note: "x", version: 1 })).status).toBe(404);
    expect((await house.as("dana", "POST", `/leads/${mine.id}/convert`, {})).status).toBe(404);
    expect((await house.as("aigul", "PATCH", `/leads/${mine.id}`, { note: "late", version: 0 })).body).toMatchObject({
      code: "version_conflict",
      details: { current: { status: "qualified" } },
    });
  });
});

describe("a lead becomes a customer (RG-14, C4)", () => {
  /** A caller with a verified number, two Interests (the newest of Bolat), five Interactions and one dialog. */
  async function rich() {
    const value = phone();
    const call = await house.call(
      { kind: "phone", value },
      { disposition: "answered", startedAt: NOW - 600_000, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] },
    );
    await house.read();
    const leadId = call.identification?.leadId as Id;
    const lead = (await house.as("admin", "GET", `/leads/${leadId}`)).body;
    await house.as("admin", "PATCH", `/leads/${leadId}`, { contactName: "Petrov Ivan", companyName: "Romashka", version: lead.version });
    const kinds = house.company.catalogues.interestKinds;
    const interests: Id[] = [];
    for (const [kind, who] of [
      ["sale", "aigul"],
      ["service", "bolat"],
    ] as const) {
      const r = await house.as("admin", "POST", "/interests", { kindId: kinds[kind]?.id, title: kind, leadId, responsibleId: house.company.employees[who].id });
      expect(r.status).toBe(201);
      interests.push(r.body.id);
    }
    for (let i = 0; i < 4; i++)
      await house.as("admin", "POST", "/interactions", {
        typeId: house.company.catalogues.interactionTypes["call"]?.id,
        subject: `Call ${i}`,
        leadId,
        interestId: interests[0],
        plannedFrom: new Date(NOW + i * 1000).toISOString(),
      });
    return { leadId, value, dialogId: call.dialogId, interests };
  }
  const feed = async (path: string) => (await house.as("admin", "GET", `${path}/feed?limit=200`)).body.items as { id: string; kind: string }[];

  test("everything moves once, the owner is the manager of the newest open Interest, and a second time changes nothing", async () => {
    const { leadId, value, dialogId, interests } = await rich();
    const before = (await feed(`/leads/${leadId}`)).map((i) => i.id).sort();
    expect(before.length).toBeGreaterThanOrEqual(7);
    const done = await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    const { customerId, contactId } = done.body;
    const customer = (await house.as("admin", "GET", `/customers/${customerId}`)).body;
    expect(customer).toMatchObject({
      kind: "company",
      name: "Romashka",
      responsible: { id: house.company.employees.bolat.id },
      contacts: [{ id: contactId, name: "Petrov Ivan", contactPoints: [{ value }] }],
    });
    expect(customer.contacts[0].contactPoints[0].verifiedAt).not.toBeNull();
    expect(
      (await feed(`/customers/${customerId}`))
        .filter((i) => i.kind !== "owner")
        .map((i) => i.id)
        .sort(),
    ).toEqual(before);
    const [moved] = await house.sql`
      SELECT (SELECT count(*) FROM interest WHERE customer_id = ${customerId} AND lead_id = ${leadId}) AS interests, (SELECT count(*) FROM interaction WHERE customer_id = ${customerId} AND lead_id = ${leadId}) AS interactions,
             (SELECT count(*) FROM dialog_party WHERE dialog_id = ${dialogId} AND customer_id = ${customerId}) AS dialogs, (SELECT reason FROM customer_owner_history WHERE customer_id = ${customerId}) AS reason`;
    expect(moved).toEqual({ interests: 2, interactions: 5, dialogs: 1, reason: "lead_conversion" });
    expect(interests).toHaveLength(2);
    const again = await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true });
    expect(again).toEqual(done);
    expect(await house.identify({ kind: "phone", value })).toMatchObject({
      result: "known",
      customerId,
      contactId,
      responsible: { employeeId: house.company.employees.bolat.id },
    });
    const other = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Other" })).body;
    expect((await house.as("admin", "POST", `/leads/${leadId}/convert`, { customerId: other.id })).body).toMatchObject({
      code: "already_taken",
      details: { customerId },
    });
  });

  test("into a card with the same number: asked first, then joined, and the verification goes to the kept number", async () => {
    const { leadId, value } = await rich();
    const { body: target } = await house.as("admin", "POST", "/customers", {
      kind: "person",
      name: "Ivan himself",
      responsibleId: house.company.employees.dana.id,
      contactPoints: [{ kind: "phone", value }],
    });
    expect((await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true })).body).toMatchObject({
      code: "duplicate",
      details: { candidates: [{ customerId: target.id, name: "Ivan himself" }] },
    });
    const done = await house.as("admin", "POST", `/leads/${leadId}/convert`, { customerId: target.id, qualify: true });
    expect(done.body).toEqual({ customerId: target.id, contactId: null });
    const customer = (await house.as("admin", "GET", `/customers/${target.id}`)).body;
    expect(customer).toMatchObject({ responsible: { id: house.company.employees.dana.id }, contactPoints: [{ id: target.contactPoints[0].id, value }] });
    expect(customer.contactPoints[0].verifiedAt).not.toBeNull();
    expect(await house.identify({ kind: "phone", value })).toMatchObject({ result: "known", customerId: target.id });
  });

  test("a failure in the middle changes nothing", async () => {
    const { leadId } = await rich();
    const { sql } = house;
    const state = async () =>
      sql`SELECT l.status, l.version, (SELECT count(*) FROM customer) AS customers, (SELECT count(*) FROM contact) AS contacts, (SELECT count(*) FROM contact_point WHERE lead_id = ${leadId} AND archived_at IS NULL) AS points, (SELECT count(*) FROM interest WHERE lead_id = ${leadId} AND customer_id IS NULL) AS interests FROM lead l WHERE id = ${leadId}`;
    const before = await state();
    await sql.unsafe("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'injected'; END $$");
    for (const table of [
      "customer",
      "customer_owner_history",
      "contact",
      "customer_contact",
      "contact_point",
      "interest",
      "interaction",
      "dialog_party",
      "lead",
      "audit_log",
    ]) {
      await sql.unsafe(`CREATE TRIGGER refuse AFTER INSERT OR UPDATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()`);
      expect((await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true })).status, table).toBe(500);
      await sql.unsafe(`DROP TRIGGER refuse ON ${table}`);
      expect(await state()).toEqual(before);
    }
    expect((await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true })).status).toBe(200);
  });
});
