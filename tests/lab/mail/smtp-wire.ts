import net from "node:net";

/** What the server does with one connection; `accept` is the honest one. */
export type Behaviour =
  | "accept"
  | "421 at greeting"
  | "silent drop at greeting"
  | "535 at login"
  | "421 at sender"
  | "451 at recipient"
  | "550 at recipient"
  | "drop at recipient"
  | "451 after the final dot"
  | "552 after the final dot"
  | "drop before the final dot"
  | "drop after the final dot";

export interface WireLetter {
  behaviour: Behaviour;
  from: string;
  to: string[];
  source: string;
  at: number;
}

/** An SMTP server at the level of the wire (RFC 5321), for the moments in which a good one would never misbehave. */
export class SmtpWire {
  /** Behaviours of the coming connections, in order; afterwards it is honest. */
  readonly plan: Behaviour[] = [];
  /** Every letter whose final dot was read here, answered or not. */
  readonly letters: WireLetter[] = [];
  connections = 0;
  #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server) {
    this.#server = server;
  }

  static async start(): Promise<SmtpWire> {
    const server = net.createServer();
    const wire = new SmtpWire(server);
    server.on("connection", (socket) => wire.#talk(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #talk(socket: net.Socket): void {
    const behaviour = this.plan.shift() ?? "accept";
    this.connections++;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    if (behaviour === "silent drop at greeting") {
      socket.destroy();
      return;
    }
    if (behaviour === "421 at greeting") {
      socket.end("421 4.3.2 Service not available, closing transmission channel\r\n");
      return;
    }
    say("220 wire.example ESMTP");
    let from = "";
    let to: string[] = [];
    let body: string | null = null;
    let buffer = "";
    socket.on("data", (chunk: Buffer) => {
      buffer += chunk.toString("latin1");
      for (;;) {
        if (body !== null) {
          if (behaviour === "drop before the final dot") {
            socket.destroy();
            return;
          }
          const end = `\r\n${buffer}`.indexOf("\r\n.\r\n");
          if (end < 0) return;
          const source = buffer.slice(0, Math.max(0, end - 2));
          buffer = buffer.slice(end + 3);
          body = null;
          this.letters.push({ behaviour, from, to, source, at: Date.now() });
          if (behaviour === "drop after the final dot") {
            socket.destroy();
            return;
          }
          say(
            behaviour === "451 after the final dot"
              ? "451 4.3.0 Try again later"
              : behaviour === "552 after the final dot"
                ? "552 5.3.4 Too big"
                : "250 2.0.0 Ok: queued as W1",
          );
          continue;
        }
        const eol = buffer.indexOf("\r\n");
        if (eol < 0) return;
        const line = buffer.slice(0, eol);
        buffer = buffer.slice(eol + 2);
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === "EHLO") socket.write("250-wire.example\r\n250-SIZE 40000000\r\n250 AUTH PLAIN\r\n");
        else if (verb === "AUTH") say(behaviour === "535 at login" ? "535 5.7.8 Authentication credentials invalid" : "235 2.7.0 Welcome");
        else if (verb === "MAIL") {
          from = /<([^>]*)>/.exec(line)?.[1] ?? "";
          to = [];
          if (behaviour === "421 at sender") socket.end("421 4.7.0 Too many letters, closing\r\n");
          else say("250 2.1.0 Ok");
        } else if (verb === "RCPT") {
          if (behaviour === "451 at recipient") say("451 4.7.1 Greylisted, try again in 300 seconds");
          else if (behaviour === "550 at recipient") say("550 5.1.1 No such user");
          else if (behaviour === "drop at recipient") socket.destroy();
          else {
            to.push(/<([^>]*)>/.exec(line)?.[1] ?? "");
            say("250 2.1.5 Ok");
          }
        } else if (verb === "DATA") {
          body = "";
          say("354 End data with <CR><LF>.<CR><LF>");
        } else if (verb === "QUIT") socket.end("221 2.0.0 Bye\r\n");
        else say("250 Ok");
      }
    });
  }
}
