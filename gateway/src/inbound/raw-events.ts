import { randomUUID } from "node:crypto";
import type { CallOffered, ChannelEvent, InboundFile, RemoteFile } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Lease, LeaseLost } from "../db/lease.ts";
import type { WrittenBlob } from "../ports.ts";
import { cleanKey, cleanText } from "./clean.ts";
import { type RawRow, rawRow } from "./raw-row.ts";

/** Rows of one insert; with 16 concurrent reporters a batch is what gathered while the last commit was on its way. */
const MAX_BATCH = 250;
/**
 * Under load messages are stored every so many milliseconds together instead of one commit each: at 500 a second that saves two thirds of
 * the statements for less delay than one of them takes. A message that comes alone is stored at once, and calls never wait.
 */
const GATHER_MS = 10;

interface Waiting {
  row: RawRow;
  event: ChannelEvent;
  files: FileRow[];
  resolve(): void;
  reject(error: unknown): void;
}
interface FileRow {
  c: Id;
  k: string;
  pos: number;
  id: Id;
  sha: string;
  bytes: number;
  name: string;
  mime: string;
  cid: string | null;
}

/** The lease under which a channel is open; its key alone goes into the statement. */
export type Fence = Pick<Lease, "duty" | "epoch">;

/** What waits for the next insert: of one channel in one epoch of its lease, or of all channels that every node may have open. */
interface Lane {
  waiting: Waiting[];
  busy: boolean;
  fence: Fence | null;
}

