import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelEvent, ChannelKind, MessageReceived } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { EnqueueRouting, Identify } from "@kommutator/contract/ports";
import { createCrm } from "@kommutator/crm-core";
import { insertInputs } from "@kommutator/routing/shell/inputs";
import { type Company, seedCompany } from "../../../tests/support/company.ts";
import { testDatabase } from "../../../tests/support/database.ts";
import { createRawEvents, type Fence, type TextsAtOnce } from "../inbound/raw-events.ts";
import { createBlobStore } from "../media/blob-store.ts";
import { append, emit } from "./emit.ts";
import { createIngest } from "./ingest.ts";
import { createTextsAtOnce } from "./texts-at-once.ts";

/** Ingest with the real database, the real identification and the router's real table of inputs; for tests. */
export interface IngestFixture {
  sql: Db;
  url: string;
  identify: Identify;
  company: Company;
  channel(kind: ChannelKind): Promise<Id>;
  report(channelId: Id, event: ChannelEvent, fence?: Fence): Promise<void>;
  /** Event keys of the messages that were stored for ingest, where the fixture has the short way. */
  readonly long: string[];
  /** Resolves when nothing is pending. */
  settled(): Promise<void>;
  inputs(): Promise<{ kind: string; [key: string]: unknown }[]>;
  close(): Promise<void>;
}

export const quietLog = { warn: () => undefined, error: () => undefined };

/** `atOnce`: messages take the short way (texts-at-once.ts) where they can. */
export async function ingestFixture({ atOnce = false } = {}): Promise<IngestFixture> {
  const database = await testDatabase({ max: 12 });
  const { sql } = database;
  const company = await seedCompany(sql);
  const dir = await mkdtemp(join(tmpdir(), "kommutator-blobs-"));
  const enqueue: EnqueueRouting = async (tx, inputs) => {
    await insertInputs(tx, inputs);
  };
  const clock = { now: () => Date.now() };
  const { identify } = createCrm({ sql, emit, enqueue, clock });
  const shared = { sql, log: quietLog, emit, enqueue, identify, now: clock.now, onCommitted: () => undefined };
  const ingest = createIngest({ ...shared, leaseSql: sql, holder: "test" });
  const long: string[] = [];
  const short = createTextsAtOnce({ ...shared, telling: () => ({ append, committed: () => undefined }) });
  const textsAtOnce: TextsAtOnce = async (take, fence) => {
    let keys: string[] = [];
    const done = await short(() => {
      const rows = take();
      keys = rows.map((r) => r.k);
      return rows;
    }, fence);
    if (!done) long.push(...keys);
    return done;
  };
  const rawEvents = createRawEvents(sql, createBlobStore(dir), (lane) => ingest.wake(lane), atOnce ? { textsAtOnce } : {});
  ingest.start();
  return {
    sql,
    url: database.url,
    identify,
    company,
    async channel(kind) {
      const [row] = await sql<
        { id: Id }[]
      >`INSERT INTO channel (kind, name, queue_id) VALUES (${kind}, ${`${kind} ${randomUUID()}`}, ${company.queueId}) RETURNING id`;
      return (row as { id: Id }).id;
    },
    report: (channelId, event, fence) => rawEvents.report(channelId, event, fence),
    long,
    async settled() {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM raw_event WHERE state = 'pending'`;
        if (row?.n === 0) return;
        if (Date.now() > deadline)
          throw new Error(`still pending: ${JSON.stringify(await sql`SELECT order_key, attempts, error FROM raw_event WHERE state = 'pending' LIMIT 5`)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async inputs() {
      const rows = await sql<{ input: { kind: string } }[]>`SELECT input FROM routing_input ORDER BY id`;
      return rows.map((r) => r.input);
    },
    async close() {
      await ingest.stop();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

let counter = 0;

/** A chat message of a visitor. */
export function chat(thread: string, text: string, more: Partial<MessageReceived> = {}): MessageReceived {
  const key = `chat-${++counter}`;
  return {
    kind: "message.received",
    eventKey: key,
    messageKey: key,
    occurredAt: Date.now(),
    thread: { key: thread },
    from: { kind: "site_visitor", value: thread },
    text,
    nature: "human",
    ...more,
  };
}

/** A letter to our mailbox. */
export function letter(from: string, subject: string, more: Partial<MessageReceived> = {}): MessageReceived {
  const key = `<letter-${++counter}@${from.split("@")[1]}>`;
  return {
    kind: "message.received",
    eventKey: `7:${counter}`,
    messageKey: key,
    occurredAt: Date.now(),
    thread: { subject: subject.toLowerCase().replace(/^re: */, "") },
    from: { kind: "email", value: from },
    to: "sales@house.example",
    participants: ["sales@house.example"],
    subject,
    text: `about ${subject}`,
    nature: "human",
    ...more,
  };
}
