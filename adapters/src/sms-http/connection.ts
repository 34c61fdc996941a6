import { setTimeout as pause } from "node:timers/promises";
import { ChannelError, type Commands, type Host } from "@kommutator/contract/channel";
import { VendorClient, VendorFault } from "./client.ts";
import type { SmsHttpConfig } from "./config.ts";
import { e164, messageEvent, stateEvents, unparseableEvent } from "./from-sms.ts";
import { Memory, type Outgoing } from "./memory.ts";
import type { IncomingSms, OutgoingSms, SmsVendor, StatusReport } from "./vendor.ts";

const BACKOFF_CAP_MS = 30_000;
/** Without anything else to ask, the balance says whether the vendor is there and knows us. */
const HEALTH_MS = 60_000;

/** One account at a vendor: sends, asks for what came and for what became of what we sent, takes callbacks. */
export class Account {
  readonly #config: SmsHttpConfig;
  readonly #vendor: SmsVendor;
  readonly #host: Host;
  readonly #stop = new AbortController();
  readonly #client: VendorClient;
  readonly #memory: Memory;
  readonly #running: Promise<void>;
  /** When we asked last for the state of a message, by key. */
  readonly #asked = new Map<string, number>();
  #healthAt = Number.NEGATIVE_INFINITY;
  /** Said so already: a state is told when it changes. */
  #up = false;

  constructor(config: SmsHttpConfig, vendor: SmsVendor, host: Host) {
    this.#config = config;
    this.#vendor = vendor;
    this.#host = host;
    this.#client = new VendorClient(config, vendor, this.#stop.signal);
    this.#memory = new Memory(host);
    host.signalAbort.addEventListener("abort", this.#abort, { once: true });
    host.status({ state: "connecting" });
    this.#running = host.signalAbort.aborted ? Promise.resolve() : this.#run();
  }

  readonly #abort = (): void => {
    this.#host.signalAbort.removeEventListener("abort", this.#abort);
    this.#stop.abort();
  };

  async close(): Promise<void> {
    this.#abort();
    await this.#running;
  }

