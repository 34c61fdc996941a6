import type { Sql, TransactionSql } from "postgres";

/** Our pool: `bigint` and `numeric` columns are read as numbers (see gateway/src/db/pool.ts). */
export type Db = Sql<{ bigint: number; numeric: number }>;

/** A transaction handle; whoever receives one takes part in the caller's commit. */
export type Tx = TransactionSql<{ bigint: number; numeric: number }>;
