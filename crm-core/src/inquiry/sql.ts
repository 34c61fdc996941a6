import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { DispatchHistory, InquiryQuery, InquiryView } from "@kommutator/contract/api/inquiry";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { originJson } from "../lead/sql.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed, hasInHand, visible } from "../rights.ts";

export const UNPROCESSED = ["new", "in_wizard", "dispatched"];

/**
 * An inquiry belongs to whom it was dispatched, else to who received it; the dialog's agent may always work on it. What nobody has yet is
 * seen by the members of the queue through which it came.
 */
export function inquiryAllowed(tx: Query, principal: Principal, action: AccessAction) {
  const scope = scopeOf(principal, "inquiry", action);
  if (scope === null) return tx`false`;
  return tx`(${visible(tx, principal, scope, "coalesce(q.dispatched_to, q.received_by)")} OR ${hasInHand(tx, principal.employeeId, "q.dialog_id")}
    OR (q.dispatched_to IS NULL AND (q.received_by IS NULL OR q.dispatch_queue_id IS NOT NULL)
      AND EXISTS (SELECT 1 FROM queue_member qm WHERE qm.queue_id = ${queueOf(tx)} AND qm.employee_id = ${principal.employeeId})))`;
}

/** SQL over a claim `cl`: it belongs to who answers it, and is seen with the inquiry that it came by. */
export function claimAllowed(tx: Query, principal: Principal) {
  return tx`(${allowed(tx, principal, "inquiry", "read", "cl.responsible_id")} OR EXISTS (SELECT 1 FROM inquiry q WHERE q.claim_id = cl.id AND ${inquiryAllowed(tx, principal, "read")}))`;
}

/** SQL over an inquiry `q`: the queue it waits in, the one it was handed to or that of its line or channel. */
export function queueOf(tx: Query) {
  return tx`coalesce(q.dispatch_queue_id, (SELECT coalesce(ql.queue_id, qc.queue_id) FROM dialog qd JOIN channel qc ON qc.id = qd.channel_id LEFT JOIN line ql ON ql.id = qd.line_id WHERE qd.id = q.dialog_id))`;
}

/** SQL over an inquiry `q`: whose it is, to whom it was dispatched or, unless it waits in a queue, who receives it. */
export function holderOf(tx: Query) {
  return tx`coalesce(q.dispatched_to, CASE WHEN q.dispatch_queue_id IS NULL THEN q.received_by END)`;
}

function select(tx: Query) {
  return tx`
    SELECT q.id, q.number, q.dialog_id AS "dialogId", q.call_id AS "callId", q.origin, to_jsonb(q.received_at) AS "receivedAt", q.status, q.purpose_id AS "purposeId", q.suggested_purpose_id AS "suggestedPurposeId",
           jsonb_build_object('name', coalesce(nullif(concat_ws(' ', ct.last_name, ct.first_name, ct.middle_name), ''), cu.name, nullif(concat_ws(', ', l.contact_name, l.company_name), ''), d.display_name, q.identity_value, d.identity_value, ''),
             'customerId', coalesce(p.customer_id, oi.customer_id), 'contactId', coalesce(p.contact_id, oi.contact_id), 'leadId', coalesce(p.lead_id, oi.lead_id)) AS party,
           CASE WHEN so.id IS NULL THEN NULL ELSE jsonb_build_object('id', so.id, 'name', so.name) END AS source, ${originJson(tx, "q")} AS "sourceOrigin",
           q.identity_kind AS "identityKind", q.identity_value AS "identityValue", q.attempts, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS "dispatchedTo",
           CASE WHEN hd.id IS NULL THEN NULL ELSE jsonb_build_object('id', hd.id, 'name', hd.full_name) END AS holder,
           CASE WHEN dq.id IS NULL THEN NULL ELSE jsonb_build_object('id', dq.id, 'name', dq.name) END AS "dispatchedQueue", CASE WHEN ru.id IS NULL THEN NULL ELSE jsonb_build_object('id', ru.id, 'name', ru.name) END AS rule,
           CASE WHEN cl.id IS NULL THEN NULL ELSE jsonb_build_object('id', cl.id, 'number', cl.number, 'title', cl.title) END AS claim, to_jsonb(q.due_at) AS "dueAt", q.interest_id AS "interestId", q.draft,
           CASE WHEN b.id IS NULL THEN NULL ELSE jsonb_build_object('id', b.id, 'name', b.full_name) END AS "processedBy", to_jsonb(q.processed_at) AS "processedAt", q.reject_reason AS "rejectReason", q.version, ${micros(tx, "q.received_at")} AS "cursorAt"
    FROM inquiry q LEFT JOIN dialog d ON d.id = q.dialog_id LEFT JOIN dialog_party p ON p.dialog_id = q.dialog_id
    -- Who came in person has no dialog: whose it was is told by the Interest that it became.
    LEFT JOIN interest oi ON oi.id = q.interest_id AND q.dialog_id IS NULL LEFT JOIN customer cu ON cu.id = coalesce(p.customer_id, oi.customer_id)
    LEFT JOIN contact ct ON ct.id = coalesce(p.contact_id, oi.contact_id) LEFT JOIN lead l ON l.id = coalesce(p.lead_id, oi.lead_id) LEFT JOIN employee e ON e.id = q.dispatched_to LEFT JOIN employee hd ON hd.id = ${holderOf(tx)} LEFT JOIN employee b ON b.id = q.processed_by LEFT JOIN lead_source so ON so.id = q.source_id
    LEFT JOIN queue dq ON dq.id = q.dispatch_queue_id LEFT JOIN dispatch_rule ru ON ru.id = q.rule_id LEFT JOIN claim cl ON cl.id = q.claim_id`;
}

