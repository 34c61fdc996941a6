import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Db } from "@kommutator/contract/db";
import { type EmbeddedServer, startEmbedded } from "@kommutator/gateway/db/embedded";
import { migrate } from "@kommutator/gateway/db/migrate";
import { connect } from "@kommutator/gateway/db/pool";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedCompany } from "../support/company.ts";
import { Child } from "./support/child.ts";
import { chatMessage, eventually, lineChannel } from "./support/core.ts";
import { LineProvider } from "./support/line-provider.ts";

/** The whole house as a process, on a PostgreSQL of its own that may be crashed. */
const THREADS = 20;
const PER_THREAD = 25;
let server: EmbeddedServer;
let dir: string;
let provider: LineProvider;
let channelId: string;
let env: Record<string, string>;
let url: string;

async function withSql<T>(work: (sql: Db) => Promise<T>): Promise<T> {
  const sql = connect(url, { max: 2 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-crash-"));
  await promisify(execFile)("chmod", ["755", dir]);
  server = await startEmbedded(join(dir, "pg"));
  url = server.url;
  provider = await LineProvider.start();
  await withSql(async (sql) => {
    await migrate(sql);
    const company = await seedCompany(sql);
    channelId = await lineChannel(sql, company.queueId, provider.port);
  });
  env = { DATABASE_URL: url, DATA_DIR: join(dir, "data"), PORT: "0", UI_DIR: "none", LOG_LEVEL: "error" };
}, 120_000);
afterAll(async () => {
  await provider.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Delivers messages thread by thread in turn; `half` is called once, when half of them are acknowledged. */
async function deliverAll(round: string, half: () => Promise<void>): Promise<void> {
  let acknowledged = 0;
  let happened: Promise<void> | null = null;
  const threads = Array.from({ length: THREADS }, async (_, t) => {
    for (let i = 0; i < PER_THREAD; i++) {
      await provider.deliver(chatMessage(`${round}-${t}`, `${round}-${t}-${i}`, `message ${i}`)).acknowledged;
      acknowledged++;
      if (acknowledged >= (THREADS * PER_THREAD) / 2) happened ??= half();
    }
  });
  await Promise.all(threads);
  await happened;
}

async function eachStandsOnceInOrder(round: string): Promise<void> {
  await eventually(
    "all are ingested and stamped",
    () =>
      withSql(async (sql) => {
        const [row] = await sql<{ pending: number; stamped: number }[]>`
          SELECT (SELECT count(*)::int FROM raw_event WHERE state <> 'done') AS pending,
            (SELECT count(*)::int FROM dialog_event e JOIN dialog d ON d.id = e.dialog_id WHERE e.kind = 'message.stored' AND e.position IS NOT NULL AND d.thread_key LIKE ${`${round}-%`}) AS stamped`;
        return row?.pending === 0 && row.stamped === THREADS * PER_THREAD;
      }),
    60_000,
  );
  await withSql(async (sql) => {
    const rows = await sql<{ thread_key: string; keys: string[]; seqs: number[]; dialogs: number }[]>`
      SELECT m.thread_key, array_agg(m.message_key ORDER BY m.seq) AS keys, array_agg(m.seq ORDER BY m.seq) AS seqs, count(DISTINCT m.dialog_id)::int AS dialogs
      FROM message m WHERE m.channel_id = ${channelId} AND m.thread_key LIKE ${`${round}-%`} AND m.direction = 'in' GROUP BY 1`;
    expect(rows.length).toBe(THREADS);
    for (const row of rows) {
      expect(row.dialogs).toBe(1);
      expect(row.keys).toEqual(Array.from({ length: PER_THREAD }, (_, i) => `${row.thread_key}-${i}`));
    }
    const events = await sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM (SELECT payload->>'messageId' AS id, count(*) FROM dialog_event WHERE kind = 'message.stored' GROUP BY 1 HAVING count(*) > 1) twice`;
    expect(events[0]?.n).toBe(0);
  });
}

test("kill -9 in the middle of 500 messages: every acknowledged message stands once, in order", { timeout: 180_000 }, async () => {
  let house = new Child("house-main.ts", env);
  await house.ready;
  await eventually("the adapter is connected", () => provider.connections === 1);
  await deliverAll("killed", async () => {
    await house.kill("SIGKILL");
    house = new Child("house-main.ts", env);
    await house.ready;
  });
  await eachStandsOnceInOrder("killed");
  console.log(`kill -9 among ${THREADS * PER_THREAD} messages: ${provider.acknowledged.size} acknowledged, each stands once, in order`);
  await house.kill("SIGTERM");
});

test("PostgreSQL crashes and restarts in the middle of 500 more: every acknowledged message stands once, in order", { timeout: 180_000 }, async () => {
  const house = new Child("house-main.ts", env);
  await house.ready;
  await eventually("the adapter is connected", () => provider.connections === 1);
  await deliverAll("crashed", async () => {
    const port = server.port;
    await server.stop("immediate");
    server = await startEmbedded(join(dir, "pg"), { port });
    expect(server.port).toBe(port);
  });
  await eachStandsOnceInOrder("crashed");
  expect(house.process.exitCode).toBeNull();
  console.log(`crash of PostgreSQL among ${THREADS * PER_THREAD} messages: each stands once, in order; the process lives`);
  await house.kill("SIGTERM");
});