export interface RawEvents {
  /**
   * Step a: resolves after the event's row is committed (or was there already). Throws when it is not stored; LeaseLost when the
   * channel, open under `fence`, belongs to another node by now.
   */
  report(channelId: Id, event: ChannelEvent, fence?: Fence | null): Promise<void>;
  /** See Host.expect: of a channel that is open under `fence`. */
  expect(channelId: Id, event: CallOffered, fence: Fence): void;
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

/** The short way of a call's event (dialogs/at-once.ts). */
export interface AtOnce {
  /** Stores, ingests and decides it in one transaction. false: nothing of it stands, or it stood already; then it is stored in the ordinary way. */
  store(row: RawRow, event: ChannelEvent, fence: Fence): Promise<boolean>;
  /** The call will be reported in a moment, probably as this: what is asked about it may be asked now. */
  expect(channelId: Id, event: CallOffered, fence: Fence): void;
}

/**
 * The same for what several people have written, all or none of it (dialogs/texts-at-once.ts). `take` is called once, when the transaction begins: what
 * came until then goes with it.
 */
export type TextsAtOnce = (take: () => readonly RawRow[], fence: Fence | null) => Promise<boolean>;

export interface RawEventsOptions {
  now?: () => number;
  atOnce?: AtOnce;
  textsAtOnce?: TextsAtOnce;
}

/**
 * Stores raw events. Per lane one insert is on its way at a time, so a channel's events keep the order in which they were
 * reported; what is reported meanwhile forms the next insert (group commit). `onStored` is called after each commit.
 */
export function createRawEvents(
  sql: Db,
  blobs: { write(source: Uint8Array): Promise<WrittenBlob> },
  onStored: (lane: "voice" | "text") => void,
  { now = Date.now, atOnce, textsAtOnce }: RawEventsOptions = {},
): RawEvents {
  const lanes = new Map<string, Lane>();
  const flushing = new Set<Promise<void>>();
  /** The last report of each call that is on its way: the next one may not overtake it. */
  const calls = new Map<string, Promise<void>>();

  async function flush(lane: Lane): Promise<void> {
    lane.busy = true;
    // One turn of the loop lets everybody whose answer has just come report again: fuller batches, no waiting.
    await new Promise((resolve) => setImmediate(resolve));
    while (lane.waiting.length > 0) {
      const head = lane.waiting.slice(0, MAX_BATCH);
      const voice = head.some((w) => isOfCall(w.row.n));
      if (textsAtOnce !== undefined && !voice && wordsAlone(head).length > 0) {
        await ingestAtOnce(lane, textsAtOnce);
        continue;
      }
      const begun = performance.now();
      await storeForIngest(lane.waiting.splice(0, MAX_BATCH), lane.fence);
      const rest = voice ? 0 : begun + GATHER_MS - performance.now();
      await new Promise((resolve) => (rest > 1 && lane.waiting.length > 0 ? setTimeout(resolve, rest) : setImmediate(resolve)));
    }
    lane.busy = false;
  }

  async function storeForIngest(batch: Waiting[], fence: Fence | null): Promise<void> {
    if (batch.length === 0) return;
    const voice = batch.some((w) => isOfCall(w.row.n));
    await store(batch, fence);
    onStored(voice ? "voice" : "text");
    if (voice && batch.some((w) => /^message|^thread/.test(w.row.n))) onStored("text");
  }

  /** Words that can be ingested together with their rows; when they cannot, they are stored and wait for their turn, as what came among them does. */
  async function ingestAtOnce({ waiting, fence }: Lane, all: TextsAtOnce): Promise<void> {
    let words: Waiting[] = [];
    let others = Promise.resolve();
    const take = () => {
      const batch = waiting.splice(0, MAX_BATCH);
      words = wordsAlone(batch);
      others = storeForIngest(words.length === batch.length ? [] : batch.filter((w) => !words.includes(w)), fence);
      return words.map((w) => w.row);
    };
    if (await all(take, fence)) for (const w of words) w.resolve();
    else await storeForIngest(words, fence);
    await others;
  }

  /** Each is told how it went. What one channel's rows break (it was deleted just now) is not the others' fault. */
  async function store(batch: Waiting[], fence: Fence | null): Promise<void> {
    try {
      await insert(sql, batch, fence);
      for (const w of batch) w.resolve();
    } catch (error) {
      const channels = new Set(batch.map((w) => w.row.c));
      if (channels.size === 1) for (const w of batch) w.reject(error);
      else
        for (const c of channels)
          await store(
            batch.filter((w) => w.row.c === c),
            fence,
          );
    }
  }

  function track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => flushing.delete(tracked));
    flushing.add(tracked);
    return tracked;
  }

  /** Into the lane's next insert. */
  function queue(row: RawRow, event: ChannelEvent, files: FileRow[], fence: Fence | null): Promise<void> {
    const name = fence === null ? "" : `${row.c} ${fence.epoch}`;
    let lane = lanes.get(name);
    if (lane === undefined) {
      // An earlier epoch's lane gets nothing any more.
      for (const [other, { waiting, busy }] of lanes) if (fence !== null && other.startsWith(row.c) && waiting.length === 0 && !busy) lanes.delete(other);
      lane = { waiting: [], busy: false, fence };
      lanes.set(name, lane);
    }
    const current = lane;
    return new Promise<void>((resolve, reject) => {
      current.waiting.push({ row, event, files, resolve, reject });
      if (!current.busy) void track(flush(current));
    });
  }

  /** An event of a call, behind the ones of its call that are on their way: at once where that is possible. */
  function ofCall(row: RawRow, event: ChannelEvent, fence: Fence, all: AtOnce): Promise<void> {
    const key = `${row.c} ${row.o}`;
    const store = async () => {
      if (!(await all.store(row, event, fence))) await queue(row, event, [], fence);
    };
    const mine = (calls.get(key)?.catch(() => undefined) ?? Promise.resolve()).then(store).finally(() => {
      if (calls.get(key) === mine) calls.delete(key);
    });
    calls.set(key, mine);
    return track(mine);
  }

  return {
    async report(channelId, event, fence = null) {
      if (isOfCall(event.kind) && fence !== null && atOnce !== undefined) return ofCall(rawRow(channelId, event, now()), event, fence, atOnce);
      const files =
        event.kind === "message.received" && event.files !== undefined ? await storeFiles(blobs, channelId, cleanKey(event.eventKey), event.files) : [];
      return queue(rawRow(channelId, event, now()), event, files, fence);
    },
    expect: (channelId, event, fence) => atOnce?.expect(channelId, event, fence),
    async idle() {
      while (flushing.size > 0) await Promise.allSettled(flushing);
    },
  };
}

