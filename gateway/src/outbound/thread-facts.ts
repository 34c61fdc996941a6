import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { ThreadFacts } from "./limits.ts";

/** A thread or an address that may have none yet. */
interface Addressee {
  channelId: Id;
  threadKey: string;
  identityKind: string;
  identityValue: string | null;
}

/** What decides whether one may write in the thread of a dialog. */
export async function readThread(sql: Db | Tx, dialogId: Id, now: number): Promise<ThreadFacts> {
  const [dialog] = await sql<{ channelId: Id; threadKey: string; identityKind: string; identityValue: string | null }[]>`
    SELECT channel_id AS "channelId", thread_key AS "threadKey", identity_kind AS "identityKind", identity_value AS "identityValue" FROM dialog WHERE id = ${dialogId}`;
  return dialog === undefined ? { lastInAt: null, hasWritten: false, unreachable: false, sentToday: 0 } : readAddressee(sql, dialog, now);
}

/** The same for an address on a channel. "Today" begins at midnight of the installation's time zone; what failed does not count. */
export async function readAddressee(sql: Db | Tx, who: Addressee, now: number): Promise<ThreadFacts> {
  const [row] = await sql<{ last_in: Date | null; has_written: boolean; unreachable: boolean; sent_today: number }[]>`
    SELECT (SELECT m.at FROM dialog d CROSS JOIN LATERAL
              (SELECT coalesce(provider_at, created_at) AS at FROM message WHERE dialog_id = d.id AND direction = 'in' ORDER BY seq DESC LIMIT 1) m
            WHERE d.channel_id = ${who.channelId} AND d.thread_key = ${who.threadKey} ORDER BY d.opened_at DESC LIMIT 1) AS last_in,
           EXISTS (SELECT FROM dialog d WHERE d.channel_id = ${who.channelId} AND d.thread_key = ${who.threadKey} AND d.direction = 'in') AS has_written,
           EXISTS (SELECT FROM identity_reachability r
            WHERE r.channel_id = ${who.channelId} AND r.kind = ${who.identityKind} AND r.value_norm = ${who.identityValue} AND NOT r.reachable) AS unreachable,
           (SELECT count(*) FROM dialog d JOIN message m ON m.dialog_id = d.id
            WHERE d.channel_id = ${who.channelId} AND d.thread_key = ${who.threadKey} AND m.direction = 'out' AND m.delivery <> 'failed' AND m.author_kind <> 'external_staff'
              AND (d.closed_at IS NULL OR d.closed_at >= today.start) AND m.created_at >= today.start)::int AS sent_today
    FROM (SELECT date_trunc('day', ${new Date(now)}::timestamptz AT TIME ZONE zone.tz) AT TIME ZONE zone.tz AS start
          FROM (SELECT coalesce((SELECT tz FROM company), 'UTC') AS tz) zone) today`;
  return {
    lastInAt: row?.last_in?.getTime() ?? null,
    hasWritten: row?.has_written ?? false,
    unreachable: row?.unreachable ?? false,
    address: who.identityValue ?? who.threadKey,
    sentToday: row?.sent_today ?? 0,
  };
}
