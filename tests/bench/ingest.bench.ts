import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Db } from "@kommutator/contract/db";
import { createCrm } from "@kommutator/crm-core";
import { connect } from "@kommutator/gateway/db/pool";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createIngest } from "@kommutator/gateway/dialogs/ingest";
import { createRawEvents } from "@kommutator/gateway/inbound/raw-events";
import { createBlobStore } from "@kommutator/gateway/media/blob-store";
import { insertInputs } from "@kommutator/routing/shell/inputs";
import { seedCompany } from "../support/company.ts";
import { testDatabase } from "../support/database.ts";
import type { BenchResult } from "./run.ts";

const REPORTERS = 16;
const MESSAGES = Number(process.env["BENCH_MESSAGES"] ?? 16_000);
/** Visitors who write; each opens one dialog and is identified once (a lead, a contact point). */
const THREADS = 400;
const TEXT = "Здравствуйте! Подскажите, пожалуйста, когда приедет наш заказ № 48213 и можно ли доставить его в субботу до обеда?";
/** Tables whose rows the messages make, with how many bytes do not matter: the same rows are inserted again raw. */
const TABLES = ["raw_event", "message", "dialog_event", "routing_input", "dialog", "dialog_party", "lead", "contact_point", "audit_log"] as const;

/**
 * Durable ingest: 16 reporters, each waiting for its acknowledgement, until every message is committed as a dialog's message
 * with its event and its router's input. Beside it, in the same run and by the same driver, raw batched inserts of the very
 * same rows into empty copies of the same tables (indexes included). Budgets: >= 2,500 messages/s, >= 35 % of raw rows/s.
 */
