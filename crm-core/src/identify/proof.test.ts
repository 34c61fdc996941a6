import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let bot: Id;
beforeAll(async () => {
  house = await crmHouse();
  bot = await house.channel("telegram", "Sales bot", "telegram");
});
afterAll(() => house.close());

let next = 2000;
const number = () => `+7701330${next++}`;
const writer = (displayName?: string) => ({
  kind: "telegram" as const,
  value: String(700_000_000 + next++),
  ...(displayName === undefined ? {} : { displayName }),
});
const chat = async (displayName?: string) => {
  const from = writer(displayName);
  return { from, ...(await house.dialog(from, { medium: "chat", channelId: bot })) };
};
const prove = (dialogId: Id, phone: string, name?: string) =>
  house.sql.begin((tx) => house.crm.identify.provePhone(tx, dialogId, { phone, ...(name === undefined ? {} : { name }) }));
const lead = async (id: Id | null) => (await house.as("aigul", "GET", `/leads/${id}`)).body;
const phones = (card: { contactPoints: { kind: string }[] }) => card.contactPoints.filter((p) => p.kind === "phone");
const pairs = (a: Id | null, b: Id | null) => house.sql`
  SELECT object_kind, score, signals FROM duplicate_candidate WHERE a_id = least(${a}::uuid, ${b}::uuid) AND b_id = greatest(${a}::uuid, ${b}::uuid)`;

describe("a number shared by its owner in a messenger (CC-08)", () => {
  test("is a verified phone of the new lead, who is known by it from then on", async () => {
    const { id, identification } = await chat();
    await prove(id, "77011112233", "Petrov Ivan");
    const card = await lead(identification.leadId);
    expect(card.contactName).toBe("Petrov Ivan");
    expect(phones(card)).toMatchObject([{ value: "+77011112233", isShared: false, verifiedAt: expect.any(String) }]);
    expect(await house.identify({ kind: "phone", value: "8 701 111 22 33" })).toMatchObject({ result: "lead", leadId: identification.leadId });
    const [audit] = await house.sql`SELECT changes FROM audit_log WHERE object_kind = 'contact_point' AND action = 'verify' ORDER BY id DESC LIMIT 1`;
    expect(audit?.["changes"]).toMatchObject({ verified_how: [null, "shared_contact"] });
  });

  test("said twice it is one; a typed one becomes verified; the screens hear of it", async () => {
    const { id, identification } = await chat("Olga");
    const value = number();
    await house.sql.begin((tx) => house.crm.identify.addClaims(tx, id, { phone: value }));
    expect(phones(await lead(identification.leadId))).toMatchObject([{ value, verifiedAt: null }]);
    await prove(id, value);
    await prove(id, value);
    expect(phones(await lead(identification.leadId))).toMatchObject([{ value, verifiedAt: expect.any(String) }]);
    const events = await house.sql`SELECT 1 FROM dialog_event WHERE kind = 'party.changed' AND dialog_id = ${id}`;
    expect(events).toHaveLength(1);
  });

  test("belongs to the contact before the company", async () => {
    const { body: customer } = await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka" });
    const { body: contact } = await house.as("admin", "POST", `/customers/${customer.id}/contacts`, { lastName: "Kim", firstName: "Olga" });
    const { id, identification } = await chat();
    await house.as("admin", "POST", `/leads/${identification.leadId}/convert`, { customerId: customer.id, contactId: contact.id, qualify: true });
    const value = number();
    await prove(id, value, "Another name");
    const { body } = await house.as("admin", "GET", `/customers/${customer.id}`);
    expect(body.contacts[0]).toMatchObject({
      name: "Kim Olga",
      contactPoints: expect.arrayContaining([expect.objectContaining({ value, verifiedAt: expect.any(String) })]),
    });
  });

  test.each(["", "not a number", "112", "+7 701"])("an unreadable one (%j) changes nothing", async (phone) => {
    const { id, identification } = await chat();
    await prove(id, phone);
    expect(phones(await lead(identification.leadId))).toEqual([]);
  });
});

describe("a number that another card holds verified is never stolen", () => {
  test("the writer's becomes a shared one, a call is still the holder's, and the cards are a duplicate pair", async () => {
    const value = number();
    const holder = await house.identify({ kind: "phone", value });
    expect(holder.result).toBe("new");
    const { id, identification } = await chat("Olga");
    await prove(id, value);
    expect(phones(await lead(identification.leadId))).toMatchObject([{ value, isShared: true, verifiedAt: null }]);
    expect(phones(await lead(holder.leadId))).toMatchObject([{ value, isShared: false, verifiedAt: expect.any(String) }]);
    expect(await pairs(holder.leadId, identification.leadId)).toMatchObject([
      { object_kind: "lead", score: 0.7, signals: { phone: value, proven: "shared_contact" } },
    ]);
  });

  test("a customer's number stays the customer's: known by call, with the writer's lead as a candidate", async () => {
    const value = number();
    const { body: customer } = await house.as("admin", "POST", "/customers", { kind: "company", name: "Holder", contactPoints: [{ kind: "phone", value }] });
    expect(await house.identify({ kind: "phone", value })).toMatchObject({ result: "known", customerId: customer.id });
    const { id, identification, from } = await chat();
    await prove(id, value);
    expect(await house.identify({ kind: "phone", value })).toMatchObject({ result: "known", customerId: customer.id, leadId: null });
    expect(await house.identify(from, { medium: "chat" })).toMatchObject({ result: "lead", leadId: identification.leadId });
    expect(await pairs(customer.id, identification.leadId)).toMatchObject([{ object_kind: "lead" }]);
  });

  test("one that another card only typed is proven here, and the two are a pair", async () => {
    const value = number();
    const { body: typed } = await house.as("aigul", "POST", "/leads", { contactName: "Typed", contactPoints: [{ kind: "phone", value }] });
    const { id, identification } = await chat();
    await prove(id, value);
    expect(phones(await lead(identification.leadId))).toMatchObject([{ isShared: false, verifiedAt: expect.any(String) }]);
    expect(phones(await lead(typed.id))).toMatchObject([{ verifiedAt: null }]);
    expect(await pairs(typed.id, identification.leadId)).toHaveLength(1);
  });

  test("two who share one number at the same moment: one holds it, the other's is shared", async () => {
    const value = number();
    const two = [await chat(), await chat()];
    await Promise.all(two.map((c) => prove(c.id, value)));
    const cards = await Promise.all(two.map((c) => lead(c.identification.leadId)));
    expect(
      cards
        .map((c) => phones(c))
        .map((p) => (p[0] as unknown as { isShared: boolean }).isShared)
        .sort(),
    ).toEqual([false, true]);
    expect(await pairs(cards[0].id, cards[1].id)).toHaveLength(1);
  });

  test("a switchboard stays one, whoever writes from it", async () => {
    const value = number();
    const { id, identification } = await chat();
    await house.as("aigul", "POST", "/contact-points", { leadId: identification.leadId, kind: "phone", value, isShared: true });
    await prove(id, value);
    expect(phones(await lead(identification.leadId))).toMatchObject([{ isShared: true, verifiedAt: null }]);
  });
});
