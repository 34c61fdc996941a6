import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id, StreamPosition } from "@kommutator/contract/ids";
import { dialogsFrom, type Ownership } from "./visibility.ts";

/** One row of the overview with whose it is and the names the screens show; the same for every viewer. */
export interface DialogRow extends Ownership {
  id: Id;
  channel_id: Id;
  channel_kind: string;
  channel_name: string;
  medium: DialogSummary["medium"];
  direction: "in" | "out";
  state: DialogSummary["state"];
  subject: string | null;
  identity_kind: string;
  identity_value: string | null;
  identity_result: DialogSummary["party"]["result"];
  opened_at: Date;
  closed_at: Date | null;
  waiting_since: Date | null;
  enqueued_at: Date | null;
  last_message_at: Date | null;
  last_message_text: string | null;
  last_message_direction: "in" | "out" | "internal" | null;
  customer_id: Id | null;
  contact_id: Id | null;
  lead_id: Id | null;
  interest_id: Id | null;
  candidates: DialogSummary["party"]["candidates"];
  party_name: string;
  responsible_id: Id | null;
  responsible_name: string | null;
  is_vip: boolean;
  entry_queue_id: Id | null;
  queue_name: string | null;
  answer_within_s: number;
  offer_id: Id | null;
  offer_rung: string | null;
  offer_reason: { code: string; load?: number } | null;
  offer_deadline_at: Date | null;
  assignee_name: string | null;
  call_id: Id | null;
}

export function dialogColumns(sql: Db | Tx) {
  return sql`
    o.id, o.channel_id, o.channel_kind, o.channel_name, o.medium, o.direction, o.state, o.subject, o.identity_kind, o.identity_value, o.identity_result,
    o.opened_at, o.closed_at, o.enqueued_at, o.last_message_at, o.last_message_text, o.last_message_direction,
    CASE WHEN o.closed_at IS NULL THEN coalesce(o.customer_wait_since, o.enqueued_at) END AS waiting_since,
    o.customer_id, o.contact_id, o.lead_id, o.interest_id, o.candidates, o.party_name, o.responsible_id, re.full_name AS responsible_name, o.is_vip,
    o.queue_id AS entry_queue_id, CASE WHEN o.queue_id IS NULL THEN NULL ELSE vq.name END AS queue_name,
    CASE WHEN o.medium = 'voice' THEN coalesce(o.sl_threshold_s, 20) ELSE o.message_sla_s END AS answer_within_s,
    o.offer_id, o.offer_employee_id, o.offer_rung, o.offer_reason, o.offer_deadline_at, o.assignee_id, ae.full_name AS assignee_name, o.call_id,
    own.id AS owner_id, owner.department_id AS owner_department_id, vq.id AS vq_id, vq.department_id AS vq_department_id,
    ARRAY(SELECT coalesce(iq.dispatched_to, iq.received_by) FROM inquiry iq WHERE iq.dialog_id = o.id AND coalesce(iq.dispatched_to, iq.received_by) IS NOT NULL ORDER BY iq.seq) AS inquirer_ids`;
}

/** The joins of `dialogsFrom` and those of the names. */
export function dialogSource(sql: Db | Tx) {
  return sql`${dialogsFrom(sql)} LEFT JOIN employee ae ON ae.id = o.assignee_id LEFT JOIN employee re ON re.id = o.responsible_id`;
}

export async function readDialogRows(sql: Db | Tx, ids: Id[]): Promise<DialogRow[]> {
  if (ids.length === 0) return [];
  return sql<DialogRow[]>`SELECT ${dialogColumns(sql)} ${dialogSource(sql)} WHERE o.id = ANY(${ids}::uuid[])`;
}

/** Unread above this is not counted further ("99+"). */
const UNREAD_MAX = 100;

/** What differs by viewer: messages of the customer after the last one read, and whether a draft waits. */
export interface ViewerMarks {
  unread(dialogId: Id, employeeId: Id): number;
  hasDraft(dialogId: Id, employeeId: Id): boolean;
}

interface MarkColumns {
  total: number;
  unread: Record<Id, number> | null;
  drafts: Id[];
}

