import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm, Query } from "../context.ts";
import { inquiryAllowed, UNPROCESSED } from "../inquiry/sql.ts";
import { hasInHand, visible } from "../rights.ts";
import { tellRouter } from "./router.ts";
import { partyOf } from "./sql.ts";

/**
 * SQL condition over a dialog `d`: may the principal do this with it? It belongs to whoever has it (or had it last); a dialog nobody
 * took is judged by its customer's responsible. Whoever has it in hand may always, and so may whoever has its inquiry to process (a missed call
 * from a stranger belongs to the members of its queue).
 */
export function dialogAllowed(tx: Query, principal: Principal, action: AccessAction) {
  const scope = scopeOf(principal, "dialog", action);
  if (scope === null) return tx`false`;
  const owner = `coalesce((SELECT a.employee_id FROM assignment a WHERE a.dialog_id = d.id ORDER BY a.ended_at NULLS FIRST, a.started_at DESC LIMIT 1),
    (SELECT coalesce(oc.responsible_id, ol.responsible_id) FROM dialog_party op LEFT JOIN customer oc ON oc.id = op.customer_id LEFT JOIN lead ol ON ol.id = op.lead_id WHERE op.dialog_id = d.id))`;
  return tx`(${hasInHand(tx, principal.employeeId, "d.id")} OR ${visible(tx, principal, scope, owner)}
    OR EXISTS (SELECT 1 FROM inquiry q WHERE q.dialog_id = d.id AND q.status = ANY(${UNPROCESSED}::text[]) AND ${inquiryAllowed(tx, principal, "edit")}))`;
}

/** Throws not_found when the principal may not work with the dialog. */
export async function requireDialog(tx: Query, principal: Principal, dialogId: Id, action: AccessAction = "edit"): Promise<void> {
  const rows = await tx`SELECT 1 FROM dialog d WHERE d.id = ${dialogId} AND ${dialogAllowed(tx, principal, action)}`;
  if (rows.length === 0) throw new AppError("not_found");
}

/**
 * What the dialog is about: the Interest, with which its Interactions go (RG-13: "later messages belong to it", and so do those recorded before).
 * Trace in the audit, event for the screens.
 */
export async function linkInterest(crm: Crm, tx: Tx, actor: Actor, dialogId: Id, interestId: Id | null): Promise<void> {
  const before = await partyOf(tx, dialogId);
  await tx`
    INSERT INTO dialog_party (dialog_id, interest_id) VALUES (${dialogId}, ${interestId})
    ON CONFLICT (dialog_id) DO UPDATE SET interest_id = excluded.interest_id, version = dialog_party.version + 1`;
  await moveInteractions(tx, dialogId);
  await crm.audit(tx, actor, { objectKind: "dialog", objectId: dialogId, action: "party", changes: { interest_id: [before?.interestId ?? null, interestId] } });
  await emitParty(crm, tx, dialogId);
  // Who still waits goes to the Interest's responsible (B0, step 1).
  const party = await partyOf(tx, dialogId);
  if (party !== null) await tellRouter(crm, tx, dialogId, party);
}

/** The Interactions of a dialog follow its person and Interest (C5: corrections move the link; the call and its times stay). */
export async function moveInteractions(tx: Tx, dialogId: Id): Promise<void> {
  await tx`
    UPDATE interaction i SET customer_id = p.customer_id, contact_id = p.contact_id, lead_id = p.lead_id, interest_id = p.interest_id, version = i.version + 1
    FROM dialog_party p WHERE p.dialog_id = ${dialogId} AND i.dialog_id = ${dialogId}
      AND (i.customer_id, i.contact_id, i.lead_id, i.interest_id) IS DISTINCT FROM (p.customer_id, p.contact_id, p.lead_id, p.interest_id)`;
}

export async function emitParty(crm: Crm, tx: Tx, dialogId: Id): Promise<void> {
  const party = await partyOf(tx, dialogId);
  if (party === null) return;
  const { customerId, contactId, leadId, interestId } = party;
  await crm.emit(tx, [{ kind: "party.changed", dialogId, payload: { customerId, contactId, leadId, interestId } }]);
}
