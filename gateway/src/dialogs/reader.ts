import type { Db, Tx } from "@kommutator/contract/db";
import type { StreamReader } from "@kommutator/contract/ports";
import { emitAtEnd } from "./emit.ts";
import { asEvent, type EventRow } from "./event-row.ts";

const BATCH = 500;
/** A reader that has caught up takes its next step so long after it began the last: under load it commits four times a second, not once for each event. */
const STEP_EVERY_MS = 250;
/** An event that fails this often by itself is set aside (table stream_skipped, with an alarm), and the reader goes on. */
const MAX_FAILURES = 8;

export interface ReaderLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * One step of a database reader: events after its position are handled in the transaction that also commits the new
 * position, so the effect happens exactly once. The row of stream_reader is locked, so two nodes take turns.
 * Returns how many positions it advanced (0: nothing to read).
 */
export async function readerStep(sql: Db, reader: StreamReader, limit: number = BATCH): Promise<number> {
  return sql.begin(async (tx) => {
    const from = await lockPosition(tx, reader.name);
    const [span] = await tx<{ last: number | null; n: number }[]>`
      SELECT max(position) AS last, count(*)::int AS n FROM (SELECT position FROM dialog_event WHERE position > ${from} ORDER BY position LIMIT ${limit}) s`;
    if (span === undefined || span.last === null) return 0;
    const rows = await tx<EventRow[]>`
      SELECT id, position, at, kind, dialog_id, payload FROM dialog_event
      WHERE position > ${from} AND position <= ${span.last} AND kind = ANY(${reader.kinds as string[]}) ORDER BY position`;
    if (rows.length > 0) await emitAtEnd(tx, () => reader.handle(tx, rows.map(asEvent)));
    await tx`UPDATE stream_reader SET position = ${span.last} WHERE name = ${reader.name}`;
    return span.n;
  });
}

async function lockPosition(tx: Tx, name: string): Promise<number> {
  const [row] = await tx<{ position: number }[]>`SELECT position FROM stream_reader WHERE name = ${name} FOR UPDATE`;
  if (row !== undefined) return row.position;
  await tx`INSERT INTO stream_reader (name) VALUES (${name}) ON CONFLICT DO NOTHING`;
  const [made] = await tx<{ position: number }[]>`SELECT position FROM stream_reader WHERE name = ${name} FOR UPDATE`;
  return made?.position ?? 0;
}

/**
 * Runs a reader until `stop`; `waitForMore` resolves when new events are stamped or after the backstop. While `mayRead` says no
 * (another node reads) it only waits; what it commits is exactly once all the same, by the row of its position.
 */
export async function runReader(
  sql: Db,
  reader: StreamReader,
  waitForMore: () => Promise<void>,
  stop: AbortSignal,
  log: ReaderLog,
  mayRead: () => boolean = () => true,
): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    if (!mayRead()) {
      await waitForMore();
      continue;
    }
    const begun = performance.now();
    try {
      const read = await readerStep(sql, reader, failures > 0 ? 1 : BATCH);
      failures = 0;
      if (read === BATCH) continue;
      await waitForMore();
      const rest = begun + STEP_EVERY_MS - performance.now();
      if (rest > 1 && !stop.aborted) await new Promise((resolve) => setTimeout(resolve, rest));
    } catch (error) {
      if (stop.aborted) return;
      failures++;
      log.warn({ reader: reader.name, failures, error }, "a reader of the stream failed; it tries again");
      if (failures >= MAX_FAILURES && !isConnectionError(error)) {
        await skipOne(sql, reader, error)
          .then((position) => log.error({ reader: reader.name, position, error }, "an event was set aside: see stream_skipped"))
          .catch(() => undefined);
        failures = 1;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** failures, 1_000)));
    }
  }
}

async function skipOne(sql: Db, reader: StreamReader, error: unknown): Promise<number | null> {
  return sql.begin(async (tx) => {
    const from = await lockPosition(tx, reader.name);
    const [next] = await tx<{ position: number }[]>`SELECT position FROM dialog_event WHERE position > ${from} ORDER BY position LIMIT 1`;
    if (next === undefined) return null;
    await tx`INSERT INTO stream_skipped (reader, position, error) VALUES (${reader.name}, ${next.position}, ${String(error)}) ON CONFLICT DO NOTHING`;
    await tx`UPDATE stream_reader SET position = ${next.position} WHERE name = ${reader.name}`;
    return next.position;
  });
}

/** Did the database go away (rather than refuse)? Such failures say nothing about the event. */
export function isConnectionError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return false;
  return /^(CONNECTION_|CONNECT_|ECONN|EPIPE|ETIMEDOUT|EHOST|ENOTFOUND|57P0|08|25P0)/.test(code);
}
