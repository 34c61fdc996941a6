import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import { settle } from "../notification/notify.ts";

/** Rejects with a reason; the evidence stays: the dialog, its messages and the reason. */
export async function reject(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  inquiry: { id: Id; dialog_id: Id | null; status: string },
  how: { reason: string; purposeId: Id | null; ruleId: Id | null },
): Promise<void> {
  await tx`
    UPDATE inquiry SET status = 'rejected', reject_reason = ${how.reason}, purpose_id = coalesce(${how.purposeId}::uuid, purpose_id), rule_id = coalesce(${how.ruleId}::uuid, rule_id),
      processed_at = ${new Date(crm.clock.now())}, processed_by = ${actor.kind === "employee" ? actor.id : null}, version = version + 1
    WHERE id = ${inquiry.id}`;
  await crm.audit(tx, actor, {
    objectKind: "inquiry",
    objectId: inquiry.id,
    action: "reject",
    changes: { status: [inquiry.status, "rejected"], reason: [null, how.reason], rule_id: [null, how.ruleId] },
  });
  await settle(tx, crm, inquiry.id, ["inquiry.deadline", "handover"]);
  await crm.emit(tx, [{ kind: "inquiry.changed", dialogId: inquiry.dialog_id, payload: { inquiryId: inquiry.id, status: "rejected" } }]);
}

/** Puts the inquiry's identity on the list of those that create nothing. Throws validation when the number was withheld. */
export async function blockIdentity(crm: Crm, tx: Tx, actor: Actor, inquiryId: Id, reason: string): Promise<void> {
  const [d] = await tx<{ kind: string; value: string | null }[]>`
    SELECT coalesce(q.identity_kind, d.identity_kind) AS kind, coalesce(q.identity_value, d.identity_value) AS value FROM inquiry q LEFT JOIN dialog d ON d.id = q.dialog_id WHERE q.id = ${inquiryId}`;
  if (d?.value == null) throw new AppError("validation", { fields: { blockIdentity: "hidden" } });
  await tx`INSERT INTO exclusion (kind, value_norm, reason, created_by) VALUES (${d.kind}, ${d.value}, ${reason}, ${actor.id}) ON CONFLICT DO NOTHING`;
  await crm.audit(tx, actor, { objectKind: "inquiry", objectId: inquiryId, action: "block", changes: { identity: [null, `${d.kind} ${d.value}`] } });
}
