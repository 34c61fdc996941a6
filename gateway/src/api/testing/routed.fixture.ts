import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelEvent } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { createCrm } from "@kommutator/crm-core";
import { createRouting, type Routing } from "@kommutator/routing";
import type { SeededEmployee } from "../../../../tests/support/company.ts";
import { until } from "../../../../tests/support/routing.ts";
import { emit } from "../../dialogs/emit.ts";
import { createIngest } from "../../dialogs/ingest.ts";
import { insertNote } from "../../dialogs/note.ts";
import { readerStep } from "../../dialogs/reader.ts";
import { createRawEvents } from "../../inbound/raw-events.ts";
import { createBlobStore } from "../../media/blob-store.ts";
import { type ApiFixture, apiFixture } from "./api.fixture.ts";

/** The house of the API with its ingest and a router that decides: from what a channel reports to what a screen reads. */
export interface RoutedHouse extends ApiFixture {
  /** A telephone system. */
  readonly phones: Id;
  /** Its clock; `time.ahead` moves it for the API and the router. */
  now(): number;
  /** Orders that the router gave. */
  readonly commands: RouterCommand[];
  /** The router begins: it reads the tables as they are now. */
  open(): Promise<void>;
  report(channelId: Id, event: ChannelEvent): Promise<void>;
  /** All that was reported is ingested, and all inputs are decided. */
  quiet(): Promise<void>;
  /** The first ring for the dialog of a call, by the call's key. */
  ringOf(callKey: string): Promise<Ring>;
  /** A browser's socket of this person is there, or gone. */
  connection(employeeId: Id, online: boolean): Promise<void>;
  /** These people sit at their browsers, with telephones, and say so. */
  ready(...people: SeededEmployee[]): Promise<void>;
  /** The CRM reads the stream: inquiries, Interactions. */
  record(): Promise<void>;
}

type Ring = Extract<RouterCommand, { kind: "ring" }>;

const quietLog = { warn: () => undefined, error: () => undefined };

/** `apiFixture` with ingest and router on the same database. */
export async function routedHouse(options: Parameters<typeof apiFixture>[0] = {}): Promise<RoutedHouse> {
  const api = await apiFixture(options);
  const { sql } = api;
  const dir = await mkdtemp(join(tmpdir(), "kommutator-routed-"));
  const now = () => Date.now() + api.time.ahead;
  const clock = { now };
  const commands: RouterCommand[] = [];
  const routing: Routing = createRouting({
    sql,
    emit,
    clock,
    audit: async () => undefined,
    perform: (command) => void commands.push(command),
    lease: { holds: () => true, check: async () => undefined },
    note: async (tx, dialogId, note) => {
      const stored = await insertNote(tx, dialogId, note, now());
      if (stored !== null) await emit(tx, [stored]);
    },
  });
  const crm = createCrm({ sql, emit, enqueue: routing.enqueue, clock });
  const ingest = createIngest({
    sql,
    leaseSql: sql,
    holder: "routed",
    log: quietLog,
    emit,
    enqueue: routing.enqueue,
    identify: crm.identify,
    now,
    onCommitted: () => routing.wake(),
  });
  const rawEvents = createRawEvents(sql, createBlobStore(dir), (lane) => ingest.wake(lane));
  ingest.start();
  const phones = await api.channel("asterisk-ari");
  const none = (table: string, where: string) => async () => (await sql.unsafe(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`)).length === 0;
  const report = (channelId: Id, event: ChannelEvent) => rawEvents.report(channelId, event);
  async function quiet(): Promise<void> {
    await until(none("raw_event", "state = 'pending'"));
    routing.wake();
    await until(none("routing_input", "true"));
  }
  async function connection(employeeId: Id, online: boolean): Promise<void> {
    await sql.begin((tx) => routing.enqueue(tx, [{ kind: "agent.connection", employeeId, online, at: now() }]));
    await quiet();
  }
  return {
    ...api,
    phones,
    now,
    commands,
    report,
    quiet,
    connection,
    open: () => routing.start(),
    async ready(...people) {
      for (const { id, extension } of people) {
        await connection(id, true);
        await report(phones, { kind: "phone.status", eventKey: `${extension}:${now()}`, occurredAt: now(), endpoint: extension, reachable: true });
      }
      for (const person of people) {
        const answer = await (await api.login(person)).call("PUT", "/presence/me", { intent: "available" });
        if (answer.statusCode >= 300) throw new Error(`${person.login}: ${answer.statusCode} ${answer.body}`);
      }
      await quiet();
    },
    async ringOf(callKey) {
      await quiet();
      const [call] = await sql<{ dialog_id: Id }[]>`SELECT dialog_id FROM call WHERE external_id = ${callKey}`;
      return until(() => commands.find((c): c is Ring => c.kind === "ring" && c.dialogId === call?.dialog_id));
    },
    async record() {
      await until(none("dialog_event", "position IS NULL"));
      for (const reader of crm.readers) while ((await readerStep(sql, reader)) > 0);
    },
    async close() {
      await ingest.stop();
      await routing.stop();
      await rm(dir, { recursive: true, force: true });
      await api.close();
    },
  };
}
