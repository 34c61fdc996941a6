import { totalmem } from "node:os";
import type { Db } from "@kommutator/contract/db";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { connect } from "./pool.ts";
import { sessionName } from "./sessions.ts";

/** The pools of this process and the server behind them. */
export interface Database {
  url: string;
  /** Everything; a transaction that sits idle for two seconds is cut, or a stopped process would keep its locks from the others. */
  sql: Db;
  /** Ingest and leased commits: a transaction that sits idle for a second is cut by the server. */
  strict: Db;
  /**
   * The live path: a few rows by their keys, a hundred times a second. Planned once for each connection (planning the screens' wide view
   * takes 17 ms, reading it 2), and never by reading a whole table.
   */
  lookups: Db;
  /** The router's engine: a decision waits for nobody's query. */
  engine: Db;
  /** Renewals only, so that they never queue behind work. */
  leases: Db;
  close(): Promise<void>;
}

const DATABASE_NAME = "kommutator";

/** The server's own cache: an eighth of the machine's memory, 128 MB (PostgreSQL's default) to 1 GB. */
export function sharedBuffers(memory = totalmem()): string {
  return `${Math.min(1024, Math.max(128, Math.floor(memory / 8 / 1024 / 1024)))}MB`;
}

/** Opens (and, without `url`, starts) the database and brings its tables up to date. Waits up to `patienceMs` for an external one. */
export async function openDatabase(options: {
  url: string | null;
  dataDir: string;
  /** Stands in the names of the sessions (sessions.ts). */
  mark: string;
  say: (text: string) => void;
  patienceMs?: number;
}): Promise<Database> {
  const server =
    options.url === null
      ? await startEmbedded(`${options.dataDir}/pg`, {
          say: options.say,
          flags: ["-c max_connections=200", "-c max_wal_size=2GB", `-c shared_buffers=${sharedBuffers()}`],
        })
      : null;
  const url = server === null ? (options.url as string) : await ownDatabase(server);
  const first = connect(url, { max: 1 });
  try {
    await reachable(first, options.patienceMs ?? 30_000);
    await migrate(first);
  } finally {
    await first.end({ timeout: 1 });
  }
  const named = (pool: string) => sessionName(pool, options.mark);
  const sql = connect(url, { max: 20, applicationName: named("kommutator"), idleInTransactionMs: 2_000 });
  const strict = connect(url, { max: 14, applicationName: named("kommutator-ingest"), idleInTransactionMs: 1_000, byKeyOnly: true });
  const lookups = connect(url, { max: 6, applicationName: named("kommutator-lookups"), byKeyOnly: true });
  const engine = connect(url, { max: 3, applicationName: named("kommutator-router"), idleInTransactionMs: 1_000 });
  const leases = connect(url, { max: 3, applicationName: named("kommutator-leases") });
  return {
    url,
    sql,
    strict,
    lookups,
    engine,
    leases,
    async close() {
      await Promise.all([sql, strict, lookups, engine, leases].map((pool) => pool.end({ timeout: 5 })));
      await server?.stop();
    },
  };
}

async function ownDatabase(server: EmbeddedServer): Promise<string> {
  const admin = connect(server.url, { max: 1 });
  try {
    const [known] = await admin`SELECT 1 FROM pg_database WHERE datname = ${DATABASE_NAME}`;
    if (known === undefined) {
      await admin.unsafe(`CREATE DATABASE ${DATABASE_NAME}`).catch((error: { code?: string }) => {
        // Two starts at once: the other one made it.
        if (error.code !== "42P04" && error.code !== "23505") throw error;
      });
    }
  } finally {
    await admin.end();
  }
  return server.url.replace(/\/postgres$/, `/${DATABASE_NAME}`);
}

async function reachable(sql: Db, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      await sql`SELECT 1`;
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`the database does not answer: ${(error as Error).message}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
