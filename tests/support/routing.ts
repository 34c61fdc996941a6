import { randomUUID } from "node:crypto";
import type { Db, Tx } from "@kommutator/contract/db";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, Medium } from "@kommutator/contract/ids";
import type { AuditEntry } from "@kommutator/contract/ports";
import type { RouterCommand, RoutingInput } from "@kommutator/contract/routing-input";
import { createRouting, type Routing } from "@kommutator/routing";

/** Waits until `look` gives something (not undefined, not false); throws after `ms`. */
export async function until<T>(look: () => T | Promise<T>, ms = 20_000): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The stream's writing side for tests of the engine: the same table, without the gateway. */
export async function insertEvents(tx: Tx, events: NewDialogEvent[]): Promise<void> {
  await tx`INSERT INTO dialog_event (dialog_id, kind, payload) SELECT r."dialogId", r.kind, r.payload
    FROM jsonb_to_recordset(${tx.json(events as never)}) AS r("dialogId" uuid, kind text, payload jsonb)`;
}

export interface HouseOptions {
  agents: number;
  media?: Medium[];
  /** Columns of the queue that differ from the defaults. */
  queue?: Record<string, number | string | null>;
}

/** A router on a real database with a clock of its own, the smallest company, and channels that only remember their orders. */
export class RoutingHouse {
  readonly sql: () => Db;
  offsetMs = 0;
  holds = true;
  fenced = false;
  readonly commands: RouterCommand[] = [];
  readonly errors: string[] = [];
  readonly notes: { dialogId: Id; code: string }[] = [];
  /** What was written to the audit: who, what object, what was done to it. */
  readonly audited: { by: Id | null; object: string; action: string }[] = [];
  routing: Routing | null = null;

  constructor(sql: () => Db) {
    this.sql = sql;
  }

  now(): number {
    return Date.now() + this.offsetMs;
  }

  async start(): Promise<Routing> {
    this.routing = createRouting({
      sql: this.sql(),
      emit: insertEvents,
      perform: (command) => void this.commands.push(command),
      clock: { now: () => this.now() },
      audit: async (_tx, actor, entries) => {
        for (const entry of [entries].flat() as AuditEntry[]) this.audited.push({ by: actor.id, object: entry.objectKind, action: entry.action });
      },
      lease: {
        holds: () => this.holds,
        check: async () => {
          if (this.fenced) throw new Error("the lease is somebody else's");
        },
      },
      note: async (_tx, dialogId, note) => void this.notes.push({ dialogId, code: note.code }),
      onError: (what) => void this.errors.push(what),
    });
    await this.routing.start();
    return this.routing;
  }

  async stop(): Promise<void> {
    await this.routing?.stop();
    this.routing = null;
    this.commands.length = 0;
    this.errors.length = 0;
    this.notes.length = 0;
    this.audited.length = 0;
    this.holds = true;
    this.fenced = false;
  }

  /** A department, a calendar that never closes, people, a queue they all serve, and a channel of each medium. */
  async furnish(options: HouseOptions): Promise<{ queue: Id; agents: Id[]; channels: Record<Medium, Id>; calendar: Id; department: Id }> {
    const sql = this.sql();
    const tag = randomUUID().slice(0, 8);
    const week = Object.fromEntries(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((d) => [d, [["00:00", "24:00"]]]));
    const [c] = await sql<
      { id: Id }[]
    >`INSERT INTO working_calendar (name, tz, week) VALUES (${`always ${tag}`}, 'Asia/Almaty', ${sql.json(week)}) RETURNING id`;
    const [d] = await sql<{ id: Id }[]>`INSERT INTO department (name) VALUES (${`sales ${tag}`}) RETURNING id`;
    const calendar = (c as { id: Id }).id;
    const department = (d as { id: Id }).id;
    const people = await sql<{ id: Id }[]>`INSERT INTO employee (login, full_name, department_id, calendar_id)
      SELECT ${tag} || i, 'Agent ' || i, ${department}, ${calendar} FROM generate_series(1, ${options.agents}) i RETURNING id`;
    const [q] = await sql<
      { id: Id }[]
    >`INSERT INTO queue ${sql({ name: `queue ${tag}`, department_id: department, calendar_id: calendar, ...options.queue })} RETURNING id`;
    const queue = (q as { id: Id }).id;
    await sql`INSERT INTO queue_member (queue_id, employee_id, media) SELECT ${queue}, id, ${options.media ?? ["voice", "chat", "message", "mail"]} FROM unnest(${people.map((p) => p.id)}::uuid[]) id`;
    const channels = {} as Record<Medium, Id>;
    for (const medium of ["voice", "chat", "message", "mail"] as const) {
      const [row] = await sql<{ id: Id }[]>`INSERT INTO channel (kind, name, queue_id) VALUES (${medium}, ${tag}, ${queue}) RETURNING id`;
      channels[medium] = (row as { id: Id }).id;
    }
    return { queue, agents: people.map((p) => p.id), channels, calendar, department };
  }

  async send(...inputs: RoutingInput[]): Promise<void> {
    const routing = this.routing as Routing;
    await this.sql().begin((tx) => routing.enqueue(tx, inputs));
    routing.wake();
  }

  async ready(...agents: Id[]): Promise<void> {
    await this.send(
      ...agents.flatMap((employeeId): RoutingInput[] => [
        { kind: "agent.connection", employeeId, online: true, at: this.now() },
        { kind: "agent.phone", employeeId, reachable: true, at: this.now() },
        { kind: "agent.intent", employeeId, intent: "available", reason: null, by: employeeId, at: this.now() },
      ]),
    );
    await this.quiet();
  }

  /** The rows of `n` open dialogs of a channel. */
  async dialogRows(channelId: Id, medium: Medium, n = 1): Promise<Id[]> {
    const rows = await this.sql()<{ id: Id }[]>`
      INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, opened_at, customer_wait_since)
      SELECT ${channelId}, gen_random_uuid(), ${medium}, 'phone', now(), now() FROM generate_series(1, ${n}) RETURNING id`;
    return rows.map((r) => r.id);
  }

  opened(dialogId: Id, queueId: Id, medium: Medium, more: Partial<Extract<RoutingInput, { kind: "dialog.opened" }>> = {}): RoutingInput {
    return {
      kind: "dialog.opened",
      dialogId,
      channelId: dialogId,
      medium,
      queueId,
      callId: null,
      priority: 0,
      identity: "new",
      responsible: null,
      substituteId: null,
      at: this.now(),
      ...more,
    };
  }

  async dialog(channelId: Id, queueId: Id, medium: Medium = "voice", more: Partial<Extract<RoutingInput, { kind: "dialog.opened" }>> = {}): Promise<Id> {
    const [id] = await this.dialogRows(channelId, medium);
    await this.send(this.opened(id as Id, queueId, medium, more));
    return id as Id;
  }

  /** Waits for an order about the dialog. */
  commanded<K extends RouterCommand["kind"]>(kind: K, dialogId: Id, nth = 0): Promise<Extract<RouterCommand, { kind: K }>> {
    return until(() => this.commands.filter((c): c is Extract<RouterCommand, { kind: K }> => c.kind === kind && c.dialogId === dialogId)[nth]) as never;
  }

  /** Waits until every input is decided. */
  async quiet(): Promise<void> {
    await until(async () => ((await this.sql()`SELECT 1 FROM routing_input LIMIT 1`).length === 0 ? true : undefined));
  }
}
