import type { Principal } from "@kommutator/contract/access";
import type { InterestRow, InterestView } from "@kommutator/contract/api/interest";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed, handles } from "../rights.ts";
import type { Mode, Stage } from "./rules.ts";

/** Columns of an InterestRow over `i`; used wherever Interests are shown. */
export function interestColumns(tx: Query) {
  return tx.unsafe(`i.id, i.number, i.title, jsonb_build_object('id', ik.id, 'name', ik.name) AS kind, i.status,
    CASE WHEN st.id IS NULL THEN NULL ELSE jsonb_build_object('id', st.id, 'name', st.name) END AS stage, to_jsonb(i.stage_entered_at) AS "stageEnteredAt",
    CASE WHEN ic.id IS NULL THEN NULL ELSE jsonb_build_object('id', ic.id, 'name', ic.name) END AS customer, i.lead_id AS "leadId",
    CASE WHEN ie.id IS NULL THEN NULL ELSE jsonb_build_object('id', ie.id, 'name', ie.full_name) END AS responsible,
    i.amount, i.currency::text AS currency, i.expected_close::text AS "expectedClose", to_jsonb(i.created_at) AS "createdAt", to_jsonb(i.last_activity_at) AS "lastActivityAt",
    (SELECT to_jsonb(min(lower(planned))) FROM interaction WHERE interest_id = i.id AND state = 'planned') AS "nextStepAt", i.version`);
}
export const INTEREST_JOINS = `JOIN interest_kind ik ON ik.id = i.kind_id LEFT JOIN stage st ON st.id = i.stage_id LEFT JOIN customer ic ON ic.id = i.customer_id
  LEFT JOIN employee ie ON ie.id = i.responsible_id`;

export interface InterestFilter {
  status?: string | undefined;
  kindId?: Id | undefined;
  responsibleId?: Id | undefined;
  customerId?: Id | undefined;
  leadId?: Id | undefined;
  q?: string | undefined;
  cursor: Cursor | null;
  limit: number;
}

export async function listInterests(tx: Query, principal: Principal, f: InterestFilter): Promise<(InterestRow & { cursorAt: number })[]> {
  const number = f.q === undefined ? null : (/^\s*[#№]?\s*(\d{1,15})\s*$/.exec(f.q)?.[1] ?? null);
  return tx<(InterestRow & { cursorAt: number })[]>`
    SELECT ${interestColumns(tx)}, ${micros(tx, "i.created_at")} AS "cursorAt" FROM interest i ${tx.unsafe(INTEREST_JOINS)}
    WHERE ${allowed(tx, principal, "interest", "read", "i.responsible_id")} AND ${after(tx, f.cursor, "i.created_at", "i.id")}
      ${f.status === undefined ? tx`` : tx`AND i.status = ${f.status}`} ${f.kindId === undefined ? tx`` : tx`AND i.kind_id = ${f.kindId}`}
      ${f.responsibleId === undefined ? tx`` : tx`AND i.responsible_id = ${f.responsibleId}`} ${f.customerId === undefined ? tx`` : tx`AND i.customer_id = ${f.customerId}`}
      ${f.leadId === undefined ? tx`` : tx`AND i.lead_id = ${f.leadId}`}
      ${f.q === undefined || f.q.trim() === "" ? tx`` : number !== null ? tx`AND i.number = ${number}` : tx`AND (i.title ILIKE ${`%${f.q.trim().replace(/[\\%_]/g, "\\$&")}%`} OR fold_name(ic.name) LIKE '%' || fold_name(${f.q.trim()}) || '%')`}
    ORDER BY i.created_at DESC, i.id DESC LIMIT ${f.limit + 1}`;
}

/** `principal: null` reads without rights (the answer right after the own change). */
export async function readInterest(tx: Query, principal: Principal | null, id: Id): Promise<InterestView | null> {
  const right =
    principal === null ? tx`true` : tx`(${allowed(tx, principal, "interest", "read", "i.responsible_id")} OR ${handles(tx, principal, "interest_id", "i.id")})`;
  const [row] = await tx<InterestView[]>`
    SELECT ${interestColumns(tx)}, i.contact_id AS "contactId", i.purpose_id AS "purposeId", i.source_id AS "sourceId", i.process_mode AS "processMode", i.loss_reason_id AS "lossReasonId", to_jsonb(i.closed_at) AS "closedAt",
      coalesce((SELECT jsonb_agg(jsonb_build_object('stage', jsonb_build_object('id', s.id, 'name', s.name), 'from', lower(h.during), 'to', upper(h.during),
          'by', CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END) ORDER BY h.id)
        FROM interest_stage_history h JOIN stage s ON s.id = h.stage_id LEFT JOIN employee e ON e.id = h.entered_by WHERE h.interest_id = i.id AND NOT isempty(h.during)), '[]') AS "stageHistory"
    FROM interest i ${tx.unsafe(INTEREST_JOINS)} WHERE i.id = ${id} AND ${right}`;
  return row ?? null;
}

export async function readKind(tx: Query, id: Id): Promise<{ id: Id; mode: Mode; archived: boolean; stages: Stage[] } | null> {
  const [row] = await tx<{ id: Id; mode: Mode; archived: boolean; stages: Stage[] }[]>`
    SELECT k.id, k.process_mode AS mode, k.archived_at IS NOT NULL AS archived,
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'pos', s.pos, 'name', s.name, 'isOptional', s.is_optional, 'allowBack', s.allow_back, 'requiresNextStep', s.requires_next_step, 'plannedSeconds', s.planned_seconds)
        ORDER BY s.pos) FROM stage s WHERE s.kind_id = k.id AND s.archived_at IS NULL), '[]') AS stages
    FROM interest_kind k WHERE k.id = ${id}`;
  return row ?? null;
}

/** Another open Interest of the same kind of this person or company (RG-12: no parallel one without a reason). */
export async function parallelInterest(
  tx: Tx,
  kindId: Id,
  who: { customerId: Id | null; leadId: Id | null },
): Promise<{ id: Id; number: number; title: string } | null> {
  const [row] = await tx<{ id: Id; number: number; title: string }[]>`
    SELECT id, number, title FROM interest WHERE status = 'open' AND kind_id = ${kindId}
      AND (customer_id = ${who.customerId}::uuid OR (${who.customerId}::uuid IS NULL AND lead_id = ${who.leadId}::uuid)) ORDER BY last_activity_at DESC LIMIT 1`;
  return row ?? null;
}

/** Ends the current visit of a stage, if any, and begins the next; periods touch and never overlap. Returns when the new visit began. */
export async function enterStage(
  tx: Tx,
  interestId: Id,
  stage: Stage | null,
  visit: { at: Date; by: Id | null; skipped: Id[]; reason: string | null },
): Promise<void> {
  await tx`
    UPDATE interest_stage_history SET during = tstzrange(lower(during), greatest(${visit.at}::timestamptz, lower(during)))
    WHERE interest_id = ${interestId} AND upper_inf(during)`;
  if (stage === null) return;
  await tx`
    INSERT INTO interest_stage_history (interest_id, stage_id, during, entered_by, planned_seconds, skipped_stage_ids, reason)
    SELECT ${interestId}, ${stage.id}, tstzrange(greatest(${visit.at}::timestamptz, max(upper(during))), NULL), ${visit.by}, ${stage.plannedSeconds}, ${visit.skipped}::uuid[], ${visit.reason}
    FROM interest_stage_history WHERE interest_id = ${interestId}`;
}
