import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Every wire of one house: TCP proxies to its database and to its provider, and whoever else counts with `pass`. A point is whatever goes
 * over one of them in one piece, either way; between two pieces nobody outside can tell what the house does. At the point it is armed for
 * all wires are cut before the piece has passed, and nothing passes any more: to everybody outside the house has died.
 */
export class Wires {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #left: number | null = null;
  #dead = false;
  readonly #onDeath: () => void;

  /** `onDeath`: ends the wires that are not proxies. */
  constructor(onDeath: () => void) {
    this.#onDeath = onDeath;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** A port that leads to `port`; pieces that are `counted` are points. */
  async to(port: number, counted: (piece: Buffer) => boolean = () => true): Promise<number> {
    const server = createServer((near) => {
      const far = connect({ port, host: "127.0.0.1" });
      this.#pump(near, far, counted);
      this.#pump(far, near, counted);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#servers.push(server);
    return (server.address() as { port: number }).port;
  }

  /** Dies at the point with this number, counted from now. */
  arm(point: number): void {
    this.#left = point;
  }
  disarm(): void {
    this.#left = null;
  }

  /** Counts one piece; false: it does not pass. */
  pass(): boolean {
    if (!this.#dead && this.#left !== null && this.#left-- === 0) this.die();
    return !this.#dead;
  }

  die(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#onDeath();
  }

  #pump(from: Socket, to: Socket, counted: (piece: Buffer) => boolean): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("error", () => undefined);
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on("data", (piece: Buffer) => {
      if (this.#dead || (counted(piece) && !this.pass())) return;
      if (!to.destroyed) to.write(piece);
    });
    if (this.#dead) from.destroy();
  }
}
