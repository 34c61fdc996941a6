import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Clock, EnqueueRouting } from "@kommutator/contract/ports";
import type { Logger } from "pino";

export const HEARTBEAT_MS = 5_000;
/** A node that has not said anything for so long is dead; its agents' sockets died with it. */
export const DEAD_AFTER_MS = 15_000;

/**
 * Rows of agent_connection: an agent is online while any lives. The first row and the loss of the last are told to
 * routing in the same transaction (the 60 s of grace are routing's).
 */
export class Connections {
  readonly #sql: Db;
  readonly #enqueue: EnqueueRouting;
  readonly #clock: Clock;
  readonly #node: string;
  readonly #log: Logger;
  readonly #mine = new Map<string, Id>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: { sql: Db; enqueue: EnqueueRouting; clock: Clock; node: string; log: Logger }) {
    this.#sql = options.sql;
    this.#enqueue = options.enqueue;
    this.#clock = options.clock;
    this.#node = options.node;
    this.#log = options.log;
    this.#timer = setInterval(() => {
      this.beat().catch((error: unknown) => this.#log.warn({ err: error }, "the heartbeat of the sockets failed"));
    }, HEARTBEAT_MS);
    this.#timer.unref();
  }

  async add(socketId: string, employeeId: Id): Promise<void> {
    await this.#insert(socketId, employeeId);
    this.#mine.set(socketId, employeeId);
  }

  async #insert(socketId: string, employeeId: Id): Promise<void> {
    await this.#sql.begin(async (tx) => {
      const before = await this.#lockAndCount(tx, employeeId);
      await tx`INSERT INTO agent_connection (employee_id, socket_id, node) VALUES (${employeeId}, ${socketId}, ${this.#node}) ON CONFLICT DO NOTHING`;
      if (before === 0) await this.#tell(tx, employeeId, true);
    });
  }

  async remove(socketId: string): Promise<void> {
    const employeeId = this.#mine.get(socketId);
    if (employeeId === undefined) return;
    this.#mine.delete(socketId);
    await this.#sql.begin(async (tx) => {
      await this.#lockAndCount(tx, employeeId);
      const gone = await tx`DELETE FROM agent_connection WHERE employee_id = ${employeeId} AND socket_id = ${socketId} RETURNING 1`;
      if (gone.length > 0 && (await this.#count(tx, employeeId)) === 0) await this.#tell(tx, employeeId, false);
    });
  }

  /** Says that this node's sockets live (again, should they have been taken for dead) and buries those of dead nodes. */
  async beat(): Promise<void> {
    const mine = [...this.#mine];
    if (mine.length > 0) {
      const rows = await this.#sql<{ socket_id: string }[]>`
        UPDATE agent_connection SET last_seen = now() WHERE node = ${this.#node} AND socket_id = ANY(${mine.map(([s]) => s)}::text[]) RETURNING socket_id`;
      const alive = new Set(rows.map((r) => r.socket_id));
      for (const [socketId, employeeId] of mine) if (!alive.has(socketId) && this.#mine.has(socketId)) await this.#insert(socketId, employeeId);
    }
    const dead = await this.#sql<{ employee_id: Id }[]>`
      SELECT DISTINCT employee_id FROM agent_connection WHERE last_seen < now() - ${DEAD_AFTER_MS} * interval '1 ms' ORDER BY 1`;
    for (const { employee_id } of dead) {
      await this.#sql.begin(async (tx) => {
        await this.#lockAndCount(tx, employee_id);
        const gone =
          await tx`DELETE FROM agent_connection WHERE employee_id = ${employee_id} AND last_seen < now() - ${DEAD_AFTER_MS} * interval '1 ms' RETURNING 1`;
        if (gone.length > 0 && (await this.#count(tx, employee_id)) === 0) await this.#tell(tx, employee_id, false);
      });
    }
  }

  /** Takes this node's rows away. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socketId of [...this.#mine.keys()]) await this.remove(socketId);
  }

  async #lockAndCount(tx: Tx, employeeId: Id): Promise<number> {
    await tx`SELECT pg_advisory_xact_lock(7206504, hashtext(${employeeId}))`;
    return this.#count(tx, employeeId);
  }
  async #count(tx: Tx, employeeId: Id): Promise<number> {
    const [row] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM agent_connection WHERE employee_id = ${employeeId}`;
    return row?.n ?? 0;
  }
  async #tell(tx: Tx, employeeId: Id, online: boolean): Promise<void> {
    await this.#enqueue(tx, [{ kind: "agent.connection", employeeId, online, at: this.#clock.now() }]);
  }
}
