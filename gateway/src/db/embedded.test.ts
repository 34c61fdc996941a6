import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { connect } from "./pool.ts";

let root: string;
const servers = new Set<EmbeddedServer>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "kommutator-embedded-"));
  await chmod(root, 0o755);
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  await rm(root, { recursive: true, force: true });
});
const started = async (...args: Parameters<typeof startEmbedded>) => {
  const server = await startEmbedded(...args);
  servers.add(server);
  return server;
};

test("two starts at once make one server; the data of a cut-off initdb is thrown away; an orphan is found and used again", { timeout: 120_000 }, async () => {
  const dir = join(root, "pg");
  await mkdir(join(root, "pg.new"));
  await writeFile(join(root, "pg.new", "PG_VERSION"), "18\n");
  const [a, b] = await Promise.all([started(dir), started(dir)]);
  expect(a.url).toBe(b.url);
  // Nobody stops it: as after a kill -9 of ours.
  const orphan = await started(dir);
  expect(orphan.port).toBe(a.port);
  const sql = connect(orphan.url, { max: 1 });
  // Under the locale C a Cyrillic name resembles nothing.
  await sql`CREATE EXTENSION IF NOT EXISTS pg_trgm`;
  const [row] = await sql<{ likeness: number }[]>`SELECT similarity('Нурланов', 'нурланова') AS likeness`;
  expect(row?.likeness).toBeGreaterThan(0.5);
  await sql.end();
  await a.stop();
  const again = await started(dir, { port: a.port });
  expect(again.port).toBe(a.port);
});

test("a port that is taken is not the end: another is found", { timeout: 120_000 }, async () => {
  const first = await started(join(root, "pg"));
  const second = await started(join(root, "other"), { port: first.port });
  expect(second.port).not.toBe(first.port);
});

test("root in a 0700 home: the data goes where the server's user can reach it, and it is said", { timeout: 120_000 }, async () => {
  const home = join(root, "home");
  await mkdir(home, { mode: 0o700 });
  const said: string[] = [];
  const server = await started(join(home, "data", "pg"), { say: (text) => said.push(text) });
  if (process.getuid?.() === 0) {
    expect(server.dir.startsWith("/var/lib/kommutator/")).toBe(true);
    expect(said.join()).toContain(server.dir);
    await server.stop();
    await rm(dirname(server.dir), { recursive: true, force: true });
  } else expect(server.dir).toBe(join(home, "data", "pg"));
});
