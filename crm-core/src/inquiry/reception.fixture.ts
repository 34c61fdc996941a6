import type { Id } from "@kommutator/contract/ids";
import { expect } from "vitest";
import { crmHouse, type Person } from "../../../tests/support/crm.ts";

/** The moment at which the receptions of the tests take place. */
export const NOW = Date.parse("2026-03-11T05:00:00Z");

/** A CRM with what receptions are about: people with numbers and Interests, and the wizard's requests. */
export async function receptionHouse() {
  const house = await crmHouse({ max: 40 });
  let number = 1000;

  const purpose = (code: string) => house.company.catalogues.purposes[code] as Id;
  const kind = (code: string) => (house.company.catalogues.interestKinds[code] as { id: Id }).id;
  const phone = () => ({ kind: "phone" as const, value: `+7701500${number++}` });
  const call = () => house.company.catalogues.interactionTypes["call"]?.id as Id;
  const next = () => ({ typeId: call(), subject: "Call back", plannedFrom: new Date(NOW + 86_400_000).toISOString() });

  async function interestOf(customerId: Id, title: string, kindCode: string, o: { contactId?: Id; daysAgo?: number; responsible?: Person } = {}): Promise<Id> {
    const r = await house.as("admin", "POST", "/interests", {
      kindId: kind(kindCode),
      title,
      customerId,
      contactId: o.contactId ?? null,
      parallelReason: "test",
      responsibleId: house.company.employees[o.responsible ?? "aigul"].id,
    });
    expect(r.status).toBe(201);
    await house.sql`UPDATE interest SET last_activity_at = ${new Date(NOW - (o.daysAgo ?? 3) * 86_400_000)} WHERE id = ${r.body.id}`;
    // The stage "Contact" demands a next step: one is planned.
    await house.as("admin", "POST", "/interactions", { ...next(), interestId: r.body.id });
    return r.body.id;
  }
  /** Ivan of Romashka, with his verified number. */
  async function ivan() {
    const p = phone();
    const romashka = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka", responsibleId: house.company.employees.aigul.id }))
      .body.id;
    const contact = (
      await house.as("admin", "POST", `/customers/${romashka}/contacts`, {
        lastName: "Petrov",
        firstName: "Ivan",
        contactPoints: [{ kind: "phone", value: p.value }],
      })
    ).body;
    return { phone: p, customerId: romashka as Id, contactId: contact.id as Id };
  }
  const reception = async (person: Person, dialogId: Id, query = "") => {
    const r = await house.as(person, "GET", `/dialogs/${dialogId}/reception${query}`);
    expect(r.status, JSON.stringify(r.body)).toBe(200);
    return r.body;
  };
  /** Somebody's ringing call, opened in the wizard. */
  async function opened(person: Person = "aigul") {
    const who = await ivan();
    const d = await house.dialog(who.phone, { at: NOW });
    await house.assign(d.id, person);
    const { inquiry } = await reception(person, d.id);
    const finish = (body: object, by: Person = person) =>
      house.as(by, "POST", `/inquiries/${inquiry.id}/finish`, {
        version: inquiry.version,
        purposeId: purpose("buy"),
        who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
        interest: { kind: "none" },
        ...body,
      });
    return { who, dialogId: d.id, inquiry, finish };
  }
  const counts = async () =>
    (
      await house.sql`SELECT (SELECT count(*) FROM interest) AS interests, (SELECT count(*) FROM interaction WHERE state = 'done') AS done, (SELECT count(*) FROM lead) AS leads`
    )[0];
  return { house, purpose, phone, next, interestOf, ivan, reception, opened, counts };
}
