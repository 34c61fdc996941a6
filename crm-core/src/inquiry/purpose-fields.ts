import type { FinishBody } from "@kommutator/contract/api/inquiry";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Person } from "./person.ts";
import type { PurposeRow } from "./sql.ts";

/** Is a field of the wizard filled, by what was typed or by what the person's card has? */
async function filled(tx: Tx, person: Person, body: FinishBody): Promise<Record<string, boolean>> {
  const [card] = await tx<{ name: boolean; company: boolean; phone: boolean; email: boolean }[]>`
    SELECT coalesce((SELECT btrim(concat(last_name, first_name)) <> '' FROM contact WHERE id = ${person.contactId}::uuid), (SELECT kind = 'person' FROM customer WHERE id = ${person.customerId}::uuid),
             (SELECT btrim(contact_name) <> '' FROM lead WHERE id = ${person.leadId}::uuid), false) AS name,
           coalesce((SELECT kind = 'company' FROM customer WHERE id = ${person.customerId}::uuid), (SELECT btrim(company_name) <> '' FROM lead WHERE id = ${person.leadId}::uuid), false) AS company,
           coalesce(bool_or(p.kind = 'phone'), false) AS phone, coalesce(bool_or(p.kind = 'email'), false) AS email
    FROM (SELECT 1) one LEFT JOIN contact_point p ON p.archived_at IS NULL AND (p.customer_id = ${person.customerId}::uuid OR p.contact_id = ${person.contactId}::uuid OR p.lead_id = ${person.leadId}::uuid)`;
  return {
    contactName: card?.name ?? false,
    companyName: card?.company ?? false,
    phone: card?.phone ?? false,
    email: card?.email ?? false,
    title: body.interest.kind === "existing" || (body.interest.kind === "new" && Boolean(body.interest.title?.trim())),
    note: Boolean(body.note?.trim()),
    next: body.next !== null,
  };
}

/** What the purpose demands before the wizard can be finished (RG-07). Throws validation naming every field that is missing. */
export async function requirePurposeFields(tx: Tx, purpose: PurposeRow, person: Person, body: FinishBody): Promise<void> {
  if (purpose.required_fields.length === 0) return;
  const known = await filled(tx, person, body);
  const missing = purpose.required_fields.filter((f) => known[f] === false && !(f === "title" && purpose.outcome !== "interest"));
  if (missing.length > 0) throw new AppError("validation", { fields: Object.fromEntries(missing.map((f) => [f, "required"])) });
}
