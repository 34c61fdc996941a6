import type { Principal } from "@kommutator/contract/access";
import type { ContactView, CustomerView } from "@kommutator/contract/api/customer";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import { pointsJson } from "../contact-point/sql.ts";
import type { Query } from "../context.ts";
import { allowed, handles } from "../rights.ts";

export { setOwner } from "./periods.ts";

const named = (alias: string, more = "") =>
  `CASE WHEN ${alias}.id IS NULL THEN NULL ELSE jsonb_build_object('id', ${alias}.id, 'name', ${alias}.name${more}) END`;

/** Columns of a CustomerRow over `c`; the first point of the company itself stands before its people's. */
export function customerColumns(tx: Query) {
  // Two looks by index: an OR of both owners would read all points of the house for every row.
  const one = (from: string, own: boolean, kind: string) =>
    `SELECT cp.value_norm, ${own} AS own, cp.bounced_at, cp.verified_at, cp.created_at FROM ${from} AND cp.kind = '${kind}' AND cp.archived_at IS NULL`;
  const main = (kind: string) => `(SELECT m.value_norm FROM (${one("contact_point cp WHERE cp.customer_id = c.id", true, kind)}
      UNION ALL ${one("customer_contact cc JOIN contact_point cp ON cp.contact_id = cc.contact_id WHERE cc.customer_id = c.id AND cc.left_at IS NULL", false, kind)}) m
      ORDER BY m.own DESC, m.bounced_at IS NOT NULL, m.verified_at IS NULL, m.created_at LIMIT 1)`;
  return tx.unsafe(`c.id, c.code, c.kind, c.name, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS responsible,
    ${named("s", ", 'color', s.color")} AS status, ${named("rg")} AS region, ${named("ind")} AS industry,
    c.is_vip AS "isVip", ${main("phone")} AS "mainPhone", ${main("email")} AS "mainEmail",
    (SELECT count(*) FROM interest i WHERE i.customer_id = c.id AND i.status = 'open') AS "openInterests", to_jsonb(c.last_touch_at) AS "lastTouchAt", to_jsonb(c.created_at) AS "createdAt"`);
}
export const CUSTOMER_JOINS = `LEFT JOIN employee e ON e.id = c.responsible_id LEFT JOIN customer_status s ON s.id = c.status_id
  LEFT JOIN region rg ON rg.id = c.region_id LEFT JOIN industry ind ON ind.id = c.industry_id`;

/**
 * The card; a merged one resolves to its survivor (the answer's id is the survivor's). null: not there, or not for this principal.
 * `principal: null` reads without rights: one's own change, after which the card may be somebody else's.
 */
export async function readCustomer(tx: Query, principal: Principal | null, id: Id): Promise<CustomerView | null> {
  const right =
    principal === null ? tx`true` : tx`(${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")})`;
  const [row] = await tx<CustomerView[]>`
    SELECT ${customerColumns(tx)}, c.legal_name AS "legalName", c.tax_id AS "taxId", c.region_id AS "regionId", c.industry_id AS "industryId", c.source_id AS "sourceId",
           c.do_not_contact AS "doNotContact", c.comment, c.portrait, c.merged_into_id AS "mergedIntoId", c.version, ${pointsJson(tx, "cp.customer_id = c.id")} AS "contactPoints"
    FROM customer o JOIN customer c ON c.id = coalesce(o.merged_into_id, o.id) ${tx.unsafe(CUSTOMER_JOINS)} WHERE o.id = ${id} AND ${right}`;
  return row === undefined ? null : { ...row, contacts: await contactsOf(tx, row.id) };
}

export async function contactsOf(tx: Query, customerId: Id): Promise<z.infer<typeof ContactView>[]> {
  return tx<z.infer<typeof ContactView>[]>`${contactSelect(tx)} FROM customer_contact cc JOIN contact h ON h.id = cc.contact_id AND h.archived_at IS NULL
    WHERE cc.customer_id = ${customerId} ORDER BY cc.left_at IS NOT NULL, cc.is_primary DESC, h.last_name, h.first_name`;
}

export function contactSelect(tx: Query) {
  return tx`SELECT h.id, h.code, concat_ws(' ', h.last_name, h.first_name, h.middle_name) AS name, h.last_name AS "lastName", h.first_name AS "firstName", h.middle_name AS "middleName",
    h.birth_date::text AS "birthDate", h.language, cc.position, cc.role, coalesce(cc.is_primary, false) AS "isPrimary", cc.left_at::text AS "leftAt", h.version, ${pointsJson(tx, "cp.contact_id = h.id")} AS "contactPoints"`;
}
