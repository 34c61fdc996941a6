import type { Id } from "@kommutator/contract/ids";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

/** One house a test file; its clock stands in July 2026. */
export let house: CrmHouse;
/** What was written into the threads of the dialogs. */
export const notes: { dialogId: Id; code: string; params: Record<string, unknown> }[] = [];
export async function openHouse(): Promise<void> {
  const note = async (_tx: unknown, dialogId: Id, { code, params }: { code: string; params: Record<string, unknown> }) => {
    notes.push({ dialogId, code, params });
  };
  house = await crmHouse({ hooks: { note } });
}

export const idOf = (person: Person) => house.company.employees[person].id;
/** July 2026 in Almaty (+05). */
export const july = (day: number, hour = 9) => Date.parse(`2026-07-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:00:00+05:00`);
export const iso = (at: number) => new Date(at).toISOString();
const job = () => house.crm.jobs.find((j) => j.name === "absences")?.run();
export const at = async (day: number, hour = 9) => {
  house.clock.set(july(day, hour));
  await job();
  await route();
};

/** What the router does with assignments given out by hand, and the readers with its word. */
export async function route(): Promise<void> {
  for (const input of await house.enqueued()) {
    if (input.kind !== "dialog.assign") continue;
    const ended =
      await house.sql`UPDATE assignment SET ended_at = now(), end_reason = 'transferred' WHERE dialog_id = ${input.dialogId} AND ended_at IS NULL RETURNING 1`;
    if (ended.length > 0 && input.employeeId !== null)
      await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) SELECT gen_random_uuid(), id, ${input.employeeId}, medium, now() FROM dialog WHERE id = ${input.dialogId}`;
  }
  await house.sql`DELETE FROM routing_input`;
  await house.read();
}

/** A letter from somebody known, brought by the router to whom its identification names. */
export async function letter(from: string): Promise<{ dialogId: Id; to: Id; rung: string }> {
  const { id, identification: who } = await house.dialog({ kind: "email", value: from }, { medium: "mail" });
  const to = (who.substituteId ?? who.responsible?.employeeId) as Id;
  const rung = who.substituteId === null ? "responsible" : "substitute";
  const [entry] = await house.sql<{ id: Id }[]>`
    INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, responsible_id, responsible_why, substitute_id, rung, enqueued_at, ended_at, outcome)
    VALUES (gen_random_uuid(), ${id}, ${house.company.queueId}, 'mail', 'known', ${who.responsible?.employeeId ?? null}, 'customer', ${who.substituteId}, ${rung}, now(), now(), 'answered') RETURNING id`;
  await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, entry_id, medium, started_at) VALUES (gen_random_uuid(), ${id}, ${to}, ${entry?.id as Id}, 'mail', now())`;
  await house.emit([{ kind: "dialog.assigned", dialogId: id, payload: { employeeId: to, by: null, offerId: null } }]);
  await house.read();
  return { dialogId: id, to, rung };
}

let next = 1;
export async function customerOf(person: Person): Promise<{ id: Id; email: string }> {
  const email = `client${next++}@acme.example`;
  const { body } = await house.as("admin", "POST", "/customers", {
    kind: "person",
    name: `Client ${next}`,
    responsibleId: idOf(person),
    contactPoints: [{ kind: "email", value: email }],
  });
  return { id: body.id, email };
}
export async function planned(person: Person, day: number, customerId: Id): Promise<Id> {
  const { body } = await house.as(person, "POST", "/interactions", {
    typeId: house.company.catalogues.interactionTypes["call"]?.id as Id,
    subject: `Call of ${day} July`,
    plannedFrom: iso(july(day)),
    customerId,
  });
  return body.id;
}
export const executor = async (id: Id) => (await house.sql`SELECT executor_id FROM interaction WHERE id = ${id}`)[0]?.["executor_id"];
export const holder = async (id: Id) => (await house.sql`SELECT employee_id FROM assignment WHERE dialog_id = ${id} AND ended_at IS NULL`)[0]?.["employee_id"];
export const absent = (person: Person, from: number, to: number, substitute: Person | null, by: Person = "head") =>
  house.as(by, "POST", "/absences", {
    employeeId: idOf(person),
    from: iso(july(from, 0)),
    to: iso(july(to + 1, 0)),
    substituteId: substitute === null ? null : idOf(substitute),
  });
export const handover = async (id: Id, who: Person = "aigul") => (await house.as(who, "GET", `/absences/${id}/handover`)).body;

/** Nobody is away, and nobody has anything in hand. */
export async function everybodyIsBack(): Promise<void> {
  house.clock.set(july(1, 0) - 86_400_000);
  await house.sql`UPDATE delegation SET outcome = 'cancelled', resolved_at = now() WHERE outcome IS NULL`;
  await house.sql`UPDATE absence SET state = 'cancelled'`;
  await house.sql`UPDATE assignment SET ended_at = now() WHERE ended_at IS NULL`;
  await house.sql`UPDATE employee SET substitute_id = NULL`;
  await house.sql`UPDATE department SET head_id = NULL`;
  await house.sql`UPDATE interaction SET state = 'cancelled' WHERE state = 'planned'`;
  await house.sql`UPDATE task SET state = 'cancelled' WHERE state <> 'done'`;
  await house.sql`DELETE FROM routing_input`;
}
