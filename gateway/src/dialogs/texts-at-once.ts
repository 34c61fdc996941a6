import { commitWith, type Db, together } from "@kommutator/contract/db";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import { holdLease, LeaseLost } from "../db/lease.ts";
import type { Fence, TextsAtOnce } from "../inbound/raw-events.ts";
import { insertAllDone, NOT_AT_ONCE, type RawRow } from "../inbound/raw-row.ts";
import type { Stream } from "../ports.ts";
import { type IngestDeps, Outcome, readFacts } from "./ingest-deps.ts";
import { askForThreads, ingestMessages, type Received } from "./ingest-messages.ts";
import { isConnectionError, type ReaderLog } from "./reader.ts";

/**
 * Under load messages of all channels are taken every so many milliseconds together: a transaction has a dozen statements however many it carries,
 * and everything after it takes them together too. A message that comes alone is taken at once.
 */
const GATHER_MS = 12;

interface Part {
  rows: readonly RawRow[];
  fence: Fence | null;
  resolve(stands: boolean): void;
}
type Waiting = Omit<Part, "rows"> & { take: () => readonly RawRow[] };

export interface TextsAtOnceOptions extends Omit<IngestDeps, "emit"> {
  sql: Db;
  telling: Stream["telling"];
  log: ReaderLog;
  /** Called after each commit with what was put before the router. */
  onCommitted: (inputs: readonly RoutingInput[]) => void;
}

/**
 * The short way of what people write: the raw rows of a batch and what ingest makes of them are one transaction of two round trips, where there were
 * two commits and a look at a table between them. It is for threads that the provider names, and for messages before which none of their thread waits.
 * Whatever goes wrong, nothing of the batch stands, and it takes the ordinary way: stored first, then ingested, where the guilty one is found, tried again, and in the
 * end put into the error list. Should the connection break in the commit, the ordinary way finds the rows that are there.
 */
export function createTextsAtOnce(options: TextsAtOnceOptions): TextsAtOnce {
  async function attempt(parts: readonly Part[]): Promise<void> {
    const outcome = new Outcome();
    const telling = options.telling();
    const deps = { ...options, emit: telling.append };
    const rows = parts.flatMap((part) => part.rows);
    // As it is stored, and as whoever takes it from its row would read it.
    const batch = rows.map((row): Received => ({ id: 0, channelId: row.c, orderKey: row.o, attempts: 0, event: JSON.parse(row.e), hasFiles: false }));
    await options.sql.begin(async (tx) => {
      try {
        const channels = [...new Set(rows.map((r) => r.c))];
        const held = together(parts.map(({ fence }) => (fence === null ? undefined : holdLease(tx, fence))));
        const [, , facts, asked] = await together([held, insertAllDone(tx, rows), readFacts(tx, channels), askForThreads(tx, batch)]);
        await ingestMessages(tx, deps, facts, batch, outcome, asked);
        await commitWith(tx, [...outcome.sent, outcome.write(tx, deps)]);
      } catch (error) {
        throw await outcome.causeOf(error);
      }
    });
    telling.committed();
    options.onCommitted(outcome.inputs);
  }

  /** Waiting for the next transaction: of all channels together, one transaction at a time. */
  let waiting: Waiting[] = [];
  let busy = false;
  let begun = Number.NEGATIVE_INFINITY;

  async function run(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const rest = begun + GATHER_MS - performance.now();
      if (rest > 1) await new Promise((resolve) => setTimeout(resolve, rest));
      const taken = waiting.map(({ take, ...part }) => ({ ...part, rows: take() }));
      waiting = [];
      for (const { rows, resolve } of taken) if (rows.length === 0) resolve(true);
      const parts = taken.filter(({ rows }) => rows.length > 0);
      if (parts.length === 0) continue;
      begun = performance.now();
      if (await stands(parts)) for (const { resolve } of parts) resolve(true);
      // What breaks one channel's is not the others' fault.
      else for (const part of parts) part.resolve(parts.length > 1 && (await stands([part])));
    }
    busy = false;
  }

  async function stands(parts: readonly Part[]): Promise<boolean> {
    try {
      await attempt(parts);
    } catch (error) {
      if (!isExpected(error)) options.log.warn({ messages: parts.reduce((n, { rows }) => n + rows.length, 0), error }, "messages take the long way");
      return false;
    }
    return true;
  }

  return (take, fence) =>
    new Promise((resolve) => {
      waiting.push({ take, fence, resolve });
      if (!busy) void run();
    });
}

/** Nobody need look at these: the ordinary way says what there is to say. 23505: another node has opened the thread's dialog this very moment; 55P03: somebody has its rows. */
function isExpected(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? "";
  return error instanceof LeaseLost || isConnectionError(error) || [NOT_AT_ONCE, "40P01", "40001", "55P03", "23505"].includes(code);
}
