import type { Principal } from "@kommutator/contract/access";
import type { ServerEvent, ServerEventName } from "@kommutator/contract/api/socket";
import type { Id, StreamPosition } from "@kommutator/contract/ids";
import type { Socket } from "socket.io";
import type { LiveMetrics } from "../metrics.ts";

/** A browser that has not taken so much is cut: it comes back and resumes from the database, and nobody else waits for it. */
const MAX_PACKETS = 2_000;
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** A replay waits when so much is under way, so that catching up never looks like being slow. */
const REPLAY_BUFFERED_BYTES = 512 * 1024;
const REPLAY_STUCK_MS = 30_000;

/** One connected browser: who it is now, what it watches, what it was shown. */
export class Client {
  readonly socket: Socket;
  readonly #metrics: LiveMetrics;
  #queuedBytes = 0;
  principal: Principal;
  /** Queues of which the employee is a member. */
  queueIds: ReadonlySet<Id>;
  readonly watched = new Set<Id>();
  /** Watched since before it connected and not yet replayed to: the next `watch` with a position does it. */
  readonly unreplayed = new Set<Id>();
  /** Dialogs sent to this socket: losing one of them is told. */
  readonly known = new Set<Id>();
  /** False until its queues are known. */
  placed = false;
  /** False while the replay runs: live events are not for it yet. */
  live = false;
  /** Its rights changed while it was replayed to: the lists must be read again. */
  stale = false;
  gone = false;

  constructor(socket: Socket, principal: Principal, queueIds: ReadonlySet<Id>, metrics: LiveMetrics) {
    this.socket = socket;
    this.principal = principal;
    this.queueIds = queueIds;
    this.#metrics = metrics;
    // "drain": the queue was handed to the WebSocket, whose own buffer is counted apart.
    socket.conn.on("drain", () => {
      this.#queuedBytes = 0;
    });
  }

  /** engine.io's own queue and, below it, what the WebSocket has not handed to the kernel. */
  get #conn(): { writeBuffer: { data?: string }[]; transport: { socket?: { bufferedAmount?: number } } } {
    return this.socket.conn as unknown as { writeBuffer: { data?: string }[]; transport: { socket?: { bufferedAmount?: number } } };
  }

  get employeeId(): Id {
    return this.principal.employeeId;
  }

  send<K extends ServerEventName>(event: K, body: ServerEvent<K>): void {
    if (this.gone) return;
    const { writeBuffer } = this.#conn;
    if (writeBuffer.length > MAX_PACKETS || this.#bufferedBytes > MAX_BUFFERED_BYTES) {
      this.#metrics.cut.inc();
      this.cut();
      return;
    }
    const before = writeBuffer.length;
    this.socket.emit(event, body);
    // Handed on: engine.io has begun a new list. The old one, empty since the packet before, has grown old in the heap; dead it would keep
    // what it still names alive until the next full collection.
    if (this.#conn.writeBuffer !== writeBuffer) writeBuffer.length = 0;
    else for (let i = before; i < writeBuffer.length; i++) this.#queuedBytes += writeBuffer[i]?.data?.length ?? 0;
    this.#metrics.sent.inc({ event });
  }

  get #bufferedBytes(): number {
    return this.#queuedBytes + (this.#conn.transport.socket?.bufferedAmount ?? 0);
  }

  /** So much is under way that a replay waits. */
  get behind(): boolean {
    return !this.gone && this.#bufferedBytes > REPLAY_BUFFERED_BYTES;
  }

  /** Resolves when the browser has taken most of what was sent; one that takes nothing for 30 s is cut. */
  async caughtUp(): Promise<void> {
    const deadline = Date.now() + REPLAY_STUCK_MS;
    while (this.behind) {
      if (Date.now() > deadline) return this.cut();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
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
