import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { endedSessions, findSessions, rightsVersion } from "@kommutator/crm-core/access/principal";
import type { Logger } from "pino";
import type { Client } from "./client.ts";

/** Whether sessions ended and rights changed is asked so often; changes made in this process are read at once. */
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
  /** The version of the rights that each client's reading saw. */
  readonly #asOf = new WeakMap<Client, number>();

  constructor(options: { sql: Db; clients: () => Iterable<Client>; now: () => number; position: () => number; log: Logger }) {
    this.#sql = options.sql;
    this.#clients = options.clients;
    this.#now = options.now;
    this.#position = options.position;
    this.#log = options.log;
    this.#timer = setInterval(() => void this.#look(), READ_AGAIN_MS);
    this.#timer.unref();
  }

  /** Ends what has ended, and reads the rights of those who have not been read since the last change of any. */
  async #look(): Promise<void> {
    if (this.#reading !== null) return;
    const clients = [...this.#clients()];
    if (clients.length === 0) return;
    try {
      const sessionIds = [...new Set(clients.map((c) => c.principal.sessionId))];
      const [ended, version] = await Promise.all([endedSessions(this.#sql, sessionIds, new Date(this.#now())), rightsVersion(this.#sql)]);
      const over = new Set(ended);
      for (const client of clients) if (over.has(client.principal.sessionId)) client.bye("session_ended");
      const stale = clients.filter((c) => !c.gone && this.#asOf.get(c) !== version);
      if (stale.length > 0) await this.#readRights(stale);
    } catch (error) {
      this.#log.warn({ err: error }, "the rights of the sockets could not be read");
    }
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
        await this.#readRights([...this.#clients()]).catch((error: unknown) => this.#log.warn({ err: error }, "the rights of the sockets could not be read"));
      } while (this.#again);
      this.#reading = null;
    })();
    return this.#reading;
  }

  async #readRights(clients: Client[]): Promise<void> {
    if (clients.length === 0) return;
    const ids = [...new Set(clients.map((c) => c.principal.sessionId))];
    // Before the rights: a change in between is read once more.
    const version = await rightsVersion(this.#sql);
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
      this.#asOf.set(client, version);
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
