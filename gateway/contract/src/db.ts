import type { Sql, TransactionSql } from "postgres";

/** Our pool: `bigint` and `numeric` columns are read as numbers (see gateway/src/db/pool.ts). */
export type Db = Sql<{ bigint: number; numeric: number }>;

/** A transaction handle; whoever receives one takes part in the caller's commit. */
export type Tx = TransactionSql<{ bigint: number; numeric: number }>;

/**
 * Waits for statements of one transaction that went out together. Unlike Promise.all it returns only when each has ended: after a
 * failure nothing may still be on its way to the connection, where it would run outside the transaction that is rolled back.
 * Throws the first failure that is not merely "the transaction is aborted" (25P02).
 */
export async function together<T extends readonly unknown[] | []>(work: T): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  const ended = await Promise.allSettled(work);
  const errors = ended.flatMap((e) => (e.status === "rejected" ? [e.reason as unknown] : []));
  if (errors.length > 0) throw errors.find((e) => (e as { code?: string }).code !== "25P02") ?? errors[0];
  return ended.map((e) => (e as PromiseFulfilledResult<unknown>).value) as { -readonly [P in keyof T]: Awaited<T[P]> };
}

/**
 * The last statements of a transaction, and its commit behind them without waiting for their answers: one round trip less. `work` has
 * been started; what of it can be sent without an answer is sent, then the commit. So a condition on which the transaction depends must be
 * the database's own error (`must` in SQL), and nothing may be asked afterwards: the driver refuses it. When any of the work has
 * failed already, nothing is committed. Resolves when the transaction stands; throws as `together` does when it does not.
 */
export async function commitWith<T extends readonly unknown[] | []>(tx: Tx, work: T): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  let failed = false;
  for (const one of work) Promise.resolve(one).catch(() => (failed = true));
  // The next tick comes when everything that waits for no answer has run.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  if (failed) return together(work);
  const committed = (tx as unknown as { commit(): Promise<unknown> }).commit();
  const [done] = await together([together(work), committed]);
  return done;
}
