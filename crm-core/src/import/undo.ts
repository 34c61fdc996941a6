import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { pointsGone } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { endOwner } from "../customer/periods.ts";
import { REFERENCES } from "../merge/references.ts";
import { type Filled, unfill } from "./fill.ts";
import type { CardRef, Outcome } from "./write.ts";

/**
 * Takes one row back (IG-04): what was filled in becomes empty again, a card that was made is archived with its identities (a lead, which
 * knows no archive, is removed). A card that somebody has changed or works with stays. Returns why it stays, null when it is gone.
 */
export async function undoRow(tx: Tx, crm: Crm, actor: Actor, card: CardRef, filled: boolean, before: Outcome["before"]): Promise<string | null> {
  if (filled) return (await unfill(tx, crm, actor, card.kind, card.id, before as Filled)) ? null : "changed_since";
  const [row] = await tx<{ version: number; gone: boolean }[]>`
    SELECT version, ${card.kind === "lead" ? tx`status <> 'new'` : tx`archived_at IS NOT NULL`} AS gone FROM ${tx(card.kind)} WHERE id = ${card.id} FOR UPDATE`;
  if (row === undefined || row.gone) return "gone";
  if (row.version > 0) return "changed_since";
  const people = card.kind === "customer" && before !== null && "contacts" in before ? before.contacts : [];
  if (await inUse(tx, card, people)) return "in_use";
  for (const contact of people) await archive(tx, crm, actor, { kind: "contact", id: contact });
  if (card.kind === "lead") {
    await tx`DELETE FROM contact_point WHERE lead_id = ${card.id}`;
    await tx`DELETE FROM lead WHERE id = ${card.id}`;
    await crm.audit(tx, actor, { objectKind: "lead", objectId: card.id, action: "undo-import", changes: {} });
  } else {
    await archive(tx, crm, actor, card);
    if (before !== null && "company" in before) await undoCompany(tx, crm, actor, before.company);
  }
  return null;
}

/** The company that came with a contact goes with it, when it is as it came and nobody but contacts of the import that are gone was there. */
async function undoCompany(tx: Tx, crm: Crm, actor: Actor, id: Id): Promise<void> {
  const [row] = await tx`SELECT 1 FROM customer WHERE id = ${id} AND version = 0 AND archived_at IS NULL FOR UPDATE`;
  const gone = await tx<{ id: Id }[]>`
    SELECT k.id FROM customer_contact cc JOIN contact k ON k.id = cc.contact_id WHERE cc.customer_id = ${id} AND k.archived_at IS NOT NULL`;
  const card = { kind: "customer", id } as const;
  const people = gone.map((k) => k.id);
  if (row !== undefined && !(await inUse(tx, card, people))) await archive(tx, crm, actor, card);
}

async function archive(tx: Tx, crm: Crm, actor: Actor, card: CardRef): Promise<void> {
  const now = new Date(crm.clock.now());
  const gone = await tx<{ id: Id; value: string }[]>`
    UPDATE contact_point SET archived_at = ${now} WHERE ${tx(`${card.kind}_id`)} = ${card.id} AND archived_at IS NULL RETURNING id, value_norm AS value`;
  if (card.kind === "customer") await endOwner(tx, card.id, now);
  await tx`UPDATE ${tx(card.kind)} SET archived_at = ${now}, version = version + 1 WHERE id = ${card.id}`;
  await crm.audit(tx, actor, [
    { objectKind: card.kind, objectId: card.id, action: "undo-import", changes: { archived_at: [null, now.toISOString()] } },
    ...pointsGone(gone),
  ]);
}

/** Does anything point at the card (or its people) that the import did not make? Every foreign key is known to merging. */
async function inUse(tx: Tx, card: CardRef, people: Id[]): Promise<boolean> {
  for (const { table, column, to, how } of REFERENCES) {
    const ids = to === card.kind ? [card.id] : to === "contact" ? people : [];
    if (ids.length === 0 || how === "points" || how === "keep") continue;
    // The links of the own people are the import's; a person added later, or linked elsewhere, is not.
    const own =
      how === "links" ? (card.kind === "customer" ? tx`AND NOT (customer_id = ${card.id} AND contact_id = ANY(${people}::uuid[]))` : tx`OFFSET 1`) : tx``;
    const rows = await tx`SELECT 1 FROM ${tx(table)} WHERE ${tx(column)} = ANY(${ids}::uuid[]) ${own}`;
    if (rows.length > 0) return true;
  }
  return false;
}
