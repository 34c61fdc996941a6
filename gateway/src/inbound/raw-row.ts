import type { ChannelEvent, InboundFile, RemoteFile } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { cleanKey, cleanText, toStoredJson } from "./clean.ts";
import { orderKeyOf } from "./order-key.ts";

/** A raw event as it goes into its table. */
export interface RawRow {
  /** The channel. */
  c: Id;
  k: string;
  o: string;
  n: string;
  e: string;
  t: number;
  s: "pending" | "failed";
  x: string | null;
}

export function rawRow(channelId: Id, event: ChannelEvent, now: number): RawRow {
  const failed = event.kind === "unparseable";
  return {
    c: channelId,
    k: cleanKey(event.eventKey),
    o: orderKeyOf(event),
    n: event.kind,
    e: toStoredJson(event.kind === "message.received" ? { ...event, files: remoteFiles(event.files) } : event),
    t: instant(event.occurredAt, now),
    s: failed ? "failed" : "pending",
    x: failed ? cleanText(event.error) : null,
  };
}

/** A provider's clock may be nonsense: kept within 1970 … tomorrow. */
function instant(at: number, now: number): number {
  return Number.isFinite(at) ? Math.min(Math.max(Math.round(at), 0), now + 86_400_000) : now;
}

/** What the stored event keeps of the files: those still at the provider, each at its place; bytes in hand lie in the store. */
function remoteFiles(files: (InboundFile | RemoteFile)[] | undefined): (RemoteFile | null)[] | undefined {
  if (files?.some((f) => "fileKey" in f) !== true) return undefined;
  return files.map((f) => ("fileKey" in f ? f : null));
}

/** SQLSTATE of `insertDone`: the event is there already, or an earlier one of its call still waits. */
export const NOT_AT_ONCE = "KI002";

/**
 * Inserts the row of an event that is ingested in this very transaction. Fails with NOT_AT_ONCE when the event is there already, or when
 * one of its order key still waits: it must not be overtaken. What is behind it has failed then, too.
 */
export async function insertDone(tx: Tx, row: RawRow): Promise<void> {
  await tx`
    WITH stored AS (
      INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state, done_at)
      SELECT ${row.c}, ${row.k}, ${row.o}, ${row.n}, ${row.e}::text::jsonb, to_timestamp(${row.t}::float8 / 1000), 'done', now()
      WHERE NOT EXISTS (SELECT FROM raw_event w WHERE w.state = 'pending' AND w.lane = 'voice' AND w.channel_id = ${row.c} AND w.order_key = ${row.o})
      ON CONFLICT (channel_id, event_key) DO NOTHING RETURNING 1)
    SELECT must(count(*) = 1, ${NOT_AT_ONCE}) FROM stored`.execute();
}
