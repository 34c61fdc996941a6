import type { Principal } from "@kommutator/contract/access";
import type { ContactBody, ContactView } from "@kommutator/contract/api/customer";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import { insertPoints } from "../contact-point/sql.ts";
import type { Query } from "../context.ts";
import { contactSelect } from "../customer/sql.ts";
import { allowed, handles } from "../rights.ts";

/** A human at a customer; the first one becomes the primary. Throws validation without any name. */
export async function insertContact(tx: Tx, customerId: Id, body: z.infer<typeof ContactBody>, country: string): Promise<Id> {
  if (!body.lastName?.trim() && !body.firstName?.trim()) throw new AppError("validation", { fields: { lastName: "required" } });
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO contact (last_name, first_name, middle_name) VALUES (${body.lastName?.trim() || null}, ${body.firstName?.trim() || null}, ${body.middleName?.trim() || null}) RETURNING id`;
  const { id } = row as { id: Id };
  await tx`
    INSERT INTO customer_contact (customer_id, contact_id, position, is_primary)
    SELECT ${customerId}, ${id}, ${body.position}, NOT EXISTS (SELECT 1 FROM customer_contact WHERE customer_id = ${customerId} AND is_primary AND left_at IS NULL)`;
  await insertPoints(tx, { contact_id: id }, body.contactPoints, country);
  return id;
}

/** The contact as one of the readable customers has it (the one asked for, else the current, primary one). */
export async function readContact(tx: Query, principal: Principal | null, id: Id, customerId: Id | null = null): Promise<z.infer<typeof ContactView> | null> {
  const right =
    principal === null ? tx`true` : tx`(${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")})`;
  const [row] = await tx<z.infer<typeof ContactView>[]>`
    ${contactSelect(tx)} FROM contact o JOIN contact h ON h.id = coalesce(o.merged_into_id, o.id) JOIN customer_contact cc ON cc.contact_id = h.id JOIN customer c ON c.id = cc.customer_id AND c.archived_at IS NULL
    WHERE o.id = ${id} AND h.archived_at IS NULL AND ${right}
    ORDER BY c.id IS NOT DISTINCT FROM ${customerId}::uuid DESC, cc.left_at NULLS FIRST, cc.is_primary DESC LIMIT 1`;
  return row ?? null;
}
