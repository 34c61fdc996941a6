import type { Principal } from "@kommutator/contract/access";
import type { MergeCard } from "@kommutator/contract/api/merge";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { VersionConflict } from "../change.ts";
import { readContact } from "../contact/sql.ts";
import type { Query } from "../context.ts";
import { readCustomer } from "../customer/sql.ts";
import { readLead } from "../lead/sql.ts";
import { allowed } from "../rights.ts";

export type Row = Record<string, unknown> & { id: Id; version: number; merged_into_id: Id | null; archived_at?: string | null };

/** A card as plain JSON, in the form in which the merge log keeps it. */
export async function readRow(tx: Query, card: MergeCard, id: Id): Promise<Row | null> {
  const [found] = await tx<{ row: Row }[]>`SELECT to_jsonb(c) AS row FROM ${tx(card)} c WHERE id = ${id}`;
  return found?.row ?? null;
}

/** The living card under an id, the survivor's where it was merged, as the API shows it; null where the principal may not see it. `null` reads without rights. */
export function readCard(tx: Query, principal: Principal | null, card: MergeCard, id: Id): Promise<{ id: Id } | null> {
  if (card === "customer") return readCustomer(tx, principal, id);
  // Whether a lead is late by now makes no difference here.
  return card === "contact" ? readContact(tx, principal, id) : readLead(tx, principal, id, 0);
}

/** A customer's and a contact's rights are those of the customer, a lead's its own. */
export const rightsOf = (card: MergeCard): "customer" | "lead" => (card === "lead" ? "lead" : "customer");

/** A converted lead is a customer: it is that card which can be merged. Throws validation. */
export function refuseConverted(card: MergeCard, rows: readonly Row[]): void {
  if (card === "lead" && rows.some((r) => r["status"] === "converted")) throw new AppError("validation", { fields: { status: "converted" } });
}

/**
 * Both cards must be open to the principal for editing and assigning: merging changes whose they are. Throws not_found where one may not be
 * read (or is no card any more), forbidden where it may be read only. A customer that somebody else merges meanwhile is lockBoth's to tell.
 */
export async function requireBoth(tx: Query, principal: Principal, card: MergeCard, ids: readonly [Id, Id]): Promise<void> {
  for (const id of ids) {
    const readable = await readCard(tx, principal, card, id);
    if (readable === null) throw new AppError("not_found");
    if (card === "lead") {
      const leads = await tx`
        SELECT 1 FROM lead l WHERE l.id = ${readable.id} AND ${allowed(tx, principal, "lead", "edit", "l.responsible_id")} AND ${allowed(tx, principal, "lead", "assign", "l.responsible_id")}`;
      if (leads.length === 0) throw new AppError("forbidden");
      continue;
    }
    const rows = await tx`
      SELECT 1 FROM customer c WHERE ${allowed(tx, principal, "customer", "edit", "c.responsible_id")} AND ${allowed(tx, principal, "customer", "assign", "c.responsible_id")}
        AND ${card === "customer" ? tx`c.id = ${readable.id}` : tx`c.archived_at IS NULL AND EXISTS (SELECT 1 FROM customer_contact cc WHERE cc.customer_id = c.id AND cc.contact_id = ${readable.id})`} LIMIT 1`;
    if (rows.length === 0) throw new AppError("forbidden");
  }
}

/** Locks both in the order of their ids, so that two merges of one pair wait instead of blocking one another. Throws already_taken (merged). */
export async function lockBoth(
  tx: Tx,
  card: MergeCard,
  survivor: { id: Id; version: number },
  loser: { id: Id; version: number },
): Promise<{ survivor: Row; loser: Row }> {
  if (survivor.id === loser.id) throw new AppError("validation", { fields: { loserId: "same" } });
  await tx`SELECT 1 FROM ${tx(card)} WHERE id = ANY(${[survivor.id, loser.id]}::uuid[]) ORDER BY id FOR UPDATE`;
  const [one, other] = [await readRow(tx, card, survivor.id), await readRow(tx, card, loser.id)];
  if (one === null || other === null) throw new AppError("not_found");
  const into = one.merged_into_id ?? other.merged_into_id;
  if (into !== null) throw new AppError("already_taken", { survivorId: into });
  if (isGone(one) || isGone(other)) throw new AppError("not_found");
  refuseConverted(card, [one, other]);
  for (const [row, { id, version }] of [[one, survivor] as const, [other, loser] as const])
    if (row.version !== version) throw new VersionConflict(card, id, await readCard(tx, null, card, id));
  return { survivor: one, loser: other };
}

/** Archived. Leads never are. */
export const isGone = (row: Row): boolean => (row.archived_at ?? null) !== null;

/** Writes columns of a card from their JSON form. */
export async function writeRow(tx: Tx, card: MergeCard, id: Id, values: Record<string, unknown>): Promise<void> {
  const names = Object.keys(values);
  await tx`UPDATE ${tx(card)} SET (${tx(names)}, version) = (SELECT ${tx(names)}, ${tx(card)}.version + 1 FROM jsonb_populate_record(NULL::${tx(card)}, ${tx.json(values as never)})) WHERE id = ${id}`;
}
