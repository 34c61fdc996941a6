import type { Principal } from "@kommutator/contract/access";
import type { InterestFlag, InterestRow } from "@kommutator/contract/api/interest";
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
    (SELECT to_jsonb(min(lower(planned))) FROM interaction WHERE interest_id = i.id AND state = 'planned') AS "nextStepAt",
    ARRAY(SELECT f.flag FROM interest_flag f WHERE f.interest_id = i.id AND f.cleared_at IS NULL ORDER BY f.flag) AS flags, i.on_hold_until::text AS "onHoldUntil", i.version`);
}
export const INTEREST_JOINS = `JOIN interest_kind ik ON ik.id = i.kind_id LEFT JOIN stage st ON st.id = i.stage_id LEFT JOIN customer ic ON ic.id = i.customer_id
  LEFT JOIN employee ie ON ie.id = i.responsible_id`;

export interface InterestFilter {
  status?: string | undefined;
  kindId?: Id | undefined;
  stageId?: Id | undefined;
  lossReasonId?: Id | undefined;
  flag?: InterestFlag | undefined;
  responsibleId?: Id | undefined;
  customerId?: Id | undefined;
  contactId?: Id | undefined;
  leadId?: Id | undefined;
  q?: string | undefined;
  cursor: Cursor | null;
  limit: number;
}

/** Condition "this flag stands". */
export function flagged(tx: Query, flag: InterestFlag) {
  return tx`EXISTS (SELECT 1 FROM interest_flag ff WHERE ff.interest_id = i.id AND ff.flag = ${flag} AND ff.cleared_at IS NULL)`;
}

/** What is typed into a search: a number, or part of the title or of the party's name. */
export function matching(tx: Query, q: string | undefined) {
  const text = q?.trim() ?? "";
  if (text === "") return tx``;
  const number = /^[#№]?\s*(\d{1,15})$/.exec(text)?.[1] ?? null;
  if (number !== null) return tx`AND i.number = ${number}`;
  return tx`AND (i.title ILIKE ${`%${text.replace(/[\\%_]/g, "\\$&")}%`} OR fold_name(ic.name) LIKE '%' || fold_name(${text}) || '%')`;
}

/** A page of Interests that the principal may read, newest first. */
export async function listInterests(tx: Query, principal: Principal, f: InterestFilter): Promise<(InterestRow & { cursorAt: number })[]> {
  return tx<(InterestRow & { cursorAt: number })[]>`
    SELECT ${interestColumns(tx)}, ${micros(tx, "i.created_at")} AS "cursorAt" FROM interest i ${tx.unsafe(INTEREST_JOINS)}
    WHERE ${allowed(tx, principal, "interest", "read", "i.responsible_id")} AND ${after(tx, f.cursor, "i.created_at", "i.id")}
      ${f.status === undefined ? tx`` : tx`AND i.status = ${f.status}`} ${f.kindId === undefined ? tx`` : tx`AND i.kind_id = ${f.kindId}`}
      ${f.responsibleId === undefined ? tx`` : tx`AND i.responsible_id = ${f.responsibleId}`} ${f.customerId === undefined ? tx`` : tx`AND i.customer_id = ${f.customerId}`}
      ${f.contactId === undefined ? tx`` : tx`AND i.contact_id = ${f.contactId}`} ${f.leadId === undefined ? tx`` : tx`AND i.lead_id = ${f.leadId}`}
      ${f.stageId === undefined ? tx`` : tx`AND i.stage_id = ${f.stageId}`} ${f.lossReasonId === undefined ? tx`` : tx`AND i.loss_reason_id = ${f.lossReasonId}`}
      ${f.flag === undefined ? tx`` : tx`AND ${flagged(tx, f.flag)}`} ${matching(tx, f.q)}
    ORDER BY i.created_at DESC, i.id DESC LIMIT ${f.limit + 1}`;
}

/** A kind with its stages in their order, as moves are judged by; `withStageId` comes along although it is archived. */
export async function readKind(
  tx: Query,
  id: Id,
  withStageId: Id | null = null,
): Promise<{ id: Id; mode: Mode; archived: boolean; skipReason: "optional" | "required"; wonFromStageId: Id | null; stages: Stage[] } | null> {
  const [row] = await tx<{ id: Id; mode: Mode; archived: boolean; skipReason: "optional" | "required"; wonFromStageId: Id | null; stages: Stage[] }[]>`
    SELECT k.id, k.process_mode AS mode, k.archived_at IS NOT NULL AS archived, k.skip_reason AS "skipReason", k.won_from_stage_id AS "wonFromStageId",
      coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'pos', s.pos, 'name', s.name, 'isOptional', s.is_optional, 'allowBack', s.allow_back, 'requiresNextStep', s.requires_next_step,
          'plannedSeconds', s.planned_seconds, 'requiredFields', s.required_fields, 'branches', s.branches,
          'compulsory', coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('id', t.id, 'name', t.name)) FROM stage_action a JOIN interaction_type t ON t.id = a.type_id
            WHERE a.stage_id = s.id AND a.compulsory AND a.archived_at IS NULL), '[]'))
        ORDER BY s.pos, s.id) FROM stage s WHERE s.kind_id = k.id AND (s.archived_at IS NULL OR s.id = ${withStageId}::uuid)), '[]') AS stages
    FROM interest_kind k WHERE k.id = ${id}`;
  return row ?? null;
}

/** Another open Interest of the same kind of this person or company (RG-12: no parallel one without a reason); `seen`: may the principal read it? */
export async function parallelInterest(
  tx: Tx,
  kindId: Id,
  who: { customerId: Id | null; leadId: Id | null },
  principal: Principal | null,
): Promise<{ id: Id; number: number; title: string; seen: boolean } | null> {
  const seen =
    principal === null
      ? tx`false`
      : tx`(${allowed(tx, principal, "interest", "read", "i.responsible_id")} OR ${handles(tx, principal, "interest_id", "i.id")})`;
  const [row] = await tx<{ id: Id; number: number; title: string; seen: boolean }[]>`
    SELECT i.id, i.number, i.title, ${seen} AS seen FROM interest i WHERE i.status = 'open' AND i.kind_id = ${kindId}
      AND (i.customer_id = ${who.customerId}::uuid OR (${who.customerId}::uuid IS NULL AND i.lead_id = ${who.leadId}::uuid)) ORDER BY seen DESC, i.last_activity_at DESC LIMIT 1`;
  return row ?? null;
}
