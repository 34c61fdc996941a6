import { setMaxListeners } from "node:events";
import type { Db, Tx } from "@kommutator/contract/db";

/**
 * Leases: one row per exclusive duty (design section 3).
 *
 *   holder    renews every 500 ms, by the database's clock, for 2 s
 *   take-over after the expiry: epoch + 1. It changes the row's key (duty, epoch), so it waits for every commit that
 *             holds the key FOR KEY SHARE, and every later commit of the old holder finds no row
 *   renewal   writes only the expiry, which is no key column: it waits for no commit and no commit waits for it
 *   a duty that goes with another is the holder's of that one, whoever had it before: it is valid only while that one is
 *   holder's own clock: the moment before a renewal was *sent* plus 2 s, monotonic; past it the holder acts no more
 */
export const LEASE_MS = 2_000;
export const RENEW_MS = 500;
/**
 * A holder that is stopped in the middle of a leased commit is cut off by the database after this long, or, when the database waits
 * for the rest of a statement (which it does not call idle), when the transaction has lasted as long as a lease.
 */
export const LEASED_IDLE_MS = 1_000;

/** The expiry of a lease that its holder gave back. */
const GIVEN_BACK = new Date(0);

/** SQLSTATE of a commit whose lease has gone to somebody else. */
const LEASE_LOST = "KL001";

/** Thrown by a commit whose lease has gone to somebody else: nothing of it may stand. */
export class LeaseLost extends Error {
  constructor(duty: string) {
    super(`the lease "${duty}" is held by another node now`);
    this.name = "LeaseLost";
  }
}

export interface Lease {
  readonly duty: string;
  readonly epoch: number;
  readonly holder: string;
  /** False once the deadline has passed on this machine's monotonic clock, or the lease was lost or released. */
  valid(): boolean;
  /** Aborted when the lease is lost or released. */
  readonly signal: AbortSignal;
}

/**
 * Takes the lease if it is free, expired, or was released; `anyway` from whoever has it, because the duty that it goes with is
 * ours now. Returns null when somebody else holds it.
 */
export async function acquireLease(sql: Db, duty: string, holder: string, anyway = false): Promise<{ epoch: number; sentAt: number } | null> {
  const sentAt = performance.now();
  const [row] = await sql<{ epoch: number }[]>`
    INSERT INTO lease (duty, epoch, holder, expires_at) VALUES (${duty}, 1, ${holder}, clock_timestamp() + ${LEASE_MS} * interval '1 ms')
    ON CONFLICT (duty) DO UPDATE SET epoch = lease.epoch + 1, holder = excluded.holder, expires_at = clock_timestamp() + ${LEASE_MS} * interval '1 ms'
    WHERE lease.expires_at <= clock_timestamp() OR ${anyway}
    RETURNING epoch`;
  return row === undefined ? null : { epoch: row.epoch, sentAt };
}

/** Who has the lease, how long still (ms, by the database's clock; 0: it is free), and whether it ran out: nobody gave it back. null: nobody ever had it. */
async function look(sql: Db, duty: string): Promise<{ holder: string; left: number; ranOut: boolean } | null> {
  const [row] = await sql<{ holder: string; left: number; back: boolean }[]>`
    SELECT holder, greatest(0, extract(epoch FROM expires_at - clock_timestamp())::float8 * 1000) AS left, expires_at = ${GIVEN_BACK} AS back FROM lease WHERE duty = ${duty}`;
  return row === undefined ? null : { holder: row.holder, left: row.left, ranOut: row.left === 0 && !row.back };
}

/** Extends the lease by 2 s of the database's clock. False: it is somebody else's, or ran out before we came. */
export async function renewLease(sql: Db, duty: string, epoch: number): Promise<boolean> {
  const rows = await sql`
    UPDATE lease SET expires_at = clock_timestamp() + ${LEASE_MS} * interval '1 ms'
    WHERE duty = ${duty} AND epoch = ${epoch} AND expires_at > clock_timestamp() RETURNING 1`;
  return rows.length === 1;
}

/**
 * Fences a commit: call it first in the transaction. Takes the lease's key FOR KEY SHARE (a take-over waits for this
 * commit) and bounds how long the transaction may sit idle. Throws LeaseLost when the epoch has moved on; the transaction has
 * failed then, whatever was sent behind.
 */
export async function holdLease(tx: Tx, lease: Pick<Lease, "duty" | "epoch">): Promise<void> {
  try {
    // Sent at once: whatever the caller sends together with it goes behind it.
    await tx`
      WITH held AS MATERIALIZED (SELECT 1 FROM lease WHERE duty = ${lease.duty} AND epoch = ${lease.epoch} FOR KEY SHARE)
      SELECT must((SELECT count(*) FROM held) = 1, ${LEASE_LOST}), set_config('idle_in_transaction_session_timeout', ${`${LEASED_IDLE_MS}ms`}, true),
        -- Since PostgreSQL 17.
        CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL THEN set_config('transaction_timeout', ${`${LEASE_MS}ms`}, true) END`.execute();
  } catch (error) {
    throw (error as { code?: string }).code === LEASE_LOST ? new LeaseLost(lease.duty) : error;
  }
}

