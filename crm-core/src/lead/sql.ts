import type { Principal } from "@kommutator/contract/access";
import type { LeadView } from "@kommutator/contract/api/lead";
import type { Id } from "@kommutator/contract/ids";
import { pointsJson } from "../contact-point/sql.ts";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed, handles } from "../rights.ts";

function select(tx: Query) {
  return tx`
    SELECT l.id, l.contact_name AS "contactName", l.company_name AS "companyName", l.note, l.status,
           CASE WHEN s.id IS NULL THEN NULL ELSE jsonb_build_object('id', s.id, 'name', s.name) END AS source,
           ${originJson(tx, "l")} AS origin,
           CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS responsible,
           to_jsonb(l.due_at) AS "dueAt", l.converted_customer_id AS "convertedCustomerId", to_jsonb(l.created_at) AS "createdAt", l.version,
           ${pointsJson(tx, "cp.lead_id = l.id")} AS "contactPoints", ${micros(tx, "l.created_at")} AS "cursorAt"
    FROM lead l LEFT JOIN employee e ON e.id = l.responsible_id LEFT JOIN lead_source s ON s.id = l.source_id`;
}

/** OriginView of a row that has the columns of an origin; null when nothing is known. */
export function originJson(tx: Query, alias: "l" | "q") {
  return tx.unsafe(`CASE WHEN ${alias}.source_text IS NULL AND ${alias}.page IS NULL AND ${alias}.referrer IS NULL AND ${alias}.utm = '{}' THEN NULL
    ELSE jsonb_build_object('text', ${alias}.source_text, 'page', ${alias}.page, 'referrer', ${alias}.referrer, 'utm', ${alias}.utm) END`);
}

/** A page of the register of potential clients (RG-09), newest first; converted ones only when asked for. */
export async function listLeads(
  tx: Query,
  principal: Principal,
  filter: { status?: string | undefined; responsibleId?: Id | undefined; ids?: Id[] | undefined; cursor: Cursor | null; limit: number },
): Promise<(LeadView & { cursorAt: number })[]> {
  return tx<(LeadView & { cursorAt: number })[]>`
    ${select(tx)} WHERE ${allowed(tx, principal, "lead", "read", "l.responsible_id")}
      AND ${filter.status === undefined ? tx`l.status <> 'converted'` : tx`l.status = ${filter.status}`}
      ${filter.responsibleId === undefined ? tx`` : tx`AND l.responsible_id = ${filter.responsibleId}`}
      ${filter.ids === undefined ? tx`` : tx`AND l.id = ANY(${filter.ids}::uuid[])`} AND ${after(tx, filter.cursor, "l.created_at", "l.id")}
    ORDER BY l.created_at DESC, l.id DESC LIMIT ${filter.limit + 1}`;
}

/** null: not there, or not for this principal (who sees it while having the dialog in hand). `principal: null` reads without rights. */
export async function readLead(tx: Query, principal: Principal | null, id: Id): Promise<LeadView | null> {
  const right =
    principal === null ? tx`true` : tx`(${allowed(tx, principal, "lead", "read", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`;
  const [row] = await tx<LeadView[]>`${select(tx)} WHERE l.id = ${id} AND ${right}`;
  return row ?? null;
}
