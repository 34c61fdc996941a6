import http from "node:http";
import type { Channel, WebhookHead } from "@kommutator/contract/channel";
import { Listener } from "./listener.ts";

/** The house's door on a real socket: mounts a channel's webhook under /hooks/:channelId as the gateway does. */
export class HouseDoor {
  readonly #listener = new Listener((request, response, body) => this.#answer(request, response, body));
  #channel: Channel | null = null;

  static async open(): Promise<HouseDoor> {
    const door = new HouseDoor();
    await door.up();
    return door;
  }

  /** The house's public address. */
  get url(): string {
    return this.#listener.origin;
  }
  /** Where the channel is mounted, for providers that are told an address by hand. */
  get hook(): string {
    return `${this.url}/hooks/c/`;
  }

  attach(channel: Channel | null): void {
    this.#channel = channel;
  }
  up = (): Promise<void> => this.#listener.up();
  down = (): Promise<void> => this.#listener.down();

  /** One request to the channel, on a connection of its own. */
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
      const target = { host: "127.0.0.1", port: this.#listener.port, method, path: `/hooks/c/${path}` };
      const request = http.request({ ...target, headers, agent: false }, (response) => {
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

  async #answer(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const head: WebhookHead = {
      method: request.method ?? "GET",
      path: `/${/^\/hooks\/[^/]+\/?(.*)$/.exec(url.pathname)?.[1] ?? "?"}`,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])),
      remoteAddress: request.socket.remoteAddress,
    };
    try {
      const channel = this.#channel;
      if (channel?.webhook === undefined) throw new Error("No channel is open");
      const admitted = channel.admit?.(head) ?? 1024 * 1024;
      const answer = typeof admitted !== "number" ? admitted : body.byteLength > admitted ? { status: 413 } : await channel.webhook({ ...head, body });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      if (!response.headersSent) response.writeHead(503);
      response.end();
    }
  }
}