/** The marks of `dialogId` for one viewer or (null) for all, as columns. */
function markColumns(sql: Db | Tx, dialogId: ReturnType<typeof sql>, employeeId: Id | null) {
  const whose = employeeId === null ? sql`` : sql`AND employee_id = ${employeeId}`;
  return sql`
    (SELECT count(*)::int FROM (SELECT FROM message WHERE dialog_id = ${dialogId} AND direction = 'in' ORDER BY seq DESC LIMIT ${UNREAD_MAX}) m) AS total,
    (SELECT jsonb_object_agg(r.employee_id,
        (SELECT count(*) FROM (SELECT FROM message WHERE dialog_id = ${dialogId} AND direction = 'in' AND seq > r.seq ORDER BY seq DESC LIMIT ${UNREAD_MAX}) m))
      FROM dialog_read r WHERE r.dialog_id = ${dialogId} ${whose}) AS unread,
    ARRAY(SELECT employee_id FROM draft WHERE dialog_id = ${dialogId} AND body <> '' ${whose}) AS drafts`;
}

function marksOf(rows: readonly ({ id: Id } & MarkColumns)[]): ViewerMarks {
  const marks = new Map(rows.map((r) => [r.id, r]));
  return {
    unread(dialogId, viewer) {
      const found = marks.get(dialogId);
      if (found === undefined) return 0;
      // Who has read nothing of it yet has no mark.
      return found.unread?.[viewer] ?? found.total;
    },
    hasDraft: (dialogId, viewer) => marks.get(dialogId)?.drafts.includes(viewer) === true,
  };
}

/** Marks of some dialogs for one viewer or (null) for all. */
export async function readMarks(sql: Db | Tx, ids: Id[], employeeId: Id | null): Promise<ViewerMarks> {
  if (ids.length === 0) return marksOf([]);
  return marksOf(await sql<({ id: Id } & MarkColumns)[]>`SELECT d.id, ${markColumns(sql, sql`d.id`, employeeId)} FROM unnest(${ids}::uuid[]) AS d(id)`);
}

/** Rows and marks by one statement: the live feed asks for them fifty times a second. */
export async function readMarkedRows(sql: Db | Tx, ids: Id[], employeeId: Id | null): Promise<{ rows: DialogRow[]; marks: ViewerMarks }> {
  if (ids.length === 0) return { rows: [], marks: marksOf([]) };
  const rows = await sql<(DialogRow & MarkColumns)[]>`
    SELECT ${dialogColumns(sql)}, ${markColumns(sql, sql`o.id`, employeeId)} ${dialogSource(sql)} WHERE o.id = ANY(${ids}::uuid[])`;
  return { rows, marks: marksOf(rows) };
}

const iso = (d: Date | null): string | null => d?.toISOString() ?? null;

/** A row as one viewer sees it. */
export function toSummary(row: DialogRow, marks: ViewerMarks, viewerId: Id, position: StreamPosition): DialogSummary {
  const named = (id: Id | null, name: string | null) => (id === null ? null : { id, name: name ?? "" });
  return {
    id: row.id,
    channelId: row.channel_id,
    channelKind: row.channel_kind,
    channelName: row.channel_name,
    medium: row.medium,
    direction: row.direction,
    state: row.state,
    subject: row.subject,
    party: {
      result: row.identity_result,
      name: row.party_name,
      identityKind: row.identity_kind,
      identityValue: row.identity_value,
      customerId: row.customer_id,
      contactId: row.contact_id,
      leadId: row.lead_id,
      interestId: row.interest_id,
      responsible: named(row.responsible_id, row.responsible_name),
      isVip: row.is_vip,
      candidates: row.candidates,
    },
    queue: named(row.entry_queue_id, row.queue_name),
    assignee: named(row.assignee_id, row.assignee_name),
    offer:
      row.offer_id === null || row.offer_employee_id === null
        ? null
        : {
            id: row.offer_id,
            employeeId: row.offer_employee_id,
            rung: row.offer_rung ?? "queue",
            reason: row.offer_reason ?? { code: "manual" },
            deadlineAt: iso(row.offer_deadline_at) ?? new Date(0).toISOString(),
          },
    callId: row.call_id,
    openedAt: row.opened_at.toISOString(),
    closedAt: iso(row.closed_at),
    queuedAt: iso(row.enqueued_at),
    waitingSince: iso(row.waiting_since),
    answerDueAt: row.waiting_since === null ? null : new Date(row.waiting_since.getTime() + row.answer_within_s * 1000).toISOString(),
    lastMessage:
      row.last_message_at === null || row.last_message_direction === null
        ? null
        : { text: row.last_message_text ?? "", at: row.last_message_at.toISOString(), direction: row.last_message_direction },
    unread: marks.unread(row.id, viewerId),
    hasDraft: marks.hasDraft(row.id, viewerId),
    position,
  };
}
