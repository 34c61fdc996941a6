import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Channel } from "@kommutator/contract/channel";

/** The house's door on a real socket: mounts a channel's webhook under /hooks/:channelId as the gateway does. */
export class Door {
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  #channel: Channel | null = null;

  private constructor() {
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  static async open(): Promise<Door> {
    const door = new Door();
    await new Promise<void>((resolve) => door.#server.listen(0, "127.0.0.1", resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  attach(channel: Channel): void {
    this.#channel = channel;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      const webhook = this.#channel?.webhook;
      if (webhook === undefined) throw new Error("No channel is open");
      const answer = await webhook({
        method: request.method ?? "GET",
        path: `/${/^\/hooks\/[^/]+\/?(.*)$/.exec(url.pathname)?.[1] ?? "?"}`,
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])),
        body: Buffer.concat(chunks),
        remoteAddress: request.socket.remoteAddress,
      });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      if (!response.headersSent) response.writeHead(503);
      response.end();
    }
  }
}
