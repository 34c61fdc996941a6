import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

let next = 0;
const telegram = () => ({ kind: "telegram", value: String(900_000_000 + ++next) });
const email = () => ({ kind: "email", value: `twin${++next}@gmail.com` });
const made = async (who: Person, url: string, body: object) => {
  const answer = await house.as(who, "POST", url, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
/** A customer of Aigul's, whom she may edit. */
const hers = (body: object) => made("aigul", "/customers", { kind: "company", responsibleId: house.company.employees.aigul.id, ...body });
const refused = (id: Id, mayDiffer: boolean) => ({ status: 409, body: { code: "duplicate", details: { candidates: [{ id, level: "certain" }], mayDiffer } } });
const reasonOf = async (id: Id) =>
  (await house.sql`SELECT changes->'different_reason'->>1 AS reason FROM audit_log WHERE object_id = ${id} AND changes ? 'different_reason'`).map(
    (r) => r["reason"],
  );

describe("certain twins on every way of writing (CB-12, B14)", () => {
  test("a number or address added to a card: another one's Telegram needs the reason of somebody who may give it", async () => {
    const point = telegram();
    const owner = await hers({ name: "Has it", contactPoints: [point] });
    const other = await hers({ name: "Wants it" });
    const person = await made("aigul", `/customers/${other.id}/contacts`, { lastName: "Wanted" });
    const lead = await made("aigul", "/leads", { contactName: "Wants it too", noContact: true });
    for (const holder of [{ customerId: other.id }, { contactId: person.id }, { leadId: lead.id }])
      expect(await house.as("aigul", "POST", "/contact-points", { ...point, ...holder, differentReason: "I know" })).toMatchObject(refused(owner.id, false));
    expect((await house.as("aigul", "GET", `/customers/${other.id}`)).body.contactPoints).toEqual([]);
    expect(await house.as("head", "POST", "/contact-points", { ...point, customerId: other.id })).toMatchObject(refused(owner.id, true));
    const added = await made("head", "/contact-points", { ...point, customerId: other.id, differentReason: "Brothers with one phone" });
    expect(await reasonOf(added.id)).toEqual(["Brothers with one phone"]);
    // What had been said once is not asked again with the next address.
    await made("aigul", "/contact-points", { ...email(), customerId: other.id });
  });

  test("two signals that only together are certain: the phone was there, the e-mail comes", async () => {
    const points = [{ kind: "phone", value: "+77025550001" }, email()] as const;
    const owner = await hers({ name: "Both", contactPoints: points });
    const other = await hers({ name: "One of them", contactPoints: [points[0]] });
    expect(await house.as("aigul", "POST", "/contact-points", { ...points[1], customerId: other.id })).toMatchObject(refused(owner.id, false));
    // A shared mailbox proves nothing, and becomes proof when it is shared no more.
    const shared = await made("aigul", "/contact-points", { ...points[1], isShared: true, customerId: other.id });
    const unshare = { isShared: false, version: shared.version };
    expect(await house.as("aigul", "PATCH", `/contact-points/${shared.id}`, unshare)).toMatchObject(refused(owner.id, false));
    expect((await house.as("head", "PATCH", `/contact-points/${shared.id}`, { ...unshare, differentReason: "Moved house" })).status).toBe(200);
  });

  test("a contact who is renamed into another one's namesake with the same address", async () => {
    const address = email();
    const company = await hers({ name: "Two humans" });
    const first = await made("aigul", `/customers/${company.id}/contacts`, { lastName: "Omarova", firstName: "Saule", contactPoints: [address] });
    const second = await made("aigul", `/customers/${company.id}/contacts`, { lastName: "Zhang", contactPoints: [address] });
    const named = { lastName: "Omarova", firstName: "Saule", version: second.version };
    expect(await house.as("aigul", "PATCH", `/contacts/${second.id}`, named)).toMatchObject(refused(first.id, false));
    // What says nothing of who it is asks nothing.
    const position = await house.as("aigul", "PATCH", `/contacts/${second.id}`, { position: "Buyer", customerId: company.id, version: second.version });
    expect(position.status, JSON.stringify(position.body)).toBe(200);
    const saved = await house.as("head", "PATCH", `/contacts/${second.id}`, {
      ...named,
      version: position.body.version,
      differentReason: "Mother and daughter",
    });
    expect(saved.status, JSON.stringify(saved.body)).toBe(200);
    expect(await reasonOf(second.id)).toEqual(["Mother and daughter"]);
  });

  test("a lead, new or renamed; one whom another department has is told by nothing", async () => {
    const [point, address] = [telegram(), email()];
    const customer = await hers({ kind: "person", name: "Erlan Omarov", contactPoints: [point, address] });
    const body = { contactName: "Somebody", contactPoints: [point] };
    expect(await house.as("aigul", "POST", "/leads", body)).toMatchObject(refused(customer.id, false));
    expect(await house.sql`SELECT 1 FROM lead WHERE contact_name = 'Somebody'`).toHaveLength(0);
    const lead = await made("head", "/leads", { ...body, differentReason: "His son's account" });
    expect(await reasonOf(lead.id)).toEqual(["His son's account"]);
    const other = await made("aigul", "/leads", { companyName: "No name yet", contactPoints: [address] });
    const renamed = { contactName: "Erlan Omarov", version: other.version };
    expect(await house.as("aigul", "PATCH", `/leads/${other.id}`, renamed)).toMatchObject({ status: 409, body: { code: "duplicate" } });
    expect((await house.as("head", "PATCH", `/leads/${other.id}`, { ...renamed, differentReason: "A namesake" })).status).toBe(200);
    // Dana sees nothing of it: for her it is a new one.
    await made("dana", "/leads", { contactName: "Erlan Omarov", contactPoints: [point, address] });
  });

  test("while a lead is typed, its company's name counts too", async () => {
    const address = email();
    const customer = await hers({ name: "Baiterek Logistics", contactPoints: [address] });
    const typed = { card: "lead", kind: "person", name: "Askar", companyName: "Байтерек Логистикс", contactPoints: [address] };
    expect((await house.as("aigul", "POST", "/duplicates/check", typed)).body.candidates).toMatchObject([
      { id: customer.id, signals: [{ code: "email" }, { code: "name" }] },
    ]);
  });
});

test("whoever has a card open in a dialog hears that a number came, changed or went (CB-02)", async () => {
  const customer = await hers({ name: "Open", contactPoints: [{ kind: "phone", value: "+77025550009" }] });
  const person = await made("aigul", `/customers/${customer.id}/contacts`, { lastName: "Heard" });
  const { id: dialogId } = await house.dialog({ kind: "phone", value: "+77025550009" });
  const heard = async () => (await house.sql`SELECT 1 FROM dialog_event WHERE dialog_id = ${dialogId} AND kind = 'party.changed'`).length;
  const before = await heard();
  const point = await made("aigul", "/contact-points", { ...email(), customerId: customer.id });
  const ofPerson = await made("aigul", "/contact-points", { ...email(), contactId: person.id });
  expect((await house.as("aigul", "PATCH", `/contact-points/${point.id}`, { label: "work", version: point.version })).status).toBe(200);
  expect((await house.as("aigul", "DELETE", `/contact-points/${ofPerson.id}`)).status).toBe(204);
  expect(await heard()).toBe(before + 4);
});
