import type { Principal } from "@kommutator/contract/access";
import type { ContactCard, ContactRow, ContactView } from "@kommutator/contract/api/customer";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { contactSelect } from "../customer/sql.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed, handles } from "../rights.ts";
import type { Asked } from "../search/page.ts";

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

/** A page of contacts, newest first, each with the company where it is (or was last); with `only` those of whom the condition over their id holds. */
export async function listContacts(
  tx: Query,
  principal: Principal,
  f: { customerId?: Id | undefined; gone?: boolean | undefined; only?: Asked["only"]; cursor: Cursor | null; limit: number },
): Promise<(ContactRow & { cursorAt: number })[]> {
  const main = (kind: string) =>
    tx.unsafe(
      `(SELECT p.value_norm FROM contact_point p WHERE p.contact_id = h.id AND p.kind = '${kind}' AND p.archived_at IS NULL ORDER BY p.bounced_at IS NOT NULL, p.verified_at IS NULL, p.created_at LIMIT 1)`,
    );
  return tx<(ContactRow & { cursorAt: number })[]>`
    SELECT h.id, h.code, concat_ws(' ', h.last_name, h.first_name, h.middle_name) AS name, k.id AS "customerId", k.name AS "customerName", k.position, k.left_at::text AS "leftAt",
           ${main("phone")} AS "mainPhone", ${main("email")} AS "mainEmail", to_jsonb(h.created_at) AS "createdAt", ${micros(tx, "h.created_at")} AS "cursorAt"
    FROM contact h JOIN LATERAL (
      SELECT c.id, c.name, cc.position, cc.left_at FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id AND c.archived_at IS NULL
      WHERE cc.contact_id = h.id AND ${allowed(tx, principal, "customer", "read", "c.responsible_id")} ${f.customerId === undefined ? tx`` : tx`AND c.id = ${f.customerId}`}
      ORDER BY cc.left_at NULLS FIRST, cc.is_primary DESC LIMIT 1) k ON true
    WHERE h.archived_at IS NULL ${f.gone === undefined ? tx`` : f.gone ? tx`AND k.left_at IS NOT NULL` : tx`AND k.left_at IS NULL`}
      ${f.only === undefined ? tx`` : tx`AND ${f.only("h.id")}`} AND ${after(tx, f.cursor, "h.created_at", "h.id")}
    ORDER BY h.created_at DESC, h.id DESC LIMIT ${f.limit + 1}`;
}
