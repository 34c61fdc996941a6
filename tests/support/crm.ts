import type { RawIdentity } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Disposition, NewDialogEvent } from "@kommutator/contract/dialog-event";
import { AppError } from "@kommutator/contract/errors";
import type { Identification } from "@kommutator/contract/identity";
import type { Id, Medium } from "@kommutator/contract/ids";
import { identityScope, normaliseIdentity } from "@kommutator/contract/phone";
import type { Tx } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import { type CrmCore, createCrm } from "@kommutator/crm-core";
import { createSession, resolvePrincipal } from "@kommutator/crm-core/access/session";
import type { CrmHooks } from "@kommutator/crm-core/deps";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { readerStep } from "@kommutator/gateway/dialogs/reader";
import fastify, { type FastifyInstance, type InjectOptions } from "fastify";
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { type Company, seedCompany } from "./company.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

export type Person = keyof Company["employees"];
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are asserted field by field in the tests
  body: any;
}

/** The CRM on a real database: its routes behind a login, its readers run by hand, dialogs made as ingest makes them. */
export interface CrmHouse {
  db: TestDatabase;
  sql: TestDatabase["sql"];
  company: Company;
  crm: CrmCore;
  app: FastifyInstance;
  /** The clock of the CRM; starts at the machine's time. */
  clock: { now(): number; set(at: number): void };
  channels: { voice: Id; chat: Id; mail: Id };
  as(person: Person, method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", url: string, body?: object): Promise<Answer>;
  identify(from: RawIdentity, options?: { medium?: Medium; createLead?: boolean }): Promise<Identification>;
  /** One more channel, of the named kind, with a source of the catalogue. */
  channel(kind: string, name: string, source?: string): Promise<Id>;
  /** Identifies, opens a dialog with its party; returns both. `channelId` with a chat medium: a channel made by `channel`. */
  dialog(
    from: RawIdentity,
    options?: { medium?: Medium; channelId?: Id; direction?: "in" | "out"; at?: number },
  ): Promise<{ id: Id; identification: Identification }>;
  /** Gives the dialog to a person, as an accepted offer does. */
  assign(dialogId: Id, person: Person): Promise<void>;
  call(
    from: RawIdentity,
    options: {
      direction?: "in" | "out";
      disposition: Disposition;
      startedAt: number;
      seconds: number;
      talkers?: { person: Person; seconds: number }[];
      dialogId?: Id;
    },
  ): Promise<{ dialogId: Id; callId: Id; identification: Identification | null }>;
  message(dialogId: Id, direction: "in" | "out", at: number, person?: Person, text?: string): Promise<Id>;
  emit(events: NewDialogEvent[]): Promise<void>;
  /** Stamps positions and runs every reader to the end of the stream. */
  read(): Promise<void>;
  enqueued(): Promise<RoutingInput[]>;
  close(): Promise<void>;
}

/** `wrap`: stands between the CRM and its database, for tests in which statements fail. */
export async function crmHouse(options: { max?: number; wrap?: (sql: Db) => Db; hooks?: CrmHooks; exportRows?: number } = {}): Promise<CrmHouse> {
  const db = await testDatabase({ max: options.max ?? 10 });
  const { sql } = db;
  const company = await seedCompany(sql);
  let now: number | null = null;
  const clock = {
    now: () => now ?? Date.now(),
    set(at: number) {
      now = at;
    },
  };
  const enqueue = async (tx: Tx, inputs: RoutingInput[]) => {
    await tx`INSERT INTO routing_input (input) SELECT i FROM unnest(${inputs.map((i) => JSON.stringify(i))}::text[]::jsonb[]) AS i`;
  };
  const crm = createCrm({ sql: options.wrap?.(sql) ?? sql, emit, enqueue, clock, hooks: options.hooks, exportRows: options.exportRows });
  const channel = async (kind: string, name: string, source?: string) => {
    const [row] = await sql<{ id: Id }[]>`
      INSERT INTO channel (kind, name, queue_id, purpose_id, source_id) VALUES (${kind}, ${name}, ${company.queueId}, ${company.catalogues.purposes["buy"] ?? null}, ${(source === undefined ? Object.values(company.catalogues.sources)[0] : company.catalogues.sources[source]) ?? null}) RETURNING id`;
    return (row as { id: Id }).id;
  };
  const channels = { voice: await channel("asterisk-ari", "Trunk"), chat: await channel("web-chat", "Site"), mail: await channel("email", "Sales mailbox") };
  /** A test that writes by a messenger names its bot; nobody else cares which channel it was. */
  const channelOf = (medium: Medium) => channels[medium === "message" ? "chat" : medium];

  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest("principal", null);
  const tokens = new Map<string, string>();
  app.addHook("onRequest", async (request) => {
    const person = request.headers["x-person"] as Person | undefined;
    if (person === undefined) return;
    let token = tokens.get(person);
    if (token === undefined) {
      token = (await sql.begin((tx) => createSession(tx, company.employees[person].id, Date.now(), null))).token;
      tokens.set(person, token);
    }
    request.principal = await sql.begin((tx) => resolvePrincipal(tx, token));
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof AppError) return reply.code(error.status).send({ code: error.code, details: error.details });
    if (hasZodFastifySchemaValidationErrors(error)) return reply.code(422).send({ code: "validation", details: { issues: error.validation } });
    return reply.code(500).send({ code: "internal", details: { message: String(error), stack: (error as Error).stack } });
  });
  await app.register(crm.routes);
  await app.ready();

