import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * A TCP proxy that understands PostgreSQL's message framing (Protocol 3.0: one type byte and a length; the start-up packet
 * has no type byte). It counts the messages of the connections it is told to watch, in both directions, and at the one it
 * was armed for it does what it was told: cut every connection before or after that message, or let the test do something.
 * https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export class PgProxy {
  readonly port: number;
  /** Messages seen since `arm`. */
  count = 0;
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #pairs = new Set<Pair>();
  #armed: { index: number; when: "before" | "after"; act: () => void; watch: RegExp } | null = null;
  #seenStart = false;
  #counting = false;
  #from: RegExp | null = null;

  constructor(server: Server, port: number, target: { host: string; port: number }) {
    this.#server = server;
    this.port = port;
    this.#target = target;
  }

  static async start(databaseUrl: string): Promise<PgProxy> {
    const url = new URL(databaseUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new PgProxy(server, (server.address() as { port: number }).port, { host: url.hostname, port: Number(url.port) });
    server.on("connection", (client) => proxy.#accept(client));
    return proxy;
  }

  url(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.port = String(this.port);
    return url.href;
  }

  /**
   * Counts from the first message that contains `from`, on connections whose application name matches `watch`, and acts at
   * the message `index` (0 is the one that contains `from`).
   */
  arm(options: { index: number; when: "before" | "after"; from: RegExp; watch: RegExp; act?: () => void }): void {
    this.count = 0;
    this.#counting = false;
    this.#seenStart = true;
    this.#from = options.from;
    this.#armed = { index: options.index, when: options.when, watch: options.watch, act: options.act ?? (() => this.cut()) };
  }

  /** True while the message it was armed for has not come. */
  get armed(): boolean {
    return this.#armed !== null;
  }
  disarm(): void {
    this.#armed = null;
    this.#counting = false;
    this.#seenStart = false;
  }

  /** Ends every connection, as a dying server or network does. */
  cut(): void {
    for (const pair of this.#pairs) pair.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const server = connect(this.#target);
    const pair = new Pair(client, server, (name, message) => this.#message(name, message));
    this.#pairs.add(pair);
    client.on("close", () => this.#pairs.delete(pair));
  }

  /** Returns whether the message may pass. */
  #message(application: string, message: Buffer): boolean {
    const armed = this.#armed;
    if (armed === null || !this.#seenStart || !armed.watch.test(application)) return true;
    if (!this.#counting) {
      if (!(this.#from?.test(message.toString("latin1")) ?? false)) return true;
      this.#counting = true;
    }
    if (this.count++ !== armed.index) return true;
    this.#armed = null;
    if (armed.when === "before") {
      armed.act();
      return false;
    }
    setImmediate(armed.act);
    return true;
  }
}

class Pair {
  readonly #client: Socket;
  readonly #server: Socket;
  #name = "";

  constructor(client: Socket, server: Socket, onMessage: (application: string, message: Buffer) => boolean) {
    this.#client = client;
    this.#server = server;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => this.destroy());
    }
    this.#pump(client, server, true, onMessage);
    this.#pump(server, client, false, onMessage);
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #pump(from: Socket, to: Socket, fromClient: boolean, onMessage: (application: string, message: Buffer) => boolean): void {
    let rest: Buffer = Buffer.alloc(0);
    let started = !fromClient;
    from.on("data", (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const head = started ? 1 : 0;
        if (rest.length < head + 4) return;
        const length = head + rest.readUInt32BE(head);
        if (rest.length < length) return;
        const message = rest.subarray(0, length);
        rest = rest.subarray(length);
        if (!started) {
          started = true;
          const fields = message.toString("latin1", 8).split("\0");
          this.#name = fields[fields.indexOf("application_name") + 1] ?? "";
        } else if (!onMessage(this.#name, message)) return;
        if (!to.destroyed) to.write(message);
      }
    });
  }
}
