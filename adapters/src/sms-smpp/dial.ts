import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { SmppConfig } from "./config.ts";
import { BindRefused, STATUS } from "./errors.ts";
import type { Pdu } from "./pdu.ts";
import { NoAnswer, SmppSession } from "./session.ts";

const CONNECT_MS = 10_000;
const VERSION_3_4 = 0x34;

/** What is bound: one connection for both ways, or one each with an SMSC that knows no transceiver. */
export interface Line {
  /** The session that submits. */
  transmit: SmppSession;
  /** Resolves with the reason when any of it has ended; then all of it has. */
  closed: Promise<Error>;
  unbind(): Promise<void>;
  destroy(reason: Error): void;
}

type Answer = (pdu: Pdu, session: SmppSession) => void;

/**
 * Connects and binds: as a transceiver, or as receiver and transmitter where the SMSC does not know that command (SMPP
 * 3.3, and Kannel's own test SMSC, which closes the connection at it). Throws BindRefused, or an Error saying why the
 * SMSC cannot be reached.
 */
export async function dial(config: SmppConfig, signal: AbortSignal, onRequest: Answer): Promise<Line> {
  if (config.connections === "pair") return pair(config, signal, onRequest);
  try {
    return lineOf([await bind("bind_transceiver", config, signal, onRequest)]);
  } catch (error) {
    if (!(error instanceof UnknownCommand) || signal.aborted) throw error;
    return pair(config, signal, onRequest).catch((second: unknown) => {
      throw second instanceof BindRefused ? second : error;
    });
  }
}

async function pair(config: SmppConfig, signal: AbortSignal, onRequest: Answer): Promise<Line> {
  const transmit = await bind("bind_transmitter", config, signal, onRequest);
  try {
    return lineOf([transmit, await bind("bind_receiver", config, signal, onRequest)]);
  } catch (error) {
    transmit.destroy(error as Error);
    throw error;
  }
}

function lineOf(sessions: SmppSession[]): Line {
  const destroy = (reason: Error): void => {
    for (const session of sessions) session.destroy(reason);
  };
  const closed = Promise.race(sessions.map((session) => session.closed)).then(async (reason) => {
    destroy(reason);
    await Promise.all(sessions.map((session) => session.closed));
    return reason;
  });
  return {
    transmit: sessions[0] as SmppSession,
    closed,
    destroy,
    async unbind() {
      await Promise.all(sessions.map((session) => session.unbind()));
    },
  };
}

/** The SMSC answered the bind with "unknown command", or closed the connection in place of an answer. */
class UnknownCommand extends Error {}

async function bind(command: string, config: SmppConfig, signal: AbortSignal, onRequest: Answer): Promise<SmppSession> {
  const at = { host: config.host, port: config.port };
  const tls = config.security === "tls";
  const socket = tls ? connectTls({ ...at, ...(isIP(config.host) === 0 ? { servername: config.host } : {}) }) : connectTcp(at);
  const session: SmppSession = new SmppSession(socket, {
    pduTimeoutMs: config.pduTimeoutMs,
    enquireLinkMs: config.enquireLinkMs,
    onRequest: (pdu) => onRequest(pdu, session),
  });
  const abort = (): void => session.destroy(new Error("The channel is closing"));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  const limit = setTimeout(() => session.destroy(new Error(`No connection within ${CONNECT_MS / 1000} s`)), CONNECT_MS);
  let asked = false;
  try {
    const connected = new Promise<void>((resolve) => socket.once(tls ? "secureConnect" : "connect", resolve));
    const lost = session.closed.then((reason) => {
      throw reason;
    });
    await Promise.race([connected, lost]);
    clearTimeout(limit);
    asked = true;
    const { systemId: system_id, password, systemType: system_type } = config;
    const answer = await Promise.race([session.request(command, { system_id, password, system_type, interface_version: VERSION_3_4 }), lost]);
    if (answer.status !== STATUS.ok || answer.command !== `${command}_resp`) throw new BindRefused(answer.status);
    session.watch();
    return session;
  } catch (error) {
    const silent = error instanceof NoAnswer && !socket.destroyed;
    session.destroy(error as Error);
    if (error instanceof BindRefused) throw error.unknownCommand ? new UnknownCommand(error.message, { cause: error }) : error;
    const unreachable = `${config.host}:${config.port} cannot be reached: ${(error as Error).message}`;
    throw asked && !silent ? new UnknownCommand(unreachable, { cause: error }) : new Error(unreachable, { cause: error });
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", abort);
  }
}
