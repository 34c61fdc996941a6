import { setTimeout as pause } from "node:timers/promises";
import { ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import type { SmppConfig } from "./config.ts";
import { dial, type Line } from "./dial.ts";
import { BindRefused } from "./errors.ts";
import { Inbox } from "./inbox.ts";
import { Memory } from "./memory.ts";
import { Outbox } from "./outbox.ts";
import type { Pdu } from "./pdu.ts";
import { Sent } from "./sent.ts";
import type { SmppSession } from "./session.ts";

const BACKOFF_CAP_MS = 30_000;
/** A session that ended sooner does not make the pauses short again. */
const STEADY_MS = 10_000;

/** Holds the connection to the SMS centre: never gives up, comes back with growing pauses until closed. */
export class SmscConnection {
  readonly #config: SmppConfig;
  readonly #host: Host;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #closing: Promise<never>;
  #memory: Memory | null = null;
  #inbox: Inbox | null = null;
  #outbox: Outbox | null = null;
  #line: Line | null = null;
  /** Closing has begun: the connection that ends now is not to come back. */
  #leaving = false;
  #trouble = new ChannelError("unreachable", "The connection to the SMS centre is not up yet");

  constructor(config: SmppConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#closing = new Promise((_, reject) => {
      const closing = (): void => reject(new Error("The channel is closing"));
      this.#stop.signal.addEventListener("abort", closing, { once: true });
    });
    // Races take it; nobody else listens.
    this.#closing.catch(() => {});
    host.signalAbort.addEventListener("abort", this.#abort, { once: true });
    if (host.signalAbort.aborted) this.#abort();
    this.#running = this.#run();
  }

  /** Sends one reply; throws a ChannelError. */
  async send(command: Commands["message.send"]): Promise<{ messageKey: string }> {
    if (this.#outbox === null) throw this.#trouble;
    return this.#outbox.send(command);
  }

  /** Asks the live connection whether it lives, or tries a new one, and says in words what is wrong. */
  async test(): Promise<{ ok: boolean; detail: string }> {
    const where = `${this.#config.host}:${this.#config.port}`;
    try {
      const live = this.#line;
      const line = live ?? (await dial(this.#config, this.#stop.signal, () => {}));
      const began = performance.now();
      await line.transmit.request("enquire_link");
      const took = Math.round(performance.now() - began);
      if (live === null) await line.unbind();
      return { ok: true, detail: `Connected to ${where} as "${this.#config.systemId}"; the SMS centre answered in ${took} ms` };
    } catch (error) {
      return { ok: false, detail: (error as Error).message };
    }
  }

  async close(): Promise<void> {
    this.#leaving = true;
    // Unbind first: the SMSC then knows that it has to keep what comes.
    const line = this.#line;
    this.#line = null;
    const limit = pause(2_000, undefined, { signal: this.#stop.signal }).catch(() => {});
    if (line !== null) {
      await Promise.race([line.unbind(), limit]);
      line.destroy(new Error("The channel is closing"));
    }
    await this.#memory?.close(limit);
    this.#abort();
    await this.#running;
  }

  readonly #abort = (): void => {
    this.#leaving = true;
    this.#host.signalAbort.removeEventListener("abort", this.#abort);
    this.#stop.abort();
    this.#inbox?.close();
    this.#line?.destroy(new Error("The channel is closing"));
  };

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#leaving) {
      const steady = await this.#once();
      if (this.#leaving) return;
      failures = steady ? 1 : failures + 1;
      const ceiling = Math.min(this.#config.reconnectFloorMs * 2 ** Math.min(failures - 1, 12), BACKOFF_CAP_MS);
      await pause(ceiling * (0.5 + Math.random() / 2), undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** One connection from bind to loss; whether it held for a while. While it tries again the last status stands. */
  async #once(): Promise<boolean> {
    let boundAt: number | null = null;
    let reason: unknown;
    try {
      await this.#begin();
      const line = await dial(this.#config, this.#stop.signal, (pdu, on) => void this.#delivered(pdu, on));
      if (this.#leaving) {
        line.destroy(new Error("The channel is closing"));
        return false;
      }
      boundAt = performance.now();
      this.#line = line;
      this.#host.record("out", "bound", { host: this.#config.host, systemId: this.#config.systemId });
      this.#host.status({ state: "up" });
      reason = await line.closed;
    } catch (error) {
      reason = error;
    }
    this.#line = null;
    if (!this.#leaving) this.#explain(reason as Error);
    return boundAt !== null && performance.now() - boundAt > STEADY_MS;
  }

  /** What outlives single connections: made when the memory can be read. */
  async #begin(): Promise<void> {
    if (this.#memory !== null) return;
    const memory = await Promise.race([Memory.load(this.#host), this.#closing]);
    const sent = new Sent(memory.state.sent);
    const common = { config: this.#config, host: this.#host, memory, sent };
    const session = (): SmppSession => {
      if (this.#line === null) throw this.#trouble;
      return this.#line.transmit;
    };
    const outbox = new Outbox({ ...common, session, closing: this.#closing });
    this.#memory = memory;
    this.#outbox = outbox;
    this.#inbox = new Inbox({ ...common, settling: () => outbox.settling() });
    if (this.#stop.signal.aborted) this.#inbox.close();
  }

  async #delivered(pdu: Pdu, session: SmppSession): Promise<void> {
    if (this.#inbox === null) return;
    const answer = await this.#inbox.take(pdu);
    if (session.respond(pdu, answer.status)) answer.gone();
  }

  #explain(reason: Error): void {
    const credentials = reason instanceof BindRefused && reason.credentials;
    const detail = reason.message.slice(0, 300);
    this.#trouble = new ChannelError(credentials ? "bad-credentials" : "unreachable", detail);
    this.#host.record("in", "SMPP connection lost", { detail });
    this.#host.status({ state: credentials ? "bad-credentials" : "down", detail });
  }
}
