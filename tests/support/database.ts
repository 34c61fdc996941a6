import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Db } from "@kommutator/contract/db";
import { startEmbedded } from "@kommutator/gateway/db/embedded";
import { migrate, readMigrations } from "@kommutator/gateway/db/migrate";
import { sharedBuffers } from "@kommutator/gateway/db/open";
import { connect } from "@kommutator/gateway/db/pool";

export interface TestDatabase {
  sql: Db;
  url: string;
  drop(): Promise<void>;
}

/**
 * A fresh, migrated database of its own, cloned from a template (about 50 ms). The server is shared by every
 * test process of this machine and stays up between runs; default durability (fsync on), as in production.
 */
export async function testDatabase(options: { max?: number } = {}): Promise<TestDatabase> {
  const dir = process.env["KOMMUTATOR_TEST_PG"] ?? join(tmpdir(), "kommutator-test-pg", "data");
  await mkdir(join(dir, ".."), { recursive: true });
  const server = await startEmbedded(dir, { flags: ["-c max_connections=400", `-c shared_buffers=${sharedBuffers()}`] });
  const admin = connect(server.url, { max: 1 });
  const migrations = await readMigrations();
  const template = `tpl_${createHash("sha256")
    .update(migrations.map((m) => m.checksum).join())
    .digest("hex")
    .slice(0, 16)}`;
  const name = `t_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  const at = (db: string) => server.url.replace(/\/postgres$/, `/${db}`);
  try {
    await admin.unsafe("SELECT pg_advisory_lock(815)");
    const [known] = await admin`SELECT 1 FROM pg_database WHERE datname = ${template} AND datistemplate`;
    if (known === undefined) {
      await admin.unsafe(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
      await admin.unsafe(`CREATE DATABASE ${template}`);
      const sql = connect(at(template), { max: 1 });
      await migrate(sql);
      await sql.end();
      await admin.unsafe(`ALTER DATABASE ${template} IS_TEMPLATE true`);
    }
    await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  } finally {
    await admin.end();
  }
  const url = at(name);
  const sql = connect(url, { max: options.max ?? 10 });
  return {
    sql,
    url,
    async drop() {
      await sql.end({ timeout: 2 });
      const again = connect(server.url, { max: 1 });
      await again.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await again.end();
    },
  };
}
