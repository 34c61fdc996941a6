import { setTimeout as pause } from "node:timers/promises";
import type { ChannelEvent, Host, MessageReceived } from "@kommutator/contract/channel";
import { ImapFlow } from "imapflow";
import type { EmailConfig } from "./config.ts";
import { fromHeaders, fromMail } from "./from-mail.ts";
import { testKeyOf } from "./test-letter.ts";

export const MAX_LETTER_BYTES = 25 * 1024 * 1024;
const BATCH_BYTES = 16 * 1024 * 1024;
const BATCH_LETTERS = 50;
const BACKOFF_CAP_MS = 30_000;

/** What the connection remembers between runs. */
interface Memory {
  uidValidity: string;
  /** Every letter up to this UID is reported. */
  lastUid: number;
  /** INTERNALDATE of the newest reported letter: where to begin again after a new UIDVALIDITY. */
  lastDate: number;
  /** Senders of these oversized letters have been told (newest 200). */
  told: string[];
}

type ImapSettings = Pick<EmailConfig, "imapHost" | "imapPort" | "imapSecurity" | "imapUser" | "imapPassword">;

/** A client with our settings; nothing it exchanges is logged, because letters and passwords pass through it. */
export function imapClient(config: ImapSettings): ImapFlow {
  return new ImapFlow({
    host: config.imapHost,
    port: config.imapPort,
    secure: config.imapSecurity === "tls",
    ...(config.imapSecurity === "starttls" ? { doSTARTTLS: true } : config.imapSecurity === "none" ? { doSTARTTLS: false } : {}),
    auth: { user: config.imapUser, pass: config.imapPassword },
    logger: false,
    // ImapFlow waits 15 s before IDLE otherwise.
    autoIdleDelay: 200,
    // Some servers drop an IDLE silently; RFC 2177 asks for a new one within 29 minutes.
    maxIdleTime: 5 * 60_000,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    socketTimeout: 10 * 60_000,
  });
}

/** Whether the server refused who we are, as opposed to not being there. */
export function isAuthFailure(error: unknown): boolean {
  const { authenticationFailed, serverResponseCode } = (error ?? {}) as { authenticationFailed?: boolean; serverResponseCode?: string };
  return authenticationFailed === true || serverResponseCode === "AUTHENTICATIONFAILED";
}

/**
 * Watches one folder: letters are fetched by UID above the last reported one, reported in the order of their threads, and only then
 * marked as read and remembered. Never gives up: reconnects with a capped back-off and jitter until closed.
 */
export class MailboxWatch {
  readonly #config: EmailConfig;
  readonly #host: Host;
  readonly #tell: (event: MessageReceived) => Promise<void>;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #client: ImapFlow | null = null;
  #wake: () => void = () => {};
  #poked = false;
  /** Test letters under way, and who waits for them. */
  readonly #tests = new Map<string, () => void>();

