import type { Id } from "@kommutator/contract/ids";
import { expect } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

/** 10:00 in Almaty on a Wednesday. */
export const NOON = Date.parse("2026-03-11T05:00:00Z");
export const DAY = 86_400_000;

/** A house at noon, for what calls, chats and letters become. */
export async function recorderHouse(): Promise<CrmHouse> {
  const house = await crmHouse();
  house.clock.set(NOON);
  return house;
}

let next = 1000;
/** A number that nobody has. */
export const freshNumber = (): string => `+7701300${next++}`;

/** A company with a telephone of its own. */
export async function person(house: CrmHouse): Promise<{ phone: { kind: "phone"; value: string }; customerId: Id; number: string }> {
  const number = freshNumber();
  const { body } = await house.as("admin", "POST", "/customers", {
    kind: "company",
    name: `Company ${next}`,
    contactPoints: [{ kind: "phone", value: number }],
  });
  return { phone: { kind: "phone", value: number }, customerId: body.id, number };
}

export async function openInterest(house: CrmHouse, customerId: Id, title = "Chairs"): Promise<Id> {
  const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
  const { body, status } = await house.as("admin", "POST", "/interests", {
    kindId: kind.id,
    title,
    customerId,
    parallelReason: "test",
    responsibleId: house.company.employees.aigul.id,
  });
  expect(status).toBe(201);
  return body.id;
}

export const interactions = (house: CrmHouse, customerId: Id) => house.sql`
  SELECT i.*, t.code, lower(occurred) AS from_at, upper(occurred) AS to_at, s.state AS status_state, s.name AS status FROM interaction i JOIN interaction_type t ON t.id = i.type_id JOIN interaction_status s ON s.id = i.status_id
  WHERE customer_id = ${customerId} ORDER BY i.created_at, lower(occurred)`;
