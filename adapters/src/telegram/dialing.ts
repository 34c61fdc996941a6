import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";

/** A connection that is not there by then never was: what was to be sent on it has certainly not been sent. */
const CONNECT_MS = 8_000;

interface Socket extends Duplex {
  connecting?: boolean;
}
type Dial = (options: http.ClientRequestArgs, done?: (error: Error | null, stream: Duplex) => void) => Duplex | null | undefined;

/**
 * An agent that opens a connection for every request and gives up dialling after 8 s. A kept connection may be closed by the
 * other side just when a message is written into it, and then nobody knows whether the message arrived: a handshake costs less.
 */
export function dialingAgent(secure: boolean, connectMs = CONNECT_MS): http.Agent {
  const agent = secure ? new https.Agent({ keepAlive: false }) : new http.Agent({ keepAlive: false });
  const dial: Dial = agent.createConnection.bind(agent) as Dial;
  const dialled: Dial = (options, done) => {
    const socket = dial(options, done) as Socket;
    const late = setTimeout(() => socket.destroy(Object.assign(new Error("connect ETIMEDOUT"), { code: "ETIMEDOUT", syscall: "connect" })), connectMs);
    const over = (): void => clearTimeout(late);
    socket.once(secure ? "secureConnect" : "connect", over);
    socket.once("close", over);
    return socket;
  };
  agent.createConnection = dialled as typeof agent.createConnection;
  return agent;
}