  /** `tell` writes to the sender of an oversized letter. */
  constructor(config: EmailConfig, host: Host, tell: (event: MessageReceived) => Promise<void>) {
    this.#config = config;
    this.#host = host;
    this.#tell = tell;
    host.signalAbort.addEventListener("abort", this.#abort, { once: true });
    this.#running = host.signalAbort.aborted ? Promise.resolve() : this.#run();
  }

  async close(): Promise<void> {
    this.#abort();
    await this.#running;
  }

  /** Whether the test letter with this key comes in within `ms`; what the sender does meanwhile is its own business. */
  async seesTest(key: string, ms: number): Promise<boolean> {
    const waiting = new AbortController();
    const seen = new Promise<boolean>((resolve) => this.#tests.set(key, () => resolve(true)));
    const late = pause(ms, false, { signal: AbortSignal.any([waiting.signal, this.#stop.signal]) }).catch(() => false);
    return Promise.race([seen, late]).finally(() => {
      waiting.abort();
      this.#tests.delete(key);
    });
  }

  readonly #abort = (): void => {
    this.#host.signalAbort.removeEventListener("abort", this.#abort);
    this.#stop.abort();
    this.#client?.close();
    this.#poke();
  };

  #poke(): void {
    this.#poked = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const connected = await this.#once();
      if (this.#stop.signal.aborted) return;
      failures = connected ? 1 : failures + 1;
      const ceiling = Math.min(this.#config.reconnectFloorMs * 2 ** Math.min(failures - 1, 12), BACKOFF_CAP_MS);
      await pause(ceiling * (0.5 + Math.random() / 2), undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** One connection from login to loss. Returns whether anything came through it, which resets the back-off. */
  async #once(): Promise<boolean> {
    const client = imapClient(this.#config);
    this.#client = client;
    let progress = false;
    let trouble: unknown;
    // Without a listener the error event would end the process.
    client.on("error", (error: unknown) => {
      trouble = error;
    });
    client.on("close", () => this.#poke());
    client.on("exists", () => this.#poke());
    // While it tries again the last status stands: it says what is wrong.
    try {
      await client.connect();
      this.#host.record("in", "IMAP login", { host: this.#config.imapHost, user: this.#config.imapUser });
      const box = await client.mailboxOpen(this.#config.folder);
      let memory = await this.#recall(client, box.uidValidity.toString(), box.uidNext);
      this.#host.status({ state: "up" });
      while (client.usable && !this.#stop.signal.aborted) {
        this.#poked = false;
        memory = await this.#drain(client, memory);
        progress = true;
        await this.#poking();
      }
    } catch (error) {
      trouble = error;
    } finally {
      client.close();
      this.#client = null;
    }
    if (!this.#stop.signal.aborted) this.#explain(trouble);
    return progress;
  }

  /** Until something new is announced or the connection ends. ImapFlow goes into IDLE by itself meanwhile. */
  async #poking(): Promise<void> {
    if (this.#poked) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#poked) resolve();
    });
    this.#wake = () => {};
  }

  #explain(trouble: unknown): void {
    const detail =
      trouble === undefined
        ? "The mail server closed the connection"
        : ((trouble as { responseText?: string }).responseText ?? String((trouble as Error).message ?? trouble));
    this.#host.record("in", "IMAP connection lost", { detail: detail.slice(0, 300) });
    this.#host.status({ state: isAuthFailure(trouble) ? "bad-credentials" : "down", detail: detail.slice(0, 300) });
  }

  /** RFC 3501 section 2.3.1.1: a new UIDVALIDITY makes all known UIDs void. Start again; event keys keep doubles out. */
  async #recall(client: ImapFlow, uidValidity: string, uidNext: number): Promise<Memory> {
    const saved = (await this.#orStop(this.#host.load())) as Partial<Memory> | null | undefined;
    if (saved?.uidValidity === uidValidity) return { uidValidity, lastUid: saved.lastUid ?? 0, lastDate: saved.lastDate ?? 0, told: saved.told ?? [] };
    const told = saved?.told ?? [];
    if (saved?.uidValidity !== undefined) {
      this.#host.record("in", "UIDVALIDITY changed", { from: saved.uidValidity, to: uidValidity });
      const since = saved.lastDate === undefined || saved.lastDate === 0 ? undefined : new Date(saved.lastDate - 2 * 86_400_000);
      const recent = since === undefined ? undefined : await client.search({ since }, { uid: true });
      const first = recent === undefined || recent === false ? 1 : recent.reduce((least, uid) => Math.min(least, uid), uidNext);
      return { uidValidity, lastUid: first - 1, lastDate: saved.lastDate ?? 0, told };
    }
    const memory: Memory = { uidValidity, lastUid: 0, lastDate: 0, told };
    if (this.#config.firstImport === "new") memory.lastUid = uidNext - 1;
    if (this.#config.firstImport === "unseen") {
      const unseen = (await client.search({ seen: false }, { uid: true })) || [];
      await this.#take(
        client,
        unseen.sort((a, b) => a - b),
        memory,
      );
      memory.lastUid = Math.max(memory.lastUid, uidNext - 1);
    }
    await this.#orStop(this.#host.save(memory));
    return memory;
  }

  /** Everything above the last UID, in batches. */
  async #drain(client: ImapFlow, memory: Memory): Promise<Memory> {
    const found = (await client.search({ uid: `${memory.lastUid + 1}:*` }, { uid: true })) || [];
    // "n:*" always matches the newest letter, also when its UID is below n (RFC 3501 section 6.4.8).
    const uids = found.filter((uid) => uid > memory.lastUid).sort((a, b) => a - b);
    await this.#take(client, uids, memory);
    return memory;
  }

  async #take(client: ImapFlow, uids: number[], memory: Memory): Promise<void> {
    for (let i = 0; i < uids.length; i += BATCH_LETTERS) {
      const sizes = await client.fetchAll(uids.slice(i, i + BATCH_LETTERS).join(","), { uid: true, size: true, internalDate: true }, { uid: true });
      let batch: typeof sizes = [];
      let bytes = 0;
      for (const letter of sizes.sort((a, b) => a.uid - b.uid)) {
        const size = letter.size ?? 0;
        const big = size > MAX_LETTER_BYTES;
        if (batch.length > 0 && (big || bytes + size > BATCH_BYTES)) {
          await this.#report(client, batch, memory);
          batch = [];
          bytes = 0;
        }
        batch.push(letter);
        bytes += big ? BATCH_BYTES : size;
      }
      if (batch.length > 0) await this.#report(client, batch, memory);
    }
  }

  /** Reports a batch; then, and only then, acknowledges it: \Seen and the remembered UID. */
  async #report(
    client: ImapFlow,
    batch: { uid: number; size?: number | undefined; internalDate?: Date | string | undefined }[],
    memory: Memory,
  ): Promise<void> {
    const big = batch.length === 1 && (batch[0]?.size ?? 0) > MAX_LETTER_BYTES;
    const sources = new Map<number, Buffer>();
    for (const letter of await client.fetchAll(
      batch.map((one) => one.uid).join(","),
      { uid: true, ...(big ? { headers: true } : { source: true }) },
      { uid: true },
    )) {
      const bytes = big ? letter.headers : letter.source;
      if (bytes !== undefined) sources.set(letter.uid, bytes);
    }
    const done = new Set<number>();
    const lines = new Map<string, Promise<void>>();
    const reports: Promise<void>[] = [];
    for (const { uid, size = 0, internalDate } of batch) {
      if (this.#stop.signal.aborted) break;
      const source = sources.get(uid);
      const receivedAt = Math.min(internalDate === undefined ? this.#host.now() : new Date(internalDate).getTime(), this.#host.now());
      const settled = (): void => {
        done.add(uid);
        memory.lastDate = Math.max(memory.lastDate, receivedAt);
      };
      // Expunged between the two commands.
      if (source === undefined) {
        settled();
        continue;
      }
      const test = testKeyOf(source, this.#config);
      if (test !== null) {
        this.#host.record("in", "Test letter seen", { uid });
        this.#tests.get(test)?.();
        settled();
        continue;
      }
      const context = { ownAddress: this.#config.address, receivedAt };
      const event = big ? await fromHeaders(source, size, context) : await fromMail(source, context);
      const report = this.#inLine(lines, event, async () => {
        await this.#orStop(this.#host.report(event));
        if (big && event.kind === "message.received") await this.#tellOnce(event, memory);
        settled();
      });
      reports.push(report);
    }
    const outcomes = await Promise.allSettled(reports);
    // Remembered up to the first that is not stored; what came after it is delivered again and recognised by its key.
    for (const { uid } of batch) {
      if (!done.has(uid)) break;
      memory.lastUid = Math.max(memory.lastUid, uid);
    }
    if (done.size > 0) {
      // Marked before it is remembered: were we to end in between, it would come again and be known by its key. The other way round it
      // would stay unread for ever.
      if (client.usable) await client.messageFlagsAdd([...done].join(","), ["\\Seen"], { uid: true });
      await this.#orStop(this.#host.save({ ...memory }));
    }
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * Letters that may belong together (same sender, or one names the other) are reported one after the other; strangers'
   * letters share the host's commits. One that fails holds back those behind it in its line.
   */
  #inLine(lines: Map<string, Promise<void>>, event: ChannelEvent, work: () => Promise<void>): Promise<void> {
    const keys = event.kind === "message.received" ? [event.from.value ?? "", event.messageKey, ...(event.thread.references ?? [])] : [event.eventKey];
    const before = new Set(keys.flatMap((key) => lines.get(key) ?? []));
    const report = before.size === 0 ? work() : Promise.all(before).then(work);
    // Its failure is looked at when the batch is through; until then nobody listens.
    report.catch(() => {});
    for (const key of keys) lines.set(key, report);
    return report;
  }

  /** A host that hangs must not keep the channel from closing; what it was about is delivered again. */
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

  /** Remembered before it is sent: rather no notice than two. */
  async #tellOnce(event: MessageReceived, memory: Memory): Promise<void> {
    if (event.nature !== "human" || memory.told.includes(event.eventKey)) return;
    memory.told = [...memory.told, event.eventKey].slice(-200);
    await this.#orStop(this.#host.save({ ...memory }));
    await this.#tell(event).catch((error: unknown) =>
      this.#host.record("out", "Could not tell the sender of an oversized letter", { detail: String(error).slice(0, 300) }),
    );
  }
}
