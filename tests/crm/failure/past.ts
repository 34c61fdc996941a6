import type { Id } from "@kommutator/contract/ids";
import { expect } from "vitest";
import type { CrmHouse } from "../../support/crm.ts";

let number = 1000;
export const phone = () => `+7701610${number++}`;
const HOUR = 3_600_000;

/** Posts as the administrator and expects success; returns the answer's body. */
export async function post(house: CrmHouse, path: string, body: object): Promise<{ id: Id; version: number }> {
  const answer = await house.as("admin", "POST", path, body);
  expect([path, answer.status, answer.status < 300 ? "" : JSON.stringify(answer.body)]).toEqual([path, answer.status, ""]);
  return answer.body;
}

/** Gives a card what people gather on it: two Interests with sums, planned and done Interactions, a file, a task. */
async function fill(house: CrmHouse, card: { customerId: Id } | { leadId: Id }): Promise<Id> {
  const { interestKinds, interactionTypes } = house.company.catalogues;
  const employees = house.company.employees;
  const [key, id] = Object.entries(card)[0] as [string, Id];
  const object = key.replace("Id", "");
  const sale = await post(house, "/interests", {
    ...card,
    kindId: interestKinds["sale"]?.id,
    title: "Chairs",
    amount: 1200.5,
    responsibleId: employees.aigul.id,
  });
  await post(house, "/interests", { ...card, kindId: interestKinds["service"]?.id, title: "Repair", amount: 300, responsibleId: employees.bolat.id });
  for (let i = 0; i < 3; i++) {
    const planned = await post(house, "/interactions", {
      ...card,
      typeId: interactionTypes["call"]?.id,
      subject: `Call ${i}`,
      interestId: sale.id,
      plannedFrom: new Date(Date.now() + i * HOUR).toISOString(),
    });
    if (i === 0) await house.as("admin", "POST", `/interactions/${planned.id}/complete`, { version: planned.version, result: "Agreed" });
  }
  const [blob] = await house.sql<{ id: Id }[]>`
    INSERT INTO blob (sha256, bytes, mime, name, created_by) VALUES (sha256('plan'), 4, 'application/pdf', 'plan.pdf', ${employees.admin.id}) RETURNING id`;
  await post(house, "/files", { object, objectId: id, blobId: blob?.id });
  await post(house, "/tasks", { subject: { kind: object, id }, title: "Send the plan" });
  return sale.id;
}

/** A caller with a verified number and a name, with a past of everything that can hang on a lead. */
export async function leadWithPast(house: CrmHouse): Promise<{ leadId: Id; value: string; interestId: Id }> {
  const value = phone();
  const call = await house.call(
    { kind: "phone", value },
    { disposition: "answered", startedAt: Date.now() - 600_000, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] },
  );
  await house.read();
  const leadId = call.identification?.leadId as Id;
  const lead = (await house.as("admin", "GET", `/leads/${leadId}`)).body;
  await house.as("admin", "PATCH", `/leads/${leadId}`, { contactName: "Petrov Ivan", companyName: "Romashka", version: lead.version });
  return { leadId, value, interestId: await fill(house, { leadId }) };
}

/** A company with contacts, numbers, a talk, and everything else that can hang on a customer. */
export async function customerWithPast(house: CrmHouse, name: string, points: string[]): Promise<{ customerId: Id; interestId: Id; dialogId: Id }> {
  const { id: customerId } = await post(house, "/customers", {
    kind: "company",
    name,
    responsibleId: house.company.employees.aigul.id,
    contactPoints: points.map((value) => ({ kind: "phone", value })),
  });
  const own = phone();
  await post(house, `/customers/${customerId}/contacts`, { lastName: `Director of ${name}`, contactPoints: [{ kind: "phone", value: own }] });
  await house.call(
    { kind: "phone", value: own },
    { disposition: "answered", startedAt: Date.now() - 600_000, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] },
  );
  const { id: dialogId } = await house.dialog({ kind: "phone", value: own });
  await house.read();
  return { customerId, interestId: await fill(house, { customerId }), dialogId };
}

/** What must be the same before and after: the items of the cards' feeds, their files, their sums. Who owned it when is told apart. */
export async function totals(house: CrmHouse, cards: { object: "customer" | "lead"; id: Id }[]): Promise<{ items: string[]; files: string[]; sum: number }> {
  const items: string[] = [];
  const files: string[] = [];
  const interests = new Map<Id, number>();
  for (const { object, id } of cards) {
    const feed = (await house.as("admin", "GET", `/${object}s/${id}/feed?limit=200`)).body.items as { id: string; kind: string }[];
    items.push(...feed.filter((i) => i.kind !== "owner").map((i) => i.id));
    files.push(...(await house.as("admin", "GET", `/files?object=${object}&objectId=${id}`)).body.items.map((f: { id: Id }) => f.id));
    for (const i of (await house.as("admin", "GET", `/interests?limit=200&${object}Id=${id}`)).body.items as { id: Id; amount: number }[])
      interests.set(i.id, i.amount);
  }
  return { items: items.sort(), files: files.sort(), sum: [...interests.values()].reduce((all, a) => all + a, 0) };
}
