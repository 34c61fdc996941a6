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

/** SQLSTATE of `insertDone` and `insertAllDone`: the event is there already, or an earlier one of its call still waits. */
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

/** With more than so many that wait, nothing goes past them: whoever has lost time works in large batches. */
const QUEUE_MAX = 256;

/** Whoever waits longer for somebody else's rows is not at once: an import may have them for a while, and senders wait for their acknowledgement. */
const LOCK_MS = 250;

/**
 * The same for messages of several threads, in one statement: the rows stand in their order, none of them was there, and no event of their
 * order keys waits. The rest of the transaction waits for no lock longer than LOCK_MS.
 */
export async function insertAllDone(tx: Tx, rows: readonly RawRow[]): Promise<void> {
  await tx`
    WITH waiting AS MATERIALIZED (SELECT channel_id, order_key FROM raw_event WHERE state = 'pending' AND lane = 'text' LIMIT ${QUEUE_MAX}),
    stored AS (
      INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state, done_at)
      SELECT c, k, o, n, e::jsonb, to_timestamp(t / 1000.0), 'done', now()
      FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS r(c uuid, k text, o text, n text, e text, t float8)
      WHERE NOT EXISTS (SELECT FROM waiting w WHERE w.channel_id = r.c AND w.order_key = r.o) AND (SELECT count(*) FROM waiting) < ${QUEUE_MAX}
      ON CONFLICT (channel_id, event_key) DO NOTHING RETURNING 1)
    SELECT must(count(*) = ${rows.length}, ${NOT_AT_ONCE}), set_config('lock_timeout', ${`${LOCK_MS}ms`}, true) FROM stored`.execute();
}
