import type { Principal } from "@kommutator/contract/access";
import type { CustomerQuery, CustomerRow } from "@kommutator/contract/api/customer";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed } from "../rights.ts";
import type { Asked } from "../search/page.ts";
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

/** A page of the register, newest first; with `only` those of whom the condition over their id holds (what a search found). */
export async function listCustomers(
  tx: Query,
  principal: Principal,
  filter: Omit<CustomerQuery, "q" | "cursor"> & { cursor: Cursor | null; only?: Asked["only"] },
  tz: string,
): Promise<(CustomerRow & { cursorAt: number })[]> {
  return tx<(CustomerRow & { cursorAt: number })[]>`
    SELECT ${customerColumns(tx)}, ${micros(tx, "c.created_at")} AS "cursorAt" FROM customer c ${tx.unsafe(CUSTOMER_JOINS)}
    WHERE c.archived_at IS NULL AND ${allowed(tx, principal, "customer", "read", "c.responsible_id")} AND ${registerFilter(tx, filter, tz)}
      ${filter.only === undefined ? tx`` : tx`AND ${filter.only("c.id")}`} AND ${after(tx, filter.cursor, "c.created_at", "c.id")}
    ORDER BY c.created_at DESC, c.id DESC LIMIT ${filter.limit + 1}`;
}
