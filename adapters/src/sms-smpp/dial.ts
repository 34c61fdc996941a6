import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { SmppConfig } from "./config.ts";
import { BindRefused, STATUS } from "./errors.ts";
import type { Pdu } from "./pdu.ts";
import { SmppSession } from "./session.ts";

const CONNECT_MS = 10_000;
const VERSION_3_4 = 0x34;

/** Connects and binds as a transceiver. Throws BindRefused, or an Error saying why the SMSC cannot be reached. */
export async function dial(config: SmppConfig, signal: AbortSignal, onRequest: (pdu: Pdu, session: SmppSession) => void): Promise<SmppSession> {
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
  try {
    const connected = new Promise<void>((resolve) => socket.once(tls ? "secureConnect" : "connect", resolve));
    const lost = session.closed.then((reason) => {
      throw reason;
    });
    await Promise.race([connected, lost]);
    clearTimeout(limit);
    const answer = await Promise.race([
      session.request("bind_transceiver", {
        system_id: config.systemId,
        password: config.password,
        system_type: config.systemType,
        interface_version: VERSION_3_4,
      }),
      lost,
    ]);
    if (answer.status !== STATUS.ok || answer.command !== "bind_transceiver_resp") throw new BindRefused(answer.status);
    session.watch();
    return session;
  } catch (error) {
    session.destroy(error as Error);
    if (error instanceof BindRefused) throw error;
    throw new Error(`${config.host}:${config.port} cannot be reached: ${(error as Error).message}`, { cause: error });
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", abort);
  }
}
