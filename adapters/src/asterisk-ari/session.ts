import { type CallReconstructed, ChannelError, type Host } from "@kommutator/contract/channel";
import { z } from "zod";
import type { AriBridge, AriChannel, AriEvent, AriRecording, AriRequest } from "./ari-types.ts";
import { Calls } from "./calls.ts";
import { cdrEnd, readCdrs, reconstruct, reconstructOutgoing } from "./cdr.ts";
import type { Config } from "./config.ts";
import { AriConnection } from "./connection.ts";
import { asChannelError } from "./errors.ts";
import { callOfRecording, recorded, wavDurationMs } from "./from-ari.ts";
import { Leases } from "./lease.ts";
import { Phones } from "./phones.ts";
import { Recordings } from "./recordings.ts";
import { Reporter } from "./reporter.ts";
import { eventFilter, lease } from "./to-ari.ts";

const CDR_EVERY_MS = 2000;
/** How long after its first record a call may have further ones. */
const RECORD_SPAN_MS = 12 * 3_600_000;
/** Off the path of a ringing call. */
const SAVE_WITHIN_MS = 100;
/** How many calls that we saw to their end are remembered, so that their CDRs are not taken for news. */
const ENDED_REMEMBERED = 10_000;

/** What survives our own restart: the calls that were live, and how far the CDR file has been read. */
const Memory = z.object({ live: z.record(z.string(), z.array(z.string())), cdrOffset: z.number().nullable() });
type Memory = z.infer<typeof Memory>;

