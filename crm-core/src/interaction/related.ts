import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { requireObject } from "../object-rights.ts";
import { mayAssign } from "../rights.ts";
import type { NewInteraction } from "./write.ts";

/** Whom and what a new Interaction names must be visible to the principal; giving it to somebody else needs the right to assign. */
export async function requireRelated(tx: Tx, principal: Principal, body: NewInteraction): Promise<void> {
  if (body.executorId !== null) await mayAssign(tx, principal, "interaction", body.executorId);
  const named = [
    { kind: "customer" as const, id: body.customerId },
    { kind: "contact" as const, id: body.contactId },
    { kind: "lead" as const, id: body.leadId },
    { kind: "interest" as const, id: body.interestId },
    { kind: "interaction" as const, id: body.parentId ?? null },
    { kind: body.about?.kind ?? ("interaction" as const), id: body.about?.id ?? null },
  ];
  for (const { kind, id } of named) if (id !== null) await requireObject(tx, principal, { kind, id }, "read");
}

interface Who {
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
  interestId: Id | null;
}

/**
 * With whom: as given (a contact alone: with its customer, when it has only one), else the person of its Interest, else (a reply) that of its
 * original with its Interest. Throws validation where
 * nobody is named, where the Interest is somebody else's, or where something does not exist.
 */
export async function related(tx: Tx, body: NewInteraction): Promise<Who> {
  let who: Who = { customerId: body.customerId, contactId: body.contactId, leadId: body.leadId, interestId: body.interestId };
  const nobody = who.customerId === null && who.leadId === null && who.contactId === null && who.interestId === null;
  if (nobody && body.parentId != null) {
    const [parent] = await tx<Who[]>`
      SELECT customer_id AS "customerId", contact_id AS "contactId", lead_id AS "leadId", interest_id AS "interestId" FROM interaction WHERE id = ${body.parentId}`;
    if (parent === undefined) throw new AppError("validation", { fields: { parentId: "unknown" } });
    who = parent;
  } else if (who.interestId !== null) {
    const [interest] = await tx<Omit<Who, "interestId">[]>`
      SELECT customer_id AS "customerId", contact_id AS "contactId", lead_id AS "leadId" FROM interest WHERE id = ${who.interestId}`;
    if (interest === undefined) throw new AppError("validation", { fields: { interestId: "unknown" } });
    if (who.customerId === null && who.leadId === null) who = { ...interest, contactId: who.contactId ?? interest.contactId, interestId: who.interestId };
    else if ((who.customerId ?? interest.customerId) !== interest.customerId || (who.customerId === null && who.leadId !== interest.leadId))
      throw new AppError("validation", { fields: { interestId: "of_another" } });
  }
  if (who.customerId === null && who.leadId === null && who.contactId !== null) who = { ...who, customerId: await onlyCustomer(tx, who.contactId) };
  if (who.customerId === null && who.leadId === null && who.contactId === null) throw new AppError("validation", { fields: { customerId: "required" } });
  return who;
}

/** The customer for whom a contact works now, when there is just one. */
async function onlyCustomer(tx: Tx, contactId: Id): Promise<Id | null> {
  const [row] = await tx<{ id: Id | null }[]>`
    SELECT CASE WHEN count(*) = 1 THEN (array_agg(c.id))[1] END AS id FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id AND c.archived_at IS NULL
    WHERE cc.contact_id = ${contactId} AND cc.left_at IS NULL`;
  return row?.id ?? null;
}