  const house: CrmHouse = {
    db,
    sql,
    company,
    crm,
    app,
    clock,
    channels,
    channel,
    async as(person, method, url, body) {
      const response = await app.inject({ method, url, headers: { "x-person": person }, ...(body === undefined ? {} : { payload: body }) } as InjectOptions);
      return { status: response.statusCode, body: response.body === "" ? null : response.json() };
    },
    identify: (from, o = {}) =>
      sql.begin((tx) =>
        crm.identify.identify(tx, from, { channelId: channelOf(o.medium ?? "voice"), createLead: o.createLead ?? true, verifiedHow: "inbound_call" }),
      ),
    dialog: (from, o = {}) =>
      sql.begin(async (tx) => {
        const medium = o.medium ?? "voice";
        const channelId = o.channelId ?? channelOf(medium);
        const identification = await crm.identify.identify(tx, from, {
          channelId,
          createLead: o.direction !== "out",
          verifiedHow: medium === "voice" ? "inbound_call" : "inbound_message",
        });
        const identity = normaliseIdentity(from, "KZ");
        const [row] = await tx<{ id: Id }[]>`
          INSERT INTO dialog ${tx({ channel_id: channelId, thread_key: `${identityScope(from.kind, channelId)}${Math.random()}`, medium, direction: o.direction ?? "in", identity_kind: from.kind, identity_value: identity.value, identity_result: identification.result, contact_point_id: identification.contactPointId, opened_at: new Date(o.at ?? clock.now()) })} RETURNING id`;
        const { id } = row as { id: Id };
        await crm.identify.attachParty(tx, id, identification);
        return { id, identification };
      }),
    async assign(dialogId, person) {
      await sql`
        INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at)
        SELECT gen_random_uuid(), id, ${company.employees[person].id}, medium, now() FROM dialog WHERE id = ${dialogId}`;
    },
    async call(from, o) {
      const opened =
        o.dialogId === undefined
          ? await house.dialog(from, { medium: "voice", direction: o.direction ?? "in", at: o.startedAt })
          : { id: o.dialogId, identification: null };
      const answered = o.disposition === "answered";
      const end = o.startedAt + o.seconds * 1000;
      return sql.begin(async (tx) => {
        const answeredAt = answered ? new Date(end - Math.max(...(o.talkers ?? []).map((t) => t.seconds), 1) * 1000) : null;
        const answeredBy = o.talkers?.[0] === undefined ? null : company.employees[o.talkers[0].person].id;
        const [row] = await tx<{ id: Id }[]>`
          INSERT INTO call ${tx({ dialog_id: opened.id, channel_id: channels.voice, external_id: String(Math.random()), direction: o.direction ?? "in", state: "ended", started_at: new Date(o.startedAt), answered_at: answeredAt, ended_at: new Date(end), disposition: o.disposition, answered_by: answered ? answeredBy : null })} RETURNING id`;
        const callId = (row as { id: Id }).id;
        for (const t of o.talkers ?? []) {
          const at = answered ? new Date(end - t.seconds * 1000) : null;
          await tx`INSERT INTO call_leg ${tx({ call_id: callId, external_id: String(Math.random()), party: "agent", employee_id: company.employees[t.person].id, state: "ended", started_at: new Date(o.startedAt), answered_at: at, bridged_at: at, ended_at: new Date(end) })}`;
        }
        if (answered && (o.direction ?? "in") === "in" && answeredBy !== null)
          await emit(tx, [{ kind: "dialog.assigned", dialogId: opened.id, payload: { employeeId: answeredBy, by: null, offerId: null } }]);
        await emit(tx, [{ kind: "call.ended", dialogId: opened.id, payload: { callId, disposition: o.disposition, answeredBy, talkMs: 0, source: "live" } }]);
        await tx`UPDATE dialog SET closed_at = ${new Date(end)}, close_reason = 'call-ended' WHERE id = ${opened.id}`;
        return { dialogId: opened.id, callId, identification: opened.identification };
      });
    },
    message: (dialogId, direction, at, person, text = "Hello") =>
      sql.begin(async (tx) => {
        const employeeId = person === undefined ? null : company.employees[person].id;
        const [d] = await tx<{ seq: number; channel_id: Id; thread_key: string }[]>`
          UPDATE dialog SET next_seq = next_seq + 1, last_message_at = ${new Date(at)}, last_message_text = ${text}, last_message_direction = ${direction} WHERE id = ${dialogId} RETURNING next_seq - 1 AS seq, channel_id, thread_key`;
        const { seq, channel_id, thread_key } = d as { seq: number; channel_id: Id; thread_key: string };
        const [m] = await tx<{ id: Id }[]>`
          INSERT INTO message ${tx({ dialog_id: dialogId, seq, channel_id, thread_key, direction, author_kind: direction === "in" ? "customer" : "employee", employee_id: employeeId, body: text, created_at: new Date(at), delivery: direction === "out" ? "sent" : null })} RETURNING id`;
        const messageId = (m as { id: Id }).id;
        await emit(tx, [{ kind: "message.stored", dialogId, payload: { messageId, seq, direction, employeeId, nature: "human", at } }]);
        return messageId;
      }),
    emit: (events) => sql.begin((tx) => emit(tx, events)).then(() => undefined),
    async read() {
      await sql`
        WITH head AS (SELECT coalesce(max(position), 0) AS p FROM dialog_event), u AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM dialog_event WHERE position IS NULL)
        UPDATE dialog_event e SET position = head.p + u.n FROM head, u WHERE u.id = e.id`;
      for (const reader of crm.readers) while ((await readerStep(sql, reader)) > 0);
    },
    enqueued: async () => (await sql<{ input: RoutingInput }[]>`SELECT input FROM routing_input ORDER BY id`).map((r) => r.input),
    async close() {
      await app.close();
      await db.drop();
    },
  };
  return house;
}
