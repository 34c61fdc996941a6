import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type Adapter, type CallOffered, type Channel, ChannelError, type ChannelEvent, type Host } from "@kommutator/contract/channel";

interface Config {
  port: number;
}

/** A call is announced so long before it comes. */
const ANNOUNCED_MS = 2;

/** The adapter for LineProvider: acknowledges after `report` resolves, reconnects by itself, knows what is uncertain. */
export const lineAdapter: Adapter<Config> = {
  kind: "web-chat",
  medium: "chat",
  fields: [{ name: "port", type: "number", required: true }],
  parseConfig: (raw) => ({ port: Number((raw as { port: unknown }).port) }),
  open: async (config, host) => new LineChannel(config, host),
};

class LineChannel implements Channel {
  readonly limits = { textLength: 4_000, attachmentBytes: 1_000_000, replyWindowMs: null, canStart: false };
  readonly handlers: Channel["handlers"] = { "message.send": (command) => this.#send(command) };
  readonly #config: Config;
  readonly #host: Host;
  #socket: Socket | null = null;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  #next = 1;
  readonly #sending = new Map<number, { resolve: (r: { messageKey: string }) => void; reject: (e: ChannelError) => void }>();

  constructor(config: Config, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect({ port: this.#config.port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    socket.on("connect", () => {
      this.#socket = socket;
      this.#host.status({ state: "up" });
    });
    createInterface({ input: socket })
      .on("line", (line) => this.#heard(socket, JSON.parse(line) as Said))
      .on("error", () => undefined);
    socket.on("close", () => {
      this.#socket = null;
      // It was written to the wire and not answered: nobody knows.
      for (const { reject } of this.#sending.values()) reject(new ChannelError("uncertain", "the connection ended before the answer"));
      this.#sending.clear();
      if (!this.#closed) this.#retry = setTimeout(() => this.#connect(), 15);
    });
  }

  #heard(socket: Socket, said: Said): void {
    if (said.event !== undefined && said.body !== undefined) {
      const n = said.event;
      const report = () =>
        this.#host.report(said.body as ChannelEvent).then(
          () => socket.write(`${JSON.stringify({ ack: n })}\n`),
          // Not stored: not acknowledged. The provider would deliver it again at the next connection; we ask for that now.
          () => socket.destroy(),
        );
      if (said.announced === true) {
        this.#host.expect?.(said.body as CallOffered);
        setTimeout(() => void report(), ANNOUNCED_MS);
      } else void report();
      return;
    }
    const key = said.sent ?? said.refused;
    const waiting = key === undefined ? undefined : this.#sending.get(key);
    if (key === undefined || waiting === undefined) return;
    this.#sending.delete(key);
    if (said.key !== undefined) waiting.resolve({ messageKey: said.key });
    else
      waiting.reject(
        new ChannelError(said.code ?? "rejected", `refused: ${said.code}`, said.retryAfterMs === undefined ? {} : { retryAfterMs: said.retryAfterMs }),
      );
  }

  #send(command: unknown): Promise<{ messageKey: string }> {
    const socket = this.#socket;
    if (socket === null) throw new ChannelError("unreachable", "not connected");
    const n = this.#next++;
    return new Promise((resolve, reject) => {
      this.#sending.set(n, { resolve, reject });
      socket.write(`${JSON.stringify({ send: n, body: command })}\n`);
    });
  }
}

interface Said {
  event?: number;
  body?: unknown;
  announced?: boolean;
  sent?: number;
  refused?: number;
  key?: string;
  code?: "rejected" | "rate-limited";
  retryAfterMs?: number;
}
