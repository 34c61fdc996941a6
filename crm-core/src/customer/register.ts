import type { CustomerQuery, CustomerRow } from "@kommutator/contract/api/customer";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { type Asked, chosen } from "../search/page.ts";
import type { Seen } from "../search/seen.ts";
import { CUSTOMER_JOINS, customerColumns } from "./sql.ts";

/** Filters of the register (CB-03), any combination; days are whole days of the company's zone. */
export function registerFilter(tx: Query, f: Omit<CustomerQuery, "q" | "limit" | "cursor">, tz: string) {
  const parts = [
    f.code === undefined
      ? null
      : tx`upper(c.code) LIKE ${`${f.code
          .trim()
          .toUpperCase()
          .replace(/[\\%_]/g, "\\$&")}%`}`,
    f.kind === undefined ? null : tx`c.kind = ${f.kind}`,
    f.responsibleId === undefined ? null : f.responsibleId === "none" ? tx`c.responsible_id IS NULL` : tx`c.responsible_id = ${f.responsibleId}`,
    f.statusId === undefined ? null : f.statusId === "none" ? tx`c.status_id IS NULL` : tx`c.status_id = ${f.statusId}`,
    f.industryId === undefined ? null : tx`c.industry_id = ${f.industryId}`,
    f.sourceId === undefined ? null : tx`c.source_id = ${f.sourceId}`,
    f.vip === undefined ? null : tx`c.is_vip = ${f.vip === "true"}`,
    // A region means everything inside it (CB-06); UNION ends where a tree bites its own tail.
    f.regionId === undefined
      ? null
      : tx`c.region_id IN (WITH RECURSIVE inside AS (SELECT ${f.regionId}::uuid AS id UNION SELECT r.id FROM region r JOIN inside i ON r.parent_id = i.id) SELECT id FROM inside)`,
    f.addedFrom === undefined ? null : tx`c.created_at >= ${f.addedFrom}::date::timestamp AT TIME ZONE ${tz}`,
    f.addedTo === undefined ? null : tx`c.created_at < (${f.addedTo}::date + 1)::timestamp AT TIME ZONE ${tz}`,
  ].filter((p) => p !== null);
  return parts.reduce((all, next) => tx`${all} AND ${next}`, tx`true`);
}

/**
 * A page of the register, newest first; with `only` some of them (what a search found). Which rows these are is asked first, and what they
 * show afterwards.
 */
export async function listCustomers(
  tx: Tx,
  seen: Seen,
  filter: Omit<CustomerQuery, "q" | "cursor"> & { cursor: Cursor | null; only?: Asked["only"] },
  tz: string,
): Promise<(CustomerRow & { cursorAt: number })[]> {
  const { responsibleId } = filter;
  if (responsibleId !== undefined && responsibleId !== "none" && !seen.reaches(responsibleId)) return [];
  const { from, where } = chosen(tx, "customer", "c", filter.only, filter.cursor);
  const rows = await tx<{ id: Id }[]>`
    SELECT c.id FROM ${from} WHERE c.archived_at IS NULL AND ${seen.of(tx, "c.responsible_id")} AND ${registerFilter(tx, filter, tz)} AND ${where}
      AND ${after(tx, filter.cursor, "c.created_at", "c.id")}
    ORDER BY c.created_at DESC, c.id DESC LIMIT ${filter.limit + 1}`;
  return tx<(CustomerRow & { cursorAt: number })[]>`
    SELECT ${customerColumns(tx)}, ${micros(tx, "c.created_at")} AS "cursorAt"
    FROM unnest(${rows.map((r) => r.id)}::uuid[]) WITH ORDINALITY AS o(id, n) JOIN customer c ON c.id = o.id ${tx.unsafe(CUSTOMER_JOINS)} ORDER BY o.n`;
}