/** One open channel: connection, calls, phones, recordings, and the order in which they come back after a break. */
export class AriChannelSession {
  readonly #config: Config;
  readonly #host: Host;
  readonly #reporter: Reporter;
  readonly #leases: Leases;
  readonly #connection: AriConnection;
  readonly #abort = new AbortController();
  readonly calls: Calls;
  readonly phones: Phones;
  readonly recordings: Recordings;
  #memory: Memory;
  #saving: Promise<void> | null = null;
  #saveSoon: NodeJS.Timeout | null = null;
  #connections = 0;
  #held: AriEvent[] | null = null;
  #downTold = false;
  #closed = false;
  #cdrTimer: NodeJS.Timeout | null = null;
  #cdrReading: Promise<void> | null = null;
  #attempted: () => void = () => {};
  readonly #firstAttempt = new Promise<void>((resolve) => {
    this.#attempted = resolve;
  });
  #endedLive = new Set<string>();

  static async open(config: Config, host: Host): Promise<AriChannelSession> {
    const kept = Memory.safeParse(await host.load());
    const memory: Memory = kept.success ? kept.data : { live: {}, cdrOffset: null };
    // History from before we were here is not ours to import.
    if (config.cdrFile !== undefined && memory.cdrOffset === null) memory.cdrOffset = await cdrEnd(config.cdrFile);
    const session = new AriChannelSession(config, host, memory);
    session.#connection.start();
    // Open means that the first attempt is over, one way or the other: what is said then is the channel's true state.
    await session.#firstAttempt;
    return session;
  }

  private constructor(config: Config, host: Host, memory: Memory) {
    this.#config = config;
    this.#host = host;
    this.#memory = memory;
    const ask = <T = unknown>(request: AriRequest) => this.#connection.request<T>(request);
    this.#reporter = new Reporter(host);
    this.#leases = new Leases(
      () => host.save(this.#snapshot()),
      (channelId, seconds) => void ask(lease(channelId, seconds)).catch(() => {}), // it has gone, or the line is down: the lease does its work
    );
    this.calls = new Calls({ config, host, reporter: this.#reporter, leases: this.#leases, ask, changed: () => this.#remember() });
    this.phones = new Phones(config, host, this.#reporter, ask, (channelId) => this.calls.isOffer(channelId));
    this.recordings = new Recordings(config, this.#abort.signal);
    this.#connection = new AriConnection({
      url: config.url,
      user: config.user,
      password: config.password,
      app: config.app,
      mayAct: () => host.mayAct(),
      onEvent: (event) => this.#onEvent(event),
      onOpen: () => this.#resync(),
      onDown: (reason, wasUp) => this.#onDown(reason, wasUp),
      onBadCredentials: () => host.status({ state: "bad-credentials" }),
      onReplaced: () => {
        host.record("in", "ApplicationReplaced");
        host.status({ state: "down", detail: "another connection has taken this application over" });
        this.calls.lineLost(`${host.now()}-${this.#connections}`);
      },
    });
    if (config.cdrFile !== undefined) this.#cdrTimer = setInterval(() => void this.#readCdr(), CDR_EVERY_MS);
    if (host.signalAbort.aborted) void this.close();
    else host.signalAbort.addEventListener("abort", () => void this.close(), { once: true });
  }

  /** Refuses at once when the line is down, before anything is remembered of the command. */
  whileUp<T>(perform: () => Promise<T>): Promise<T> {
    if (!this.#connection.connected) return Promise.reject(new ChannelError("unreachable", "no connection to Asterisk"));
    return perform();
  }

  /** The administrator's question: the real thing, in words. Throws ChannelError. */
  async test(): Promise<string> {
    try {
      const info = await this.#connection.request<{ system?: { version?: string } }>({ method: "GET", uri: "asterisk/info", query: { only: "system" } });
      const endpoints = await this.#connection.request<{ resource: string; state?: string }[]>({ method: "GET", uri: "endpoints/PJSIP" });
      return `Asterisk ${info.system?.version ?? "?"}; ${endpoints.filter((e) => e.state === "online").length} of ${endpoints.length} endpoints online`;
    } catch (error) {
      throw asChannelError(error);
    }
  }

  /** Live talks go on in Asterisk; nothing of ours stays. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#attempted();
    if (this.#cdrTimer !== null) clearInterval(this.#cdrTimer);
    const unsaved = this.#saveSoon !== null;
    if (this.#saveSoon !== null) clearTimeout(this.#saveSoon);
    this.#saveSoon = null;
    this.#abort.abort();
    this.#leases.close();
    this.calls.close();
    this.phones.close();
    this.#connection.close();
    this.#reporter.close();
    await this.#reporter.settled();
    await this.#saving;
    if (unsaved) await this.#host.save(this.#snapshot()).catch(() => {});
    await this.#cdrReading;
    this.#host.status({ state: "down", detail: "closed" });
  }

  #onEvent(event: AriEvent): void {
    if (this.#held !== null) {
      this.#held.push(event);
      return;
    }
    const gone = this.phones.onEvent(event);
    if (gone !== null) this.calls.onContactGone(gone);
    if (event.type === "RecordingFinished" && event.recording !== undefined) this.#recordingFinished(event.recording);
    this.calls.onEvent(event);
  }

  /**
   * The snapshot after (re)connecting. Events that come meanwhile wait and are handled after it: an event of a channel that the
   * snapshot knows already is harmless, the other way round is not.
   */
  async #resync(): Promise<void> {
    const mark = `${this.#host.now()}-${++this.#connections}`;
    this.#held = [];
    try {
      const ask = <T>(uri: string) => this.#connection.request<T>({ method: "GET", uri });
      const [channels, bridges] = await Promise.all([
        ask<AriChannel[]>("channels"),
        ask<AriBridge[]>("bridges"),
        this.#connection.hears(),
        this.#connection.request(eventFilter(this.#config)),
      ]);
      const recorded = await this.#recordedSince();
      const ending = this.calls.reconcile(channels, bridges, this.#memory.live, recorded, mark);
      for (const key of ending) this.#endedLive.delete(key);
      await this.phones.resync(this.#config.app);
      this.#host.status({ state: "up" });
      this.#downTold = false;
      this.#attempted();
    } finally {
      const held = this.#held ?? [];
      this.#held = null;
      for (const event of held) this.#onEvent(event);
    }
    // The line is up: what cannot be read now is read after the next break, and nobody's call waits for it.
    const unread = (what: string) => (error: unknown) => this.#host.record("in", `${what} not read`, error instanceof Error ? error.message : String(error));
    void this.calls.learnSounds().catch(unread("the list of sounds was"));
    await this.#reporter.settled(); // what the snapshot said comes before what the records say
    await this.#readCdr();
    await this.#leftRecordings().catch(unread("the list of recordings was"));
  }

  #onDown(reason: string, wasUp: boolean): void {
    this.#attempted();
    this.#host.record("in", `connection down: ${reason}`);
    if (wasUp) this.calls.lineLost(`${this.#host.now()}-${this.#connections}`);
    else if (!this.#downTold) {
      // The first attempt to come back has failed as well: this is no hiccup.
      this.#downTold = true;
      this.phones.lineLost();
    }
    this.#host.status({ state: wasUp ? "connecting" : "down", detail: reason });
  }

  // ------------------------------------------------------------ memory

  #snapshot(): Memory {
    return { live: this.calls.live(), cdrOffset: this.#memory.cdrOffset };
  }

  /** Saves soon; many changes make one save. Losing the last ones is harmless: the snapshot and the CDR know more. */
  #remember(): void {
    const before = this.#memory.live;
    this.#memory = this.#snapshot();
    for (const key of Object.keys(before)) if (!(key in this.#memory.live)) this.#rememberEnded(key);
    this.#saveSoon ??= setTimeout(() => {
      this.#saveSoon = null;
      this.#saving = (this.#saving ?? Promise.resolve()).then(() => this.#host.save(this.#snapshot())).catch(() => {}); // the next change saves again
    }, SAVE_WITHIN_MS);
  }

  #rememberEnded(key: string): void {
    this.#endedLive.add(key);
    if (this.#endedLive.size > ENDED_REMEMBERED) for (const oldest of this.#endedLive) if (this.#endedLive.delete(oldest)) break;
  }

  // ------------------------------------------------------------ records and recordings

  #readCdr(): Promise<void> {
    this.#cdrReading ??= this.#readCdrNow().finally(() => {
      this.#cdrReading = null;
    });
    return this.#cdrReading;
  }

  /** Calls with a record that was not read yet: how they ended stands there, better than any guess. */
  async #recordedSince(): Promise<Set<string>> {
    const path = this.#config.cdrFile;
    if (path === undefined) return new Set();
    const { records } = await readCdrs(path, this.#memory.cdrOffset ?? 0);
    return new Set(reconstruct(records).map((r) => r.callKey));
  }

  /** The calls of [from, to) as the CDR has them, incoming and outgoing. Throws ChannelError `unreachable` when the file cannot be read. */
  async records(from: number, to: number): Promise<CallReconstructed[]> {
    const path = this.#config.cdrFile;
    if (path === undefined) throw new ChannelError("unsupported", "no CDR file");
    try {
      // A call has several records, the later of which may begin after the end of the span.
      const { records } = await readCdrs(path, 0, (r) => r.endedAt >= from && r.startedAt < to + RECORD_SPAN_MS);
      return [...reconstruct(records), ...reconstructOutgoing(records)].filter((r) => r.startedAt >= from && r.startedAt < to);
    } catch (error) {
      throw new ChannelError("unreachable", "the CDR file cannot be read", { cause: error });
    }
  }

  async #readCdrNow(): Promise<void> {
    const path = this.#config.cdrFile;
    if (path === undefined || this.#closed) return;
    try {
      const { records, offset } = await readCdrs(path, this.#memory.cdrOffset ?? 0);
      if (offset === this.#memory.cdrOffset) return;
      let voicemail = false;
      for (const event of reconstruct(records)) {
        voicemail ||= (event.raw as { voicemail: boolean }).voicemail;
        // Seen to its end by us, and not handed to the fallback: the live report knows more than the record.
        if ((this.#endedLive.has(event.callKey) && event.fallback !== true) || this.calls.calls.has(event.callKey)) continue;
        if (!(await this.#reporter.report(event.callKey, event))) return; // closing: read again next time
      }
      this.#memory.cdrOffset = offset;
      await this.#host.save(this.#snapshot());
      if (voicemail) await this.#leftRecordings();
    } catch (error) {
      this.#host.record("in", "CDR file not read", error instanceof Error ? error.message : String(error));
    }
  }

  #recordingFinished(recording: AriRecording): void {
    const callKey = callOfRecording(recording.name);
    if (callKey === null) return;
    void this.#reporter.report(callKey, recorded(callKey, recording.name, Math.round((recording.duration ?? 0) * 1000), this.#host.now()));
  }

  /** Recordings that finished while we did not look, and voicemails. Each is reported under its name: once, however often it is found. */
  async #leftRecordings(): Promise<void> {
    const stored = await this.#connection.request<AriRecording[]>({ method: "GET", uri: "recordings/stored" });
    for (const { name } of stored) {
      const callKey = callOfRecording(name);
      if (callKey === null || this.calls.calls.has(callKey)) continue;
      try {
        const { bytes } = await this.recordings.fetch(name);
        await this.#reporter.report(callKey, recorded(callKey, name, wavDurationMs(bytes), this.#host.now()));
      } catch (error) {
        this.#host.record("in", `recording ${name} not read`, error instanceof Error ? error.message : String(error));
      }
    }
  }
}
