import type { Id } from "@kommutator/contract/ids";
import { expect } from "vitest";
import { type Answer, type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

// Wednesday; the office works 09:00-18:00 in Almaty (UTC+5).
export const at = (text: string) => Date.parse(`${text}+05:00`);
export const HOUR = 3600;
export const DAY = 9 * HOUR;
export type Row = { id: Id; version: number };

export let house: CrmHouse;
let customerId: Id;
export let meeting: Id;
/** A house whose office works 09:00-18:00, with one customer. */
export async function openHouse(): Promise<void> {
  house = await crmHouse();
  await house.sql`UPDATE employee SET calendar_id = ${house.company.calendars.office}`;
  customerId = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka" })).body.id;
  meeting = house.company.catalogues.interactionTypes["meeting"]?.id as Id;
}

/** A kind with these stages, made by the administrator; ids of the stages in their order. */
export async function kindOf(processMode: string, stages: object[], kind: object = {}): Promise<{ id: Id; stages: Id[]; view: Answer["body"] }> {
  const made = await house.as("admin", "POST", "/interest-kinds", { name: `Kind ${Math.random()}`, processMode, ...kind });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  let view = made.body;
  for (const stage of stages) {
    const answer = await house.as("admin", "POST", `/interest-kinds/${view.id}/stages`, stage);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    view = answer.body;
  }
  return { id: view.id, stages: view.stages.map((s: { id: Id }) => s.id), view };
}
export async function open(kindId: Id, body: object = {}) {
  const r = await house.as("aigul", "POST", "/interests", { kindId, title: "Chairs", customerId, parallelReason: "test", ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
}
export const move = (i: Row, stageId: Id | undefined, body: object = {}, by: Person = "aigul") =>
  house.as(by, "POST", `/interests/${i.id}/stage`, { stageId, version: i.version, ...body });
export const post = (i: Row, path: string, body: object = {}, by: Person = "aigul") =>
  house.as(by, "POST", `/interests/${i.id}/${path}`, { version: i.version, ...body });
export const read = async (i: Row, by: Person = "aigul") => (await house.as(by, "GET", `/interests/${i.id}`)).body;
export const watch = () => house.crm.jobs.find((j) => j.name === "interest-watch")?.run();
export const told = async (person: Person) =>
  (await house.as(person, "GET", "/notifications?limit=200")).body.items.filter((n: { kind: string }) => n.kind.startsWith("interest."));
/** Nothing else is in work: whoever is told is told of what the test does. */
export async function alone(): Promise<void> {
  await house.sql`UPDATE interest_flag SET cleared_at = now() WHERE cleared_at IS NULL`;
  await house.sql`UPDATE interest SET status = 'cancelled', closed_at = now() WHERE status = 'open'`;
}
export const done = (i: Row, typeId: Id) => house.as("aigul", "POST", "/interactions", { typeId, subject: "Done", interestId: i.id });
