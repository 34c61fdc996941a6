import { randomUUID } from "node:crypto";
import type { ChannelEvent, MessageReceived } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { createCrm } from "@kommutator/crm-core";
import { connect } from "@kommutator/gateway/db/pool";
import { createAtOnce } from "@kommutator/gateway/dialogs/at-once";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createIngest } from "@kommutator/gateway/dialogs/ingest";
import { createRawEvents } from "@kommutator/gateway/inbound/raw-events";
import { createSupervisor } from "@kommutator/gateway/inbound/supervisor";
import { createBlobStore } from "@kommutator/gateway/media/blob-store";
import { createRouting } from "@kommutator/routing";
import { lineAdapter } from "./line-adapter.ts";

const quiet = { warn: () => undefined, error: () => undefined };

export interface CoreOptions {
  url: string;
  directUrl: string;
  blobDir: string;
  /** Calls go the short way: the channel is this node's alone, and a router decides here. */
  atOnce?: boolean;
}

/**
 * From a provider's socket to the committed dialog, made of the product's own parts: supervisor, raw events, ingest,
 * identification, the router's inputs. `url` may lead through a proxy; leases go the direct way.
 */
export async function startCore(options: CoreOptions): Promise<{ stop(): Promise<void> }> {
  const sql = connect(options.url, { max: 8 });
  const strict = connect(options.url, { max: 8, applicationName: "kommutator-ingest", idleInTransactionMs: 1_000 });
  const leases = connect(options.directUrl, { max: 2, applicationName: "kommutator-leases" });
  const clock = { now: () => Date.now() };
  const holder = `core:${process.pid}:${randomUUID()}`;
  const routing = createRouting({
    sql,
    engineSql: leases,
    emit,
    clock,
    audit: async () => undefined,
    perform: () => undefined,
    lease: { holds: () => options.atOnce === true, check: async () => undefined },
  });
  const crm = createCrm({ sql, emit, enqueue: routing.enqueue, clock });
  const shared = { sql: strict, log: quiet, emit, enqueue: routing.enqueue, identify: crm.identify, now: clock.now };
  const ingest = createIngest({ ...shared, leaseSql: leases, holder, onCommitted: () => undefined });
  const atOnce = createAtOnce({ ...shared, decide: routing.decideWithin, onCommitted: () => undefined });
  const blobs = createBlobStore(options.blobDir);
  const rawEvents = createRawEvents(sql, blobs, (lane) => ingest.wake(lane), options.atOnce === true ? { atOnce } : {});
  const supervisor = createSupervisor({
    sql: leases,
    leaseSql: leases,
    holder,
    secretKey: new Uint8Array(32),
    registry: { "web-chat": { exclusive: options.atOnce === true, load: async () => lineAdapter } },
    rawEvents,
    blobs,
    log: quiet,
  });
  ingest.start();
  if (options.atOnce === true) await routing.start();
  await supervisor.start();
  return {
    async stop() {
      await supervisor.stop();
      await ingest.stop();
      await routing.stop();
      await Promise.all([sql, strict, leases].map((pool) => pool.end({ timeout: 1 })));
    },
  };
}

/** A channel row for LineProvider. */
export async function lineChannel(sql: Db, queueId: Id, port: number): Promise<Id> {
  const [row] = await sql<
    { id: Id }[]
  >`INSERT INTO channel (kind, name, queue_id, config) VALUES ('web-chat', ${`line ${port}`}, ${queueId}, ${sql.json({ port })}) RETURNING id`;
  return (row as { id: Id }).id;
}

export function chatMessage(thread: string, key: string, text: string): MessageReceived {
  return {
    kind: "message.received",
    eventKey: key,
    messageKey: key,
    occurredAt: Date.now(),
    thread: { key: thread },
    from: { kind: "site_visitor", value: thread },
    text,
    nature: "human",
  };
}

export function callOffered(callKey: string, number: string): ChannelEvent {
  return {
    kind: "call.offered",
    eventKey: `${callKey}:offered`,
    occurredAt: Date.now(),
    callKey,
    direction: "in",
    from: { kind: "phone", value: number },
    to: "+77270000000",
    source: "live",
  };
}

export async function eventually(what: string, probe: () => Promise<boolean> | boolean, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !(await probe()); ) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((r) => setTimeout(r, 5));
  }
}
