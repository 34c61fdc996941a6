import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** What a chain of one subject is made of (IA-05). */
export const CHAIN_KINDS = ["interaction", "task", "interest", "dialog", "inquiry", "claim"] as const;
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

/**
 * Replies inherit the subject of what they answer (IA-05): recorded Interactions of a dialog join the chain of the same dialog's, or of
 * the dialog that it continues; newest first.
 */
export async function inheritSubject(tx: Tx, interactionIds: readonly Id[], at: Date): Promise<void> {
  if (interactionIds.length === 0) return;
  await tx`
    WITH fresh AS (SELECT i.id, ARRAY[d.id, d.previous_dialog_id] AS dialogs FROM interaction i JOIN dialog d ON d.id = i.dialog_id WHERE i.id = ANY(${[...interactionIds]}::uuid[])),
    kin AS (
      SELECT f.id, 'interaction' AS kind, o.id AS kin_id, o.created_at AS at FROM fresh f JOIN interaction o ON o.dialog_id = ANY(f.dialogs) AND o.dialog_day IS NOT NULL AND o.id <> f.id
      UNION ALL SELECT f.id, 'dialog', x.id, '-infinity' FROM fresh f, unnest(f.dialogs) AS x(id) WHERE x.id IS NOT NULL)
    INSERT INTO subject_link (from_kind, from_id, to_kind, to_id, linked_at)
    SELECT DISTINCT ON (k.id) 'interaction', k.id, coalesce(sl.to_kind, k.kind), coalesce(sl.to_id, k.kin_id), ${at}::timestamptz
    FROM kin k LEFT JOIN subject_link sl ON sl.from_kind = k.kind AND sl.from_id = k.kin_id
    WHERE sl.to_id IS NOT NULL OR EXISTS (SELECT 1 FROM subject_link r WHERE r.to_kind = k.kind AND r.to_id = k.kin_id)
    ORDER BY k.id, k.at DESC ON CONFLICT DO NOTHING`;
}

/** Takes an object out of its chain; what the chain is about stays with the others. */
export async function leaveChain(tx: Tx, object: Link): Promise<void> {
  await tx`DELETE FROM subject_link WHERE from_kind = ${object.kind} AND from_id = ${object.id}`;
}

const inChain = (tx: Tx, { kind, id }: Link) => tx`
  SELECT 1 FROM subject_link WHERE (from_kind = ${kind} AND from_id = ${id}) OR (to_kind = ${kind} AND to_id = ${id}) LIMIT 1`;

/**
 * Two linked objects stand in one chain (IA-05) as far as none is torn out of its own for that: the first joins the second's chain, or the
 * second the first's. Returns the one that came; null where each has a chain already.
 */
export async function joinIfFree(tx: Tx, object: Link, to: Link, at: Date): Promise<Link | null> {
  const [coming, other] = (await inChain(tx, object)).length === 0 ? [object, to] : (await inChain(tx, to)).length === 0 ? [to, object] : [null, to];
  if (coming !== null) await joinChain(tx, coming, other, at);
  return coming;
}

/** Takes `object` out of the chain that it shares with `other`; out of another it is not taken. */
export async function partFrom(tx: Tx, object: Link, other: Link): Promise<void> {
  const [mine, theirs] = [await subjectOf(tx, object), await subjectOf(tx, other)];
  if (mine.kind === theirs.kind && mine.id === theirs.id) await leaveChain(tx, object);
}
