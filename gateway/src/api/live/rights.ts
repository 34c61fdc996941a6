import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { findSessions } from "@kommutator/crm-core/access/principal";
import type { Logger } from "pino";
import type { Client } from "./client.ts";

/** Sessions, rights and queue memberships of the connected are read again so often; changes made in this process at once. */
const READ_AGAIN_MS = 1_000;

export async function queuesOf(sql: Db, employeeIds: Id[]): Promise<Map<Id, Set<Id>>> {
  const rows = await sql<{ employee_id: Id; queue_id: Id }[]>`SELECT employee_id, queue_id FROM queue_member WHERE employee_id = ANY(${employeeIds}::uuid[])`;
  const queues = new Map<Id, Set<Id>>();
  for (const r of rows) queues.set(r.employee_id, (queues.get(r.employee_id) ?? new Set()).add(r.queue_id));
  return queues;
}

/** Keeps what the clients may see as true as the database: a session that ended says goodbye, changed rights say `resync`. */
export class Rights {
  readonly #sql: Db;
  readonly #clients: () => Iterable<Client>;
  readonly #now: () => number;
  readonly #position: () => number;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(options: { sql: Db; clients: () => Iterable<Client>; now: () => number; position: () => number; log: Logger }) {
    this.#sql = options.sql;
    this.#clients = options.clients;
    this.#now = options.now;
    this.#position = options.position;
    this.#log = options.log;
    this.#timer = setInterval(() => void this.read(), READ_AGAIN_MS);
    this.#timer.unref();
  }

  /** Reads now; a call during a reading makes one more after it. */
  read(): Promise<void> {
    if (this.#reading !== null) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = (async () => {
      do {
        this.#again = false;
        await this.#readOnce().catch((error: unknown) => this.#log.warn({ err: error }, "the rights of the sockets could not be read"));
      } while (this.#again);
      this.#reading = null;
    })();
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    const clients = [...this.#clients()];
    if (clients.length === 0) return;
    const ids = [...new Set(clients.map((c) => c.principal.sessionId))];
    const [sessions, queues] = await Promise.all([
      findSessions(this.#sql, { ids }, new Date(this.#now())),
      queuesOf(this.#sql, [...new Set(clients.map((c) => c.employeeId))]),
    ]);
    const live = new Map(sessions.map((s) => [s.principal.sessionId, s.principal]));
    for (const client of clients) {
      const principal = live.get(client.principal.sessionId);
      if (principal === undefined) {
        client.bye("session_ended");
        continue;
      }
      const queueIds = queues.get(client.employeeId) ?? new Set<Id>();
      const changed = rightsKey(principal) !== rightsKey(client.principal) || [...queueIds].sort().join() !== [...client.queueIds].sort().join();
      client.principal = principal;
      client.queueIds = queueIds;
      if (changed && client.live) client.send("resync", { position: this.#position() });
      else if (changed) client.stale = true;
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading;
  }
}

function rightsKey(p: Client["principal"]): string {
  return JSON.stringify([p.permissions, p.departmentId, [...p.subtreeIds].sort()]);
}
