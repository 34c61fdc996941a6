import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Adapter, Host } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../tests/lab/support/wait.ts";
import { type Company, seedCompany } from "../../../tests/support/company.ts";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { createBlobStore } from "../media/blob-store.ts";
import type { ChannelSupervisor } from "../ports.ts";
import { createRawEvents } from "./raw-events.ts";
import { createSupervisor } from "./supervisor.ts";

const log = { warn: () => undefined, error: () => undefined };
const limits = { textLength: 0, attachmentBytes: 0, replyWindowMs: null, canStart: false };
let db: TestDatabase;
let company: Company;
let supervisor: ChannelSupervisor;
let folder: string;
/** Channels in the order in which they were opened. */
const opened: string[] = [];
/** Channels whose waiting messages were woken. */
const woken: string[] = [];
/** What the channels say of themselves. */
const says = new Map<string, Host["status"]>();
let reach: () => Promise<void> = async () => undefined;
let letGo: () => Promise<void> = async () => undefined;

/** A provider that is reached and let go of as the test wishes, and says but once that it is there. */
const adapter: Adapter = {
  kind: "web-form",
  medium: "message",
  fields: [],
  parseConfig: (raw) => raw,
  async open(_config, host) {
    opened.push(host.channelId);
    says.set(host.channelId, host.status);
    await reach();
    host.status({ state: "up" });
    return { handlers: {}, limits, close: () => letGo() };
  },
};

beforeAll(async () => {
  db = await testDatabase({ max: 8 });
  company = await seedCompany(db.sql);
  folder = await mkdtemp(join(tmpdir(), "kommutator-supervisor-"));
  const blobs = createBlobStore(folder);
  supervisor = createSupervisor({
    sql: db.sql,
    leaseSql: db.sql,
    holder: "here",
    secretKey: randomBytes(32),
    registry: { "web-form": { exclusive: false, load: async () => adapter } },
    rawEvents: createRawEvents(db.sql, blobs, () => undefined),
    blobs,
    log,
    onOpen: (channelId) => woken.push(channelId),
  });
  await supervisor.start();
});
afterAll(async () => {
  await supervisor.stop();
  await db.drop();
  await rm(folder, { recursive: true });
});

async function add(name: string): Promise<Id> {
  const [row] = await db.sql<{ id: Id }[]>`INSERT INTO channel (kind, name, queue_id) VALUES ('web-form', ${name}, ${company.queueId}) RETURNING id`;
  return (row as { id: Id }).id;
}
async function state(id: Id): Promise<string | undefined> {
  const [row] = await db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${id}`;
  return row?.state;
}
/** Nobody else writes the channel's row until `release`; `blocked` tells how many wait for it. */
async function held(id: Id) {
  const sql = await db.sql.reserve();
  await sql`BEGIN`;
  await sql`SELECT 1 FROM channel WHERE id = ${id} FOR UPDATE`;
  const [me] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  const waiting = () => sql<{ pid: number }[]>`SELECT pid FROM pg_stat_activity WHERE ${me?.pid ?? 0} = ANY (pg_blocking_pids(pid))`;
  return {
    blocked: async () => (await waiting()).length,
    cut: async () => void (await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${me?.pid ?? 0} = ANY (pg_blocking_pids(pid))`),
    async release() {
      await sql`COMMIT`;
      sql.release();
    },
  };
}

test("what a channel says once stands, though the connection breaks that was to write it", async () => {
  const id = await add("Site");
  let reached: () => void = () => undefined;
  reach = () =>
    new Promise((resolve) => {
      reached = resolve;
    });
  await supervisor.reload(id);
  await until("it is being opened", async () => opened.includes(id) && (await state(id)) === "connecting");
  const row = await held(id);
  reach = async () => undefined;
  reached();
  await until("its state waits to be written", async () => (await row.blocked()) > 0);
  await row.cut();
  await row.release();
  await until("it is up", async () => (await state(id)) === "up");
});

test("a channel's new life begins after the last word of the one before", async () => {
  const id = await add("Shop");
  await supervisor.reload(id);
  await until("it is up", async () => (await state(id)) === "up");
  const before = opened.length;
  const row = await held(id);
  const again = supervisor.reload(id);
  await until("its last word waits to be written", async () => (await row.blocked()) > 0);
  // Another look meanwhile opens it no earlier.
  await supervisor.reload(await add("Another"));
  expect(opened.slice(before)).not.toContain(id);
  await row.release();
  await again;
  await until("it is up again", async () => opened.slice(before).includes(id) && (await state(id)) === "up");
});

test("a channel that is slow to let go delays no other", async () => {
  const slow = await add("Slow");
  await supervisor.reload(slow);
  await until("it is up", async () => (await state(slow)) === "up");
  let done: () => void = () => undefined;
  const closing = new Promise<void>((resolve) => {
    letGo = () => {
      resolve();
      return new Promise((over) => {
        done = over;
      });
    };
  });
  // Changed by another node: seen at the next look.
  await db.sql`UPDATE channel SET version = version + 1 WHERE id = ${slow}`;
  await closing;
  const quick = await add("Quick");
  await supervisor.reload(quick);
  await until("the other is up", async () => (await state(quick)) === "up", { timeoutMs: 2_000 });
  expect(opened.filter((id) => id === slow)).toHaveLength(1);
  letGo = async () => undefined;
  done();
  await until("the first is open again", async () => opened.filter((id) => id === slow).length === 2 && (await state(slow)) === "up");
});

test("a channel that was away and is back wakes what waits for it; one that goes on being there, or goes, wakes nothing", async () => {
  letGo = async () => undefined;
  const id = await add("Away");
  await supervisor.reload(id);
  await until("it is up", async () => (await state(id)) === "up");
  const say = says.get(id) as Host["status"];
  const times = () => woken.filter((one) => one === id).length;
  const before = times();
  say({ state: "up" });
  say({ state: "down", detail: "The provider does not answer" });
  expect(times()).toBe(before);
  say({ state: "up" });
  expect(times()).toBe(before + 1);
});
