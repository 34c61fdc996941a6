import type { Socket } from "node:net";
import { STATUS } from "./errors.ts";
import { encodePdu, HEADER_OCTETS, MAX_PDU_OCTETS, type Pdu, readHeader } from "./pdu.ts";

/** No answer came in time, or the connection ended before it: what became of the request nobody knows. */
export class NoAnswer extends Error {}
/** The request was never written. */
export class NotSent extends Error {}

interface SessionOptions {
  pduTimeoutMs: number;
  /** 0 = never. */
  enquireLinkMs: number;
  /** A deliver_sm or data_sm, to be answered by `respond`. */
  onRequest(pdu: Pdu): void;
}

interface Pending {
  resolve(pdu: Pdu): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout | null;
  late?: ((pdu: Pdu) => void) | undefined;
}

/**
 * SMPP over one socket: frames PDUs, gives every request its own time limit, answers enquire_link and unbind. It never
 * reconnects: `closed` resolves once with the reason, and that is its end.
 */
export class SmppSession {
  readonly closed: Promise<Error>;
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  readonly #pending = new Map<number, Pending>();
  #enquire: NodeJS.Timeout | null = null;
  #received: Buffer = Buffer.alloc(0);
  #sequence = 0;
  #reason: Error | null = null;

  constructor(socket: Socket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    let close: (reason: Error) => void = () => {};
    this.closed = new Promise((resolve) => {
      close = resolve;
    });
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => {
      this.#reason ??= error;
    });
    socket.on("close", () => {
      const reason = this.#reason ?? new Error("The SMS centre closed the connection");
      this.#reason = reason;
      if (this.#enquire !== null) clearInterval(this.#enquire);
      for (const pending of this.#pending.values()) {
        if (pending.timer !== null) clearTimeout(pending.timer);
        pending.reject(new NoAnswer(`The connection ended before the SMS centre answered: ${reason.message}`));
      }
      this.#pending.clear();
      close(reason);
    });
  }

  /** Begins to ask whether the other side lives; to be called once bound. */
  watch(): void {
    if (this.#options.enquireLinkMs === 0 || this.#enquire !== null) return;
    this.#enquire = setInterval(() => {
      this.request("enquire_link").catch(() => this.destroy(new Error("The SMS centre does not answer any more (enquire_link)")));
    }, this.#options.enquireLinkMs);
  }

  /**
   * Sends a request and resolves with its answer, whatever its status. Rejects with NotSent or NoAnswer. `late` is told
   * of an answer that comes after the time limit.
   */
  request(command: string, fields: Record<string, unknown> = {}, late?: (pdu: Pdu) => void): Promise<Pdu> {
    if (this.#reason !== null || !this.#socket.writable) return Promise.reject(new NotSent("There is no connection to the SMS centre"));
    this.#sequence = this.#sequence >= 0x7fffffff ? 1 : this.#sequence + 1;
    const sequence = this.#sequence;
    const frame = encodePdu(command, sequence, fields);
    return new Promise((resolve, reject) => {
      const pending: Pending = { resolve, reject, timer: null, late };
      pending.timer = setTimeout(() => {
        pending.timer = null;
        if (late === undefined) this.#pending.delete(sequence);
        reject(new NoAnswer("The SMS centre did not answer in time"));
      }, this.#options.pduTimeoutMs);
      this.#pending.set(sequence, pending);
      this.#socket.write(frame);
    });
  }

  /** Answers a request of the SMSC. False when the connection is gone: it will ask again. */
  respond(pdu: Pdu, status: number): boolean {
    return this.#answer(`${pdu.command}_resp`, pdu, status);
  }

  #answer(command: string, pdu: Pdu, status: number): boolean {
    if (this.#reason !== null || !this.#socket.writable) return false;
    this.#socket.write(encodePdu(command, pdu.sequence, {}, status));
    return true;
  }

  /** Says goodbye: unbind, its answer or the time limit, end. */
  async unbind(): Promise<void> {
    await this.request("unbind").catch(() => {});
    this.destroy(new Error("We closed the connection"));
    await this.closed;
  }

  destroy(reason: Error): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4 && this.#reason === null) {
      const length = this.#received.readUInt32BE(0);
      if (length < HEADER_OCTETS || length > MAX_PDU_OCTETS) {
        // The bounds of the PDUs are lost for good: only a new connection finds them again.
        this.destroy(new Error(`The SMS centre sent something that is no SMPP (a PDU of ${length} octets)`));
        return;
      }
      if (this.#received.length < length) return;
      const frame = Buffer.from(this.#received.subarray(0, length));
      this.#received = this.#received.subarray(length);
      this.#take(readHeader(frame));
    }
  }

  #take(pdu: Pdu): void {
    if ((pdu.frame.readUInt32BE(4) & 0x80000000) !== 0) {
      const pending = this.#pending.get(pdu.sequence);
      if (pending === undefined) return;
      this.#pending.delete(pdu.sequence);
      if (pending.timer === null) pending.late?.(pdu);
      else clearTimeout(pending.timer);
      pending.resolve(pdu);
      return;
    }
    switch (pdu.command) {
      case "enquire_link":
        this.respond(pdu, STATUS.ok);
        return;
      case "unbind":
        this.respond(pdu, STATUS.ok);
        this.#reason ??= new Error("The SMS centre ended the session (unbind)");
        this.#socket.end();
        return;
      case "alert_notification":
      case "outbind":
        return;
      case "deliver_sm":
      case "data_sm":
        this.#options.onRequest(pdu);
        return;
      default:
        this.#answer("generic_nack", pdu, STATUS.invalidCommandId);
    }
  }
}
