import { connect, createServer, type Server, type Socket } from "node:net";

const LOOK_MS = 200;
/** A node that has not said within this that it is well gets no connections, and those it has are ended. */
const WELL_WITHIN_MS = 1_500;

interface Backend {
  port: number;
  well: boolean;
  sockets: Set<Socket>;
}

/**
 * What stands in front of several nodes in life: connections go to the nodes in turn, as long as GET /health of each says 200 in
 * time; a node that does not loses its connections at once, so browsers come back through another.
 */
export class Balancer {
  readonly port: number;
  readonly #server: Server;
  readonly #backends: Backend[];
  readonly #timer: NodeJS.Timeout;
  #turn = 0;

  static async start(ports: number[]): Promise<Balancer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const balancer = new Balancer(server, ports);
    await balancer.#look();
    return balancer;
  }

  private constructor(server: Server, ports: number[]) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
    this.#backends = ports.map((port) => ({ port, well: false, sockets: new Set() }));
    server.on("connection", (socket) => this.#accept(socket));
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  /** Nodes that are well now. */
  get well(): number {
    return this.#backends.filter((b) => b.well).length;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const b of this.#backends) for (const s of b.sockets) s.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #look(): Promise<void> {
    await Promise.all(
      this.#backends.map(async (b) => {
        b.well = await fetch(`http://127.0.0.1:${b.port}/health`, { signal: AbortSignal.timeout(WELL_WITHIN_MS) }).then(
          (r) => r.ok,
          () => false,
        );
        if (!b.well) for (const s of b.sockets) s.destroy();
      }),
    );
  }

  #accept(near: Socket): void {
    near.on("error", () => undefined);
    const well = this.#backends.filter((b) => b.well);
    const backend = well[this.#turn++ % Math.max(1, well.length)];
    if (backend === undefined) {
      near.destroy();
      return;
    }
    const far = connect(backend.port, "127.0.0.1");
    far.on("error", () => undefined);
    backend.sockets.add(near);
    near.on("close", () => {
      backend.sockets.delete(near);
      far.destroy();
    });
    far.on("close", () => near.destroy());
    near.setNoDelay(true);
    far.setNoDelay(true);
    near.pipe(far).pipe(near);
  }
}
