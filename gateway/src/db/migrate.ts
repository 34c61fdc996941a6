import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Db } from "@kommutator/contract/db";
import { Logger, runMigrations } from "graphile-worker";
import { endJobsPool, jobsPool } from "./jobs-pool.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const OWNERS = ["crm-core", "gateway", "routing"];
/** Any number that nobody else uses: the advisory lock under which migrations run. */
const MIGRATION_LOCK = 7_206_501;

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

/** All owners' migrations as one sequence; a number used twice or skipped is an error. */
export async function readMigrations(): Promise<Migration[]> {
  const found: Migration[] = [];
  for (const owner of OWNERS) {
    const dir = join(ROOT, owner, "migrations");
    for (const name of (await readdir(dir)).filter((f) => f.endsWith(".sql"))) {
      const sql = await readFile(join(dir, name), "utf8");
      found.push({ version: Number.parseInt(name, 10), name: `${owner}/${name}`, sql, checksum: createHash("sha256").update(sql).digest("hex") });
    }
  }
  found.sort((a, b) => a.version - b.version);
  found.forEach((m, i) => {
    if (m.version !== i + 1) throw new Error(`migration ${m.name}: expected number ${i + 1}`);
  });
  return found;
}

const quiet = new Logger(() => () => undefined);

/** The address of the database that a pool is connected to. */
function urlOf(sql: Db): string {
  const { host, port, user, pass, database } = sql.options as unknown as {
    host: string[];
    port: number[];
    user: string;
    pass: string | null;
    database: string;
  };
  const password = pass === null || pass === "" ? "" : `:${encodeURIComponent(pass)}`;
  return `postgres://${encodeURIComponent(user)}${password}@${host[0]}:${port[0]}/${encodeURIComponent(database)}`;
}

/** Applies what is missing, each migration in a transaction, all under one advisory lock: two starts at once are harmless. */
export async function migrate(sql: Db): Promise<number> {
  const migrations = await readMigrations();
  return sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`;
    await tx`CREATE TABLE IF NOT EXISTS schema_migration (version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
    const done = new Map(
      (await tx<{ version: number; checksum: string }[]>`SELECT version, checksum FROM schema_migration`).map((r) => [r.version, r.checksum]),
    );
    let applied = 0;
    for (const m of migrations) {
      const checksum = done.get(m.version);
      if (checksum === m.checksum) continue;
      if (checksum !== undefined) throw new Error(`migration ${m.name} was changed after it was applied`);
      await tx.unsafe(m.sql);
      await tx`INSERT INTO schema_migration (version, name, checksum) VALUES (${m.version}, ${m.name}, ${m.checksum})`;
      applied++;
    }
    // The job queue's own schema, in its own transactions; under our lock, so that two starts do not make it twice.
    const pgPool = jobsPool(urlOf(sql), 2);
    try {
      await runMigrations({ pgPool, noHandleSignals: true, logger: quiet });
    } finally {
      endJobsPool(pgPool);
    }
    return applied;
  });
}
