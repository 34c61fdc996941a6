import { randomUUID } from "node:crypto";
import WebSocket from "ws";
import type { AriEvent, AriRequest } from "./ari-types.ts";

/** Asterisk said no (`status` from HTTP), or did not say anything in time (`status: 0`), or the line is down (`status: -1`). */
export class AriError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "AriError";
    this.status = status;
  }
}
export const NO_ANSWER = 0;
export const NOT_CONNECTED = -1;

export interface ConnectionOptions {
  url: string;
  user: string;
  password: string;
  app: string;
  /** Wait for one answer; default 5,000 ms. */
  requestTimeoutMs?: number;
  /** False: this connection belongs to another node by now. Nothing is asked of Asterisk, and no connection is made (it would take the application away). */
  mayAct(): boolean;
  onEvent(event: AriEvent): void;
  /** The socket is open: resync now. A rejection closes the socket and counts as a failed attempt. */
  onOpen(): Promise<void>;
  /** The socket is gone (`wasUp`), or an attempt failed. */
  onDown(reason: string, wasUp: boolean): void;
  onBadCredentials(): void;
  /** Another connection took our application over: this one has let go and looks again after ten seconds, if nobody closes it. */
  onReplaced(): void;
}

const BACKOFF_FIRST_MS = 100;
/** Callers reach the fallback for as long as we are away, so looking again every two seconds is worth its price. */
const BACKOFF_CAP_MS = 2000;
/** Several times the life of a lease. */
const AFTER_REPLACED_MS = 10_000;
/** A frozen Asterisk, a half-open TCP connection and an application whose events go nowhere are found out by these. */
const LISTEN_EVERY_MS = 2000;
const HEARD_WITHIN_MS = 5000;

/**
 * Events and REST over one WebSocket (Asterisk >= 20.14 / 22.4): each request is a text frame answered under its request_id.
 * Loss is never hidden: pending requests are rejected, the owner is told, and reconnecting waits a capped back-off with jitter.
 */
