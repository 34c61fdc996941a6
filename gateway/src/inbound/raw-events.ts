import { randomUUID } from "node:crypto";
import type { ChannelEvent, InboundFile, RemoteFile } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Lease, LeaseLost } from "../db/lease.ts";
import type { WrittenBlob } from "../ports.ts";
import { cleanKey, cleanText, toStoredJson } from "./clean.ts";
import { orderKeyOf } from "./order-key.ts";

/** Rows of one insert; with 16 concurrent reporters a batch is what gathered while the last commit was on its way. */
const MAX_BATCH = 250;
/**
 * Under load messages are stored every so many milliseconds together instead of one commit each: at 500 a second that saves two thirds of
 * the statements for less delay than one of them takes. A message that comes alone is stored at once, and calls never wait.
 */
const GATHER_MS = 10;

interface Waiting {
  row: RawRow;
  files: FileRow[];
  resolve(): void;
  reject(error: unknown): void;
}
interface RawRow {
  /** The channel. */
  c: Id;
  k: string;
  o: string;
  n: string;
  e: string;
  t: number;
  s: "pending" | "failed";
  x: string | null;
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
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

/**
 * Stores raw events. Per lane one insert is on its way at a time, so a channel's events keep the order in which they were
 * reported; what is reported meanwhile forms the next insert (group commit). `onStored` is called after each commit.
 */
export function createRawEvents(
  sql: Db,
  blobs: { write(source: Uint8Array): Promise<WrittenBlob> },
  onStored: (lane: "voice" | "text") => void,
  now: () => number = Date.now,
): RawEvents {
  const lanes = new Map<string, Lane>();
  const flushing = new Set<Promise<void>>();

  async function flush(lane: Lane): Promise<void> {
    lane.busy = true;
    // One turn of the loop lets everybody whose answer has just come report again: fuller batches, no waiting.
    await new Promise((resolve) => setImmediate(resolve));
    while (lane.waiting.length > 0) {
      const begun = performance.now();
      const batch = lane.waiting.splice(0, MAX_BATCH);
      const voice = batch.some((w) => /^(call|phone)\./.test(w.row.n));
      await store(batch, lane.fence);
      onStored(voice ? "voice" : "text");
      if (voice && batch.some((w) => /^message|^thread/.test(w.row.n))) onStored("text");
      const rest = voice ? 0 : begun + GATHER_MS - performance.now();
      await new Promise((resolve) => (rest > 1 && lane.waiting.length > 0 ? setTimeout(resolve, rest) : setImmediate(resolve)));
    }
    lane.busy = false;
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

  return {
    async report(channelId, event, fence = null) {
      const key = cleanKey(event.eventKey);
      const files = event.kind === "message.received" && event.files !== undefined ? await storeFiles(blobs, channelId, key, event.files) : [];
      const failed = event.kind === "unparseable";
      const row: RawRow = {
        c: channelId,
        k: key,
        o: orderKeyOf(event),
        n: event.kind,
        e: toStoredJson(event.kind === "message.received" ? { ...event, files: remoteFiles(event.files) } : event),
        t: instant(event.occurredAt, now()),
        s: failed ? "failed" : "pending",
        x: failed ? cleanText(event.error) : null,
      };
      const name = fence === null ? "" : `${channelId} ${fence.epoch}`;
      let lane = lanes.get(name);
      if (lane === undefined) {
        // An earlier epoch's lane gets nothing any more.
        for (const [other, { waiting, busy }] of lanes) if (fence !== null && other.startsWith(channelId) && waiting.length === 0 && !busy) lanes.delete(other);
        lane = { waiting: [], busy: false, fence };
        lanes.set(name, lane);
      }
      const current = lane;
      await new Promise<void>((resolve, reject) => {
        current.waiting.push({ row, files, resolve, reject });
        if (current.busy) return;
        const work = flush(current).finally(() => flushing.delete(work));
        flushing.add(work);
      });
    },
    async idle() {
      while (flushing.size > 0) await Promise.all(flushing);
    },
  };
}

/** A provider's clock may be nonsense: kept within 1970 … tomorrow. */
function instant(at: number, now: number): number {
  return Number.isFinite(at) ? Math.min(Math.max(Math.round(at), 0), now + 86_400_000) : now;
}

/** What the stored event keeps of the files: those still at the provider, each at its place; bytes in hand lie in the store. */
function remoteFiles(files: (InboundFile | RemoteFile)[] | undefined): (RemoteFile | null)[] | undefined {
  if (files?.some((f) => "fileKey" in f) !== true) return undefined;
  return files.map((f) => ("fileKey" in f ? f : null));
}

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