export default async function run(): Promise<BenchResult> {
  const database = await testDatabase({ max: 20 });
  const { sql } = database;
  const dir = await mkdtemp(join(tmpdir(), "kommutator-bench-"));
  try {
    const company = await seedCompany(sql);
    const [channel] = await sql<{ id: string }[]>`INSERT INTO channel (kind, name, queue_id) VALUES ('web-chat', 'bench', ${company.queueId}) RETURNING id`;
    const before = await counts(sql);
    const seconds = await ingestAll(sql, database.url, channel?.id as string, dir);
    const after = await counts(sql);
    const rows = TABLES.reduce((sum, t) => sum + (after[t] ?? 0) - (before[t] ?? 0), 0);
    const raw = await rawInserts(sql);
    const [settings] = await sql<{ fsync: string; commit: string; logged: boolean }[]>`
      SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
        NOT EXISTS (SELECT FROM pg_class WHERE relpersistence <> 'p' AND relkind = 'r' AND relnamespace = 'public'::regnamespace) AS logged`;
    const rowsPerS = Math.round(rows / seconds);
    const messagesPerS = Math.round(MESSAGES / seconds);
    const share = rowsPerS / raw;
    const result: BenchResult = {
      name: "ingest",
      conditions: { fsync: settings?.fsync, synchronousCommit: settings?.commit, loggedTables: settings?.logged, cores: availableParallelism() },
      figures: {
        reporters: REPORTERS,
        messages: MESSAGES,
        visitors: THREADS,
        messagesPerS,
        rows,
        rowsPerS,
        rawBatchedRowsPerS: raw,
        shareOfRaw: Number(share.toFixed(3)),
      },
      budgets: [
        { name: "durable messages, 16 concurrent reporters", limit: ">= 2500/s", measured: `${messagesPerS}/s`, pass: messagesPerS >= 2_500 },
        { name: "share of raw batched inserts of the same rows", limit: ">= 35 %", measured: `${(share * 100).toFixed(1)} %`, pass: share >= 0.35 },
      ],
    };
    if (settings?.fsync !== "on" || settings.commit !== "on" || !settings.logged) throw new Error("not durable: the figures would mean nothing");
    return result;
  } finally {
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function ingestAll(sql: Db, url: string, channelId: string, dir: string): Promise<number> {
  const strict = connect(url, { max: 6, applicationName: "kommutator-ingest", idleInTransactionMs: 1_000 });
  const leases = connect(url, { max: 2 });
  const clock = { now: () => Date.now() };
  const enqueue = async (tx: Parameters<typeof insertInputs>[0], inputs: Parameters<typeof insertInputs>[1]) => void (await insertInputs(tx, inputs));
  const { identify } = createCrm({ sql, emit, enqueue, clock });
  const log = { warn: (d: object, m: string) => console.error(m, d), error: (d: object, m: string) => console.error(m, d) };
  const ingest = createIngest({ sql: strict, leaseSql: leases, holder: "bench", log, emit, enqueue, identify, now: clock.now, onCommitted: () => undefined });
  const raw = createRawEvents(sql, createBlobStore(dir), (lane) => ingest.wake(lane));
  ingest.start();
  const message = (n: number) => {
    const visitor = `visitor-${n % THREADS}`;
    return {
      kind: "message.received" as const,
      eventKey: `m-${n}`,
      messageKey: `m-${n}`,
      occurredAt: Date.now(),
      thread: { key: visitor },
      from: { kind: "site_visitor" as const, value: visitor, displayName: `Visitor ${n % THREADS}` },
      text: `${TEXT} (${n})`,
      nature: "human" as const,
    };
  };
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: REPORTERS }, async () => {
      while (next < MESSAGES) await raw.report(channelId, message(next++));
    }),
  );
  for (;;) {
    const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM raw_event WHERE state = 'pending'`;
    if (row?.n === 0) break;
    await new Promise((r) => setTimeout(r, 5));
  }
  const seconds = (performance.now() - begun) / 1000;
  const [check] = await sql<{ messages: number; ordered: boolean }[]>`
    SELECT count(*)::int AS messages, bool_and(next_seq - 1 = n) AS ordered FROM (SELECT d.next_seq, count(*) AS n FROM message m JOIN dialog d ON d.id = m.dialog_id GROUP BY d.id) x`.then(
    async (r) => [{ messages: (await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM message`)[0]?.n ?? 0, ordered: r[0]?.ordered ?? false }],
  );
  if (check?.messages !== MESSAGES || !check.ordered) throw new Error(`rows are missing: ${JSON.stringify(check)}`);
  await ingest.stop();
  await Promise.all([strict.end(), leases.end()]);
  return seconds;
}

async function counts(sql: Db): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const table of TABLES) result[table] = (await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM ${sql(table)}`)[0]?.n ?? 0;
  return result;
}

/** The same rows into empty copies of their tables: multi-row inserts of 250, four at once, each its own commit. Rows a second. */
async function rawInserts(sql: Db): Promise<number> {
  const batches: { table: string; columns: string; rows: string; n: number }[] = [];
  for (const table of TABLES) {
    await sql.unsafe(`CREATE TABLE raw_${table} (LIKE ${table} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES)`);
    const columns = (
      await sql<
        { c: string }[]
      >`SELECT column_name AS c FROM information_schema.columns WHERE table_name = ${table} AND table_schema = 'public' AND is_generated = 'NEVER'`
    ).map((r) => `"${r.c}"`);
    const all = await sql.unsafe<{ r: unknown }[]>(`SELECT to_json(t) AS r FROM ${table} t`);
    for (let i = 0; i < all.length; i += 250) {
      const part = all.slice(i, i + 250).map((x) => x.r);
      batches.push({ table, columns: columns.join(","), rows: JSON.stringify(part), n: part.length });
    }
  }
  let next = 0;
  let rows = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (next < batches.length) {
        const b = batches[next++];
        if (b === undefined) return;
        await sql.unsafe(`INSERT INTO raw_${b.table} (${b.columns}) SELECT ${b.columns} FROM json_populate_recordset(NULL::${b.table}, $1::text::json)`, [
          b.rows,
        ]);
        rows += b.n;
      }
    }),
  );
  return Math.round(rows / ((performance.now() - begun) / 1000));
}
