import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Channel } from "@kommutator/contract/channel";

/** Our own front door on a real socket, as the gateway mounts it: hands raw requests under /hooks to the channel that is open. */
export class HouseDoor {
  readonly #server: http.Server;
  channel: Channel | null = null;

  private constructor() {
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
  }
  static async open(): Promise<HouseDoor> {
    const door = new HouseDoor();
    await new Promise<void>((resolve) => door.#server.listen(0, "127.0.0.1", resolve));
    return door;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await this.channel?.webhook?.({
        method: request.method ?? "GET",
        path: request.url ?? "/",
        query: {},
        headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])),
        body: Buffer.concat(chunks),
        remoteAddress: request.socket.remoteAddress,
      });
      if (answer === undefined) response.writeHead(503).end();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      if (!response.headersSent) response.writeHead(503).end();
    }
  }
}
