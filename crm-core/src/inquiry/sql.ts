import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { InquiryView } from "@kommutator/contract/api/inquiry";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { originJson } from "../lead/sql.ts";
import { after, type Cursor, micros } from "../page.ts";
import { hasInHand, visible } from "../rights.ts";

export const UNPROCESSED = ["new", "in_wizard", "dispatched"];

/**
 * An inquiry belongs to whom it was dispatched, else to who received it; the dialog's agent may always work on it. What nobody has yet is
 * seen by the members of the queue through which it came.
 */
export function inquiryAllowed(tx: Query, principal: Principal, action: AccessAction) {
  const scope = scopeOf(principal, "inquiry", action);
  if (scope === null) return tx`false`;
  return tx`(${visible(tx, principal, scope, "coalesce(q.dispatched_to, q.received_by)")} OR ${hasInHand(tx, principal.employeeId, "q.dialog_id")}
    OR (q.dispatched_to IS NULL AND q.received_by IS NULL AND EXISTS (
      SELECT 1 FROM dialog qd JOIN channel qc ON qc.id = qd.channel_id LEFT JOIN line ql ON ql.id = qd.line_id
      JOIN queue_member qm ON qm.queue_id = coalesce(ql.queue_id, qc.queue_id) WHERE qd.id = q.dialog_id AND qm.employee_id = ${principal.employeeId})))`;
}

function select(tx: Query) {
  return tx`
    SELECT q.id, q.number, q.dialog_id AS "dialogId", q.call_id AS "callId", q.origin, to_jsonb(q.received_at) AS "receivedAt", q.status, q.purpose_id AS "purposeId", q.suggested_purpose_id AS "suggestedPurposeId",
           jsonb_build_object('name', coalesce(nullif(concat_ws(' ', ct.last_name, ct.first_name, ct.middle_name), ''), cu.name, nullif(concat_ws(', ', l.contact_name, l.company_name), ''), d.display_name, q.identity_value, d.identity_value, ''),
             'customerId', p.customer_id, 'contactId', p.contact_id, 'leadId', p.lead_id) AS party,
           CASE WHEN so.id IS NULL THEN NULL ELSE jsonb_build_object('id', so.id, 'name', so.name) END AS source, ${originJson(tx, "q")} AS "sourceOrigin",
           q.identity_value AS "identityValue", q.attempts, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS "dispatchedTo", to_jsonb(q.due_at) AS "dueAt", q.interest_id AS "interestId", q.draft,
           CASE WHEN b.id IS NULL THEN NULL ELSE jsonb_build_object('id', b.id, 'name', b.full_name) END AS "processedBy", to_jsonb(q.processed_at) AS "processedAt", q.reject_reason AS "rejectReason", q.version, ${micros(tx, "q.received_at")} AS "cursorAt"
    FROM inquiry q LEFT JOIN dialog d ON d.id = q.dialog_id LEFT JOIN dialog_party p ON p.dialog_id = q.dialog_id LEFT JOIN customer cu ON cu.id = p.customer_id
    LEFT JOIN contact ct ON ct.id = p.contact_id LEFT JOIN lead l ON l.id = p.lead_id LEFT JOIN employee e ON e.id = q.dispatched_to LEFT JOIN employee b ON b.id = q.processed_by LEFT JOIN lead_source so ON so.id = q.source_id`;
}

export async function listInquiries(
  tx: Query,
  principal: Principal,
  f: { status?: string | undefined; origin?: string | undefined; cursor: Cursor | null; limit: number },
): Promise<(InquiryView & { cursorAt: number })[]> {
  const statuses = f.status === "unprocessed" ? UNPROCESSED : f.status === undefined ? null : [f.status];
  return tx<(InquiryView & { cursorAt: number })[]>`
    ${select(tx)} WHERE ${inquiryAllowed(tx, principal, "read")} ${statuses === null ? tx`` : tx`AND q.status = ANY(${statuses}::text[])`} ${f.origin === undefined ? tx`` : tx`AND q.origin = ${f.origin}`} AND ${after(tx, f.cursor, "q.received_at", "q.id")}
    ORDER BY q.received_at DESC, q.id DESC LIMIT ${f.limit + 1}`;
}

/** `principal: null` reads without rights. */
export async function readInquiry(tx: Query, principal: Principal | null, id: Id, action: AccessAction = "read"): Promise<InquiryView | null> {
  const [row] = await tx<InquiryView[]>`${select(tx)} WHERE q.id = ${id} AND ${principal === null ? tx`true` : inquiryAllowed(tx, principal, action)}`;
  return row ?? null;
}

export interface PurposeRow {
  id: Id;
  name: string;
  outcome: "interest" | "claim" | "service_task" | "information" | "transfer" | "reject";
  interest_kind_id: Id | null;
  queue_id: Id | null;
  dispatch: "owner_then_least_loaded" | "least_loaded" | "fixed" | "queue";
  fixed_employee_id: Id | null;
  sla_s: number | null;
}

export async function readPurpose(tx: Query, id: Id): Promise<PurposeRow | null> {
  const [row] = await tx<PurposeRow[]>`
    SELECT id, name, outcome, interest_kind_id, queue_id, dispatch, fixed_employee_id, sla_s FROM inquiry_purpose WHERE id = ${id} AND archived_at IS NULL`;
  return row ?? null;
}
