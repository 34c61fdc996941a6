import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** What a chain of one subject is made of (IA-05). */
export const CHAIN_KINDS = ["interaction", "task", "interest", "dialog", "inquiry"] as const;
export type ChainKind = (typeof CHAIN_KINDS)[number];
export interface Link {
  kind: string;
  id: Id;
}

const chains = (kind: string): kind is ChainKind => (CHAIN_KINDS as readonly string[]).includes(kind);

/** The object that a chain is about, seen from any of its links: its own subject, or itself. */
async function subjectOf(tx: Tx, link: Link): Promise<Link> {
  const [row] = await tx<Link[]>`SELECT to_kind AS kind, to_id AS id FROM subject_link WHERE from_kind = ${link.kind} AND from_id = ${link.id}`;
  return row ?? link;
}

/**
 * Puts an object into the chain that `to` belongs to (IA-05): its subject is `to`'s subject, or `to` itself. What was linked to the object
 * so far comes along, so chains stay flat. Objects of other kinds (a customer) are no subject: nothing happens. A chain never points at itself.
 */
export async function joinChain(tx: Tx, object: Link, to: Link | null, at: Date): Promise<void> {
  if (to === null || !chains(object.kind) || !chains(to.kind)) return;
  // Two chains that are joined crosswise at the same time must not form a circle.
  await tx`SELECT pg_advisory_xact_lock(hashtextextended('subject_link', 0))`;
  const subject = await subjectOf(tx, to);
  if (subject.kind === object.kind && subject.id === object.id) return;
  await tx`
    INSERT INTO subject_link (from_kind, from_id, to_kind, to_id, linked_at) VALUES (${object.kind}, ${object.id}, ${subject.kind}, ${subject.id}, ${at})
    ON CONFLICT (from_kind, from_id) DO UPDATE SET to_kind = excluded.to_kind, to_id = excluded.to_id, linked_at = excluded.linked_at`;
  await tx`UPDATE subject_link SET to_kind = ${subject.kind}, to_id = ${subject.id} WHERE to_kind = ${object.kind} AND to_id = ${object.id}`;
}

/** Takes an object out of its chain; what the chain is about stays with the others. */
export async function leaveChain(tx: Tx, object: Link): Promise<void> {
  await tx`DELETE FROM subject_link WHERE from_kind = ${object.kind} AND from_id = ${object.id}`;
}
