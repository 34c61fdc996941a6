import type { Db } from "@kommutator/contract/db";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, StreamPosition } from "@kommutator/contract/ids";
import type { Logger } from "pino";
import type { Stream } from "../../ports.ts";
import { readDialogRows, readMarkedRows } from "../dialogs/summary.ts";
import type { LiveMetrics } from "../metrics.ts";
import { Audience } from "./audience.ts";
import {
  type Batch,
  isOfDialog,
  isOfMessage,
  isSilent,
  type Losers,
  mayBeTold,
  noLosers,
  noteLosers,
  readBatch,
  sees,
  sendDialog,
  sendEvent,
} from "./batch.ts";
import type { Client } from "./client.ts";
import { Recent } from "./recent.ts";
import { WatchIndex } from "./watch-index.ts";

/** 4 Hz a dialog (design 4.4). */
const COALESCE_MS = 250;
/** What was stamped within so many milliseconds is read and sent together: under load at most a hundred readings a second, however many events. */
const GATHER_MS = 8;
const PAGE = 500;
/** What could not be read (the database was away) is read again after this. */
const AGAIN_MS = 200;
/** Further behind, reading the lists again is cheaper than replaying. */
const MAX_REPLAY = 20_000;
/** `dialog.changed` of this many positions before the cursor may still have been waiting when the socket broke: they are said again. */
const SAY_AGAIN = 500;
/** Clients replayed to at once. One that takes its replay slowly gives its place to another while it is waited for. */
const JOINS_AT_ONCE = 8;
/** The last piece of a replay runs in turn with the live events; it must be short. */
const SHORT_GAP = 100;

interface Dirty {
  position: StreamPosition;
  losers: Losers;
  /** Since when this change waits (performance.now). */
  since: number;
}

/**
 * Carries the stamped stream to the browsers of this node. Everything goes one after another through `#turn`, so each
 * client receives events in the order of their positions, and one that joins meets the live feed without a gap.
 */
