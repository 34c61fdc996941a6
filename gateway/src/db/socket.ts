import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";

/**
 * A connection to the database whose errors are plain closes once the server has spoken. The driver (postgres 3.4) rejects what is in
 * flight when its socket errs, and forgets what is asked between that error and the close that follows: such a query never ends, and
 * those behind it get each other's answers. On a plain close it rejects all of it. Errors of a connection that never stood stay errors,
 * so that whoever waits for it hears why.
 */
class DatabaseSocket extends Socket {
  #stands = false;

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === "data") this.#stands = true;
    if (this.#stands && event === "error") return true;
    if (this.#stands && event === "close") return super.emit("close", false);
    return super.emit(event as string, ...args);
  }
}

/** As much as Node reads at once. */
const READ_BYTES = 64 * 1024;

/**
 * The driver's `socket` option; `host` and `port` are its parsed lists, `path` a socket in the file system. What comes is read into one buffer
 * a connection and copied out of it: a new one for each answer costs a tenth of a query. With TLS it is another layer that reads.
 */
export function openSocket(options: { host: string[]; port: number[]; path?: string | null | undefined; ssl?: unknown }): Socket {
  const socket: DatabaseSocket = options.ssl ? new DatabaseSocket() : new DatabaseSocket(intoOneBuffer((bytes) => socket.emit("data", bytes)));
  if (options.path) return socket.connect(options.path);
  return socket.connect(Number(options.port[0]), String(options.host[0]));
}

/** `onread` is in Node's documentation of `new net.Socket()`, and missing in the types. */
function intoOneBuffer(tell: (bytes: Buffer) => void): SocketConstructorOpts & Pick<ConnectOpts, "onread"> {
  const callback = (bytes: number, buffer: Uint8Array) => {
    tell(Buffer.from(buffer.subarray(0, bytes)));
    return true;
  };
  return { onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback } };
}