/** The lease that another one goes with, as this node has it now; null when another node (or nobody) holds it. */
export type Under = () => Lease | null;

export interface KeepOptions {
  duty: string;
  holder: string;
  stop: AbortSignal;
  /**
   * The duty goes with another: it is taken only while this node holds that one, and given back with it. So whatever must hand
   * over in memory (router, sequencer, channels) is on one node, and goes to the next together.
   */
  under?: Under | undefined;
  /** The duty was taken from somebody whose lease ran out: they were stopped or cut off, and may hold locks without knowing. */
  onTakeOver?: (from: string) => void;
  onError?: (error: unknown) => void;
}

/** How often a duty that goes with another looks whether that one is here (in memory). */
const FOLLOW_MS = 20;
/** Past the expiry by so much, so that the attempt does not come a moment early. */
const PAST_EXPIRY_MS = 3;

/**
 * Runs `body` whenever this node holds the lease, again and again until `stop` aborts. The body should return soon after
 * `lease.signal` aborts; the next attempt waits for it. A stopped or finished body releases the lease at once.
 *
 * Whoever waits for somebody else's lease looks every 500 ms, and at its very expiry when that is nearer: a dead holder's duties
 * go on elsewhere two seconds after its last renewal.
 *
 * `sql` should be a small pool of its own, so that renewals never queue behind the work they protect.
 */
export async function keepLease(sql: Db, options: KeepOptions, body: (lease: Lease) => Promise<void>): Promise<void> {
  const { duty, holder, stop, under } = options;
  while (!stop.aborted) {
    if (under !== undefined && under()?.valid() !== true) {
      await pause(FOLLOW_MS, stop);
      continue;
    }
    let taken: { epoch: number; sentAt: number } | null = null;
    let wait = RENEW_MS;
    try {
      // Looked at first: a take-over waits for the holder's commits, and its later ones for the take-over.
      const seen = under === undefined ? await look(sql, duty) : null;
      if (seen === null || seen.left === 0) taken = await acquireLease(sql, duty, holder, under !== undefined);
      if (taken === null) wait = Math.min(RENEW_MS, (seen?.left || (await look(sql, duty))?.left || 0) + PAST_EXPIRY_MS);
      else if (seen?.ranOut === true && seen.holder !== holder) options.onTakeOver?.(seen.holder);
    } catch (error) {
      options.onError?.(error);
    }
    if (taken === null) {
      await pause(wait, stop);
      continue;
    }
    await hold(sql, options, taken, body);
    if (!stop.aborted) await pause(50, stop);
  }
}

async function hold(sql: Db, options: KeepOptions, taken: { epoch: number; sentAt: number }, body: (lease: Lease) => Promise<void>): Promise<void> {
  const { duty, holder, stop } = options;
  const over = new AbortController();
  // Everything that is done under the lease listens for its end: a dozen jobs are no leak.
  setMaxListeners(0, over.signal);
  let deadline = taken.sentAt + LEASE_MS;
  const leader = options.under?.() ?? null;
  const led = () => options.under === undefined || leader?.valid() === true;
  const valid = () => !over.signal.aborted && performance.now() < deadline && led();
  const lease: Lease = { duty, holder, epoch: taken.epoch, signal: over.signal, valid };
  const onStop = () => over.abort();
  stop.addEventListener("abort", onStop, { once: true });
  // It may have aborted while the lease was being acquired: a listener added now would wait for ever.
  if (stop.aborted) onStop();
  leader?.signal.addEventListener("abort", onStop, { once: true });
  if (!led()) onStop();
  const renewing = (async () => {
    while (!over.signal.aborted) {
      await pause(Math.max(0, Math.min(RENEW_MS, deadline - performance.now())), over.signal);
      if (over.signal.aborted) return;
      const sentAt = performance.now();
      try {
        const left = deadline - sentAt;
        if (left <= 0) break;
        const renewed = await within(renewLease(sql, duty, taken.epoch), left);
        if (renewed === false) break;
        if (renewed === true) deadline = sentAt + LEASE_MS;
        else if (performance.now() >= deadline) break;
      } catch (error) {
        options.onError?.(error);
        if (performance.now() >= deadline) break;
      }
    }
    over.abort();
  })();
  try {
    await body(lease);
  } catch (error) {
    if (!(error instanceof LeaseLost)) options.onError?.(error);
  } finally {
    over.abort();
    stop.removeEventListener("abort", onStop);
    leader?.signal.removeEventListener("abort", onStop);
    await renewing;
    // Given back at once, so that a restart does not wait for the expiry; harmless when it is no longer ours.
    await within(
      sql`UPDATE lease SET expires_at = ${GIVEN_BACK} WHERE duty = ${duty} AND epoch = ${taken.epoch}`.then(
        () => true,
        () => false,
      ),
      1_000,
    );
  }
}

/** The value, or undefined when it takes longer than `ms`. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** Sleeps, or returns at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
