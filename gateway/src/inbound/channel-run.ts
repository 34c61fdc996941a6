import { type Adapter, type Channel, ChannelError, type ChannelStatus, type Host } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { keepLease, type Lease, pause, type Under } from "../db/lease.ts";
import type { ReaderLog } from "../dialogs/reader.ts";
import { abilitiesOf } from "./abilities.ts";
import type { RegisteredAdapter } from "./registry.ts";
import { openSecrets } from "./secrets.ts";

/** Back-off of opening: 0.5 s doubling to 30 s, each +-25 %. */
const FIRST_MS = 500;
const LAST_MS = 30_000;
/** An adapter that does not open within this is told to let go and tried again. */
const OPEN_MS = 60_000;
const CLOSE_MS = 5_000;
/** What this node says of a channel that it has not got, when nobody has. */
const WAITING: ChannelStatus = { state: "down", detail: "No node has the channel open now; it opens by itself, usually within seconds" };

export interface RunContext {
  sql: Db;
  leaseSql: Db;
  holder: string;
  secretKey: Uint8Array;
  log: ReaderLog;
  /** Exclusive channels are where this duty is. */
  under?: Under | undefined;
  /** Makes the host for one opening of the channel; `lease` is the one it is open under, null when every node has it open. */
  host(channelId: Id, abort: AbortSignal, status: (status: ChannelStatus) => void, lease: Lease | null): Host;
  onOpen(channelId: Id): void;
}

/** One channel's life on this node: waits for its lease if it needs one, opens, and opens again when that fails. */
export class ChannelRun {
  readonly channelId: Id;
  readonly version: number;
  /** Only one node has it open, under its lease. */
  readonly exclusive: boolean;
  channel: Channel | null = null;
  status: ChannelStatus = { state: "connecting" };
  readonly #context: RunContext;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #lease: Lease | null = null;
  #opened = new Set<() => void>();
  #said: Promise<unknown> = Promise.resolve();

  constructor(channelId: Id, version: number, config: Record<string, unknown>, adapter: RegisteredAdapter, context: RunContext) {
    this.channelId = channelId;
    this.version = version;
    this.#context = context;
    const onError = (error: unknown) => context.log.warn({ channelId, error }, "the channel's lease");
    this.exclusive = typeof adapter.exclusive === "function" ? adapter.exclusive(config) : adapter.exclusive;
    if (this.exclusive) this.status = WAITING;
    this.#done = this.exclusive
      ? keepLease(
          context.leaseSql,
          { duty: `channel:${channelId}`, holder: context.holder, stop: this.#stop.signal, under: context.under, onError },
          async (lease) => {
            this.#lease = lease;
            await this.#live(adapter, lease.signal);
            this.#lease = null;
            this.status = WAITING;
          },
        )
      : this.#live(adapter, this.#stop.signal);
  }

  /** False once another node may have taken the channel over: nothing may be asked of the provider any more. */
  mayAct(): boolean {
    return this.#lease === null || this.#lease.valid();
  }

  /** Resolves when the channel is open here, or after `ms`. */
  opened(ms: number): Promise<void> {
    if (this.channel !== null || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#opened.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#opened.add(done);
    });
  }

