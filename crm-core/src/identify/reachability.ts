import type { RawIdentity } from "@kommutator/contract/channel";
import { type Tx, together } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { identityScope, normaliseIdentity } from "@kommutator/contract/phone";
import { type Crm, type StreamHandler, systemActor } from "../context.ts";

const ACTOR = systemActor("reachability");

/**
 * What a channel says about writing to an identity (Identify.markReachable). The later word stands (messengers give whole seconds:
 * within one second the one that came later): one that is older than what is known changes nothing, nor does one about an identity that no card has. Each card's point gets its audit row.
 */
export async function markReachable(
  crm: Crm,
  tx: Tx,
  from: RawIdentity,
  channelId: Id,
  state: { reachable: boolean; reason?: string | undefined; at: EpochMs },
): Promise<void> {
  const { kind, value } = normaliseIdentity(from, (await crm.company(tx)).country);
  if (value === null) return;
  const points = await pointsOf(tx, kind, identityScope(kind, channelId), value);
  if (points.length === 0) return;
  const reason = state.reachable ? null : (state.reason ?? "unknown");
  // The newest dialog there: its messages so far came before this word, even when they bear the same second.
  const changed = await tx`
    WITH last AS (
      SELECT id, next_seq - 1 AS seq FROM dialog WHERE channel_id = ${channelId} AND contact_point_id = ANY(${points}::uuid[]) ORDER BY opened_at DESC, id DESC LIMIT 1
    ), old AS (
      SELECT reachable, reason FROM identity_reachability WHERE channel_id = ${channelId} AND kind = ${kind} AND value_norm = ${value}
    ), kept AS (
      INSERT INTO identity_reachability AS r (channel_id, kind, value_norm, reachable, reason, at, after_dialog_id, after_seq)
      VALUES (${channelId}, ${kind}, ${value}, ${state.reachable}, ${reason}, ${new Date(state.at)}, (SELECT id FROM last), (SELECT seq FROM last))
      ON CONFLICT (channel_id, kind, value_norm) DO UPDATE SET reachable = excluded.reachable, reason = excluded.reason, at = excluded.at,
        after_dialog_id = excluded.after_dialog_id, after_seq = excluded.after_seq
      WHERE date_trunc('second', r.at) <= excluded.at RETURNING reachable, reason
    )
    SELECT 1 FROM kept WHERE NOT EXISTS (SELECT 1 FROM old WHERE old.reachable = kept.reachable AND old.reason IS NOT DISTINCT FROM kept.reason)
      AND NOT (kept.reachable AND NOT EXISTS (SELECT 1 FROM old))`;
  if (changed.length > 0) await audit(crm, tx, points, channelId, reason);
}

/** The active contact points of all cards that bear the identity. */
async function pointsOf(tx: Tx, kind: string, scope: string, value: string): Promise<Id[]> {
  const rows = await tx<
    { id: Id }[]
  >`SELECT id FROM contact_point WHERE kind = ${kind} AND scope = ${scope} AND value_norm = ${value} AND archived_at IS NULL ORDER BY id`;
  return rows.map((r) => r.id);
}

async function audit(crm: Crm, tx: Tx, points: readonly Id[], channelId: Id, reason: string | null): Promise<void> {
  const action = reason === null ? "reachable" : "unreachable";
  for (const objectId of points)
    await crm.audit(tx, ACTOR, { objectKind: "contact_point", objectId, action, changes: { channel_id: channelId, ...(reason === null ? {} : { reason }) } });
}

/**
 * Whoever writes can be written to: a message that came after the identity was said to be unreachable takes that back, and a letter
 * from an address takes back its bounce. Not so a form: into it anybody types anybody's address.
 */
export function createReachabilityKeeper(crm: Crm): StreamHandler {
  return {
    kinds: ["message.stored"],
    async handle(tx, events) {
      const heard = events.flatMap((e) =>
        e.kind === "message.stored" && e.payload.direction === "in" && e.payload.nature === "human"
          ? [{ dialog: e.dialogId, seq: e.payload.seq, at: new Date(e.payload.at).toISOString() }]
          : [],
      );
      if (heard.length === 0) return;
      const messages = tx`jsonb_to_recordset(${tx.json(heard)}) AS e(dialog uuid, seq int, at timestamptz)
        JOIN dialog d ON d.id = e.dialog JOIN channel c ON c.id = d.channel_id AND c.kind <> 'web-form'`;
      const [back, mended] = await together([
        tx<{ channel_id: Id; kind: string; value_norm: string }[]>`
        UPDATE identity_reachability r SET reachable = true, reason = NULL, at = h.at, after_dialog_id = NULL, after_seq = NULL
        FROM (SELECT d.id, d.channel_id, d.identity_kind, d.identity_value, max(e.seq) AS seq, max(e.at) AS at FROM ${messages} GROUP BY d.id) h
        WHERE NOT r.reachable AND r.channel_id = h.channel_id AND r.kind = h.identity_kind AND r.value_norm = h.identity_value
          AND CASE WHEN r.after_dialog_id = h.id THEN h.seq > r.after_seq ELSE h.at >= r.at END
        RETURNING r.channel_id, r.kind, r.value_norm`,
        tx<{ id: Id }[]>`
        UPDATE contact_point p SET bounced_at = NULL
        FROM (SELECT d.identity_value, max(e.at) AS at FROM ${messages} WHERE d.identity_kind = 'email' GROUP BY d.identity_value) h
        WHERE p.kind = 'email' AND p.value_norm = h.identity_value AND p.archived_at IS NULL AND p.bounced_at <= h.at RETURNING p.id`,
      ]);
      for (const { channel_id, kind, value_norm } of back)
        await audit(crm, tx, await pointsOf(tx, kind, identityScope(kind, channel_id), value_norm), channel_id, null);
      for (const { id } of mended)
        await crm.audit(tx, ACTOR, { objectKind: "contact_point", objectId: id, action: "reachable", changes: { bounced_at: null } });
    },
  };
}

/** A permanent bounce marks the address on every card that has it (CC-06). */
export async function markBounced(crm: Crm, tx: Tx, email: string): Promise<void> {
  const marked = await tx<{ id: Id }[]>`
    UPDATE contact_point SET bounced_at = ${new Date(crm.clock.now())} WHERE kind = 'email' AND value_norm = ${email} AND bounced_at IS NULL AND archived_at IS NULL RETURNING id`;
  for (const { id } of marked) await crm.audit(tx, ACTOR, { objectKind: "contact_point", objectId: id, action: "unreachable", changes: { reason: "bounced" } });
}
