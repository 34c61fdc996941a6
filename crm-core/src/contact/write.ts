import type { Principal } from "@kommutator/contract/access";
import type { ContactBody } from "@kommutator/contract/api/customer";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import { insertPoints, type MadePoint, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { type MadeBy, overruled } from "../customer/write.ts";
import { requireDifferent } from "../duplicate/find.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { checkRequired } from "../required-field/check.ts";
import { readContact } from "./sql.ts";

type Body = z.infer<typeof ContactBody>;

/**
 * A human comes to a customer (CB-02): a new one, or one the house knows from another company, who stays one contact with two links. The
 * first becomes the primary. The caller has checked the right to the customer. Throws validation (no name), not_found (the known contact is
 * not readable), duplicate (linked already: field contactId; or candidates of B14), required_fields.
 */
export async function addContact(tx: Tx, crm: Crm, principal: Principal, actor: Actor, customerId: Id, body: Body, how: MadeBy = {}): Promise<Id> {
  const { id, others, points } =
    body.contactId === null ? await insertContact(tx, crm, principal, body, how) : await knownContact(tx, principal, customerId, body.contactId);
  await tx`
    INSERT INTO customer_contact (customer_id, contact_id, position, role, is_primary)
    SELECT ${customerId}, ${id}, ${body.position}, ${body.role}, NOT EXISTS (SELECT 1 FROM customer_contact WHERE customer_id = ${customerId} AND is_primary AND left_at IS NULL)`;
  const asked = { object: "contact" as const, moment: "create" as const, row: { id }, waived: how.waived, lacking: how.lacking };
  how.warned?.push(...(await checkRequired(tx, crm, principal, asked)));
  const { contactPoints: _points, differentReason: _reason, contactId: _known, ...fields } = body;
  const changes = { ...differences({}, fields), customer_id: [null, customerId], ...overruled(others, body.differentReason) };
  await crm.audit(tx, actor, [
    { objectKind: "contact", objectId: id, action: body.contactId === null ? "create" : "link", changes },
    ...pointsMade({ contact_id: id }, points),
  ]);
  await emitPartyChanged(crm, tx, { customerId });
  return id;
}

async function insertContact(tx: Tx, crm: Crm, principal: Principal, body: Body, how: MadeBy): Promise<{ id: Id; others: Id[]; points: MadePoint[] }> {
  const name = { last_name: body.lastName?.trim() || null, first_name: body.firstName?.trim() || null, middle_name: body.middleName?.trim() || null };
  if (name.last_name === null && name.first_name === null) throw new AppError("validation", { fields: { lastName: "required" } });
  const { country } = await crm.company(tx);
  const typed = {
    card: "contact" as const,
    id: null,
    kind: "person" as const,
    name: Object.values(name).filter(Boolean).join(" "),
    taxId: null,
    birthDate: body.birthDate,
    regionId: null,
    contactPoints: body.contactPoints,
  };
  const others = how.compared === true ? [] : await requireDifferent(tx, principal, typed, country, body.differentReason);
  const [row] = await tx<{ id: Id }[]>`INSERT INTO contact ${tx({ ...name, birth_date: body.birthDate, language: body.language })} RETURNING id`;
  const { id } = row as { id: Id };
  return { id, others, points: await insertPoints(tx, { contact_id: id }, body.contactPoints, country) };
}

async function knownContact(tx: Tx, principal: Principal, customerId: Id, contactId: Id): Promise<{ id: Id; others: Id[]; points: MadePoint[] }> {
  const contact = await readContact(tx, principal, contactId);
  if (contact === null) throw new AppError("not_found");
  const [linked] = await tx`SELECT 1 FROM customer_contact WHERE customer_id = ${customerId} AND contact_id = ${contact.id}`;
  if (linked !== undefined) throw new AppError("duplicate", { field: "contactId" });
  return { id: contact.id, others: [], points: [] };
}
