import type { Principal } from "@kommutator/contract/access";
import type { ServerEvent, ServerEventName } from "@kommutator/contract/api/socket";
import type { Id, StreamPosition } from "@kommutator/contract/ids";
import type { Socket } from "socket.io";
import type { LiveMetrics } from "../metrics.ts";

/** A browser that has not taken so much is cut: it comes back and resumes from the database, and nobody else waits for it. */
const MAX_PACKETS = 2_000;
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** One connected browser: who it is now, what it watches, what it was shown. */
export class Client {
  readonly socket: Socket;
  readonly #metrics: LiveMetrics;
  principal: Principal;
  /** Queues of which the employee is a member. */
  queueIds: ReadonlySet<Id>;
  readonly watched = new Set<Id>();
  /** Dialogs sent to this socket: losing one of them is told. */
  readonly known = new Set<Id>();
  /** False while the replay runs: live events are not for it yet. */
  live = false;
  gone = false;

  constructor(socket: Socket, principal: Principal, queueIds: ReadonlySet<Id>, metrics: LiveMetrics) {
    this.socket = socket;
    this.principal = principal;
    this.queueIds = queueIds;
    this.#metrics = metrics;
  }

  get employeeId(): Id {
    return this.principal.employeeId;
  }

  send<K extends ServerEventName>(event: K, body: ServerEvent<K>): void {
    if (this.gone) return;
    // engine.io's own queue and, below it, what the WebSocket has not handed to the kernel.
    const conn = this.socket.conn as unknown as { writeBuffer: unknown[]; transport: { socket?: { bufferedAmount?: number } } };
    if (conn.writeBuffer.length > MAX_PACKETS || (conn.transport.socket?.bufferedAmount ?? 0) > MAX_BUFFERED_BYTES) {
      this.#metrics.cut.inc();
      this.cut();
      return;
    }
    this.socket.emit(event, body);
    this.#metrics.sent.inc({ event });
  }

  hello(position: StreamPosition, now: number): void {
    this.send("hello", { position, serverTime: new Date(now).toISOString() });
  }

  /** Says why and ends: the browser goes to the login page. */
  bye(reason: string): void {
    if (this.gone) return;
    this.socket.emit("bye", { reason });
    this.gone = true;
    this.socket.disconnect(true);
  }

  /** Drops the connection without waiting for what is buffered. */
  cut(): void {
    this.gone = true;
    (this.socket.conn as unknown as { close(discard: boolean): void }).close(true);
  }
}
