import {
  type Channel,
  ChannelError,
  type ChannelEvent,
  type ChannelKind,
  type CommandKind,
  type Commands,
  type Host,
  type ResultOf,
  type WebhookRequest,
  type WebhookResponse,
} from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { LeaseLost, pause, type Under } from "../db/lease.ts";
import type { ReaderLog } from "../dialogs/reader.ts";
import { threadFile, threadHistory } from "../dialogs/thread-history.ts";
import type { BlobStore, ChannelSupervisor } from "../ports.ts";
import { type ChannelAbilities, knownAbilities } from "./abilities.ts";
import { ChannelRun, type RunContext } from "./channel-run.ts";
import { Orders } from "./orders.ts";
import { packAnswer, packHead, packRequest, unpackAnswer, unpackHead, unpackRequest } from "./packed.ts";
import type { RawEvents } from "./raw-events.ts";
import type { AdapterRegistry } from "./registry.ts";
import { Transcript } from "./transcript.ts";

/** How often the channels' rows are compared with what is open; `reload` does it at once. */
const LOOK_MS = 2_000;
/** A test at another node may take its time (a letter is sent and comes back); whoever pressed the button says himself how long he waits. */
const DISTANT_MS = 90_000;

export interface SupervisorOptions {
  sql: Db;
  leaseSql: Db;
  holder: string;
  secretKey: Uint8Array;
  registry: AdapterRegistry;
  rawEvents: RawEvents;
  blobs: BlobStore;
  log: ReaderLog;
  now?: () => number;
  /** Exclusive channels are on the node that has this duty; without it, wherever their own lease is taken first. */
  under?: Under;
  /** A channel has just opened: what waits for it may go out. */
  onOpen?: (channelId: Id) => void;
}

