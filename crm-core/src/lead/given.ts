import type { Principal } from "@kommutator/contract/access";
import type { ConvertGiven } from "@kommutator/contract/api/lead";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import type { AuditEntry } from "@kommutator/contract/ports";
import { differences } from "../audit/index.ts";
import { columnsOf } from "../change.ts";
import { insertPoints, pointsMade } from "../contact-point/sql.ts";
import { mayAssign } from "../rights.ts";

const LEAD = { contactName: "contact_name", companyName: "company_name", note: "note", sourceId: "source_id", responsibleId: "responsible_id" };
const CUSTOMER = {
  legalName: "legal_name",
  taxId: "tax_id",
  statusId: "status_id",
  regionId: "region_id",
  industryId: "industry_id",
  sourceId: "source_id",
  comment: "comment",
};
const HUMAN = { lastName: "last_name", firstName: "first_name", middleName: "middle_name", birthDate: "birth_date", gender: "gender" };

/** Columns of the new customer, of the new contact and of their link, as far as they were given. */
export const customerGiven = (given: ConvertGiven): Record<string, unknown> => columnsOf(given.customer ?? {}, CUSTOMER);
export const humanGiven = (given: ConvertGiven): Record<string, unknown> => columnsOf(given.contact ?? {}, HUMAN);

/** A number or address that is none is told with the other, before anything is written. */
function requirePoints(given: ConvertGiven, country: string): { kind: "phone" | "email"; value: string; label: null; isShared: false }[] {
  const fields: Record<string, string> = {};
  const points = (["phone", "email"] as const).flatMap((kind) => {
    const value = given[kind];
    if (value === undefined) return [];
    if (normaliseValue(kind, value, country) === null) fields[kind] = "invalid";
    return [{ kind, value, label: null, isShared: false as const }];
  });
  if (Object.keys(fields).length > 0) throw new AppError("validation", { fields });
  return points;
}

/**
 * Writes onto the lead what its conversion lacked of it, and the ways to reach that any of its cards lacked: they move with the others.
 * Returns the columns that changed (for the audit row of the conversion) and the rows of the new points. Throws validation, forbidden.
 */
export async function fillLead<Lead extends { id: Id }>(
  tx: Tx,
  principal: Principal,
  lead: Lead,
  given: ConvertGiven,
  country: string,
): Promise<{ lead: Lead; changes: AuditEntry["changes"]; points: AuditEntry[] }> {
  const points = requirePoints(given, country);
  const after = columnsOf(given.lead ?? {}, LEAD);
  const changes = differences(lead as Record<string, unknown>, after);
  if (given.lead?.responsibleId !== undefined) await mayAssign(tx, principal, "lead", given.lead.responsibleId);
  if (Object.keys(changes).length > 0) await tx`UPDATE lead SET ${tx(after)} WHERE id = ${lead.id}`;
  const made = await insertPoints(tx, { lead_id: lead.id }, points, country);
  return { lead: { ...lead, ...after }, changes, points: pointsMade({ lead_id: lead.id }, made) };
}
