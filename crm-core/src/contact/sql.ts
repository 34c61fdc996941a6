import type { Principal } from "@kommutator/contract/access";
import type { ContactCard, ContactRow, ContactView } from "@kommutator/contract/api/customer";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { contactSelect } from "../customer/sql.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed, handles } from "../rights.ts";
import { type Asked, chosen } from "../search/page.ts";
import type { Seen } from "../search/seen.ts";

/** The right to a contact is the right to one of the companies `c`; null reads without rights. */
function readable(tx: Query, principal: Principal | null) {
  if (principal === null) return tx`true`;
  return tx`(${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")})`;
}

/** The contact as one of the readable customers has it (the one asked for, else the current, primary one). */
export async function readContact(tx: Query, principal: Principal | null, id: Id, customerId: Id | null = null): Promise<z.infer<typeof ContactView> | null> {
  const [row] = await tx<z.infer<typeof ContactView>[]>`
    ${contactSelect(tx)} FROM contact o JOIN contact h ON h.id = coalesce(o.merged_into_id, o.id) JOIN customer_contact cc ON cc.contact_id = h.id JOIN customer c ON c.id = cc.customer_id AND c.archived_at IS NULL
    WHERE o.id = ${id} AND h.archived_at IS NULL AND ${readable(tx, principal)}
    ORDER BY c.id IS NOT DISTINCT FROM ${customerId}::uuid DESC, cc.left_at NULLS FIRST, cc.is_primary DESC LIMIT 1`;
  return row ?? null;
}

/** The human with every company that one may read, past ones last; a merged one answers with the survivor. */
export async function readContactCard(tx: Query, principal: Principal, id: Id): Promise<ContactCard | null> {
  const view = await readContact(tx, principal, id);
  if (view === null) return null;
  const companies = await tx<ContactCard["companies"]>`
    SELECT c.id AS "customerId", c.name, cc.position, cc.role, cc.is_primary AS "isPrimary", cc.left_at::text AS "leftAt" FROM customer_contact cc
    JOIN customer c ON c.id = cc.customer_id AND c.archived_at IS NULL WHERE cc.contact_id = ${view.id} AND ${readable(tx, principal)}
    ORDER BY cc.left_at NULLS FIRST, cc.is_primary DESC, c.name`;
  const merged = await tx<{ id: Id }[]>`SELECT id FROM contact WHERE merged_into_id = ${view.id} ORDER BY id`;
  return { ...view, companies: [...companies], mergedFrom: merged.map((m) => m.id) };
}

/**
 * A page of contacts, newest first, each with the company where it is (or was last); with `only` some of them. Which rows these are is asked
 * first, of indexes alone as far as they go, and what they show afterwards.
 */
export async function listContacts(
  tx: Tx,
  seen: Seen,
  f: { customerId?: Id | undefined; gone?: boolean | undefined; only?: Asked["only"]; cursor: Cursor | null; limit: number },
): Promise<(ContactRow & { cursorAt: number })[]> {
  const company =
    f.customerId === undefined ? seen.company(tx, "cc.customer_id") : tx`cc.customer_id = ${f.customerId} AND ${seen.company(tx, "cc.customer_id")}`;
  const order = tx`ORDER BY h.created_at DESC, h.id DESC`;
  // Of those that were searched each is asked in its turn, until the page is full (OFFSET 0); of all, the planner may begin with the companies.
  const searched = f.only === undefined ? tx`` : tx`OFFSET 0`;
  const link = (state: string) => tx`EXISTS (SELECT 1 FROM customer_contact cc WHERE cc.contact_id = h.id ${tx.unsafe(state)} AND ${company} ${searched})`;
  const [here, gone] = [link("AND cc.left_at IS NULL"), link("AND cc.left_at IS NOT NULL")];
  const linked = f.gone === undefined ? link("") : f.gone ? tx`${gone} AND NOT ${here}` : here;
  const { from, where } = chosen(tx, "contact", "h", f.only, f.cursor);
  // Few as a rule, and so asked first: where none is left, nothing else is gathered.
  const rare = [
    f.customerId === undefined ? null : tx`h.id IN (SELECT contact_id FROM customer_contact WHERE customer_id = ${f.customerId})`,
    f.gone ? tx`h.id IN (SELECT contact_id FROM customer_contact WHERE left_at IS NOT NULL)` : null,
  ].flatMap((each) => (each === null ? [] : [f.only === undefined ? tx`AND ${each}` : tx`AND (${each}) IS TRUE`]));
  const candidates = tx`SELECT h.id, h.created_at FROM ${from} WHERE h.archived_at IS NULL ${rare.reduce((all, next) => tx`${all} ${next}`, tx``)}
    AND ${where} AND ${after(tx, f.cursor, "h.created_at", "h.id")}`;
  const rows = await tx<{ id: Id }[]>`
    SELECT h.id FROM (${candidates} ${f.only === undefined ? tx`` : tx`${order} OFFSET 0`}) h WHERE ${linked} ${order} LIMIT ${f.limit + 1}`;
  const main = (kind: string) =>
    tx.unsafe(
      `(SELECT p.value_norm FROM contact_point p WHERE p.contact_id = h.id AND p.kind = '${kind}' AND p.archived_at IS NULL ORDER BY p.bounced_at IS NOT NULL, p.verified_at IS NULL, p.created_at LIMIT 1)`,
    );
  return tx<(ContactRow & { cursorAt: number })[]>`
    SELECT h.id, h.code, concat_ws(' ', h.last_name, h.first_name, h.middle_name) AS name, k.id AS "customerId", k.name AS "customerName", k.position, k.left_at::text AS "leftAt",
           ${main("phone")} AS "mainPhone", ${main("email")} AS "mainEmail", to_jsonb(h.created_at) AS "createdAt", ${micros(tx, "h.created_at")} AS "cursorAt"
    FROM unnest(${rows.map((r) => r.id)}::uuid[]) WITH ORDINALITY AS o(id, n) JOIN contact h ON h.id = o.id JOIN LATERAL (
      SELECT c.id, c.name, cc.position, cc.left_at FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id
      WHERE cc.contact_id = h.id AND ${company} ORDER BY cc.left_at NULLS FIRST, cc.is_primary DESC LIMIT 1) k ON true
    ORDER BY o.n`;
}
