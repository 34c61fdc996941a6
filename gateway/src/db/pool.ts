import type { Db } from "@kommutator/contract/db";
import postgres from "postgres";
import { openSocket } from "./socket.ts";

/** A pool whose `bigint` and `numeric` are numbers: our ids, positions and sums stay far below 2^53. */
export function connect(url: string, options: { max?: number; applicationName?: string; idleInTransactionMs?: number; byKeyOnly?: boolean } = {}): Db {
  return postgres(url, {
    max: options.max ?? 10,
    onnotice: () => undefined,
    // A database that restarts is back in a second or two: no growing pauses between attempts.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1),
    connect_timeout: 10,
    ...(hosts(url) > 1 ? {} : { socket: openSocket }),
    connection: {
      // Short queries only: compiling a plan would cost more than running it.
      jit: false,
      // Disks without arms, and indexes in memory: otherwise a history of ten thousand items is sorted instead of read in its order.
      random_page_cost: 1.1,
      // Rows by their keys, over and over: planned once, perhaps while a new house's tables are empty, and by the index of each for all that.
      ...(options.byKeyOnly === true
        ? { plan_cache_mode: "force_generic_plan", enable_seqscan: false, enable_material: false, enable_hashjoin: false, enable_mergejoin: false }
        : {}),
      application_name: options.applicationName ?? "kommutator",
      idle_in_transaction_session_timeout: options.idleInTransactionMs ?? 0,
    },
    types: {
      bigint: { to: 20, from: [20], serialize: (v: number) => String(v), parse: (v: string) => Number(v) },
      numeric: { to: 1700, from: [1700], serialize: (v: number) => String(v), parse: (v: string) => Number(v) },
    },
  }) as unknown as Db;
}

/** Several hosts in one URL are tried in turn by the driver's own socket. */
const hosts = (url: string): number => (/@([^/?]+)/.exec(url)?.[1] ?? "").split(",").length;
