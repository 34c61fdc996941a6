import type { Principal } from "@kommutator/contract/access";
import type { ConvertBody, ConvertGiven } from "@kommutator/contract/api/lead";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor, AuditEntry } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences } from "../audit/index.ts";
import type { Crm } from "../context.ts";
import { setOwner, setStatusPeriod } from "../customer/periods.ts";
import { requireFreeTaxId } from "../customer/write.ts";
import { repointLead } from "../merge/repoint.ts";
import { settle } from "../notification/notify.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { checkTogether } from "../required-field/check.ts";
import { allowed, handles } from "../rights.ts";
import { requireAnswers } from "./checklist.ts";
import { refuseMerged } from "./edit.ts";
import { customerGiven, fillLead, humanGiven } from "./given.ts";

interface LeadRow {
  id: Id;
  status: string;
  contact_name: string | null;
  company_name: string | null;
  responsible_id: Id | null;
  source_id: Id | null;
  converted_customer_id: Id | null;
  converted_contact_id: Id | null;
  version: number;
}
export interface Converted {
  customerId: Id;
  contactId: Id | null;
}

/**
 * Lead -> customer, the reference transaction C4 (RG-14): everything of the lead moves to the customer's card, nothing is copied, so nothing
 * is lost or doubled. Converted already into the same customer: the same answer again. Throws already_taken (into another one), duplicate
 * with `candidates` (a card with the same identity exists that one may see, and it was neither chosen nor refused), validation (disqualified), lead_not_qualified
 * (RG-15: only qualified leads convert; `qualify` does it in the same step where the checklist allows). `warned` gets what is only warned of (B7).
 */
export async function convertLead(
  crm: Crm,
  tx: Tx,
  principal: Principal,
  actor: Actor,
  leadId: Id,
  body: z.infer<typeof ConvertBody>,
  warned: string[] = [],
): Promise<Converted> {
  const [found] = await tx<LeadRow[]>`
    SELECT l.* FROM lead l WHERE l.id = ${leadId} AND (${allowed(tx, principal, "lead", "edit", "l.responsible_id")} OR ${handles(tx, principal, "lead_id", "l.id")}) FOR UPDATE OF l`;
  if (found === undefined) throw new AppError("not_found");
  if (found.status === "converted" && found.converted_customer_id !== null) {
    if (body.customerId === null || body.customerId === found.converted_customer_id)
      return { customerId: found.converted_customer_id, contactId: found.converted_contact_id };
    throw new AppError("already_taken", { customerId: found.converted_customer_id });
  }
  await refuseMerged(tx, leadId);
  if (found.status === "disqualified") throw new AppError("validation", { fields: { status: "disqualified" } });
  if (found.status !== "qualified") {
    if (!body.qualify) throw new AppError("lead_not_qualified", { questions: [] });
    await requireAnswers(tx, leadId);
  }

  const given = body.given ?? {};
  const filled = await fillLead(tx, principal, found, given, (await crm.company(tx)).country);
  const { lead } = filled;
  if (body.customerId !== null && given.customer !== undefined) throw new AppError("validation", { fields: { "given.customer": "not_new" } });
  const target = body.customerId === null ? null : await existingCustomer(tx, principal, body.customerId);
  if (target === null && !body.confirmNew) {
    const candidates = await tx<{ customerId: Id; name: string }[]>`
      SELECT DISTINCT c.id AS "customerId", c.name FROM contact_point mine
      JOIN contact_point other ON other.kind = mine.kind AND other.scope = mine.scope AND other.value_norm = mine.value_norm AND other.archived_at IS NULL AND NOT other.is_shared
      JOIN customer c ON c.archived_at IS NULL AND (c.id = other.customer_id OR EXISTS (SELECT 1 FROM customer_contact cc WHERE cc.customer_id = c.id AND cc.contact_id = other.contact_id AND cc.left_at IS NULL))
      WHERE mine.lead_id = ${leadId} AND mine.archived_at IS NULL
        AND (${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")})`;
    if (candidates.length > 0) throw new AppError("duplicate", { candidates });
  }
  const now = new Date(crm.clock.now());
  const [manager] = await tx<{ responsible_id: Id | null }[]>`
    SELECT responsible_id FROM interest WHERE lead_id = ${leadId} AND status = 'open' AND responsible_id IS NOT NULL ORDER BY created_at DESC, number DESC LIMIT 1`;
  const owner = manager?.responsible_id ?? lead.responsible_id ?? principal.employeeId;

  const customer = target ?? (await newCustomer(tx, lead, body, principal.employeeId, now));
  if (customer.responsible_id === null) await setOwner(tx, customer.id, owner, "lead_conversion", principal.employeeId, now);
  const { contactId, made } = await contactOf(tx, customer, lead, body.contactId, given);
  if (made.length === 0 && given.contact !== undefined) throw new AppError("validation", { fields: { "given.contact": "not_new" } });
  await repointLead(tx, leadId, { customerId: customer.id, contactId });
  await tx`
    UPDATE customer SET last_touch_at = greatest(last_touch_at, (SELECT max(upper(occurred)) FROM interaction WHERE lead_id = ${leadId} AND is_touch)) WHERE id = ${customer.id}`;
  await tx`
    UPDATE lead SET status = 'converted', converted_customer_id = ${customer.id}, converted_contact_id = ${contactId}, converted_at = ${now},
      qualified_at = coalesce(qualified_at, ${now}), version = version + 1 WHERE id = ${leadId}`;
  const converted = { ...filled.changes, status: [lead.status, "converted"], customer_id: [null, customer.id], contact_id: [null, contactId] };
  const owned = customer.responsible_id === null ? { responsible_id: [null, owner] } : {};
  const company =
    target === null
      ? [
          {
            objectKind: "customer",
            objectId: customer.id,
            action: "create",
            changes: { ...differences({}, customer.written ?? {}), from_lead_id: [null, leadId], ...owned },
          },
        ]
      : customer.responsible_id === null
        ? [{ objectKind: "customer", objectId: customer.id, action: "edit", changes: owned }]
        : [];
  await crm.audit(tx, actor, [{ objectKind: "lead", objectId: leadId, action: "convert", changes: converted }, ...filled.points, ...company, ...made]);
  // A human made of the lead is a new contact; one who was known is not touched.
  const warnings = await checkTogether(tx, crm, principal, [
    { object: "lead", moment: "convert", row: { id: leadId } },
    ...(made.length > 0 ? [{ object: "contact" as const, moment: "create" as const, row: { id: contactId as Id } }] : []),
    ...(target === null ? [{ object: "customer" as const, moment: "create" as const, row: { id: customer.id } }] : []),
  ]);
  warned.push(...warnings);
  await settle(tx, crm, leadId, ["lead.deadline"]);
  await emitPartyChanged(crm, tx, { customerId: customer.id });
  return { customerId: customer.id, contactId };
}

