import { connect, createServer, type Server, type Socket } from "node:net";

const BYTE_EVERY_MS = 1_000;

/** What has come for the house and has not been let through yet. */
interface Held {
  near: Socket;
  octets: Buffer;
  ended: boolean;
  /** It comes a byte a second; otherwise nothing comes at all. */
  trickles: boolean;
}

/**
 * The wire between the house and one provider. While it is slow the house is heard at once, but of the provider's words every other
 * connection lets nothing through, and the others a byte a second.
 */
export class SlowWire {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #held = new Set<Held>();
  #count = 0;
  #trickle: NodeJS.Timeout | null = null;

  /** A port that leads to `port`. */
  async to(port: number): Promise<number> {
    const server = createServer((near) => this.#carry(near, connect({ port, host: "127.0.0.1" })));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#servers.push(server);
    return (server.address() as { port: number }).port;
  }

  slow(): void {
    this.#trickle ??= setInterval(() => {
      for (const held of this.#held) if (held.trickles) this.#release(held, 1);
    }, BYTE_EVERY_MS);
  }

  quick(): void {
    if (this.#trickle !== null) clearInterval(this.#trickle);
    this.#trickle = null;
    for (const held of this.#held) this.#release(held, held.octets.length);
  }

  close(): void {
    this.quick();
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(near: Socket, far: Socket): void {
    const held: Held = { near, octets: Buffer.alloc(0), ended: false, trickles: this.#count++ % 2 === 1 };
    this.#held.add(held);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
    }
    near.on("data", (octets: Buffer) => far.write(octets));
    near.on("close", () => {
      this.#held.delete(held);
      far.destroy();
    });
    far.on("data", (octets: Buffer) => {
      held.octets = Buffer.concat([held.octets, octets]);
      if (this.#trickle === null) this.#release(held, held.octets.length);
    });
    far.on("close", () => {
      held.ended = true;
      if (this.#trickle === null) this.#release(held, held.octets.length);
    });
  }

  #release(held: Held, count: number): void {
    if (count > 0 && held.octets.length > 0) held.near.write(held.octets.subarray(0, count));
    held.octets = held.octets.subarray(count);
    if (held.ended && held.octets.length === 0) held.near.end();
  }
}