export class AriConnection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | null = null;
  #nextId = 1;
  #pending = new Map<string, { resolve(body: unknown): void; reject(error: AriError): void; timer: NodeJS.Timeout; what: string }>();
  /** Name of a user event that is under way -> who waits for it. */
  #echoes = new Map<string, () => void>();
  #retry: NodeJS.Timeout | null = null;
  #listening: NodeJS.Timeout | null = null;
  #failures = 0;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#closed) this.#connect();
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Performs one request. Throws AriError. A body that is not JSON comes back as text. */
  request<T = unknown>(request: AriRequest, timeoutMs = this.#options.requestTimeoutMs ?? 5000): Promise<T> {
    const socket = this.#socket;
    const what = `${request.method} ${request.uri}`;
    if (socket?.readyState !== WebSocket.OPEN || !this.#options.mayAct()) return Promise.reject(new AriError(NOT_CONNECTED, `not connected: ${what}`));
    const id = String(this.#nextId++);
    const query = Object.entries(request.query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const uri = query.length === 0 ? request.uri : `${request.uri}?${query.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join("&")}`;
    const frame = {
      type: "RESTRequest",
      transaction_id: id,
      request_id: id,
      method: request.method,
      uri,
      ...(request.body === undefined ? {} : { content_type: "application/json", message_body: JSON.stringify(request.body) }),
    };
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new AriError(NO_ANSWER, `no answer within ${timeoutMs} ms: ${what}`));
      }, timeoutMs);
      this.#pending.set(id, { resolve: resolve as (body: unknown) => void, reject, timer, what });
      socket.send(JSON.stringify(frame));
    });
  }

  /**
   * Resolves when an event of the application has come to this connection, caused by us (POST events/user/{eventName}): open sockets and
   * answered requests do not say that. Throws AriError.
   */
  async hears(): Promise<void> {
    const name = `kmt-echo-${randomUUID()}`;
    let timer: NodeJS.Timeout | undefined;
    const back = new Promise<void>((resolve, reject) => {
      this.#echoes.set(name, resolve);
      timer = setTimeout(() => reject(new AriError(NO_ANSWER, `no event within ${HEARD_WITHIN_MS} ms`)), HEARD_WITHIN_MS);
    });
    try {
      await Promise.all([this.request({ method: "POST", uri: `events/user/${name}`, query: { application: this.#options.app } }), back]);
    } finally {
      clearTimeout(timer);
      this.#echoes.delete(name);
    }
  }

  /** Nothing of ours lives on after this: no socket, no timer, no pending promise. */
  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#drop("closed");
  }

  #connect(): void {
    this.#retry = null;
    if (!this.#options.mayAct()) {
      // Whoever has lost the channel is closed in a moment.
      this.#retry = setTimeout(() => this.#connect(), BACKOFF_CAP_MS);
      return;
    }
    const { url, user, password, app } = this.#options;
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/events?app=${encodeURIComponent(app)}`, {
      headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
      perMessageDeflate: false,
      handshakeTimeout: 5000,
    });
    this.#socket = socket;
    let up = false;
    let reason = "closed by Asterisk";
    socket.on("open", () => {
      up = true;
      this.#listening = setInterval(() => {
        this.hears().catch((error: unknown) => {
          if (this.#socket !== socket || !this.#options.mayAct()) return;
          reason = `events do not arrive: ${error instanceof Error ? error.message : String(error)}`;
          socket.terminate();
        });
      }, LISTEN_EVERY_MS);
      this.#options.onOpen().then(
        () => {
          this.#failures = 0;
        },
        (error: unknown) => {
          reason = `resync failed: ${error instanceof Error ? error.message : String(error)}`;
          socket.terminate();
        },
      );
    });
    socket.on("message", (data: Buffer) => {
      if (this.#socket === socket) this.#receive(data);
    });
    socket.on("unexpected-response", (_request, response) => {
      reason = `HTTP ${response.statusCode}`;
      if (response.statusCode === 401 || response.statusCode === 403) this.#options.onBadCredentials();
      response.destroy();
      socket.terminate();
    });
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#drop(reason);
      if (this.#closed) return;
      this.#options.onDown(reason, up);
      // Full jitter over the upper half keeps many nodes from knocking in step.
      const wait = Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** this.#failures++) * (0.5 + Math.random() / 2);
      this.#retry = setTimeout(() => this.#connect(), wait);
    });
  }

  #receive(data: Buffer): void {
    let frame: Record<string, unknown>;
    try {
      frame = JSON.parse(data.toString("utf8")) as Record<string, unknown>;
    } catch {
      return; // not JSON: nothing that Asterisk sends
    }
    if (frame["type"] === "RESTResponse") {
      const id = String(frame["request_id"]);
      const waiting = this.#pending.get(id);
      if (waiting === undefined) return; // it had timed out
      this.#pending.delete(id);
      clearTimeout(waiting.timer);
      const status = Number(frame["status_code"]);
      const text = typeof frame["message_body"] === "string" ? frame["message_body"] : "";
      if (status >= 200 && status < 300) waiting.resolve(parse(text));
      else waiting.reject(new AriError(status, `${status} ${String(frame["reason_phrase"])}: ${waiting.what} ${text.slice(0, 300)}`));
      return;
    }
    if (frame["type"] === "ApplicationReplaced") {
      // Two nodes believe that they hold this channel. Whoever is newer keeps it; the lease row says who is right, and whoever
      // has lost it is told to close long before this wait is over.
      this.#drop("replaced");
      this.#retry = setTimeout(() => this.#connect(), AFTER_REPLACED_MS);
      this.#options.onReplaced();
      return;
    }
    const event = frame as unknown as AriEvent;
    const echo = event.type === "ChannelUserevent" ? this.#echoes.get(event.eventname ?? "") : undefined;
    if (echo === undefined) this.#options.onEvent(event);
    else echo();
  }

  #drop(reason: string): void {
    const socket = this.#socket;
    this.#socket = null;
    if (this.#listening !== null) clearInterval(this.#listening);
    this.#listening = null;
    if (socket !== null && socket.readyState !== WebSocket.CLOSED) {
      // After this nobody listens any more; `error` may still come from a socket that was connecting.
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.terminate();
    }
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const p of pending) {
      clearTimeout(p.timer);
      p.reject(new AriError(NOT_CONNECTED, `connection lost (${reason}): ${p.what}`));
    }
  }
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