interface Target {
  id: Id;
  kind: string;
  name: string;
  responsible_id: Id | null;
  /** The columns of a new card, for the audit. */
  written?: Record<string, unknown>;
}

async function existingCustomer(tx: Tx, principal: Principal, id: Id): Promise<Target> {
  const [row] = await tx<Target[]>`
    SELECT c.id, c.kind, c.name, c.responsible_id FROM customer o JOIN customer c ON c.id = coalesce(o.merged_into_id, o.id)
    WHERE o.id = ${id} AND c.archived_at IS NULL AND (${allowed(tx, principal, "customer", "read", "c.responsible_id")} OR ${handles(tx, principal, "customer_id", "c.id")}) FOR UPDATE OF c`;
  if (row === undefined) throw new AppError("not_found");
  return row;
}

async function newCustomer(tx: Tx, lead: LeadRow, body: z.infer<typeof ConvertBody>, by: Id, at: Date): Promise<Target> {
  const kind = body.customer?.kind ?? (lead.company_name ? "company" : "person");
  let name = body.customer?.name ?? lead.company_name ?? lead.contact_name;
  if (!name) {
    const [p] = await tx<
      { value_raw: string }[]
    >`SELECT value_raw FROM contact_point WHERE lead_id = ${lead.id} AND archived_at IS NULL AND kind <> 'site_visitor' ORDER BY created_at LIMIT 1`;
    name = p?.value_raw ?? null;
  }
  if (!name) throw new AppError("validation", { fields: { "customer.name": "required" } });
  const given = customerGiven(body.given ?? {});
  await requireFreeTaxId(tx, body.given?.customer?.taxId ?? null, null);
  const written = { name, ...given };
  const [row] = await tx<Target[]>`
    INSERT INTO customer ${tx({ kind, source_id: lead.source_id, ...written, created_by: by })} RETURNING id, kind, name, responsible_id`;
  const customer = row as Target;
  const statusId = body.given?.customer?.statusId ?? null;
  if (statusId !== null) await setStatusPeriod(tx, customer.id, statusId, by, at);
  return { ...customer, written };
}

/**
 * The human of a company: the chosen contact, or a new one with the lead's name, of whom `made` tells the audit. A person-customer bears the
 * contact points itself.
 */
async function contactOf(
  tx: Tx,
  customer: Target,
  lead: LeadRow,
  chosen: Id | null,
  given: ConvertGiven,
): Promise<{ contactId: Id | null; made: AuditEntry[] }> {
  if (chosen !== null) {
    const rows = await tx`SELECT 1 FROM customer_contact WHERE customer_id = ${customer.id} AND contact_id = ${chosen}`;
    if (rows.length === 0) throw new AppError("not_found");
    return { contactId: chosen, made: [] };
  }
  // A person of the company who has one of the lead's numbers or addresses is the same human (C4, step 4).
  const [twin] = await tx<{ contact_id: Id }[]>`
    SELECT other.contact_id FROM contact_point mine JOIN contact_point other ON other.kind = mine.kind AND other.scope = mine.scope AND other.value_norm = mine.value_norm AND other.archived_at IS NULL AND NOT other.is_shared
    JOIN customer_contact cc ON cc.contact_id = other.contact_id AND cc.customer_id = ${customer.id} AND cc.left_at IS NULL
    WHERE mine.lead_id = ${lead.id} AND mine.archived_at IS NULL ORDER BY other.verified_at NULLS LAST LIMIT 1`;
  if (twin !== undefined) return { contactId: twin.contact_id, made: [] };
  const name = lead.contact_name?.trim();
  if (customer.kind !== "company" || !name) return { contactId: null, made: [] };
  const [last, first = null, ...middle] = name.split(/\s+/) as [string, ...string[]];
  const names = { last_name: first === null ? null : last, first_name: first ?? last, middle_name: middle.join(" ") || null, ...humanGiven(given) };
  const position = given.contact?.position ?? null;
  const [row] = await tx<{ id: Id }[]>`INSERT INTO contact ${tx(names)} RETURNING id`;
  const { id } = row as { id: Id };
  await tx`INSERT INTO customer_contact (customer_id, contact_id, position, is_primary)
    SELECT ${customer.id}, ${id}, ${position}, NOT EXISTS (SELECT 1 FROM customer_contact WHERE customer_id = ${customer.id} AND is_primary AND left_at IS NULL)`;
  const changes = { ...differences({}, { ...names, position }), customer_id: [null, customer.id], from_lead_id: [null, lead.id] };
  return { contactId: id, made: [{ objectKind: "contact", objectId: id, action: "create", changes }] };
}
