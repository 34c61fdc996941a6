import type { Db } from "@kommutator/contract/db";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { StreamPosition } from "@kommutator/contract/ids";
import type { StreamReader } from "@kommutator/contract/ports";
import { keepLease, type Lease, LeaseLost, type Under } from "../db/lease.ts";
import type { Stream } from "../ports.ts";
import { appendStamped } from "./append-stamped.ts";
import { append, onEmit } from "./emit.ts";
import { asEvent, type EventRow } from "./event-row.ts";
import { type ReaderLog, runReader } from "./reader.ts";
import { SEQUENCER_BATCH, stamp } from "./sequencer.ts";
import { Waker } from "./waker.ts";

/** Backstop: how long anybody waits without being woken. */
const POLL_MS = 100;
/** The backstop of a database reader beside the sequencer, which wakes it: a look is a transaction. */
const READERS_POLL_MS = 1_000;
/** After `emit` in this process the commit is near: the sequencer looks after this, after twice this, four times … */
const NEAR_MS = 4;
/** … for this long. */
const NEAR_FOR_MS = 120;
const READ = 1_000;

export interface StreamOptions {
  sql: Db;
  /** Stamps and reads stretches of the stream by position; `sql` when there is no pool of its own for that. */
  lookups?: Db;
  /** A small pool of its own for renewals. */
  leaseSql: Db;
  holder: string;
  log: ReaderLog;
  /** Tells other nodes that something was committed or stamped; they call `wake`. */
  announce?: () => void;
  /** The sequencer and the database readers are where this duty is. */
  under?: Under;
  /** false: this process follows and never stamps. */
  sequence?: boolean;
}

/**
 * The Dialogs stream of this process: the sequencer while we hold its lease, the live tail for subscribers, and the
 * database readers. Nothing here is the only copy of anything: after a crash all of it is read from the rows again.
 */
export function createStream(options: StreamOptions): Stream & { stamping(): boolean } {
  const { sql, log } = options;
  const lookups = options.lookups ?? sql;
  const stop = new AbortController();
  const sequencerWake = new Waker();
  const stamped = new Set<Waker>();
  const tailWake = new Waker();
  stamped.add(tailWake);
  const listeners = new Set<(events: DialogEvent[]) => void>();
  const work: Promise<void>[] = [];
  let nearUntil = 0;
  let nearStep = NEAR_MS;
  let near: NodeJS.Timeout | undefined;
  let tail: StreamPosition = -1;
  let lease: Lease | null = null;
  let forget: () => void = () => undefined;

  const tellAll = () => {
    for (const waker of stamped) waker.wake();
  };

  async function sequence(held: Lease): Promise<void> {
    lease = held;
    try {
      while (held.valid() && !stop.signal.aborted) {
        let count = 0;
        try {
          const events = await stamp(lookups, held);
          count = events.length;
          if (count > 0) {
            hand(events);
            tellAll();
            options.announce?.();
          }
        } catch (error) {
          if (error instanceof LeaseLost) throw error;
          log.warn({ error }, "stamping failed; trying again");
          await sequencerWake.wait(POLL_MS);
        }
        if (count < SEQUENCER_BATCH) {
          await sequencerWake.wait(performance.now() < nearUntil ? nearStep : POLL_MS);
          nearStep = Math.min(nearStep * 2, POLL_MS);
        }
      }
    } finally {
      lease = null;
    }
  }

  /** Stamped here: goes to the subscribers without a second reading when it continues where they are. */
  const handed: DialogEvent[][] = [];
  function hand(events: DialogEvent[]): void {
    if (listeners.size > 0 && handed.length < 100) handed.push(events);
    tailWake.wake();
  }

  async function follow(): Promise<void> {
    let looked = 0;
    while (!stop.signal.aborted) {
      try {
        if (tail < 0) tail = (await head()).position;
        const next = handed.shift();
        if (next !== undefined && next[0]?.position === tail + 1) {
          deliver(next);
        } else if (next === undefined && (lease?.valid() ?? false) && performance.now() < looked + POLL_MS) {
          // Whatever is stamped is stamped here, and handed over.
        } else if (next === undefined || (next[0]?.position ?? 0) > tail) {
          looked = performance.now();
          const events = await read(tail, READ);
          if (events.length > 0) deliver(events);
          if (events.length === READ) continue;
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        log.warn({ error }, "reading the stream failed; trying again");
      }
      if (handed.length === 0) await tailWake.wait(POLL_MS);
    }
  }

  function deliver(events: DialogEvent[]): void {
    tail = events.at(-1)?.position ?? tail;
    for (const listener of listeners) {
      try {
        listener(events);
      } catch (error) {
        log.error({ error }, "a listener of the stream failed");
      }
    }
  }

  async function read(from: StreamPosition, limit: number): Promise<DialogEvent[]> {
    const rows = await lookups<EventRow[]>`
      SELECT id, position, at, kind, dialog_id, payload FROM dialog_event WHERE position > ${from} ORDER BY position LIMIT ${limit}`;
    return rows.map(asEvent);
  }

  async function head(): Promise<{ position: StreamPosition; oldest: StreamPosition }> {
    const [row] = await sql<{ position: number; oldest_position: number }[]>`SELECT position, oldest_position FROM stream_head`;
    return { position: row?.position ?? 0, oldest: row?.oldest_position ?? 1 };
  }

  return {
    telling() {
      let told: DialogEvent[] | null = null;
      return {
        async append(tx, events) {
          if (events.length === 0) return;
          if (lease?.valid() === true) told = await appendStamped(tx, events, lease);
          else await append(tx, events);
        },
        committed() {
          if (told === null) return sequencerWake.wake();
          hand(told);
          tellAll();
          options.announce?.();
        },
      };
    },
    async start() {
      forget = onEmit(() => {
        nearUntil = performance.now() + NEAR_FOR_MS;
        nearStep = NEAR_MS;
        // Not at once: nothing is committed yet, and what is committed meanwhile would wait behind a look that finds nothing.
        near ??= setTimeout(() => {
          near = undefined;
          sequencerWake.wake();
        }, NEAR_MS);
      });
      tail = (await head()).position;
      work.push(follow());
      if (options.sequence === false) return;
      const onError = (error: unknown) => log.warn({ error }, "the sequencer's lease");
      work.push(keepLease(options.leaseSql, { duty: "sequencer", holder: options.holder, stop: stop.signal, under: options.under, onError }, sequence));
    },
    async stop() {
      forget();
      clearTimeout(near);
      // What was committed before the stop is stamped by it; then everything ends.
      if (lease !== null) await stamp(lookups, lease).catch(() => undefined);
      stop.abort();
      sequencerWake.wake();
      tellAll();
      await Promise.all(work);
    },
    wake() {
      sequencerWake.wake();
      tailWake.wake();
    },
    read,
    head,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    run(reader: StreamReader) {
      const waker = new Waker();
      stamped.add(waker);
      // Two nodes would only take turns at the reader's row, and wait for each other.
      const mayRead = () => options.under === undefined || options.under()?.valid() === true;
      work.push(runReader(sql, reader, () => waker.wait(lease?.valid() === true ? READERS_POLL_MS : POLL_MS), stop.signal, log, mayRead));
    },
    stamping: () => lease?.valid() ?? false,
  };
}
