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
