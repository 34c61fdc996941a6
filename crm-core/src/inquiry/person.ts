import type { Principal } from "@kommutator/contract/access";
import type { FinishBody } from "@kommutator/contract/api/inquiry";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import { insertPoints, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { partyOf } from "../party/sql.ts";
import { allowed, handles } from "../rights.ts";

export interface Person {
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
}

/**
 * Step 2 of the wizard: the customer with contact, the lead, or a new lead. A dialog whose caller got a lead on arrival keeps that
 * one: "new" then fills it in, so that one caller never has two. Throws contact_point_required, not_found.
 */
export async function resolvePerson(crm: Crm, tx: Tx, principal: Principal, actor: Actor, dialogId: Id | null, who: FinishBody["who"]): Promise<Person> {
  if (who.kind === "customer") {
    const [row] = await tx<{ id: Id }[]>`
      SELECT c.id FROM customer o JOIN customer c ON c.id = coalesce(o.merged_into_id, o.id)
      WHERE o.id = ${who.customerId} AND c.archived_at IS NULL AND (${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")} OR EXISTS (
          SELECT 1 FROM dialog_party dp WHERE dp.dialog_id = ${dialogId}::uuid AND dp.candidates @> jsonb_build_array(jsonb_build_object('customerId', c.id))))
        AND (${who.contactId}::uuid IS NULL OR EXISTS (SELECT 1 FROM customer_contact WHERE customer_id = c.id AND contact_id = ${who.contactId}::uuid))`;
    if (row === undefined) throw new AppError("not_found");
    return { customerId: row.id, contactId: who.contactId, leadId: null };
  }
  if (who.kind === "lead") return personOfLead(tx, principal, who.leadId);

  const { country } = await crm.company(tx);
  const typed = [
    ...(who.phone ? [{ kind: "phone" as const, value: who.phone, label: null, isShared: false }] : []),
    ...(who.email ? [{ kind: "email" as const, value: who.email, label: null, isShared: false }] : []),
  ];
  const party = dialogId === null ? null : await partyOf(tx, dialogId);
  const [own] =
    party?.leadId == null
      ? []
      : await tx<
          { id: Id; contact_name: string | null; company_name: string | null }[]
        >`SELECT id, contact_name, company_name FROM lead WHERE id = ${party.leadId} AND status IN ('new', 'in_work', 'qualified') FOR UPDATE`;
  if (own !== undefined) {
    await tx`UPDATE lead SET contact_name = coalesce(${who.contactName}, contact_name), company_name = coalesce(${who.companyName}, company_name), version = version + 1 WHERE id = ${own.id}`;
    const points = await insertPoints(tx, { lead_id: own.id }, typed, country);
    const filled = { contact_name: who.contactName ?? own.contact_name, company_name: who.companyName ?? own.company_name };
    const changes = differences({ contact_name: own.contact_name, company_name: own.company_name }, filled);
    const edited = Object.keys(changes).length === 0 ? [] : [{ objectKind: "lead", objectId: own.id, action: "edit", changes }];
    await crm.audit(tx, actor, [...edited, ...pointsMade({ lead_id: own.id }, points)]);
    return { customerId: null, contactId: null, leadId: own.id };
  }
  const [identity] =
    dialogId === null
      ? []
      : await tx<{ kind: string; value: string | null; source_id: Id | null }[]>`
          SELECT d.identity_kind AS kind, d.identity_value AS value, coalesce(n.source_id, c.source_id) AS source_id
          FROM dialog d JOIN channel c ON c.id = d.channel_id LEFT JOIN line n ON n.id = d.line_id WHERE d.id = ${dialogId}`;
  const reached = identity?.value != null && (identity.kind === "phone" || identity.kind === "email");
  if (typed.length === 0 && !reached) throw new AppError("contact_point_required");
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO lead (contact_name, company_name, source_id, responsible_id, status, created_by)
    VALUES (${who.contactName}, ${who.companyName}, ${identity?.source_id ?? null}, ${principal.employeeId}, 'in_work', ${principal.employeeId}) RETURNING id`;
  const { id } = row as { id: Id };
  const arrived = reached
    ? [{ kind: identity.kind as "phone" | "email", value: (identity.value as string).replace(/^short:/, ""), label: null, isShared: false }]
    : [];
  const points = await insertPoints(tx, { lead_id: id }, [...typed, ...arrived], country);
  await crm.audit(tx, actor, [
    { objectKind: "lead", objectId: id, action: "create", changes: { contact_name: [null, who.contactName], company_name: [null, who.companyName] } },
    ...pointsMade({ lead_id: id }, points),
  ]);
  return { customerId: null, contactId: null, leadId: id };
}

/** A lead that became a customer meanwhile stands for it. */
async function personOfLead(tx: Tx, principal: Principal, leadId: Id): Promise<Person> {
  const [lead] = await tx<{ converted_customer_id: Id | null; converted_contact_id: Id | null }[]>`
    SELECT converted_customer_id, converted_contact_id FROM lead l WHERE l.id = ${leadId} AND (${allowed(tx, principal, "lead", "read", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")})`;
  if (lead === undefined) throw new AppError("not_found");
  if (lead.converted_customer_id !== null) return { customerId: lead.converted_customer_id, contactId: lead.converted_contact_id, leadId };
  return { customerId: null, contactId: null, leadId };
}