/**
 * Of a batch, what people write in threads that the provider names, without files in hand: what its order keys have here is of that kind alone, and no
 * event is there twice. All else (letters find their threads by each other, echoes wait for our own sends) is ingested in its turn.
 */
function wordsAlone(batch: readonly Waiting[]): Waiting[] {
  const other = new Set<string>();
  const seen = new Set<string>();
  for (const { row, event, files } of batch) {
    const words = event.kind === "message.received" && event.nature === "human" && event.thread.key !== undefined && files.length === 0;
    if (!words || seen.has(`${row.c} ${row.k}`)) other.add(`${row.c} ${row.o}`);
    seen.add(`${row.c} ${row.k}`);
  }
  return batch.filter(({ row }) => !other.has(`${row.c} ${row.o}`));
}

const isOfCall = (kind: string): boolean => /^(call|phone)\./.test(kind);

async function storeFiles(
  blobs: { write(source: Uint8Array): Promise<WrittenBlob> },
  c: Id,
  key: string,
  files: (InboundFile | RemoteFile)[],
): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for (const [pos, file] of files.entries()) {
    if ("fileKey" in file) continue;
    const written = await blobs.write(file.bytes);
    rows.push({
      c,
      k: key,
      pos,
      id: randomUUID(),
      sha: written.sha256.toString("hex"),
      bytes: written.bytes,
      name: cleanText(file.name).slice(0, 300) || "file",
      mime: cleanText(file.mime).slice(0, 200) || "application/octet-stream",
      cid: file.contentId === undefined ? null : cleanText(file.contentId).slice(0, 300),
    });
  }
  return rows;
}

async function insert(sql: Db, batch: Waiting[], fence: Fence | null): Promise<void> {
  const rows = JSON.stringify(batch.map((w) => w.row));
  const files = batch.flatMap((w) => w.files);
  // Nothing to hold: always one row.
  const held = fence === null ? sql`SELECT 1` : sql`SELECT 1 FROM lease WHERE duty = ${fence.duty} AND epoch = ${fence.epoch} FOR KEY SHARE`;
  const events = sql`
    INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state, error)
    SELECT c, k, o, n, e::jsonb, to_timestamp(t / 1000.0), s, x
    FROM held, json_to_recordset(${rows}::text::json) AS r(c uuid, k text, o text, n text, e text, t float8, s text, x text)
    ON CONFLICT (channel_id, event_key) DO NOTHING`;
  // Files belong to the event that was new; a repeated event leaves no row of any kind.
  const withFiles =
    files.length === 0
      ? sql`stored AS (${events})`
      : sql`
    ins AS (${events} RETURNING id, channel_id, event_key),
    f AS (
      SELECT ins.id AS raw_id, f.* FROM ins
      JOIN json_to_recordset(${JSON.stringify(files)}::text::json) AS f(c uuid, k text, pos int, id uuid, sha text, bytes bigint, name text, mime text, cid text)
        ON f.k = ins.event_key AND f.c = ins.channel_id),
    b AS (INSERT INTO blob (id, sha256, bytes, mime, name) SELECT DISTINCT ON (raw_id, pos) id, decode(sha, 'hex'), bytes, mime, name FROM f ORDER BY raw_id, pos, id RETURNING id),
    stored AS (
      INSERT INTO raw_event_blob (raw_event_id, pos, blob_id, name, mime, content_id)
      SELECT DISTINCT ON (raw_id, pos) raw_id, pos, id, name, mime, cid FROM f ORDER BY raw_id, pos, id)`;
  const still = await sql`WITH held AS MATERIALIZED (${held}), ${withFiles} SELECT 1 FROM held`;
  if (still.length === 0) throw new LeaseLost((fence as Fence).duty);
}