  /**
   * Sends one SMS. What may have been taken is remembered before it is asked, so that the same command again asks the vendor
   * first where it can (its own reference, SMSC's `id`), and a command that is through answers the same key for ever.
   */
  async send(command: Commands["message.send"]): Promise<{ messageKey: string }> {
    const number = e164(command.to.value ?? "");
    if (number === null) throw new ChannelError("rejected", "This is not a number in international form, such as +77011112233");
    if (command.text.trim() === "") throw new ChannelError("rejected", "An SMS needs a text");
    if (command.files.length > 0) throw new ChannelError("rejected", "An SMS carries no files");
    if (command.text.length > this.#vendor.textLength) throw new ChannelError("rejected", `The text is longer than ${this.#vendor.textLength} characters`);
    await this.#remember(() => this.#memory.load());
    const known = this.#memory.get(command.id);
    const failed = known?.state === "failed";
    if (known !== undefined && known.key !== null && !failed) return { messageKey: known.key };
    // What failed on its way and is sent again by an agent's word is another SMS, with a reference of its own.
    const attempt = (known?.attempt ?? 0) + (failed ? 1 : 0);
    const reference = attempt === 0 ? command.id : `${command.id}.${attempt}`;
    const message: OutgoingSms = { reference, to: number.slice(1), text: command.text, sender: this.#config.sender };
    if (known !== undefined && !failed && (await this.#has(message))) return this.#taken(command.id, message, attempt, reference);
    this.#memory.put(command.id, { key: null, to: message.to, at: this.#host.now(), state: "sending", attempt });
    await this.#remember(() => this.#memory.save(this.#host.now()));
    try {
      const answer = await this.#client.ask("send", this.#vendor.send(message));
      const key = this.#vendor.sentKey(answer, message);
      if (key === null) throw new ChannelError("uncertain", `${this.#vendor.title} answered without naming the message`);
      this.#host.record("out", "SMS taken", { to: number, key });
      return await this.#taken(command.id, message, attempt, key);
    } catch (error) {
      if (error instanceof VendorFault && error.fault.duplicate === true && (await this.#has(message)))
        return this.#taken(command.id, message, attempt, reference);
      this.#host.record("out", "SMS not taken", { to: number, error: String(error).slice(0, 300) });
      // Surely not taken: the next try needs no question first.
      if (!(error instanceof ChannelError) || error.code !== "uncertain") this.#forget(command.id, known);
      throw error;
    }
  }

  /** As it was before the try. */
  #forget(commandId: string, before: Outgoing | undefined): void {
    if (before === undefined) this.#memory.drop(commandId);
    else this.#memory.put(commandId, before);
  }

  async #taken(commandId: string, message: OutgoingSms, attempt: number, key: string): Promise<{ messageKey: string }> {
    this.#memory.put(commandId, { key, to: message.to, at: this.#host.now(), state: "sent", attempt });
    // It is sent, whether we can remember it or not.
    await this.#orStop(this.#memory.save(this.#host.now())).catch(() => {});
    return { messageKey: key };
  }

  async #has(message: OutgoingSms): Promise<boolean> {
    if (this.#vendor.find === undefined) return false;
    try {
      return this.#vendor.find.found(await this.#client.ask("find", this.#vendor.find.ask(message)));
    } catch (error) {
      if (error instanceof VendorFault && error.fault.nothing === true) return false;
      // Whether it went out stays open: better asked again than sent twice.
      throw error instanceof ChannelError && error.code !== "bad-credentials"
        ? new ChannelError(error.code === "rate-limited" ? "rate-limited" : "unreachable", error.message, { retryAfterMs: error.retryAfterMs ?? 60_000 })
        : error;
    }
  }

  async #remember(work: () => Promise<void>): Promise<void> {
    try {
      await this.#orStop(work());
    } catch (error) {
      throw new ChannelError("unreachable", "Nothing was sent: the channel's memory is not available just now", { cause: error });
    }
  }

  /** Money left with the vendor. Throws ChannelError. */
  async balance(): Promise<{ amount: number; currency: string }> {
    return this.#vendor.balance.read(await this.#client.ask("balance", this.#vendor.balance.ask()));
  }

  /** A state from a callback or a question. Throws when it is not stored. */
  async report(report: StatusReport): Promise<void> {
    for (const event of stateEvents(report, this.#host.now())) await this.#orStop(this.#host.report(event));
    const known = this.#memory.byKey(report.key);
    if (known === undefined || report.state === null || known.state === report.state) return;
    known.state = report.state;
    // The state is stored with the house; that we remember it too saves questions only.
    await this.#orStop(this.#memory.save(this.#host.now())).catch(() => {});
  }

  /** An incoming message from a callback or a question. Throws when it is not stored. */
  async receive(sms: IncomingSms): Promise<void> {
    await this.#orStop(this.#host.report(messageEvent(sms, this.#config.utcOffsetHours, this.#host.now())));
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#orStop(this.#memory.load());
        await this.#once();
        failures = 0;
        if (!this.#up) this.#host.status({ state: "up" });
        this.#up = true;
      } catch (error) {
        failures++;
        if (!this.#stop.signal.aborted) this.#explain(error);
      }
      const ceiling = Math.max(this.#config.pollMs, Math.min(this.#config.pollMs * 2 ** Math.min(failures, 16), BACKOFF_CAP_MS));
      await pause(failures === 0 ? this.#config.pollMs : ceiling * (0.5 + Math.random() / 2), undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** Whatever is due: incoming messages, states, or at least a sign of life. */
  async #once(): Promise<void> {
    const { incoming } = this.#vendor;
    let asked = false;
    if (this.#config.polling && incoming !== undefined) {
      asked = true;
      const answer = await this.#askQuietly("incoming", incoming.ask(this.#memory.incomingAfter));
      if (answer !== null) await this.#takeIncoming(incoming.read(answer));
    }
    if (this.#config.polling) asked = (await this.#askStates()) || asked;
    const now = performance.now();
    if (asked) this.#healthAt = now;
    else if (now - this.#healthAt >= Math.min(HEALTH_MS, this.#config.pollMs * 3)) {
      await this.balance();
      this.#healthAt = now;
    }
  }

  async #takeIncoming(list: (IncomingSms | { unreadable: string; raw: unknown })[]): Promise<void> {
    let after = this.#memory.incomingAfter;
    try {
      for (const one of [...list].sort((a, b) => order(a) - order(b))) {
        if ("unreadable" in one) await this.#orStop(this.#host.report(unparseableEvent(one.unreadable, one.raw, this.#host.now())));
        else {
          await this.receive(one);
          if (after === null || order(one) > Number(after)) after = one.id;
        }
      }
    } finally {
      // What is stored is not asked for again; what is not, comes with the next question.
      if (after !== this.#memory.incomingAfter) {
        this.#memory.incomingAfter = after;
        await this.#orStop(this.#memory.save(this.#host.now()));
      }
    }
  }

  /** States of our messages, young ones with each round, older ones more seldom. Returns whether anything was asked. */
  async #askStates(): Promise<boolean> {
    const now = this.#host.now();
    const due = this.#memory.waiting().filter((one) => now - (this.#asked.get(one.key) ?? 0) >= Math.max(this.#config.pollMs, (now - one.at) / 10));
    const { perRequest, ask, read } = this.#vendor.status;
    for (let i = 0; i < due.length; i += perRequest) {
      const batch = due.slice(i, i + perRequest);
      const answer = await this.#askQuietly("status", ask(batch));
      for (const one of batch) this.#asked.set(one.key, now);
      for (const report of answer === null ? [] : read(answer)) {
        const known: Outgoing | undefined = this.#memory.byKey(report.key);
        if (known !== undefined && known.state !== report.state) await this.report(report);
      }
    }
    for (const [key, at] of this.#asked) if (now - at > 4 * 86_400_000) this.#asked.delete(key);
    return due.length > 0;
  }

  /** null when the vendor says that there is nothing. */
  async #askQuietly(operation: "incoming" | "status", request: Parameters<VendorClient["ask"]>[1]): Promise<unknown> {
    try {
      return await this.#client.ask(operation, request);
    } catch (error) {
      if (error instanceof VendorFault && error.fault.nothing === true) return null;
      throw error;
    }
  }

  #explain(error: unknown): void {
    const detail = (error instanceof Error ? error.message : String(error)).slice(0, 300);
    const code = error instanceof ChannelError ? error.code : null;
    this.#up = false;
    this.#host.record("in", `${this.#vendor.title} could not be asked`, { detail });
    this.#host.status({ state: code === "bad-credentials" ? "bad-credentials" : code === "unreachable" ? "down" : "degraded", detail });
  }

  /** A host that hangs must not keep the channel from closing; what it was about comes again. */
  async #orStop<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    let stopped: () => void = () => {};
    const aborted = new Promise<never>((_, reject) => {
      stopped = () => reject(new Error("The channel is closing"));
      signal.addEventListener("abort", stopped, { once: true });
      if (signal.aborted) stopped();
    });
    return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", stopped));
  }
}

/** Vendors count their incoming messages upwards; what has no number comes first. */
function order(one: IncomingSms | { unreadable: string }): number {
  return "id" in one ? Number(one.id) || 0 : 0;
}
