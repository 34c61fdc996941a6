import type { ChannelEvent } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { keepLease, type Lease, LeaseLost, type Under } from "../db/lease.ts";
import { AlreadyIngested, ingestBatch } from "./ingest-batch.ts";
import type { IngestDeps, PendingEvent } from "./ingest-deps.ts";
import { IdentificationLate } from "./open-dialog.ts";
import { isConnectionError, type ReaderLog } from "./reader.ts";
import { Waker } from "./waker.ts";

/** Letters and chats in one transaction. */
const TEXT_BATCH = 400;
/** Calls: transactions at once, each for one call. */
const VOICE_PARALLEL = 8;
const POLL_MS = 100;
/**
 * Under load texts are ingested every so many milliseconds together: a batch has a dozen statements however many messages it carries, and
 * everything after it (stamping, sending, the router) takes them together too. A message that comes alone is ingested at once.
 */
const GATHER_MS = 16;
/** Waits before each further attempt; after the last the event goes to the error list. */
const RETRY_MS = [100, 500, 2_000, 5_000];
/** Waits of what is only early (a receipt before our send has committed); the last repeats. It holds nobody but itself. */
const EARLY_MS = [50, 100, 500, 2_000, 5_000];

export interface Ingest {
  start(): void;
  stop(): Promise<void>;
  /** Something was stored (or put back from the error list). */
  wake(lane: "voice" | "text"): void;
}

export interface IngestOptions extends IngestDeps {
  sql: Db;
  leaseSql: Db;
  holder: string;
  /** Ingest is where this duty is. */
  under?: Under;
  log: ReaderLog;
  /** Called after each commit: the stream and the router are woken in memory. */
  onCommitted: () => void;
}

/**
 * Step b (design section 4): takes pending raw events and makes dialogs of them. One node does it, under the lease
 * `ingest`; the rows alone say what is done, so a crash at any moment leaves nothing half-done and nothing lost.
 *
 * Two lanes, so that a call never waits behind letters: text in large batches, calls each in a transaction of its own.
 * An event that fails is tried again after a pause and holds only its own order key; in a failing batch it is found by
 * halving.
 */
