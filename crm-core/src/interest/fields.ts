import type { Principal } from "@kommutator/contract/access";
import type { InterestFields } from "@kommutator/contract/api/interest";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Actor } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import { columnsOf } from "../change.ts";
import type { Crm } from "../context.ts";
import { tellRouterOf } from "../party/router.ts";
import { mayAssign } from "../rights.ts";
import type { InterestRecord } from "./record.ts";

const COLUMNS = {
  title: "title",
  responsibleId: "responsible_id",
  amount: "amount",
  currency: "currency",
  expectedClose: "expected_close",
  contactId: "contact_id",
  purposeId: "purpose_id",
  sourceId: "source_id",
};

/**
 * Writes the given fields of a locked Interest, audited, without touching its version; returns the row as it is then, or null when nothing
 * differed. An amount and its currency come and go together. Throws forbidden or not_found for a responsible one may not name, and
 * validation for a contact of somebody else.
 */
export async function writeFields(
  crm: Crm,
  tx: Tx,
  principal: Principal,
  actor: Actor,
  interest: InterestRecord,
  fields: InterestFields,
): Promise<InterestRecord | null> {
  const [before] =
    await tx`SELECT title, responsible_id, amount, currency::text, expected_close::text, contact_id, purpose_id, source_id FROM interest WHERE id = ${interest.id}`;
  const after = columnsOf(fields, COLUMNS);
  if (fields.responsibleId !== undefined && fields.responsibleId !== interest.responsible_id) await mayAssign(tx, principal, "interest", fields.responsibleId);
  if (fields.contactId != null && fields.contactId !== interest.contact_id) await requireContact(tx, interest, fields.contactId);
  if (after["amount"] === null) after["currency"] = null;
  else if (after["amount"] !== undefined && after["currency"] == null) after["currency"] = before?.["currency"] ?? (await crm.company(tx)).currency;
  const changes = differences({ ...before }, after);
  if (Object.keys(changes).length === 0) return null;
  const [row] = await tx<
    InterestRecord[]
  >`UPDATE interest SET ${tx({ ...after, last_activity_at: new Date(crm.clock.now()) })} WHERE id = ${interest.id} RETURNING *`;
  if ("responsible_id" in changes)
    await tx`UPDATE interest SET department_id = (SELECT department_id FROM employee WHERE id = interest.responsible_id) WHERE id = ${interest.id}`;
  // Whoever waits about it goes to the new responsible (B0).
  if ("responsible_id" in changes) await tellWaiting(crm, tx, interest);
  await crm.audit(tx, actor, { objectKind: "interest", objectId: interest.id, action: "edit", changes });
  return row ?? null;
}

async function tellWaiting(crm: Crm, tx: Tx, { customer_id, lead_id }: InterestRecord): Promise<void> {
  if (customer_id !== null) await tellRouterOf(crm, tx, customer_id);
  else if (lead_id !== null) await tellRouterOf(crm, tx, lead_id, "lead_id");
}

async function requireContact(tx: Tx, interest: InterestRecord, contactId: string): Promise<void> {
  const [link] = await tx`SELECT 1 FROM customer_contact WHERE customer_id = ${interest.customer_id}::uuid AND contact_id = ${contactId}`;
  if (link === undefined) throw new AppError("validation", { fields: { contactId: "unknown" } });
}
