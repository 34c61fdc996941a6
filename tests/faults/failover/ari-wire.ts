import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";

/** One request as it went over the wire. */
export interface AriRequestSeen {
  /** Epoch ms. */
  at: number;
  pid: number;
  method: string;
  uri: string;
}

/**
 * Between the nodes and Asterisk: writes down every ARI request that a process sends, by the process that the connection belongs to.
 * Requests are text frames of the client (RFC 6455 section 5.2, masked) with {"type":"RESTRequest"}.
 */
export class AriWire {
  readonly url: string;
  readonly requests: AriRequestSeen[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async start(ari: string, pids: () => number[]): Promise<AriWire> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new AriWire(server, new URL(ari), pids);
  }

  private constructor(server: Server, target: URL, pids: () => number[]) {
    this.#server = server;
    const { port } = server.address() as { port: number };
    const own = new URL(target);
    own.hostname = "127.0.0.1";
    own.port = String(port);
    this.url = own.href;
    server.on("connection", (near) => {
      const far = connect(Number(target.port), target.hostname);
      const pid = ownerOf(near.remotePort ?? 0, pids());
      const read = frames((text) => this.#saw(pid, text));
      for (const s of [near, far]) {
        this.#sockets.add(s);
        s.setNoDelay(true);
        s.on("error", () => undefined);
        s.on("close", () => {
          this.#sockets.delete(s);
          near.destroy();
          far.destroy();
        });
      }
      near.on("data", read);
      near.pipe(far).pipe(near);
    });
  }

  async close(): Promise<void> {
    for (const s of this.#sockets) s.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #saw(pid: number, text: string): void {
    const said = JSON.parse(text) as { type?: string; method?: string; uri?: string };
    if (said.type === "RESTRequest") this.requests.push({ at: Date.now(), pid, method: said.method ?? "", uri: said.uri ?? "" });
  }
}

/** Calls back with each text message of a client's WebSocket; the HTTP request before it is passed over. */
function frames(onText: (text: string) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let upgraded = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    if (!upgraded) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      upgraded = true;
      rest = rest.subarray(end + 4);
    }
    for (;;) {
      if (rest.length < 6) return;
      const short = (rest[1] ?? 0) & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (rest.length < head + 4) return;
      const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
      if (rest.length < head + 4 + length) return;
      const mask = rest.subarray(head, head + 4);
      const body = Buffer.from(rest.subarray(head + 4, head + 4 + length));
      for (let i = 0; i < body.length; i++) body[i] = (body[i] ?? 0) ^ (mask[i & 3] ?? 0);
      if (((rest[0] ?? 0) & 0x0f) === 1) onText(body.toString("utf8"));
      rest = rest.subarray(head + 4 + length);
    }
  };
}

/** Which of the processes has the local end of a loopback connection from this port (proc(5): /proc/net/tcp, /proc/PID/fd); 0: none. */
function ownerOf(port: number, pids: number[]): number {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .find((l) => l.trim().split(/\s+/)[1]?.endsWith(`:${hex}`) === true);
  const inode = line?.trim().split(/\s+/)[9];
  if (inode === undefined) return 0;
  for (const pid of pids) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        try {
          if (readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`) return pid;
        } catch {
          // Closed meanwhile.
        }
      }
    } catch {
      // The process has gone.
    }
  }
  return 0;
}
