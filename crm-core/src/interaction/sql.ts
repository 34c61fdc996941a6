import type { Principal } from "@kommutator/contract/access";
import type { InteractionView } from "@kommutator/contract/api/interaction";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed } from "../rights.ts";

export type View = z.infer<typeof InteractionView>;
/** When it was, or is to be: the sort key of every list. */
export const AT = "coalesce(lower(i.occurred), lower(i.planned))";

function select(tx: Query) {
  return tx`
    SELECT i.id, jsonb_build_object('id', t.id, 'name', t.name, 'code', t.code) AS type, jsonb_build_object('id', s.id, 'name', s.name) AS status, i.state, i.direction, i.subject, i.description, i.result,
           to_jsonb(lower(i.planned)) AS "plannedFrom", to_jsonb(upper(i.planned)) AS "plannedTo", to_jsonb(lower(i.occurred)) AS "occurredFrom", to_jsonb(upper(i.occurred)) AS "occurredTo",
           i.customer_id AS "customerId", i.contact_id AS "contactId", i.lead_id AS "leadId", i.interest_id AS "interestId", i.dialog_id AS "dialogId", i.call_id AS "callId",
           CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS executor, i.version, ${micros(tx, AT)} AS "cursorAt"
    FROM interaction i JOIN interaction_type t ON t.id = i.type_id JOIN interaction_status s ON s.id = i.status_id LEFT JOIN employee e ON e.id = i.executor_id`;
}

/**
 * An Interaction is seen by whoever may read Interactions of its executor; one that belongs to an Interest, only with the right to
 * that Interest (IA-06: rights for each item).
 */
export function interactionAllowed(tx: Query, principal: Principal) {
  return tx`(${allowed(tx, principal, "interaction", "read", "i.executor_id")}
    AND (i.interest_id IS NULL OR EXISTS (SELECT 1 FROM interest ri WHERE ri.id = i.interest_id AND ${allowed(tx, principal, "interest", "read", "ri.responsible_id")})))`;
}

export async function listInteractions(
  tx: Query,
  principal: Principal,
  f: {
    state?: string | undefined;
    customerId?: Id | undefined;
    leadId?: Id | undefined;
    interestId?: Id | undefined;
    executorId?: Id | undefined;
    cursor: Cursor | null;
    limit: number;
  },
): Promise<(View & { cursorAt: number })[]> {
  return tx<(View & { cursorAt: number })[]>`
    ${select(tx)} WHERE ${interactionAllowed(tx, principal)} AND ${after(tx, f.cursor, AT, "i.id")}
      ${f.state === undefined ? tx`` : tx`AND i.state = ${f.state}`} ${f.customerId === undefined ? tx`` : tx`AND i.customer_id = ${f.customerId}`}
      ${f.leadId === undefined ? tx`` : tx`AND i.lead_id = ${f.leadId}`} ${f.interestId === undefined ? tx`` : tx`AND i.interest_id = ${f.interestId}`}
      ${f.executorId === undefined ? tx`` : tx`AND i.executor_id = ${f.executorId}`}
    ORDER BY ${tx.unsafe(AT)} DESC, i.id DESC LIMIT ${f.limit + 1}`;
}

/** `principal: null` reads without rights (the answer right after the own change). */
export async function readInteraction(tx: Query, principal: Principal | null, id: Id): Promise<View | null> {
  const [row] = await tx<View[]>`${select(tx)} WHERE i.id = ${id} AND ${principal === null ? tx`true` : interactionAllowed(tx, principal)}`;
  return row ?? null;
}
