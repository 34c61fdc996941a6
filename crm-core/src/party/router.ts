import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";
import { findPeople } from "../identify/people.ts";

/** Somebody still waits in a queue: the router learns whose caller it is. */
export async function tellRouter(crm: Crm, tx: Tx, dialogId: Id, person: { customerId: Id | null; contactId: Id | null; leadId: Id | null }): Promise<void> {
  const [waiting] = await tx<{ responsible_id: Id | null }[]>`
    SELECT coalesce(c.responsible_id, l.responsible_id) AS responsible_id FROM entry e LEFT JOIN customer c ON c.id = ${person.customerId}::uuid LEFT JOIN lead l ON l.id = ${person.leadId}::uuid
    WHERE e.dialog_id = ${dialogId} AND e.ended_at IS NULL`;
  if (waiting === undefined) return;
  const now = new Date(crm.clock.now());
  const { responsible, substituteId } = await findPeople(tx, { ...person, own: waiting.responsible_id }, now);
  await crm.enqueue(tx, [
    {
      kind: "dialog.identified",
      dialogId,
      identity: person.customerId === null ? "lead" : "known",
      responsible,
      substituteId,
      at: now.getTime(),
    },
  ]);
}

/** The same for everybody of this customer (or lead) who waits: its responsible, or the card itself, has become another. */
export async function tellRouterOf(crm: Crm, tx: Tx, id: Id, column: "customer_id" | "lead_id" = "customer_id"): Promise<void> {
  const rows = await tx<{ dialogId: Id; customerId: Id; contactId: Id | null; leadId: Id | null }[]>`
    SELECT p.dialog_id AS "dialogId", p.customer_id AS "customerId", p.contact_id AS "contactId", p.lead_id AS "leadId" FROM dialog_party p
    JOIN entry e ON e.dialog_id = p.dialog_id AND e.ended_at IS NULL WHERE p.${tx(column)} = ${id} ORDER BY p.dialog_id`;
  for (const { dialogId, ...person } of rows) await tellRouter(crm, tx, dialogId, person);
}
