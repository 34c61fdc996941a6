import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelEvent } from "@kommutator/contract/channel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedCompany } from "../support/company.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { bundleCore } from "./support/bundle.ts";
import { callOffered, chatMessage, eventually, lineChannel, startCore } from "./support/core.ts";
import { LineProvider } from "./support/line-provider.ts";
import { PgProxy } from "./support/pg-proxy.ts";

/**
 * Between the receipt of an event and its commit everything may die at every message of the database's protocol. The
 * provider delivers again what was not acknowledged, and one thing must stand.
 */
let database: TestDatabase;
let proxy: PgProxy;
let provider: LineProvider;
let blobDir: string;
let channelId: string;
beforeAll(async () => {
  database = await testDatabase();
  const company = await seedCompany(database.sql);
  proxy = await PgProxy.start(database.url);
  provider = await LineProvider.start();
  blobDir = await mkdtemp(join(tmpdir(), "kommutator-faults-"));
  channelId = await lineChannel(database.sql, company.queueId, provider.port);
});
afterAll(async () => {
  await proxy.close();
  await provider.close();
  await database.drop();
  await rm(blobDir, { recursive: true, force: true });
});

const WATCH = /^kommutator(-ingest)?$/;
const FROM = /INSERT INTO raw_event|\{"c":"/;
let counter = 0;

interface Subject {
  what: string;
  event(key: string): ChannelEvent;
}
const SUBJECTS: Subject[] = [
  { what: "a message", event: (key) => chatMessage(`visitor-${key}`, key, "good day") },
  { what: "a call", event: (key) => callOffered(key, `+7701${String(1_000_000 + ++counter).slice(-7)}`) },
];

/** Exactly one of everything that the event makes. */
async function standsOnce(key: string): Promise<void> {
  const { sql } = database;
  const [n] = await sql`
    WITH d AS (SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key IN (${key}, ${`visitor-${key}`}))
    SELECT (SELECT count(*)::int FROM raw_event WHERE channel_id = ${channelId} AND event_key IN (${key}, ${`${key}:offered`}) AND state = 'done') AS raw,
      (SELECT count(*)::int FROM d) AS dialogs,
      (SELECT count(*)::int FROM message WHERE dialog_id IN (SELECT id FROM d)) + (SELECT count(*)::int FROM call WHERE dialog_id IN (SELECT id FROM d)) AS things,
      (SELECT count(*)::int FROM dialog_event WHERE dialog_id IN (SELECT id FROM d) AND kind = 'dialog.opened') AS events,
      (SELECT count(*)::int FROM routing_input WHERE input->>'dialogId' IN (SELECT id::text FROM d) AND input->>'kind' = 'dialog.opened') AS inputs,
      (SELECT count(*)::int FROM dialog_party WHERE dialog_id IN (SELECT id FROM d)) AS parties`;
  expect(n, key).toEqual({ raw: 1, dialogs: 1, things: 1, events: 1, inputs: 1, parties: 1 });
}

const ingested = async (key: string) =>
  (await database.sql`SELECT 1 FROM raw_event WHERE channel_id = ${channelId} AND event_key IN (${key}, ${`${key}:offered`}) AND state = 'done'`).length === 1;

/** Visits index 0, 1, 2 … until nothing more comes at three indexes in a row. Returns how many were visited. */
async function everyIndex(trial: (index: number, key: string) => Promise<boolean>, name: string): Promise<number> {
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

describe("every connection is cut at every message between receipt and commit", () => {
  for (const subject of SUBJECTS) {
    for (const when of ["before", "after"] as const) {
      test(`${subject.what}, ${when} each message: it stands once`, async () => {
        const core = await startCore({ url: proxy.url(database.url), directUrl: database.url, blobDir });
        await eventually("the adapter is connected", () => provider.connections === 1);
        const warm = `warm-${subject.what}-${when}`;
        await provider.deliver(subject.event(warm)).acknowledged;
        await eventually("the first is ingested", () => ingested(warm));
        const visited = await everyIndex(async (index, key) => {
          proxy.arm({ index, when, from: FROM, watch: WATCH });
          const delivery = provider.deliver(subject.event(key));
          await delivery.acknowledged;
          await eventually(`${key} is ingested`, () => ingested(key));
          const hit = !proxy.armed;
          proxy.disarm();
          await standsOnce(key);
          return hit;
        }, `${subject.what} ${when}`);
        await core.stop();
        console.log(`cut ${when} each protocol message, ${subject.what}: ${visited} indexes visited, each once in the end`);
        expect(visited).toBeGreaterThan(40);
      });
    }
  }
});

describe("the process is killed at every message between receipt and commit", () => {
  for (const subject of SUBJECTS) {
    test(`${subject.what}: redelivery to the next process makes exactly one`, { timeout: 600_000 }, async () => {
      const core = await bundleCore();
      const spares = new Spares(core, { URL: proxy.url(database.url), DIRECT_URL: database.url, BLOB_DIR: blobDir });
      try {
        let current = await spares.take();
        const visited = await everyIndex(async (index, key) => {
          await eventually("the adapter is connected", () => provider.connections === 1);
          const victim = current;
          proxy.arm({ index, when: "before", from: FROM, watch: WATCH, act: () => victim.kill("SIGKILL") });
          const delivery = provider.deliver(subject.event(key));
          await eventually("killed or ingested", async () => !proxy.armed || (await ingested(key)));
          const hit = !proxy.armed;
          proxy.disarm();
          if (hit) {
            await gone(victim);
            proxy.cut();
            await database.sql`UPDATE lease SET expires_at = clock_timestamp()`;
            current = await spares.take();
          }
          await delivery.acknowledged;
          await eventually(`${key} is ingested`, () => ingested(key));
          await standsOnce(key);
          return hit;
        }, `killed ${subject.what}`);
        current.kill("SIGKILL");
        console.log(`kill -9 before each protocol message, ${subject.what}: ${visited} processes killed, each event once in the end`);
        expect(visited).toBeGreaterThan(40);
      } finally {
        spares.close();
        await rm(core, { force: true });
      }
    });
  }
});

const gone = (child: ChildProcess) =>
  new Promise<void>((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once("exit", () => resolve())));

/** Processes that have loaded their code and wait: a new one is ready when the last has been killed. */
class Spares {
  readonly #script: string;
  readonly #env: Record<string, string>;
  readonly #all = new Set<ChildProcess>();
  #next: Promise<ChildProcess>;

  constructor(script: string, env: Record<string, string>) {
    this.#script = script;
    this.#env = env;
    this.#next = this.#spawn();
  }
  async take(): Promise<ChildProcess> {
    const child = await this.#next;
    child.stdin?.write("go\n");
    this.#next = this.#spawn();
    return child;
  }
  close(): void {
    for (const child of this.#all) child.kill("SIGKILL");
  }
  #spawn(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [this.#script], {
      env: { ...process.env, ...this.#env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#all.add(child);
    child.once("exit", () => this.#all.delete(child));
    return new Promise((resolve) => child.stdout?.once("data", () => resolve(child)));
  }
}