export class Hub {
  readonly clients = new Set<Client>();
  readonly watchers = new WatchIndex();
  position: StreamPosition = 0;
  readonly #sql: Db;
  readonly #stream: Pick<Stream, "read" | "head" | "subscribe">;
  readonly #log: Logger;
  readonly #metrics: LiveMetrics;
  readonly #now: () => number;
  readonly #recent: Recent;
  #turn: Promise<void>;
  /** Stamped, and not sent yet. */
  #arrived: DialogEvent[] = [];
  #begun = 0;
  /** Events came that could not be read: they are asked for until they can. */
  #missing = false;
  #again: NodeJS.Timeout | undefined;
  #unsubscribe: () => void = () => undefined;
  #stopped = false;
  /** Changed dialogs that those whom they concern have not been told of. */
  #dirty = new Map<Id, Dirty>();
  /** Changed dialogs that wait to be told to those who only have them in a list. */
  #listed = new Map<Id, Dirty>();
  #sentAt = new Map<Id, number>();
  #timer: NodeJS.Timeout | undefined;
  #joining = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: { sql: Db; stream: Pick<Stream, "read" | "head" | "subscribe">; log: Logger; metrics: LiveMetrics; now: () => number }) {
    this.#sql = options.sql;
    this.#stream = options.stream;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#now = options.now;
    this.#recent = new Recent({
      keep: MAX_REPLAY + SAY_AGAIN,
      readEvents: (from, limit) => this.#stream.read(from, limit),
      readRows: (ids) => readDialogRows(this.#sql, ids),
    });
    this.#turn = this.#begin();
  }

  async #begin(): Promise<void> {
    this.position = (await this.#stream.head()).position;
    this.#recent.begin(this.position);
    this.#unsubscribe = this.#stream.subscribe((events) => {
      const first = this.#arrived.length === 0;
      this.#arrived.push(...events);
      if (first) void this.#inTurn(() => this.#deliver());
    });
  }

  /** Runs after everything before it; a failure is logged and stops nobody. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      if (!this.#stopped) this.#log.error({ err: error }, "live events could not be sent");
    });
    return this.#turn;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    await this.#turn;
    this.#unsubscribe();
  }

  async #deliver(): Promise<void> {
    const rest = this.#begun + GATHER_MS - performance.now();
    if (rest > 1) await new Promise((resolve) => setTimeout(resolve, rest));
    if (this.#stopped) return;
    this.#begun = performance.now();
    const events = this.#arrived;
    this.#arrived = [];
    try {
      await this.#sendArrived(events);
    } catch (error) {
      // Nobody may come after them for long: they are not left until the next event.
      this.#missing = true;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => void this.#inTurn(() => this.#deliver()), AGAIN_MS);
      throw error;
    }
  }

  async #sendArrived(events: DialogEvent[]): Promise<void> {
    let fresh = events.filter((e) => e.position > this.position);
    while (this.#missing || (fresh[0]?.position ?? 0) > this.position + 1) {
      // Events that were stamped before the subscription, or while it was deaf, or that could not be read.
      const missed = await this.#stream.read(this.position, PAGE);
      this.#missing = false;
      if (missed.length === 0) break;
      this.#missing = missed.length === PAGE;
      await this.#sendAll(missed);
      fresh = fresh.filter((e) => e.position > this.position);
    }
    if (fresh.length > 0) await this.#sendAll(fresh);
  }

  async #sendAll(events: DialogEvent[]): Promise<void> {
    const last = events.at(-1)?.position ?? this.position;
    if (this.clients.size === 0) {
      this.#recent.add(events, null);
      this.position = last;
      return;
    }
    const batch = await readBatch(this.#sql, events, null);
    this.#recent.add(events, batch.rows);
    const audience = new Audience(this.clients, this.watchers);
    const now = this.#now();
    /** The last message of each dialog whose change may be told at once: to those who watch it that goes along with the message. */
    const carriers = new Map<Id, DialogEvent>();
    for (const e of events) {
      this.#metrics.delayMs.observe(Math.max(0, now - e.at));
      if (e.dialogId === null) continue;
      touch(this.#dirty, e);
      touch(this.#listed, e);
      if (isOfMessage(e) && batch.messages.has(e.payload.messageId) && this.#isQuiet(e.dialogId)) carriers.set(e.dialogId, e);
    }
    for (const e of events) {
      if (isSilent(e)) continue;
      const carries = e.dialogId !== null && carriers.get(e.dialogId) === e ? (this.#dirty.get(e.dialogId)?.position ?? null) : null;
      for (const client of audience.of(e, e.dialogId === null ? undefined : batch.rows.get(e.dialogId))) sendEvent(client, e, batch, false, carries);
    }
    this.position = last;
    this.#sendDirty(batch, audience, carriers);
  }

  /** Was this dialog not told within the last quarter of a second? */
  #isQuiet(dialogId: Id): boolean {
    return performance.now() - (this.#sentAt.get(dialogId) ?? Number.NEGATIVE_INFINITY) >= COALESCE_MS;
  }

  /**
   * Dialogs that were quiet for 250 ms are told at once to those whom they concern, the others when their time comes. Those who only
   * have it in a list hear of it 250 ms later: a dialog that comes, is offered and taken meanwhile is one change of their list, or none.
   */
  #sendDirty(batch: Pick<Batch, "rows" | "marks">, audience: Audience, carriers: ReadonlyMap<Id, DialogEvent>): void {
    const now = performance.now();
    for (const [id, dirty] of this.#dirty) {
      const row = batch.rows.get(id);
      if (row === undefined || !(carriers.has(id) || this.#isQuiet(id))) continue;
      this.#dirty.delete(id);
      this.#sentAt.set(id, now);
      for (const client of audience.concerned(row, dirty.losers)) {
        if (carriers.has(id) && client.watched.has(id) && sees(client, row)) continue;
        sendDialog(client, row, batch, dirty.position, dirty.losers);
      }
    }
    for (const [id, dirty] of this.#listed) {
      const row = batch.rows.get(id);
      if (row === undefined) continue;
      // Nobody has it in a list but those who have been told: it is not read again for them.
      const others = audience.others(row, dirty.losers);
      if (others.length > 0 && now - dirty.since < COALESCE_MS) continue;
      this.#listed.delete(id);
      if (others.length === 0) continue;
      const concerned = audience.concerned(row, dirty.losers);
      for (const client of others) if (!concerned.has(client)) sendDialog(client, row, batch, dirty.position, dirty.losers);
    }
    if (this.#sentAt.size > 1_000) for (const [id, at] of this.#sentAt) if (now - at > COALESCE_MS) this.#sentAt.delete(id);
    if (this.#dirty.size + this.#listed.size > 0 && this.#timer === undefined && !this.#stopped) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.#inTurn(() => this.#flush());
      }, COALESCE_MS / 2);
    }
  }

  async #flush(): Promise<void> {
    if (this.#stopped) return;
    const ripe = performance.now() - COALESCE_MS;
    const ids = [...new Set([...this.#dirty.keys(), ...[...this.#listed].flatMap(([id, dirty]) => (dirty.since <= ripe ? [id] : []))])];
    const { rows, marks } = await readMarkedRows(this.#sql, ids, null);
    const found = new Map(rows.map((r) => [r.id, r]));
    for (const id of ids)
      if (!found.has(id)) {
        this.#dirty.delete(id);
        this.#listed.delete(id);
      }
    this.#sendDirty({ rows: found, marks }, new Audience(this.clients, this.watchers), new Map());
  }

  /**
   * Brings a client from its cursor to the live feed: replays what it missed, or says `resync`. A few at a time: when everybody comes
   * back at once (after a restart), each is quickly up to date in turn instead of all falling behind together.
   */
  async join(client: Client, from: StreamPosition | null): Promise<void> {
    while (this.#joining >= JOINS_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#joining++;
    try {
      if (!client.gone) await this.#join(client, from);
    } finally {
      this.#joining--;
      this.#waiting.shift()?.();
    }
  }

  async #caughtUp(client: Client): Promise<void> {
    if (!client.behind) return;
    this.#joining--;
    this.#waiting.shift()?.();
    await client.caughtUp();
    this.#joining++;
  }

  async #join(client: Client, from: StreamPosition | null): Promise<void> {
    const { position: head, oldest } = await this.#stream.head();
    let at = from;
    if (at !== null && (at > head || at < oldest - 1 || head - at > MAX_REPLAY)) {
      client.send("resync", { position: head });
      at = null;
    }
    const touched = new Map<Id, Dirty>();
    if (at === null) for (const id of client.watched) client.unreplayed.add(id);
    if (at !== null) {
      const before = await this.#recent.since(Math.max(0, at - SAY_AGAIN), Math.min(at, SAY_AGAIN));
      for (const e of before) if (e.dialogId !== null && e.position <= at) touch(touched, e);
      while (!client.gone && this.position - at > SHORT_GAP) at = await this.#replay(client, at, touched, false);
      await this.#caughtUp(client);
    }
    await this.#inTurn(async () => {
      while (at !== null && !client.gone && at < this.position) at = await this.#replay(client, at, touched, true);
      if (client.gone) return;
      await this.#sendTouched(client, touched);
      client.live = true;
      this.clients.add(client);
      if (client.stale) client.send("resync", { position: this.position });
      client.hello(this.position, this.#now());
    });
  }

  /** `inTurn`: everybody waits for this piece, so it waits for nobody. */
  async #replay(client: Client, from: StreamPosition, touched: Map<Id, Dirty>, inTurn: boolean): Promise<StreamPosition> {
    const news: DialogEvent[] = [];
    let at = from;
    // Most of what happened is somebody else's: what is this client's is looked for far ahead and read together.
    while (at < this.position && news.length < PAGE) {
      const events = (await this.#recent.since(at, PAGE)).filter((e) => e.position <= this.position);
      await this.#recent.load(events.flatMap((e) => (e.dialogId !== null && isOfDialog(e) ? [e.dialogId] : [])));
      for (const e of events) {
        if (mayBeTold(client, e, e.dialogId === null ? undefined : this.#recent.whose(e.dialogId))) news.push(e);
        if (e.dialogId !== null) touch(touched, e);
      }
      at = events.at(-1)?.position ?? this.position;
    }
    const batch = await readBatch(this.#sql, news, client.employeeId);
    for (const e of news) {
      if (!inTurn) await this.#caughtUp(client);
      sendEvent(client, e, batch, true);
    }
    return at;
  }

  async #sendTouched(client: Client, touched: Map<Id, Dirty>): Promise<void> {
    const ids = await this.#concerning(client, touched);
    const { rows, marks } = await readMarkedRows(this.#sql, ids, client.employeeId);
    for (const row of rows) {
      const dirty = touched.get(row.id);
      if (dirty !== undefined) sendDialog(client, row, { marks }, dirty.position, dirty.losers);
    }
  }

  /** Of the touched dialogs those which this client may have in sight, or had: the wide rows of the others are not read again for it. */
  async #concerning(client: Client, touched: Map<Id, Dirty>): Promise<Id[]> {
    await this.#recent.load(touched.keys());
    return [...touched].flatMap(([id, { losers }]) => {
      const whose = this.#recent.whose(id);
      if (whose === null) return [];
      return whose === undefined || sees(client, whose) || losers.people.includes(client.employeeId) || (losers.queue && client.queueIds.has(whose.vq_id))
        ? [id]
        : [];
    });
  }

  /** Begins to watch a dialog; with the position of a snapshot, what came after it is replayed first. */
  watch(client: Client, dialogId: Id, from: StreamPosition | null): Promise<void> {
    if (client.watched.size >= 50) this.watchers.delete(client, [...client.watched][0] as Id);
    return this.#inTurn(async () => {
      const replayed = client.watched.has(dialogId) && !client.unreplayed.delete(dialogId);
      if (!client.gone) this.watchers.add(client, dialogId);
      if (from === null || replayed || client.gone || from >= this.position) return;
      const events = await this.#recent.since(from, Math.min(this.position - from, MAX_REPLAY));
      const missed = events.filter((e) => e.dialogId === dialogId && e.position <= this.position && /^(message|call)\./.test(e.kind));
      if (missed.length === 0) return;
      const batch = await readBatch(this.#sql, missed, client.employeeId);
      for (const e of missed) sendEvent(client, e, batch, true);
    });
  }

  /** Something of one viewer changed that is no event (read mark, draft): shown in the viewer's other windows. */
  refresh(dialogId: Id, employeeId: Id): Promise<void> {
    const mine = [...this.clients].filter((c) => c.employeeId === employeeId);
    if (mine.length === 0) return Promise.resolve();
    return this.#inTurn(async () => {
      const {
        rows: [row],
        marks,
      } = await readMarkedRows(this.#sql, [dialogId], employeeId);
      if (row !== undefined) for (const client of mine) sendDialog(client, row, { marks }, this.position, noLosers());
    });
  }
}

function touch(touched: Map<Id, Dirty>, e: DialogEvent): void {
  const id = e.dialogId as Id;
  const dirty = touched.get(id) ?? { position: e.position, losers: noLosers(), since: performance.now() };
  dirty.position = e.position;
  noteLosers(dirty.losers, e);
  touched.set(id, dirty);
}
