import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { insertPoints, mayEditOwner, type Owner, pointsGone, pointsMade } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { checkRequired } from "../required-field/check.ts";
import type { Card } from "./body.ts";

/** What filling wrote: the fields that had been empty with their values, and the new contact points. */
export interface Filled {
  fields: Record<string, unknown>;
  points: Id[];
}

/** The columns that a file may fill, by the row's fields; the name of a card is never changed by a file. */
function columnsOfCard(card: Card): Record<string, unknown> {
  if (card.object === "lead")
    return { contact_name: card.body.contactName, company_name: card.body.companyName, note: card.body.note, source_id: card.body.sourceId };
  if (card.object === "contact") return { first_name: card.body.firstName, middle_name: card.body.middleName, birth_date: card.body.birthDate };
  const { body } = card;
  return {
    legal_name: body.legalName,
    tax_id: body.taxId,
    region_id: body.regionId,
    industry_id: body.industryId,
    source_id: body.sourceId,
    comment: body.comment,
  };
}

/**
 * Fills what is empty on an existing card and adds the identities that it lacks, audited; null when the file says nothing new. What a person
 * entered is never overwritten. Throws forbidden when one may see the card and not change it, required_fields when the filled card still lacks
 * what a saved one must have (B7), unless the rows are let through (`waived`).
 */
export async function fillCard(tx: Tx, crm: Crm, principal: Principal, actor: Actor, card: Card, id: Id, waived: boolean): Promise<Filled | null> {
  const owner: Owner = card.object === "customer" ? { customer_id: id } : card.object === "contact" ? { contact_id: id } : { lead_id: id };
  if (!(await mayEditOwner(tx, principal, { customer_id: null, contact_id: null, lead_id: null, ...owner }))) throw new AppError("forbidden");
  const [row] = await tx<Record<string, unknown>[]>`SELECT * FROM ${tx(card.object)} WHERE id = ${id} FOR UPDATE`;
  if (row === undefined) throw new AppError("not_found");
  const fields = Object.fromEntries(
    Object.entries(columnsOfCard(card)).filter(([column, value]) => value !== null && (row[column] === null || row[column] === "")),
  );
  const points = await insertPoints(tx, owner, card.body.contactPoints, (await crm.company(tx)).country);
  if (Object.keys(fields).length === 0 && points.length === 0) return null;
  if (Object.keys(fields).length > 0) await tx`UPDATE ${tx(card.object)} SET ${tx(fields)}, version = version + 1 WHERE id = ${id}`;
  await checkRequired(tx, crm, principal, { object: card.object, moment: "save", row: { id }, waived });
  const changes = Object.fromEntries(Object.entries(fields).map(([column, value]) => [column, [null, value]]));
  const edited = Object.keys(changes).length === 0 ? [] : [{ objectKind: card.object, objectId: id, action: "edit", changes }];
  await crm.audit(tx, actor, [...edited, ...pointsMade(owner, points)]);
  await told(crm, tx, card.object, id);
  return { fields, points: points.map((p) => p.id) };
}

/** Takes back what filling wrote where it still stands as it was written; false when nothing of it does. */
export async function unfill(tx: Tx, crm: Crm, actor: Actor, kind: Card["object"], id: Id, written: Filled): Promise<boolean> {
  const [row] = await tx<Record<string, unknown>[]>`SELECT * FROM ${tx(kind)} WHERE id = ${id} FOR UPDATE`;
  if (row === undefined) return false;
  const text = (value: unknown) => (value instanceof Date ? value.toISOString().slice(0, 10) : String(value));
  const still = Object.entries(written.fields).filter(([column, value]) => row[column] !== null && text(row[column]) === text(value));
  const gone = await tx<{ id: Id; value: string }[]>`
    UPDATE contact_point SET archived_at = now() WHERE id = ANY(${written.points}::uuid[]) AND archived_at IS NULL AND verified_at IS NULL RETURNING id, value_norm AS value`;
  if (still.length === 0 && gone.length === 0) return false;
  if (still.length > 0)
    await tx`UPDATE ${tx(kind)} SET ${tx(Object.fromEntries(still.map(([column]) => [column, null])))}, version = version + 1 WHERE id = ${id}`;
  const changes = Object.fromEntries(still.map(([column, value]) => [column, [value, null]]));
  await crm.audit(tx, actor, [{ objectKind: kind, objectId: id, action: "undo-import", changes }, ...pointsGone(gone)]);
  await told(crm, tx, kind, id);
  return true;
}

async function told(crm: Crm, tx: Tx, kind: Card["object"], id: Id): Promise<void> {
  if (kind === "customer") await emitPartyChanged(crm, tx, { customerId: id });
  if (kind === "lead") await emitPartyChanged(crm, tx, { leadId: id });
}
