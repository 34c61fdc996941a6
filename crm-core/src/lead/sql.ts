import type { Principal } from "@kommutator/contract/access";
import type { LeadQuery, LeadView } from "@kommutator/contract/api/lead";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import { pointsJson } from "../contact-point/sql.ts";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed, handles } from "../rights.ts";
import { type Asked, chosen } from "../search/page.ts";
import type { Seen } from "../search/seen.ts";

/** States in which a lead still waits for a decision. */
export const OPEN_LEAD = ["new", "in_work", "qualified"];

/** SQL over a lead `l`: when it was first talked to or answered; NULL while nobody did (RG-17). */
function firstContact(tx: Query) {
  return tx`(SELECT min(coalesce(lower(fi.occurred), fi.created_at)) FROM interaction fi WHERE fi.lead_id = l.id AND fi.is_touch)`;
}

/** SQL over a lead `l`: has a deadline of it passed unmet at that moment? */
function overdueAt(tx: Query, now: Date) {
  return tx`(l.status = ANY(${OPEN_LEAD}::text[]) AND (l.due_at < ${now}
    OR (l.first_contact_due_at < ${now} AND NOT EXISTS (SELECT 1 FROM interaction fi WHERE fi.lead_id = l.id AND fi.is_touch))))`;
}

function select(tx: Query, now: Date) {
  return tx`
    SELECT l.id, l.contact_name AS "contactName", l.company_name AS "companyName", l.note, l.status,
           CASE WHEN s.id IS NULL THEN NULL ELSE jsonb_build_object('id', s.id, 'name', s.name) END AS source,
           CASE WHEN ls.id IS NULL THEN NULL ELSE jsonb_build_object('id', ls.id, 'name', ls.name) END AS "lastSource", to_jsonb(l.last_source_at) AS "lastSourceAt",
           ${originJson(tx, "l")} AS origin,
           CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS responsible,
           to_jsonb(l.first_contact_due_at) AS "firstContactDueAt", to_jsonb(${firstContact(tx)}) AS "firstContactAt", to_jsonb(l.due_at) AS "dueAt", coalesce(${overdueAt(tx, now)}, false) AS overdue,
           l.no_contact AS "noContact", CASE WHEN r.id IS NULL THEN NULL ELSE jsonb_build_object('id', r.id, 'name', r.name) END AS "disqualifyReason", l.disqualify_note AS "disqualifyNote",
           l.converted_customer_id AS "convertedCustomerId", to_jsonb(l.created_at) AS "createdAt", l.version,
           ${pointsJson(tx, "cp.lead_id = l.id")} AS "contactPoints", ${micros(tx, "l.created_at")} AS "cursorAt"
    FROM lead l LEFT JOIN employee e ON e.id = l.responsible_id LEFT JOIN lead_source s ON s.id = l.source_id LEFT JOIN lead_source ls ON ls.id = l.last_source_id
    LEFT JOIN loss_reason r ON r.id = l.disqualify_reason_id`;
}

/** OriginView of a row that has the columns of an origin; null when nothing is known. */
export function originJson(tx: Query, alias: "l" | "q") {
  return tx.unsafe(`CASE WHEN ${alias}.source_text IS NULL AND ${alias}.page IS NULL AND ${alias}.referrer IS NULL AND ${alias}.utm = '{}' THEN NULL
    ELSE jsonb_build_object('text', ${alias}.source_text, 'page', ${alias}.page, 'referrer', ${alias}.referrer, 'utm', ${alias}.utm) END`);
}

type LeadFilter = Omit<z.infer<typeof LeadQuery>, "q" | "cursor" | "limit"> & { only?: Asked["only"] | undefined };

/** The filters of the register as conditions over `l`; converted ones only when asked for. */
function matching(tx: Query, f: LeadFilter, now: Date) {
  return tx`${f.status === undefined ? tx`l.status NOT IN ('converted', 'merged')` : tx`l.status = ${f.status}`}
    ${f.responsibleId === undefined ? tx`` : f.responsibleId === "nobody" ? tx`AND l.responsible_id IS NULL` : tx`AND l.responsible_id = ${f.responsibleId}`}
    ${f.sourceId === undefined ? tx`` : tx`AND l.source_id = ${f.sourceId}`} ${f.overdue === undefined ? tx`` : tx`AND ${overdueAt(tx, now)}`}
    ${f.noContact === undefined ? tx`` : tx`AND l.no_contact`} ${f.createdFrom === undefined ? tx`` : tx`AND l.created_at >= ${f.createdFrom}`}
    ${f.createdTo === undefined ? tx`` : tx`AND l.created_at < ${f.createdTo}`}`;
}

/** A page of the register of potential clients (RG-09), newest first: which they are is asked first, and what they show afterwards. */
export async function listLeads(
  tx: Tx,
  seen: Seen,
  filter: LeadFilter,
  page: { cursor: Cursor | null; limit: number; now: number },
): Promise<(LeadView & { cursorAt: number })[]> {
  const now = new Date(page.now);
  const { responsibleId } = filter;
  if (responsibleId !== undefined && responsibleId !== "nobody" && !seen.reaches(responsibleId)) return [];
  const { from, where } = chosen(tx, "lead", "l", filter.only, page.cursor);
  const rows = await tx<{ id: Id }[]>`
    SELECT l.id FROM ${from} WHERE ${seen.of(tx, "l.responsible_id")} AND ${matching(tx, filter, now)} AND ${where} AND ${after(tx, page.cursor, "l.created_at", "l.id")}
    ORDER BY l.created_at DESC, l.id DESC LIMIT ${page.limit + 1}`;
  const ids = rows.map((r) => r.id);
  return tx<(LeadView & { cursorAt: number })[]>`${select(tx, now)} WHERE l.id = ANY(${ids}::uuid[]) ORDER BY array_position(${ids}::uuid[], l.id)`;
}

/** null: not there, or not for this principal (who sees it while having the dialog in hand). A merged one is its survivor. `principal: null` reads without rights. */
export async function readLead(tx: Query, principal: Principal | null, id: Id, now: number): Promise<LeadView | null> {
  const right =
    principal === null ? tx`true` : tx`(${allowed(tx, principal, "lead", "read", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`;
  const [row] = await tx<
    LeadView[]
  >`${select(tx, new Date(now))} WHERE l.id = coalesce((SELECT merged_into_id FROM lead WHERE id = ${id}), ${id}) AND ${right}`;
  return row ?? null;
}
