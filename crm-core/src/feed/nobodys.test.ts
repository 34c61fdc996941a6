import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

const shown = async (who: Person, path: string): Promise<string[]> => {
  const { status, body } = await house.as(who, "GET", `${path}/feed?limit=200`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.items
    .filter((item: { kind: string }) => item.kind === "call" || item.kind === "dialog")
    .map((item: { kind: string; state: string }) => `${item.kind} ${item.state}`)
    .sort();
};
let serial = 0;
/** A customer of the named person, whom nobody answered by telephone, nor yet by mail. */
async function unheard(responsible: Person): Promise<{ path: string; phone: string; email: string; letterId: Id }> {
  const [phone, email] = [`+7701730000${++serial}`, `waits-${serial}@mail.example`];
  const points = [
    { kind: "phone", value: phone },
    { kind: "email", value: email },
  ];
  const responsibleId = house.company.employees[responsible].id;
  const { body } = await house.as("admin", "POST", "/customers", { kind: "person", name: `Waits ${serial}`, responsibleId, contactPoints: points });
  await house.call({ kind: "phone", value: phone }, { disposition: "abandoned_queue", startedAt: NOW, seconds: 10 });
  const letter = await house.dialog({ kind: "email", value: email }, { medium: "mail", at: NOW + 60_000 });
  await house.read();
  return { path: `/customers/${body.id}`, phone, email, letterId: letter.id };
}

test("the responsible reads the missed calls and waiting letters of the own customer; a colleague who may read the card does not", async () => {
  const { path } = await unheard("aigul");
  expect(await shown("aigul", path)).toEqual(["call abandoned_queue", "dialog open"]);
  expect(await shown("bolat", path)).toEqual([]);
  expect(await shown("head", path)).toEqual(["call abandoned_queue", "dialog open"]);
});

test("what a colleague has in hand stays the colleague's, even with the own customer", async () => {
  const { path, letterId } = await unheard("aigul");
  await house.assign(letterId, "bolat");
  expect(await shown("aigul", path)).toEqual(["call abandoned_queue"]);
});

test("another customer's missed call shows nothing to who answers for others", async () => {
  const { path } = await unheard("bolat");
  expect(await shown("aigul", path)).toEqual([]);
  expect(await shown("bolat", path)).toEqual(["call abandoned_queue", "dialog open"]);
});

test("the same holds for a lead, until it has become somebody else's customer", async () => {
  const phone = "+77017400001";
  await house.call({ kind: "phone", value: phone }, { disposition: "abandoned_queue", startedAt: NOW, seconds: 10 });
  await house.read();
  const [lead] = await house.sql<{ id: Id; version: number }[]>`
    UPDATE lead SET responsible_id = ${house.company.employees.aigul.id} WHERE id = (SELECT lead_id FROM contact_point WHERE value_norm = ${phone}) RETURNING id, version`;
  expect(await shown("aigul", `/leads/${lead?.id}`)).toEqual(["call abandoned_queue"]);
  expect(await shown("bolat", `/leads/${lead?.id}`)).toEqual([]);
  const { customerId } = (await house.as("admin", "POST", `/leads/${lead?.id}/convert`, { qualify: true, customer: { kind: "person", name: "Called Once" } }))
    .body;
  const { version } = (await house.as("admin", "GET", `/customers/${customerId}`)).body;
  await house.as("admin", "PATCH", `/customers/${customerId}`, { responsibleId: house.company.employees.bolat.id, version });
  expect(await shown("aigul", `/customers/${customerId}`)).toEqual([]);
  expect(await shown("bolat", `/customers/${customerId}`)).toEqual(["call abandoned_queue"]);
});
