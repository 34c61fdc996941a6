import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** Answers one request whose body has come whole; whoever never answers leaves the other side waiting. */
type Serve = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => unknown;

/** An HTTP server on a real socket of this machine that can go away, with all its connections, and come back at the same address. */
export class Listener {
  readonly #serve: Serve;
  readonly #sockets = new Set<Socket>();
  #server: http.Server | null = null;
  #port = 0;

  constructor(serve: Serve) {
    this.#serve = serve;
  }

  get port(): number {
    return this.#port;
  }
  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
  get isUp(): boolean {
    return this.#server !== null;
  }

  async up(): Promise<void> {
    const server = http.createServer((request, response) => void this.#take(request, response));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      await this.#serve(request, response, Buffer.concat(chunks));
    } catch {
      // The other side broke off, or what it sent is no request at all.
      response.destroy();
    }
  }
}