export async function listInquiries(
  tx: Query,
  principal: Principal,
  f: Omit<z.infer<typeof InquiryQuery>, "cursor" | "limit">,
  page: { cursor: Cursor | null; limit: number; now: number },
): Promise<(InquiryView & { cursorAt: number })[]> {
  const statuses = f.status === "unprocessed" ? UNPROCESSED : f.status === undefined ? null : [f.status];
  const holder = holderOf(tx);
  return tx<(InquiryView & { cursorAt: number })[]>`
    ${select(tx)} WHERE ${inquiryAllowed(tx, principal, "read")} ${statuses === null ? tx`` : tx`AND q.status = ANY(${statuses}::text[])`} ${f.origin === undefined ? tx`` : tx`AND q.origin = ${f.origin}`}
      ${f.holder === undefined ? tx`` : f.holder === "nobody" ? tx`AND ${holder} IS NULL` : tx`AND ${holder} = ${f.holder}`} ${f.queueId === undefined ? tx`` : tx`AND ${queueOf(tx)} = ${f.queueId}`} ${f.channelId === undefined ? tx`` : tx`AND d.channel_id = ${f.channelId}`}
      ${f.overdue === undefined ? tx`` : tx`AND q.due_at < ${new Date(page.now)} AND q.status = ANY(${UNPROCESSED}::text[])`} AND ${after(tx, page.cursor, "q.received_at", "q.id")}
    ORDER BY q.received_at DESC, q.id DESC LIMIT ${page.limit + 1}`;
}

/** `principal: null` reads without rights. */
export async function readInquiry(tx: Query, principal: Principal | null, id: Id, action: AccessAction = "read"): Promise<InquiryView | null> {
  const [row] = await tx<InquiryView[]>`${select(tx)} WHERE q.id = ${id} AND ${principal === null ? tx`true` : inquiryAllowed(tx, principal, action)}`;
  return row ?? null;
}

/** Every hand-over of an inquiry, oldest first (RG-08). */
export async function dispatchesOf(tx: Query, inquiryId: Id): Promise<DispatchHistory> {
  return tx<DispatchHistory>`
    SELECT h.id, to_jsonb(h.at) AS at, CASE WHEN b.id IS NULL THEN NULL ELSE jsonb_build_object('id', b.id, 'name', b.full_name) END AS by, CASE WHEN r.id IS NULL THEN NULL ELSE jsonb_build_object('id', r.id, 'name', r.name) END AS rule,
           CASE WHEN f.id IS NULL THEN NULL ELSE jsonb_build_object('id', f.id, 'name', f.full_name) END AS "from", CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS "to",
           CASE WHEN u.id IS NULL THEN NULL ELSE jsonb_build_object('id', u.id, 'name', u.name) END AS queue, CASE WHEN p.id IS NULL THEN NULL ELSE jsonb_build_object('id', p.id, 'name', p.name) END AS purpose,
           to_jsonb(h.due_at) AS "dueAt", h.reason
    FROM inquiry_dispatch h LEFT JOIN employee b ON b.id = h.by_id LEFT JOIN dispatch_rule r ON r.id = h.rule_id LEFT JOIN employee f ON f.id = h.from_id LEFT JOIN employee e ON e.id = h.to_id
    LEFT JOIN queue u ON u.id = h.queue_id LEFT JOIN inquiry_purpose p ON p.id = h.purpose_id WHERE h.inquiry_id = ${inquiryId} ORDER BY h.at, h.id`;
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
  required_fields: string[];
}

export async function readPurpose(tx: Query, id: Id): Promise<PurposeRow | null> {
  const [row] = await tx<PurposeRow[]>`
    SELECT id, name, outcome, interest_kind_id, queue_id, dispatch, fixed_employee_id, sla_s, required_fields FROM inquiry_purpose WHERE id = ${id} AND archived_at IS NULL`;
  return row ?? null;
}
