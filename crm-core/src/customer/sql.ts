import type { Principal } from "@kommutator/contract/access";
import type { ContactView, CustomerRow, CustomerView } from "@kommutator/contract/api/customer";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import { pointsJson } from "../contact-point/sql.ts";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed, handles } from "../rights.ts";

const EMPLOYEE = "CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END";

/** Columns of a CustomerRow over `c`; the first point of the company itself stands before its people's. */
function columns(tx: Query) {
  const main = (kind: string) => `(SELECT cp.value_norm FROM contact_point cp WHERE cp.kind = '${kind}' AND cp.archived_at IS NULL
      AND (cp.customer_id = c.id OR cp.contact_id IN (SELECT contact_id FROM customer_contact WHERE customer_id = c.id AND left_at IS NULL))
      ORDER BY cp.customer_id IS NULL, cp.bounced_at IS NOT NULL, cp.verified_at IS NULL, cp.created_at LIMIT 1)`;
  return tx.unsafe(`c.id, c.code, c.kind, c.name, ${EMPLOYEE} AS responsible, CASE WHEN s.id IS NULL THEN NULL ELSE jsonb_build_object('id', s.id, 'name', s.name) END AS status,
    c.is_vip AS "isVip", ${main("phone")} AS "mainPhone", ${main("email")} AS "mainEmail",
    (SELECT count(*) FROM interest i WHERE i.customer_id = c.id AND i.status = 'open') AS "openInterests", to_jsonb(c.last_touch_at) AS "lastTouchAt", to_jsonb(c.created_at) AS "createdAt"`);
}
const JOINS = "LEFT JOIN employee e ON e.id = c.responsible_id LEFT JOIN customer_status s ON s.id = c.status_id";

/** A page of customers, newest first; with `ids` only those (a search's result), in the caller's order. */
export async function listCustomers(
  tx: Query,
  principal: Principal,
  filter: { responsibleId?: Id | undefined; ids?: Id[] | undefined; cursor: Cursor | null; limit: number },
): Promise<(CustomerRow & { cursorAt: number })[]> {
  return tx<(CustomerRow & { cursorAt: number })[]>`
    SELECT ${columns(tx)}, ${micros(tx, "c.created_at")} AS "cursorAt" FROM customer c ${tx.unsafe(JOINS)}
    WHERE c.archived_at IS NULL AND ${allowed(tx, principal, "customer", "read", "c.responsible_id")}
      ${filter.responsibleId === undefined ? tx`` : tx`AND c.responsible_id = ${filter.responsibleId}`}
      ${filter.ids === undefined ? tx`` : tx`AND c.id = ANY(${filter.ids}::uuid[])`} AND ${after(tx, filter.cursor, "c.created_at", "c.id")}
    ORDER BY c.created_at DESC, c.id DESC LIMIT ${filter.limit + 1}`;
}

/** The card; a merged one resolves to its survivor (the answer's id is the survivor's). null: not there, or not for this principal. */
export async function readCustomer(tx: Query, principal: Principal, id: Id): Promise<CustomerView | null> {
  const [row] = await tx<CustomerView[]>`
    SELECT ${columns(tx)}, c.legal_name AS "legalName", c.tax_id AS "taxId", c.region_id AS "regionId", c.industry_id AS "industryId", c.source_id AS "sourceId",
           c.do_not_contact AS "doNotContact", c.comment, c.merged_into_id AS "mergedIntoId", c.version, ${pointsJson(tx, "cp.customer_id = c.id")} AS "contactPoints"
    FROM customer o JOIN customer c ON c.id = coalesce(o.merged_into_id, o.id) ${tx.unsafe(JOINS)}
    WHERE o.id = ${id} AND (${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")})`;
  return row === undefined ? null : { ...row, contacts: await contactsOf(tx, row.id) };
}

export async function contactsOf(tx: Query, customerId: Id): Promise<z.infer<typeof ContactView>[]> {
  return tx<z.infer<typeof ContactView>[]>`${contactSelect(tx)} FROM customer_contact cc JOIN contact h ON h.id = cc.contact_id AND h.archived_at IS NULL
    WHERE cc.customer_id = ${customerId} ORDER BY cc.left_at IS NOT NULL, cc.is_primary DESC, h.last_name, h.first_name`;
}

export function contactSelect(tx: Query) {
  return tx`SELECT h.id, concat_ws(' ', h.last_name, h.first_name, h.middle_name) AS name, h.last_name AS "lastName", h.first_name AS "firstName", h.middle_name AS "middleName",
    cc.position, coalesce(cc.is_primary, false) AS "isPrimary", cc.left_at::text AS "leftAt", h.version, ${pointsJson(tx, "cp.contact_id = h.id")} AS "contactPoints"`;
}

/** A new owner period (C3): exactly one responsible or none, every change with reason and dates. */
export async function setOwner(
  tx: Tx,
  customerId: Id,
  employeeId: Id | null,
  reason: "manual" | "lead_conversion" | "transfer",
  by: Id | null,
  at: Date,
): Promise<void> {
  await tx`
    UPDATE customer_owner_history SET during = tstzrange(lower(during), greatest(${at}::timestamptz, lower(during)))
    WHERE customer_id = ${customerId} AND upper_inf(during)`;
  await tx`
    INSERT INTO customer_owner_history (customer_id, employee_id, during, reason, changed_by)
    SELECT ${customerId}, ${employeeId}, tstzrange(greatest(${at}::timestamptz, max(upper(during))), NULL), ${reason}, ${by} FROM customer_owner_history WHERE customer_id = ${customerId}`;
  await tx`UPDATE customer SET responsible_id = ${employeeId}, responsible_since = CASE WHEN ${employeeId}::uuid IS NULL THEN NULL ELSE ${at}::timestamptz END WHERE id = ${customerId}`;
}
