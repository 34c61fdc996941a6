import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Adapter, ChannelKind, CommandKind } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id, Medium } from "@kommutator/contract/ids";
import { createCrm } from "@kommutator/crm-core";
import { writeAudit } from "@kommutator/crm-core/audit/index";
import { createRouting } from "@kommutator/routing";
import type { LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { type Company, type SeededEmployee, seedCompany } from "../../../../tests/support/company.ts";
import { testDatabase } from "../../../../tests/support/database.ts";
import { adapters } from "../../compose.ts";
import { createDialogs } from "../../dialogs/close.ts";
import { emit } from "../../dialogs/emit.ts";
import { createStream } from "../../dialogs/stream.ts";
import { createRawEvents } from "../../inbound/raw-events.ts";
import type { AdapterRegistry } from "../../inbound/registry.ts";
import { createSupervisor } from "../../inbound/supervisor.ts";
import { createBlobStore } from "../../media/blob-store.ts";
import type { FileGuard } from "../../media/file-guard.ts";
import { createOutbound } from "../../outbound/outbound.ts";
import type { BlobStore } from "../../ports.ts";
import { AccessSignals } from "../access-signals.ts";
import { createCrmHooks } from "../crm-hooks.ts";
import { type Api, buildApi } from "../server.ts";

/** A signed-in browser of `inject`: its cookies and CSRF token. */
export interface Browser {
  cookie: string;
  csrf: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
}

/**
 * The API on a fresh database with the real CRM, router (which decides nothing here), stream, channels and blob store. The
 * telephone system is a wire that writes down what it is told.
 */
export interface ApiFixture extends Api {
  sql: Db;
  company: Company;
  /** The house's clock runs so many milliseconds ahead of the machine's. */
  time: { ahead: number };
  /** Commands that reached the telephone system. */
  performed: { kind: CommandKind; command: Record<string, unknown> }[];
  blobs: BlobStore;
  login(employee: Pick<SeededEmployee, "login" | "password">): Promise<Browser>;
  channel(kind: ChannelKind): Promise<Id>;
  /** A dialog with its first message in, as ingest leaves it. `assignee`: who has it; otherwise it waits in the queue. */
  dialog(options: { channelId: Id; assignee?: Id; queueId?: Id; text?: string; closed?: boolean; medium?: Medium }): Promise<Id>;
  /** A live call of a dialog. */
  callOf(dialogId: Id): Promise<Id>;
  inputs(): Promise<{ kind: string; [key: string]: unknown }[]>;
  /** Runs a repeating job of the CRM once. */
  runJob(name: string): Promise<void>;
  close(): Promise<void>;
}

/** A telephone system that is reached over no network: every command succeeds and is written down. */
function writtenDownPhones(performed: ApiFixture["performed"]): Adapter {
  const kinds: CommandKind[] = ["call.hold", "call.resume", "call.hangup", "call.dtmf", "call.rejoin", "call.originate", "phone.provision", "phone.remove"];
  return {
    kind: "asterisk-ari",
    medium: "voice",
    fields: [
      { name: "url", type: "text", required: true },
      { name: "password", type: "secret", required: true },
    ],
    parseConfig: (raw) => raw,
    async open() {
      const handlers = Object.fromEntries(
        kinds.map((kind) => [
          kind,
          async (command: Record<string, unknown>) => {
            performed.push({ kind, command });
          },
        ]),
      );
      return { handlers, limits: { textLength: 0, attachmentBytes: 0, replyWindowMs: null, canStart: true }, close: async () => undefined };
    },
  };
}

export async function apiFixture(
  options: { requestsPerMinute?: number; uiDir?: string; log?: pino.Logger; setUp?: boolean; registry?: AdapterRegistry; fileGuard?: FileGuard | null } = {},
): Promise<ApiFixture> {
  const database = await testDatabase({ max: 12 });
  const { sql } = database;
  const company = options.setUp === false ? (undefined as unknown as Company) : await seedCompany(sql);
  const dir = await mkdtemp(join(tmpdir(), "kommutator-api-"));
  const time = { ahead: 0 };
  const clock = { now: () => Date.now() + time.ahead };
  const log = options.log ?? pino({ level: "silent" });
  const quiet = { warn: () => undefined, error: () => undefined };
  const holder = `test:${randomUUID()}`;
  const performed: ApiFixture["performed"] = [];
  const registry: AdapterRegistry = {
    "asterisk-ari": { exclusive: false, load: async () => writtenDownPhones(performed) },
    ...(adapters["web-chat"] === undefined ? {} : { "web-chat": adapters["web-chat"] }),
    ...options.registry,
  };
  const secretKey = randomBytes(32);
  const stream = createStream({ sql, leaseSql: sql, holder, log: quiet });
  const blobs = createBlobStore(dir);
  const rawEvents = createRawEvents(sql, blobs, () => undefined);
  const supervisor = createSupervisor({ sql, leaseSql: sql, holder, secretKey, registry, rawEvents, blobs, log: quiet });
  const routing = createRouting({
    sql,
    emit,
    clock,
    audit: writeAudit,
    perform: () => undefined,
    lease: { holds: () => false, check: async () => undefined },
    identify: (tx, from, context) => crm.identify.identify(tx, from, context),
  });
  const access = new AccessSignals();
  const crm = createCrm({
    sql,
    emit,
    enqueue: routing.enqueue,
    clock,
    hooks: createCrmHooks({
      sql,
      supervisor,
      registry,
      access,
      log,
      secretKey,
      publicUrl: "http://localhost",
      createQueue: routing.createQueue,
      closeDialog: (tx, id) => dialogs.end(tx, id, "system"),
    }),
  });
  const outbound = createOutbound({
    sql,
    leaseSql: sql,
    databaseUrl: database.url,
    holder,
    supervisor,
    blobs,
    log: quiet,
    emit,
    enqueue: routing.enqueue,
    identify: crm.identify,
    now: clock.now,
    onCommitted: () => undefined,
    fileGuard: options.fileGuard,
  });
  // The schema of its job queue belongs to its start; nothing is sent here unless a test opens a chat.
  await outbound.start();
  await stream.start();
  await supervisor.start();
  const dialogs = createDialogs({ emit, enqueue: routing.enqueue, now: clock.now });
  const api = await buildApi({
    sql,
    clock,
    emit,
    enqueue: routing.enqueue,
    stream,
    supervisor,
    outbound,
    dialogs,
    blobs,
    registry,
    rawEvents,
    access,
    routes: [crm.routes, routing.routes],
    config: {
      publicUrl: "http://localhost",
      node: holder,
      trustProxy: false,
      secretKey,
      uiDir: options.uiDir ?? null,
      metricsToken: null,
      requestsPerMinute: options.requestsPerMinute ?? 100_000,
    },
    log,
  });
  await api.app.ready();
  const { app } = api;
  const one = async (rows: PromiseLike<{ id: Id }[]>): Promise<Id> => ((await rows)[0] as { id: Id }).id;

  return {
    ...api,
    sql,
    company,
    time,
    performed,
    blobs,
    async login({ login, password }) {
      const answer = await app.inject({ method: "POST", url: "/api/v1/login", payload: { login, password } });
      if (answer.statusCode !== 200) throw new Error(`login: ${answer.statusCode} ${answer.body}`);
      const cookie = answer.cookies.map((c) => `${c.name}=${c.value}`).join("; ");
      const csrf = answer.cookies.find((c) => c.name === "kommutator_csrf")?.value ?? "";
      return {
        cookie,
        csrf,
        call: (method, path, body, headers = {}) =>
          app.inject({
            method: method as "GET",
            url: `/api/v1${path}`,
            headers: { cookie, "x-csrf-token": csrf, ...headers },
            ...(body === undefined ? {} : { payload: body as object }),
          }),
      };
    },
    async channel(kind) {
      const config = kind === "asterisk-ari" ? { url: "http://127.0.0.1:8088/ari" } : {};
      const id = await one(sql`
        INSERT INTO channel (kind, name, queue_id, config) VALUES (${kind}, ${`${kind} ${randomUUID()}`}, ${company.queueId}, ${sql.json(config)}) RETURNING id`);
      await supervisor.reload(id);
      while (supervisor.open(id) === null) await new Promise((resolve) => setTimeout(resolve, 5));
      return id;
    },
    dialog: (d) =>
      sql.begin(async (tx) => {
        const thread = randomUUID();
        const medium = d.medium ?? "chat";
        const [channel] = await tx<{ queue_id: Id; kind: ChannelKind }[]>`SELECT queue_id, kind FROM channel WHERE id = ${d.channelId}`;
        const id = await one(tx`
          INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, identity_value, identity_result, opened_at, customer_wait_since, next_seq, last_message_at, last_message_text, last_message_direction)
          VALUES (${d.channelId}, ${thread}, ${medium}, 'site_visitor', ${thread}, 'new', now(), now(), 2, now(), ${d.text ?? "hello"}, 'in') RETURNING id`);
        const messageId = await one(tx`
          INSERT INTO message (dialog_id, seq, channel_id, thread_key, message_key, direction, author_kind, body)
          VALUES (${id}, 1, ${d.channelId}, ${thread}, ${thread}, 'in', 'customer', ${d.text ?? "hello"}) RETURNING id`);
        const queueId = d.queueId ?? (channel as { queue_id: Id }).queue_id;
        const entryId = randomUUID();
        await tx`
          INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, rung, enqueued_at) VALUES (${entryId}, ${id}, ${queueId}, ${medium}, 'new', 'queue', now())`;
        if (d.assignee !== undefined) {
          await tx`UPDATE entry SET ended_at = now(), outcome = 'answered' WHERE id = ${entryId}`;
          await tx`INSERT INTO assignment (id, dialog_id, employee_id, entry_id, medium, started_at) VALUES (${randomUUID()}, ${id}, ${d.assignee}, ${entryId}, ${medium}, now())`;
        }
        if (d.closed === true) {
          await tx`UPDATE entry SET ended_at = now(), outcome = 'closed' WHERE id = ${entryId} AND ended_at IS NULL`;
          await tx`UPDATE assignment SET ended_at = now(), end_reason = 'closed' WHERE dialog_id = ${id}`;
          await tx`UPDATE dialog SET closed_at = now(), close_reason = 'agent' WHERE id = ${id}`;
        }
        await emit(tx, [
          { kind: "message.stored", dialogId: id, payload: { messageId, seq: 1, direction: "in", employeeId: null, nature: "human", at: Date.now() } },
        ]);
        return id;
      }),
    callOf: (dialogId) =>
      sql.begin(async (tx) => {
        const callId = await one(tx`
          INSERT INTO call (dialog_id, channel_id, external_id, direction, from_norm, to_norm, state, started_at, answered_at)
          SELECT id, channel_id, ${randomUUID()}, 'in', '+77010000001', '+77270000001', 'talking', now(), now() FROM dialog WHERE id = ${dialogId} RETURNING id`);
        await tx`INSERT INTO call_leg (call_id, external_id, party, state, started_at) VALUES (${callId}, 'customer-leg', 'customer', 'bridged', now())`;
        return callId;
      }),
    async inputs() {
      return (await sql<{ input: { kind: string } }[]>`SELECT input FROM routing_input ORDER BY id`).map((r) => r.input);
    },
    async runJob(name) {
      const job = crm.jobs.find((j) => j.name === name);
      if (job === undefined) throw new Error(`no job ${name}`);
      await job.run();
    },
    async close() {
      await app.close();
      await supervisor.stop();
      await outbound.stop();
      await stream.stop();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
