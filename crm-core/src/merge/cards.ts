import type { Principal } from "@kommutator/contract/access";
import type { MergeCard } from "@kommutator/contract/api/merge";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { VersionConflict } from "../change.ts";
import { readContact } from "../contact/sql.ts";
import type { Query } from "../context.ts";
import { readCustomer } from "../customer/sql.ts";
import { allowed } from "../rights.ts";

export type Row = Record<string, unknown> & { id: Id; version: number; merged_into_id: Id | null; archived_at: string | null };

/** A card as plain JSON, in the form in which the merge log keeps it. */
export async function readRow(tx: Query, card: MergeCard, id: Id): Promise<Row | null> {
  const [found] = await tx<{ row: Row }[]>`SELECT to_jsonb(c) AS row FROM ${tx(card)} c WHERE id = ${id}`;
  return found?.row ?? null;
}

/**
 * Both cards must be open to the principal for editing and assigning: merging changes whose they are. Throws not_found where one may not be
 * read (or is no card any more), forbidden where it may be read only.
 */
export async function requireBoth(tx: Query, principal: Principal, card: MergeCard, ids: readonly [Id, Id]): Promise<void> {
  for (const id of ids) {
    const readable = card === "customer" ? await readCustomer(tx, principal, id) : await readContact(tx, principal, id);
    if (readable === null) throw new AppError("not_found");
    const rows = await tx`
      SELECT 1 FROM customer c WHERE c.archived_at IS NULL AND ${allowed(tx, principal, "customer", "edit", "c.responsible_id")} AND ${allowed(tx, principal, "customer", "assign", "c.responsible_id")}
        AND ${card === "customer" ? tx`c.id = ${readable.id}` : tx`EXISTS (SELECT 1 FROM customer_contact cc WHERE cc.customer_id = c.id AND cc.contact_id = ${readable.id})`} LIMIT 1`;
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
  if (one.archived_at !== null || other.archived_at !== null) throw new AppError("not_found");
  const current = (id: Id) => (card === "customer" ? readCustomer(tx, null, id) : readContact(tx, null, id));
  for (const [row, { id, version }] of [[one, survivor] as const, [other, loser] as const])
    if (row.version !== version) throw new VersionConflict(card, id, await current(id));
  return { survivor: one, loser: other };
}

/** Writes columns of a card from their JSON form. */
export async function writeRow(tx: Tx, card: MergeCard, id: Id, values: Record<string, unknown>): Promise<void> {
  const names = Object.keys(values);
  await tx`UPDATE ${tx(card)} SET (${tx(names)}, version) = (SELECT ${tx(names)}, ${tx(card)}.version + 1 FROM jsonb_populate_record(NULL::${tx(card)}, ${tx.json(values as never)})) WHERE id = ${id}`;
}
