import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelEvent } from "@kommutator/contract/channel";
import { expect } from "vitest";
import { seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { callOffered, chatMessage, lineChannel } from "./core.ts";
import { LineProvider } from "./line-provider.ts";
import { PgProxy } from "./pg-proxy.ts";

/** The connections between the receipt of an event and its commit, and the first message that is one of theirs. */
export const WATCH = /^kommutator(-ingest)?$/;
const FROM = /INSERT INTO raw_event|\{"c":"|call\.offered/;
/** What is asked for a call that was announced names it. */
const FROM_ANNOUNCED = /a call that was announced/;
export const firstOf = (subject: Subject): RegExp => (subject.announced === true ? FROM_ANNOUNCED : FROM);

/** What is received: made anew under each key. */
export interface Subject {
  what: string;
  /** By the short way: stored, ingested and decided in one transaction. */
  atOnce?: true;
  /** The provider says beforehand that it comes: the transaction begins before the event. */
  announced?: true;
  event(key: string): ChannelEvent;
}
let counter = 0;
const call = (key: string) => callOffered(key, `+7701${String(1_000_000 + ++counter).slice(-7)}`);
export const SUBJECTS: Subject[] = [
  { what: "a message", event: (key) => chatMessage(`visitor-${key}`, key, "good day") },
  { what: "a call", event: call },
  { what: "a call that is decided at once", atOnce: true, event: call },
  { what: "a call that was announced", atOnce: true, announced: true, event: call },
];

/** A database behind a proxy that can stop at any protocol message, and a provider that delivers again what was not acknowledged. */
export interface Line {
  database: TestDatabase;
  proxy: PgProxy;
  provider: LineProvider;
  blobDir: string;
  /** Has the event of this key been ingested? */
  ingested(key: string): Promise<boolean>;
  /** Exactly one of everything that the event makes; a caller whose identification took too long has the job that does it afterwards. */
  standsOnce(key: string): Promise<void>;
  close(): Promise<void>;
}

export async function openLine(): Promise<Line> {
  const database = await testDatabase();
  const { sql } = database;
  const company = await seedCompany(sql);
  const proxy = await PgProxy.start(database.url);
  const provider = await LineProvider.start();
  const blobDir = await mkdtemp(join(tmpdir(), "kommutator-faults-"));
  const channelId = await lineChannel(sql, company.queueId, provider.port);
  return {
    database,
    proxy,
    provider,
    blobDir,
    ingested: async (key) =>
      (await sql`SELECT 1 FROM raw_event WHERE channel_id = ${channelId} AND event_key IN (${key}, ${`${key}:offered`}) AND state = 'done'`).length === 1,
    async standsOnce(key) {
      const [n] = await sql`
        WITH d AS (SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key IN (${key}, ${`visitor-${key}`}))
        SELECT (SELECT count(*)::int FROM raw_event WHERE channel_id = ${channelId} AND event_key IN (${key}, ${`${key}:offered`}) AND state = 'done') AS raw,
          (SELECT count(*)::int FROM d) AS dialogs,
          (SELECT count(*)::int FROM message WHERE dialog_id IN (SELECT id FROM d)) + (SELECT count(*)::int FROM call WHERE dialog_id IN (SELECT id FROM d)) AS things,
          (SELECT count(*)::int FROM dialog_event WHERE dialog_id IN (SELECT id FROM d) AND kind = 'dialog.opened') AS events,
          (SELECT count(*)::int FROM routing_input WHERE input->>'dialogId' IN (SELECT id::text FROM d) AND input->>'kind' = 'dialog.opened')
            + (SELECT count(*)::int FROM entry WHERE dialog_id IN (SELECT id FROM d)) AS inputs,
          (SELECT count(*)::int FROM dialog_party WHERE dialog_id IN (SELECT id FROM d))
            + (SELECT count(*)::int FROM graphile_worker.jobs WHERE task_identifier = 'identify' AND key IN (SELECT 'identify:' || id FROM d)) AS parties`;
      expect(
        Object.entries(n as Record<string, number>).filter(([, count]) => count !== 1),
        `${key}: there is one of each but`,
      ).toEqual([]);
    },
    async close() {
      await proxy.close();
      await provider.close();
      await database.drop();
      await rm(blobDir, { recursive: true, force: true });
    },
  };
}

/** Visits index 0, 1, 2 … until nothing more comes at three indexes in a row. Returns how many were visited. The keys are new at each try. */
export async function everyIndex(trial: (index: number, key: string) => Promise<boolean>, subject: string): Promise<number> {
  const name = `${subject} ${randomBytes(3).toString("hex")}`;
  let visited = 0;
  for (let index = 0, beyond = 0; beyond < 3; index++) {
    const hit = await trial(index, `${name}-${index}`);
    if (hit) {
      visited++;
      beyond = 0;
    } else beyond++;
  }
  return visited;
}