  /** Lets go of the provider; resolves when nothing of this run is left, its last word included: it must not come after its successor's first. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await Promise.race([this.#said, pause(CLOSE_MS, new AbortController().signal)]);
  }

  async #live(registered: RegisteredAdapter, until: AbortSignal): Promise<void> {
    let wait = FIRST_MS;
    while (!until.aborted) {
      const abort = new AbortController();
      const letGo = () => abort.abort();
      until.addEventListener("abort", letGo, { once: true });
      try {
        this.#say({ state: "connecting" });
        const opened = await this.#open(await registered.load(), abort);
        if (opened !== null) {
          this.channel = opened;
          this.#publish(opened);
          for (const tell of this.#opened) tell();
          if (this.status.state === "connecting") this.#say({ state: "up" });
          this.#context.onOpen(this.channelId);
          wait = FIRST_MS;
          if (!until.aborted) await new Promise<void>((resolve) => until.addEventListener("abort", () => resolve(), { once: true }));
        }
      } catch (error) {
        const bad = error instanceof ChannelError && error.code === "bad-credentials";
        this.#say({ state: bad ? "bad-credentials" : "down", detail: describe(error) });
        this.#context.log.warn({ channelId: this.channelId, error }, "the channel did not open");
        await pause(wait * (0.75 + Math.random() / 2), until);
        wait = Math.min(wait * 2, LAST_MS);
      } finally {
        abort.abort();
        until.removeEventListener("abort", letGo);
        await this.#close();
      }
    }
    if (this.#stop.signal.aborted) this.#say({ state: "down" });
  }

  async #open(adapter: Adapter, abort: AbortController): Promise<Channel | null> {
    const { sql, secretKey } = this.#context;
    const [row] = await sql<
      { config: Record<string, unknown>; secrets: Uint8Array | null }[]
    >`SELECT config, secrets FROM channel WHERE id = ${this.channelId}`;
    if (row === undefined) throw new Error("the channel is gone");
    const config = adapter.parseConfig({ ...row.config, ...openSecrets(secretKey, this.channelId, row.secrets) });
    // What the channel says of itself, however late, is said under the lease that it was opened under.
    const lease = this.#lease;
    const host = this.#context.host(this.channelId, abort.signal, (status) => this.#say(status, lease), lease);
    const opening = adapter.open(config, host);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late" | "aborted">((resolve) => {
      timer = setTimeout(() => resolve("late"), OPEN_MS);
      abort.signal.addEventListener("abort", () => resolve("aborted"), { once: true });
    });
    const outcome = await Promise.race([opening, late]).finally(() => clearTimeout(timer));
    if (typeof outcome === "object") return outcome;
    // It may still open after we have turned away: then it is closed at once.
    void opening.then(
      (channel) => channel.close(),
      () => undefined,
    );
    abort.abort();
    if (outcome === "late") throw new Error(`no connection within ${OPEN_MS / 1000} s`);
    return null;
  }

  async #close(): Promise<void> {
    const channel = this.channel;
    this.channel = null;
    if (channel === null) return;
    const closed = channel.close().catch((error: unknown) => this.#context.log.warn({ channelId: this.channelId, error }, "closing the channel failed"));
    await Promise.race([closed, pause(CLOSE_MS, new AbortController().signal)]);
  }

  #say(status: ChannelStatus, lease = this.#lease): void {
    const { state, detail } = status;
    if (state === this.status.state && detail === this.status.detail && state !== "connecting") return;
    const back = state === "up" && this.status.state !== "up" && this.channel !== null;
    this.status = status;
    // It was away: what waits for it goes out now, not when its next try comes.
    if (back) this.#context.onOpen(this.channelId);
    const { sql } = this.#context;
    const value = { state, ...(detail === undefined ? {} : { detail: detail.slice(0, 1_000) }) };
    // One after the other: side by side, a late "connecting" could overwrite "up".
    const write = () => sql`
      UPDATE channel SET status_since = CASE WHEN status->>'state' = ${state} THEN status_since ELSE now() END, status = ${sql.json(value)}
      WHERE id = ${this.channelId} AND ${this.#mine(lease)}`;
    this.#said = this.#said.then(() => this.#write(write, () => this.status === status));
  }

  /** What the channel can do, for the nodes that have not got it and for the time when it is away. */
  #publish(channel: Channel): void {
    const { sql } = this.#context;
    const lease = this.#lease;
    const value = sql.json(abilitiesOf(channel) as never);
    const write = () => sql`
      UPDATE channel SET abilities = ${value}
      WHERE id = ${this.channelId} AND version = ${this.version} AND abilities IS DISTINCT FROM ${value} AND ${this.#mine(lease)}`;
    this.#said = this.#said.then(() => this.#write(write, () => this.channel === channel));
  }

  /** Whoever has lost the channel has nothing to say about it. */
  #mine(lease: Lease | null) {
    const { sql } = this.#context;
    return lease === null ? sql`true` : sql`EXISTS (SELECT FROM lease WHERE duty = ${lease.duty} AND epoch = ${lease.epoch})`;
  }

  /** Things are said but once: what cannot be written is tried again, until it is written or no longer so. */
  async #write(write: () => PromiseLike<unknown>, isSo: () => boolean): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await write();
        return;
      } catch (error) {
        if (tries === 0) this.#context.log.warn({ channelId: this.channelId, error }, "the channel's state was not written");
      }
      await pause(FIRST_MS, this.#stop.signal);
      if (!isSo() || this.#stop.signal.aborted) return;
    }
  }
}

function describe(error: unknown): string {
  if (error instanceof Error && error.name === "ZodError") {
    const issues = (error as Error & { issues?: { path: PropertyKey[]; message: string }[] }).issues ?? [];
    return issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