/** Opens every enabled channel and keeps it open; each has its own life, so a slow or dead one delays no other. */
export function createSupervisor(options: SupervisorOptions): ChannelSupervisor {
  const { sql, log } = options;
  const now = options.now ?? Date.now;
  const runs = new Map<Id, ChannelRun>();
  /** Those that are letting go: a channel begins anew when nothing is left of its life before. */
  const ending = new Map<Id, Promise<void>>();
  const listeners = new Set<Parameters<ChannelSupervisor["onSignal"]>[0]>();
  const transcript = new Transcript(sql);
  const stop = new AbortController();
  let looking: Promise<void> = Promise.resolve();
  let loop: Promise<void> = Promise.resolve();

  const host: RunContext["host"] = (channelId, abort, status, lease): Host => ({
    channelId,
    async report(event: ChannelEvent) {
      if (abort.aborted) throw new Error("the channel is closing: the event was not stored");
      await options.rawEvents.report(channelId, event, lease);
    },
    expect(event) {
      if (!abort.aborted && lease !== null) options.rawEvents.expect(channelId, event, lease);
    },
    mayAct: () => !abort.aborted && (lease === null || lease.valid()),
    status,
    now,
    signal(signal) {
      for (const listener of listeners) listener({ channelId, ...signal });
    },
    record: (direction, summary, detail) => transcript.record(channelId, direction, summary, detail),
    async load() {
      const [row] = await sql<{ memory: unknown }[]>`SELECT memory FROM channel WHERE id = ${channelId}`;
      return row?.memory ?? null;
    },
    async save(state) {
      const held = lease === null ? sql`SELECT 1` : sql`SELECT 1 FROM lease WHERE duty = ${lease.duty} AND epoch = ${lease.epoch} FOR KEY SHARE`;
      const kept = await sql`
        WITH held AS MATERIALIZED (${held}), kept AS (UPDATE channel SET memory = ${sql.json(state as never)} FROM held WHERE id = ${channelId})
        SELECT 1 FROM held`;
      if (kept.length === 0) throw new LeaseLost(lease?.duty ?? "");
    },
    history: (threadKey, after, limit) => threadHistory(sql, channelId, threadKey, after, limit),
    file: (threadKey, key) => threadFile(sql, options.blobs, channelId, threadKey, key),
    signalAbort: abort,
  });

  const context: RunContext = {
    sql,
    leaseSql: options.leaseSql,
    holder: options.holder,
    secretKey: options.secretKey,
    log,
    host,
    under: options.under,
    onOpen(channelId) {
      orders.look();
      options.onOpen?.(channelId);
    },
  };

  function end(id: Id): Promise<void> {
    const run = runs.get(id);
    if (run === undefined) return ending.get(id) ?? Promise.resolve();
    runs.delete(id);
    const over = run.stop().finally(() => ending.delete(id));
    ending.set(id, over);
    return over;
  }

  /** Makes what is open equal to what the rows say. One look at a time; none waits for a channel that is letting go. */
  function look(): Promise<void> {
    looking = looking.then(async () => {
      if (stop.signal.aborted) return;
      const rows = await sql<
        { id: Id; kind: ChannelKind; version: number; config: Record<string, unknown> }[]
      >`SELECT id, kind, version, config FROM channel WHERE enabled AND archived_at IS NULL`;
      const wanted = new Map(rows.map((r) => [r.id, r]));
      for (const [id, run] of runs) {
        if (wanted.get(id)?.version !== run.version) void end(id).then(look).catch(lookFailed);
      }
      for (const row of rows) {
        const adapter = options.registry[row.kind];
        if (runs.has(row.id) || ending.has(row.id)) continue;
        if (adapter === undefined) {
          log.error({ channelId: row.id, kind: row.kind }, "no adapter for this kind of channel");
          continue;
        }
        runs.set(row.id, new ChannelRun(row.id, row.version, row.config, adapter, context));
      }
    });
    return looking;
  }

  /** The next look is a fresh one. */
  function lookFailed(error: unknown): void {
    looking = Promise.resolve();
    log.warn({ error }, "looking at the channels failed");
  }

  const openOrThrow = (channelId: Id) => {
    const run = runs.get(channelId);
    if (run?.channel == null) throw new ChannelError("unreachable", "the channel is not open");
    if (!run.mayAct()) throw new ChannelError("unreachable", "the channel belongs to another node now");
    return run.channel;
  };

  async function performHere<K extends CommandKind>(channelId: Id, kind: K, command: Commands[K]): Promise<ResultOf<K>> {
    const handler = openOrThrow(channelId).handlers[kind] as ((command: Commands[K]) => Promise<ResultOf<K>>) | undefined;
    if (handler === undefined) throw new ChannelError("unsupported", `this channel cannot do ${kind}`);
    return handler(command);
  }

  async function webhookHere(channelId: Id, request: WebhookRequest): Promise<WebhookResponse> {
    const { webhook } = openOrThrow(channelId);
    return webhook === undefined ? { status: 404 } : webhook(request);
  }

  /** What another node asks of a channel that is open here. */
  async function performAsked(channelId: Id, kind: string, command: unknown): Promise<unknown> {
    switch (kind) {
      case "channel.test":
        return openOrThrow(channelId).test?.();
      case "channel.balance":
        return openOrThrow(channelId).balance?.();
      case "channel.admit":
        return packAnswer(openOrThrow(channelId).admit?.(unpackHead(command)) ?? null);
      case "channel.webhook":
        return packAnswer(await webhookHere(channelId, unpackRequest(command)));
      default:
        return performHere(channelId, kind as CommandKind, command as Commands[CommandKind]);
    }
  }

  /** A channel that only one node may have, and it is not this one. */
  const isElsewhere = (run: ChannelRun | undefined) => run?.exclusive === true && (run.channel === null || !run.mayAct());

  /** A channel at another node, as it can be used from here. */
  function distant(channelId: Id, { commands, test, balance }: ChannelAbilities): Pick<Channel, "handlers" | "test" | "balance"> {
    const ask = (kind: string) => (command?: unknown) => orders.ask(channelId, kind, command ?? {}, DISTANT_MS) as Promise<never>;
    return {
      handlers: Object.fromEntries(commands.map((kind) => [kind, ask(kind)])),
      ...(test ? { test: ask("channel.test") } : {}),
      ...(balance ? { balance: ask("channel.balance") } : {}),
    };
  }

  const orders = new Orders({
    sql,
    holder: options.holder,
    log,
    perform: performAsked,
    mine: () => [...runs].flatMap(([id, run]) => (run.exclusive && run.channel !== null && run.mayAct() ? [id] : [])),
  });

  return {
    async start() {
      await orders.start();
      await look();
      loop = (async () => {
        while (!stop.signal.aborted) {
          await pause(LOOK_MS, stop.signal);
          await look().catch(lookFailed);
        }
      })();
    },
    async stop() {
      stop.abort();
      await loop;
      await orders.stop();
      await looking.catch(() => undefined);
      await Promise.all([...new Set([...runs.keys(), ...ending.keys()])].map(end));
      await options.rawEvents.idle();
      await transcript.flush();
    },
    async reload(channelId) {
      await end(channelId);
      await look();
    },
    open: (channelId) => runs.get(channelId)?.channel ?? null,
    async reach(channelId) {
      const run = runs.get(channelId);
      if (!isElsewhere(run)) return run?.channel ?? null;
      const known = (await orders.held(channelId)) ? await knownAbilities({ open: () => null }, sql, channelId) : null;
      return known === null ? null : distant(channelId, known);
    },
    async opened(channelId, ms) {
      await runs.get(channelId)?.opened(ms);
    },
    status: (channelId) => runs.get(channelId)?.status ?? { state: "down" },
    async perform<K extends CommandKind>(channelId: Id, kind: K, command: Commands[K]): Promise<ResultOf<K>> {
      const elsewhere = isElsewhere(runs.get(channelId));
      return elsewhere ? (orders.ask(channelId, kind, command) as Promise<ResultOf<K>>) : performHere(channelId, kind, command);
    },
    async admit(channelId, head) {
      const run = runs.get(channelId);
      return isElsewhere(run) ? unpackAnswer(await orders.ask(channelId, "channel.admit", packHead(head))) : (run?.channel?.admit?.(head) ?? null);
    },
    async webhook(channelId, request) {
      if (!isElsewhere(runs.get(channelId))) return webhookHere(channelId, request);
      return unpackAnswer(await orders.ask(channelId, "channel.webhook", packRequest(request))) as WebhookResponse;
    },
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
