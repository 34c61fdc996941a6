import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Channel } from "@kommutator/contract/channel";

/** Mounts a channel's webhook on a real HTTP socket as the gateway does: raw body, headers, address of the peer. */
export class ChatServer {
  #channel: Channel | null = null;
  #server: http.Server | null = null;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  static async start(): Promise<ChatServer> {
    const server = new ChatServer();
    await server.up();
    return server;
  }

  /** Where the channel's webhook is mounted. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks/c/`;
  }

  attach(channel: Channel): void {
    this.#channel = channel;
  }

  async up(): Promise<void> {
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  stop = (): Promise<void> => this.down();

  /** One request on a connection of its own. */
  request(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; raw?: string | Buffer; headers?: Record<string, string>; timeoutMs?: number } = {},
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
    const content = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const headers = {
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      "content-type": "application/json",
      connection: "close",
      ...options.headers,
    };
    return new Promise((resolve, reject) => {
      const request = http.request({ host: "127.0.0.1", port: this.#port, method, path: `/hooks/c/${path}`, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }));
        response.on("error", reject);
      });
      if (options.timeoutMs !== undefined) request.setTimeout(options.timeoutMs, () => request.destroy(new Error("no answer")));
      request.on("error", reject);
      request.end(content);
    });
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const webhook = this.#channel?.webhook;
    try {
      if (webhook === undefined) throw new Error("No channel is open");
      const answer = await webhook({
        method: request.method ?? "GET",
        path: url.pathname.replace(/^\/hooks\/c/, ""),
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])),
        body: Buffer.concat(chunks),
        remoteAddress: request.socket.remoteAddress,
      });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      response.writeHead(503).end();
    }
  }
}
