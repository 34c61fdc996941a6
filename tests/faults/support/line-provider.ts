import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { ChannelEvent, Commands } from "@kommutator/contract/channel";

/**
 * A provider of its own little protocol over TCP, JSON lines. Like mail servers and webhooks it keeps an event until it
 * is acknowledged and delivers it again after a reconnection. What it is sent it writes down, and answers as it is told.
 *
 *   provider -> us   {"event": n, "body": ChannelEvent, "announced": true}   us -> provider   {"ack": n}
 *   us -> provider   {"send": n, "body": message.send}       provider -> us   {"sent": n, "key": …} or {"refused": n, "code": …}
 */
export type SendAnswer = { key: string } | { refused: "rejected" | "rate-limited"; retryAfterMs?: number } | "hang up after receiving" | "hang up at once";

export class LineProvider {
  readonly port: number;
  /** What went over the wire to the other side, in order. */
  readonly received: Commands["message.send"][] = [];
  /** Decides the answer to the nth send (from 0). */
  answer: (n: number, body: Commands["message.send"]) => SendAnswer = (n) => ({ key: `out-${n}` });
  readonly acknowledged = new Set<number>();
  /** What it delivers was announced before, as Asterisk announces a call. */
  announces = false;
  readonly #server: Server;
  readonly #events = new Map<number, ChannelEvent>();
  readonly #sockets = new Set<Socket>();
  #next = 1;
  #sends = 0;
  #waiting: { n: number; resolve: () => void }[] = [];

  constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(): Promise<LineProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const provider = new LineProvider(server, (server.address() as { port: number }).port);
    server.on("connection", (socket) => provider.#connected(socket));
    return provider;
  }

  /** Delivers an event (again after each reconnection) and resolves when it is acknowledged. */
  deliver(event: ChannelEvent): { n: number; acknowledged: Promise<void> } {
    const n = this.#next++;
    this.#events.set(n, event);
    for (const socket of this.#sockets) socket.write(this.#said(n, event));
    return { n, acknowledged: new Promise((resolve) => this.#waiting.push({ n, resolve })) };
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Cuts every connection; the other side comes back by itself. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #said(n: number, body: ChannelEvent): string {
    return `${JSON.stringify({ event: n, body, announced: this.announces })}\n`;
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    for (const [n, body] of this.#events) socket.write(this.#said(n, body));
    const lines = createInterface({ input: socket });
    lines.on("error", () => undefined);
    lines.on("line", (line) => {
      const said = JSON.parse(line) as { ack?: number; send?: number; body?: Commands["message.send"] };
      if (said.ack !== undefined) {
        this.#events.delete(said.ack);
        this.acknowledged.add(said.ack);
        this.#waiting = this.#waiting.filter((w) => w.n !== said.ack || void w.resolve());
      } else if (said.send !== undefined && said.body !== undefined) {
        const answer = this.answer(this.#sends++, said.body);
        if (answer === "hang up at once") return void socket.destroy();
        this.received.push(said.body);
        if (answer === "hang up after receiving") return void socket.destroy();
        socket.write(
          `${JSON.stringify("key" in answer ? { sent: said.send, key: answer.key } : { refused: said.send, code: answer.refused, retryAfterMs: answer.retryAfterMs })}\n`,
        );
      }
    });
  }
}
