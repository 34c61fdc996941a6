import { commitWith, type Db, together } from "@kommutator/contract/db";
import { holdLease, LeaseLost } from "../db/lease.ts";
import type { Fence, TextsAtOnce } from "../inbound/raw-events.ts";
import { insertAllDone, NOT_AT_ONCE, type RawRow } from "../inbound/raw-row.ts";
import { type IngestDeps, Outcome, readFacts } from "./ingest-deps.ts";
import { askForThreads, ingestMessages, type Received } from "./ingest-messages.ts";
import { isConnectionError, type ReaderLog } from "./reader.ts";

export interface TextsAtOnceOptions extends IngestDeps {
  sql: Db;
  log: ReaderLog;
  /** Called after each commit. */
  onCommitted: () => void;
}

/**
 * The short way of what people write: the raw rows of a batch and what ingest makes of them are one transaction of two round trips, where there were
 * two commits and a look at a table between them. It is for threads that the provider names, and for messages before which none of their thread waits.
 * Whatever goes wrong, nothing of the batch stands, and it takes the ordinary way: stored first, then ingested, where the guilty one is found, tried again, and in the
 * end put into the error list. Should the connection break in the commit, the ordinary way finds the rows that are there.
 */
export function createTextsAtOnce(options: TextsAtOnceOptions): TextsAtOnce {
  async function attempt(rows: readonly RawRow[], fence: Fence | null): Promise<void> {
    const outcome = new Outcome();
    // As it is stored, and as whoever takes it from its row would read it.
    const batch = rows.map((row): Received => ({ id: 0, channelId: row.c, orderKey: row.o, attempts: 0, event: JSON.parse(row.e), hasFiles: false }));
    await options.sql.begin(async (tx) => {
      try {
        const channels = [...new Set(rows.map((r) => r.c))];
        const held = fence === null ? undefined : holdLease(tx, fence);
        const [, , facts, asked] = await together([held, insertAllDone(tx, rows), readFacts(tx, channels), askForThreads(tx, batch)]);
        await ingestMessages(tx, options, facts, batch, outcome, asked);
        await commitWith(tx, [...outcome.sent, outcome.write(tx, options)]);
      } catch (error) {
        throw await outcome.causeOf(error);
      }
    });
  }

  return async (rows, fence) => {
    try {
      await attempt(rows, fence);
    } catch (error) {
      if (!isExpected(error)) options.log.warn({ messages: rows.length, error }, "messages take the long way");
      return false;
    }
    options.onCommitted();
    return true;
  };
}

/** Nobody need look at these: the ordinary way says what there is to say. 23505: another node has opened the thread's dialog this very moment; 55P03: somebody has its rows. */
function isExpected(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? "";
  return error instanceof LeaseLost || isConnectionError(error) || [NOT_AT_ONCE, "40P01", "40001", "55P03", "23505"].includes(code);
}