export function createIngest(options: IngestOptions): Ingest {
  const { sql, log } = options;
  const stop = new AbortController();
  const wakers = { voice: new Waker(), text: new Waker() };
  /** Order keys that wait after a failure, and until when (monotonic). */
  const held = new Map<string, number>();
  /** Rows that are early, and until when they wait. */
  const waiting = new Map<number, number>();
  let running: Promise<void> = Promise.resolve();
  let lease: Lease | null = null;

  async function take(lane: "voice" | "text", limit: number, except: Iterable<string>, taken: readonly PendingEvent[] = []): Promise<PendingEvent[]> {
    const rows = await sql<{ id: number; channel_id: Id; order_key: string; attempts: number; event: ChannelEvent; has_files: boolean }[]>`
      SELECT r.id, r.channel_id, r.order_key, r.attempts, r.event, EXISTS (SELECT FROM raw_event_blob b WHERE b.raw_event_id = r.id) AS has_files
      FROM raw_event r WHERE r.state = 'pending' AND r.lane = ${lane} AND NOT (r.channel_id::text || ' ' || r.order_key = ANY(${[...except]}::text[]))
        AND NOT r.id = ANY(${[...taken.map((p) => p.id), ...stillWaiting()]}::bigint[])
      ORDER BY r.id LIMIT ${limit}`;
    return rows.map((r) => ({ id: r.id, channelId: r.channel_id, orderKey: r.order_key, attempts: r.attempts, event: r.event, hasFiles: r.has_files }));
  }

  function stillWaiting(): Iterable<number> {
    const now = performance.now();
    for (const [id, until] of waiting) if (until <= now) waiting.delete(id);
    return waiting.keys();
  }

  function heldKeys(): string[] {
    const now = performance.now();
    for (const [key, until] of held) if (until <= now) held.delete(key);
    return [...held.keys()];
  }

  /** Ingests the batch; on failure finds the guilty one by halving. Only a lost connection is thrown. */
  async function work(batch: readonly PendingEvent[], attempt = 0, unidentified = false): Promise<void> {
    const ready = batch.filter((p) => !held.has(keyOf(p)));
    if (ready.length === 0 || lease === null) return;
    try {
      const early = await ingestBatch(sql, options, ready, lease, unidentified);
      options.onCommitted();
      if (early.size > 0) await letWait(ready.filter((p) => early.has(p.id)));
    } catch (error) {
      // 25P04, transaction_timeout: too much for one transaction on a machine this slow.
      const tooLong = (error as { code?: string }).code === "25P04" && ready.length > 1;
      if (isConnectionError(error) && !tooLong) throw error;
      // Somebody else did it, or does it now.
      if (error instanceof AlreadyIngested || error instanceof LeaseLost) return;
      if (error instanceof IdentificationLate) return work(ready, attempt, true);
      const code = (error as { code?: string }).code;
      // Deadlock, serialization, lock time-out: nobody is guilty.
      if ((code === "40P01" || code === "40001" || code === "55P03") && attempt < 3) {
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40));
        return work(ready, attempt + 1);
      }
      if (ready.length > 1) {
        const middle = ready.length >> 1;
        await work(ready.slice(0, middle));
        return work(ready.slice(middle));
      }
      await postpone(ready[0] as PendingEvent, error);
    }
  }

  async function letWait(early: readonly PendingEvent[]): Promise<void> {
    const now = performance.now();
    for (const p of early) waiting.set(p.id, now + (EARLY_MS[Math.min(p.attempts, EARLY_MS.length - 1)] as number));
    await sql`UPDATE raw_event SET attempts = attempts + 1 WHERE id = ANY(${early.map((p) => p.id)}::bigint[]) AND state = 'pending'`;
  }

  async function postpone(pending: PendingEvent, error: unknown): Promise<void> {
    const wait = RETRY_MS[pending.attempts];
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (wait !== undefined) held.set(keyOf(pending), performance.now() + wait);
    else
      log.error(
        { rawEventId: pending.id, channelId: pending.channelId, kind: pending.event.kind, error },
        "an event could not be ingested: see the channel's error list",
      );
    await sql`
      UPDATE raw_event SET attempts = attempts + 1, error = ${text.slice(0, 2_000)}, state = ${wait === undefined ? "failed" : "pending"},
        next_attempt_at = ${wait === undefined ? null : new Date(Date.now() + wait)}
      WHERE id = ${pending.id} AND state = 'pending'`;
  }

  /**
   * The next batch is read while this one is worked on. Not while a key is held, and what was read is dropped when this batch
   * leaves one: an event after the failed one of its key must not overtake it.
   */
  async function textLane(lease: Lease): Promise<void> {
    let next: PendingEvent[] = [];
    let begun = 0;
    while (lease.valid() && !stop.signal.aborted) {
      let batch = next;
      next = [];
      const rest = begun + GATHER_MS - performance.now();
      if (rest > 1 && batch.length < TEXT_BATCH / 4) await new Promise((resolve) => setTimeout(resolve, rest));
      begun = performance.now();
      try {
        if (batch.length === 0) batch = await take("text", TEXT_BATCH, heldKeys());
        const ahead = batch.length < TEXT_BATCH / 4 || held.size > 0 ? [] : take("text", TEXT_BATCH, [], batch);
        const [done, read] = await Promise.allSettled([work(batch), ahead]);
        if (done.status === "rejected") throw done.reason;
        if (read.status === "fulfilled" && held.size === 0) next = read.value;
      } catch (error) {
        await failed("text", error);
      }
      if (batch.length === 0) await wakers.text.wait(POLL_MS);
    }
  }

  async function voiceLane(lease: Lease): Promise<void> {
    const busy = new Map<string, Promise<void>>();
    while (lease.valid() && !stop.signal.aborted) {
      let begun = 0;
      try {
        const batch = await take("voice", 64, [...heldKeys(), ...busy.keys()]);
        const calls = new Map<string, PendingEvent[]>();
        for (const p of batch) calls.set(keyOf(p), [...(calls.get(keyOf(p)) ?? []), p]);
        for (const [key, events] of calls) {
          if (busy.size >= VOICE_PARALLEL) break;
          begun++;
          const doing = work(events)
            .catch((error: unknown) => failed("voice", error))
            .finally(() => {
              busy.delete(key);
              wakers.voice.wake();
            });
          busy.set(key, doing);
        }
      } catch (error) {
        await failed("voice", error);
      }
      if (begun === 0) await wakers.voice.wait(POLL_MS);
    }
    await Promise.all(busy.values());
  }

  async function failed(lane: "voice" | "text", error: unknown): Promise<void> {
    if (!stop.signal.aborted) log.warn({ lane, error }, "ingest lost the database; it goes on when it is back");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  return {
    start() {
      running = keepLease(
        options.leaseSql,
        { duty: "ingest", holder: options.holder, stop: stop.signal, under: options.under, onError: (error) => log.warn({ error }, "the lease of ingest") },
        async (taken) => {
          held.clear();
          waiting.clear();
          lease = taken;
          try {
            await Promise.all([textLane(taken), voiceLane(taken)]);
          } finally {
            lease = null;
          }
        },
      );
    },
    async stop() {
      stop.abort();
      wakers.text.wake();
      wakers.voice.wake();
      await running;
    },
    wake: (lane) => wakers[lane].wake(),
  };
}

const keyOf = (p: PendingEvent) => `${p.channelId} ${p.orderKey}`;
