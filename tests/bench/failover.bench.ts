import type { Db } from "@kommutator/contract/db";
import { type Books, compareBooks } from "../faults/failover/books.ts";
import { startCluster } from "../faults/failover/cluster.ts";
import { playRound, type Round, STRIKES } from "../faults/failover/round.ts";
import { Traffic } from "../faults/failover/traffic.ts";
import type { BenchResult } from "./run.ts";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 20);
const CALLS = Number(process.env["BENCH_CALLS"] ?? 20);
const MESSAGES = Number(process.env["BENCH_MESSAGES"] ?? 100);
const AGENTS = Number(process.env["BENCH_AGENTS"] ?? 30);
const BUDGET_MS = 3_000;

/**
 * Take-over: two nodes on one database and one real Asterisk, under calls and messages that never pause. In each round the node that
 * has the duties is killed, stopped, or cut from the database, and comes back. Measured at the wire and in the rows: the time to the
 * other node's first decision, talks that broke off, rows and ARI requests of the struck node after it had been taken over; at the end
 * every caller and every acknowledged message must stand in the books, once. A round that fails counts as such and the others go on.
 */
export default async function failover(): Promise<BenchResult> {
  const cluster = await startCluster();
  let traffic: Traffic | null = null;
  try {
    traffic = await Traffic.open(cluster, { agents: AGENTS, callsPerSecond: CALLS, messagesPerSecond: MESSAGES, visitors: 50 });
    traffic.start();
    const rounds: Round[] = [];
    const failed: string[] = [];
    for (let i = 0; i < ROUNDS; i++)
      for (const strike of STRIKES) {
        try {
          const round = await playRound(cluster, traffic, strike);
          rounds.push(round);
          process.stderr.write(`  ${i + 1} ${JSON.stringify(round)}\n`);
        } catch (error) {
          failed.push(`${strike}: ${(error as Error).message}`);
          process.stderr.write(`  ${i + 1} ${strike} could not be played: ${(error as Error).message}\n`);
        }
      }
    await traffic.stop();
    const books = await compareBooks(cluster, traffic);
    return result(rounds, failed, books, await durability(cluster.db.sql));
  } finally {
    traffic?.close();
    await cluster.close();
  }
}

async function durability(sql: Db): Promise<Record<string, unknown>> {
  const [row] = await sql`SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit`;
  return { ...row };
}

function result(rounds: Round[], failed: string[], books: Books, settings: Record<string, unknown>): BenchResult {
  const of = (strike: string) => {
    const ms = rounds.filter((r) => r.strike === strike).map((r) => Math.round(r.decisionMs));
    ms.sort((a, b) => a - b);
    return { rounds: ms.length, decisionMs: { p50: ms[ms.length >> 1], max: ms.at(-1) } };
  };
  const worst = Math.max(0, ...rounds.map((r) => r.decisionMs));
  const sum = (count: (r: Round) => number) => rounds.reduce((n, r) => n + count(r), 0);
  const lateRows = sum((r) => r.lateRows.reduce((n, row) => n + row.n, 0));
  const lateRequests = sum((r) => r.lateRequests.length);
  const dropped = sum((r) => r.talksDropped);
  const none = (name: string, n: number) => ({ name, limit: "0", measured: String(n), pass: n === 0 });
  return {
    name: "failover",
    conditions: { ...settings, nodes: 2, callsPerSecond: CALLS, messagesPerSecond: MESSAGES, agents: AGENTS, roundsOfEach: ROUNDS },
    figures: {
      ...Object.fromEntries(STRIKES.map((strike) => [strike, of(strike)])),
      ringMsMax: Math.max(0, ...rounds.map((r) => r.ringMs)),
      longestSilenceMs: Math.max(0, ...rounds.map((r) => r.longestSilenceMs)),
      books: { ...books, callsLost: books.callsLost.length },
      failedRounds: failed,
      late: rounds.flatMap((r) => [...r.lateRows.map((row) => `${r.strike}: ${row.n} of ${row.relation} ${row.what ?? ""}`), ...r.lateRequests]).slice(0, 20),
    },
    budgets: [
      { name: "time to the next decision, worst", limit: `< ${BUDGET_MS} ms`, measured: `${worst} ms`, pass: worst < BUDGET_MS && rounds.length > 0 },
      none("rounds that could not be played", failed.length),
      none("talks dropped", dropped),
      none("callers lost", books.callsLost.length),
      none("calls or messages twice, or out of order", books.callsTwice + books.messagesTwice + books.outOfOrder),
      none("messages lost", books.messagesLost),
      none("offers doubled", books.offersDoubled),
      none("rows of the struck node after it was taken over", lateRows),
      none("ARI requests of the struck node after it was taken over", lateRequests),
    ],
  };
}
