import { ChannelError } from "@kommutator/contract/channel";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { TooLarge } from "@kommutator/contract/net";
import type { EmitEvents } from "@kommutator/contract/ports";
import { type FileGuard, NotJudged } from "../media/file-guard.ts";
import { keptType, sniff } from "../media/file-type.ts";
import type { BlobStore, ChannelSupervisor } from "../ports.ts";
import { addMediaJob } from "./jobs.ts";

/** The largest file that is fetched; the installation may say less. */
const MAX_BYTES = 50 * 1024 * 1024;
const TIME_LIMIT_MS = 60_000;
/** Back-off: 2 s, four times longer each time up to 10 min; about four hours in all, then given up (with a button to try again). */
const FIRST_MS = 2_000;
const LAST_MS = 600_000;
const ATTEMPTS = 30;

export interface MediaDeps {
  sql: Db;
  supervisor: Pick<ChannelSupervisor, "perform">;
  blobs: BlobStore;
  emit: EmitEvents;
  now: () => number;
  onCommitted: () => void;
  /** Aborts when this node must let go. */
  stop: AbortSignal;
  mediaMaxBytes?: number | undefined;
  /** Looks at every file from outside; null or absent: nobody does. */
  fileGuard?: FileGuard | null | undefined;
  /** For tests; the default is 60 s. */
  mediaTimeLimitMs?: number | undefined;
}

interface Pending {
  dialog_id: Id;
  seq: number;
  channel_id: Id;
  file_key: string;
  name: string;
  mime: string;
  bytes: number;
  attempts: number;
}

/**
 * Fetches a file that is still at its provider, by `media.fetch` of the channel, and stores it. What cannot come is marked with
 * the reason (too_large, gone, type, infected, failed); what may come later, or was not judged, is tried again. The message itself has
 * long been shown. A file that came with its message is only judged here (`file_key` is then `blob:` and its id).
 */
export async function fetchMedia(deps: MediaDeps, job: { messageId: Id; pos: number }): Promise<void> {
  const { sql } = deps;
  const [file] = await sql<Pending[]>`
    SELECT m.dialog_id, m.seq, m.channel_id, a.file_key, a.name, a.mime, a.bytes, a.attempts FROM message_attachment a JOIN message m ON m.id = a.message_id
    WHERE a.message_id = ${job.messageId} AND a.pos = ${job.pos} AND a.state = 'pending'`;
  if (file === undefined) return;
  const maxBytes = Math.min(MAX_BYTES, deps.mediaMaxBytes ?? MAX_BYTES);
  if (file.bytes > maxBytes) return refuse(deps, job, file, "too_large");
  if (deps.fileGuard?.blocks(file.name) === true) return refuse(deps, job, file, "type");
  let fetched: Fetched;
  try {
    const here = await ownFile(deps, file);
    if (here === "gone") return refuse(deps, job, file, "gone");
    fetched = here ?? (await withinTime(deps, deps.supervisor.perform(file.channel_id, "media.fetch", { fileKey: file.file_key, maxBytes })));
    if (fetched.bytes.byteLength > maxBytes) return refuse(deps, job, file, "too_large");
    const name = nameOf(file, fetched);
    if (deps.fileGuard?.blocks(name) === true) return refuse(deps, job, file, "type");
    if ((await deps.fileGuard?.judge(fetched.bytes, name, deps.stop)) === "infected") return refuse(deps, job, file, "infected");
  } catch (error) {
    if (deps.stop.aborted) throw error;
    const reason = reasonOf(error);
    if (reason !== null) return refuse(deps, job, file, reason);
    return later(deps, job, file, error);
  }
  await store(deps, job, file, fetched);
}

interface Fetched {
  bytes: Uint8Array;
  mime: string;
  name?: string | undefined;
  preview?: { bytes: Uint8Array; mime: string } | undefined;
  /** It is in our store already. */
  blobId?: Id;
}

/** What comes beside a file is looked at as the file is; what is no picture, or is not judged clean, is left away. */
async function cleanPreview(deps: MediaDeps, { preview }: Fetched): Promise<{ bytes: Uint8Array; mime: string } | undefined> {
  if (preview === undefined) return undefined;
  const mime = sniff(preview.bytes);
  if (mime?.startsWith("image/") !== true) return undefined;
  const verdict = await deps.fileGuard?.judge(preview.bytes, "preview", deps.stop).catch(() => "infected" as const);
  return verdict === "infected" ? undefined : { bytes: preview.bytes, mime };
}

const nameOf = (file: Pending, fetched: Fetched): string => (file.name === "file" ? fetched.name : undefined) ?? file.name;

/** A file that came with its message and has waited for its verdict; null: it is still at the provider. */
async function ownFile(deps: MediaDeps, file: Pending): Promise<Fetched | "gone" | null> {
  const id = /^blob:([0-9a-f-]{36})$/.exec(file.file_key)?.[1];
  if (id === undefined) return null;
  return deps.sql.begin(async (tx) => {
    // A provider's key may look the same: only what came in on this channel is meant.
    const [ours] =
      await tx`SELECT FROM raw_event_blob f JOIN raw_event r ON r.id = f.raw_event_id WHERE f.blob_id = ${id} AND r.channel_id = ${file.channel_id}`;
    const bytes = ours === undefined ? null : await deps.blobs.read(tx, id);
    return bytes === null ? "gone" : { bytes, mime: file.mime, blobId: id };
  });
}

type Refusal = "too_large" | "gone" | "type" | "infected" | "failed" | "unscanned";

/** Why it will never come, or null: it may come later. */
function reasonOf(error: unknown): "too_large" | "gone" | "failed" | null {
  if (!(error instanceof ChannelError)) return null;
  if (error.code === "unsupported") return "failed";
  if (error.code !== "rejected") return null;
  return error.cause instanceof TooLarge || /\b(too (large|big)|larger than)\b/i.test(error.message) ? "too_large" : "gone";
}

async function withinTime<T>(deps: MediaDeps, work: Promise<T>): Promise<T> {
  const limit = deps.mediaTimeLimitMs ?? TIME_LIMIT_MS;
  let timer: NodeJS.Timeout | undefined;
  let letGo: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ChannelError("unreachable", `the file did not come within ${limit / 1000} s`)), limit);
    letGo = () => reject(new ChannelError("unreachable", "stopped"));
    deps.stop.addEventListener("abort", letGo, { once: true });
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
    deps.stop.removeEventListener("abort", letGo);
  });
}

async function store(deps: MediaDeps, job: { messageId: Id; pos: number }, file: Pending, fetched: Fetched): Promise<void> {
  const name = nameOf(file, fetched);
  // The message said what it is; its provider's file server often says no more than "bytes".
  const mime = fetched.blobId === undefined ? keptType(file.mime === "application/octet-stream" ? fetched.mime : file.mime, fetched.bytes) : file.mime;
  const preview = await cleanPreview(deps, fetched);
  await deps.sql.begin(async (tx) => {
    await tx`SELECT 1 FROM dialog WHERE id = ${file.dialog_id} FOR NO KEY UPDATE`;
    const blob =
      fetched.blobId === undefined
        ? await deps.blobs.put(tx, fetched.bytes, { name, mime, createdBy: null, maxBytes: MAX_BYTES })
        : { id: fetched.blobId, bytes: fetched.bytes.byteLength };
    if (preview !== undefined) {
      const small = await deps.blobs.put(tx, preview.bytes, { name, mime: preview.mime, createdBy: null });
      await tx`UPDATE blob SET preview_id = ${small.id} WHERE id = ${blob.id}`;
    }
    const changed = await tx`
      UPDATE message_attachment SET state = 'stored', blob_id = ${blob.id}, bytes = ${blob.bytes}, name = ${name}, mime = ${mime}
      WHERE message_id = ${job.messageId} AND pos = ${job.pos} AND state = 'pending' RETURNING 1`;
    if (changed.length === 0) return;
    await say(tx, deps.emit, job.messageId, file);
  });
  deps.onCommitted();
}

async function refuse(deps: MediaDeps, job: { messageId: Id; pos: number }, file: Pending, reason: Refusal): Promise<void> {
  await deps.sql.begin(async (tx) => {
    await tx`SELECT 1 FROM dialog WHERE id = ${file.dialog_id} FOR NO KEY UPDATE`;
    const changed = await tx`
      UPDATE message_attachment SET state = 'refused', reason = ${reason} WHERE message_id = ${job.messageId} AND pos = ${job.pos} AND state = 'pending' RETURNING 1`;
    if (changed.length > 0) await say(tx, deps.emit, job.messageId, file);
  });
  deps.onCommitted();
}

async function later(deps: MediaDeps, job: { messageId: Id; pos: number }, file: Pending, error: unknown): Promise<void> {
  if (file.attempts + 1 >= ATTEMPTS) return refuse(deps, job, file, error instanceof NotJudged ? "unscanned" : "failed");
  const backOff = Math.min(FIRST_MS * 4 ** Math.min(file.attempts, 10), LAST_MS) * (0.8 + Math.random() * 0.4);
  const wait = (error instanceof ChannelError ? error.retryAfterMs : undefined) ?? backOff;
  await deps.sql.begin(async (tx) => {
    await tx`UPDATE message_attachment SET attempts = attempts + 1 WHERE message_id = ${job.messageId} AND pos = ${job.pos}`;
    await addMediaJob(tx, file.channel_id, job.messageId, job.pos, { runAt: new Date(deps.now() + wait) });
  });
}

const say = (tx: Tx, emit: EmitEvents, messageId: Id, file: { dialog_id: Id; seq: number }) =>
  emit(tx, [{ kind: "message.changed", dialogId: file.dialog_id, payload: { messageId, seq: file.seq, what: "files" } }]);

/** A file that was refused is fetched again, one that still waits at once. Throws not_found; duplicate when it is here. */
export async function retryMedia(tx: Tx, emit: EmitEvents, messageId: Id, pos: number): Promise<void> {
  await tx`SELECT 1 FROM dialog WHERE id = (SELECT dialog_id FROM message WHERE id = ${messageId}) FOR NO KEY UPDATE`;
  const [file] = await tx<{ dialog_id: Id; seq: number; channel_id: Id; state: string }[]>`
    SELECT m.dialog_id, m.seq, m.channel_id, a.state FROM message_attachment a JOIN message m ON m.id = a.message_id
    WHERE a.message_id = ${messageId} AND a.pos = ${pos} AND m.deleted_at IS NULL FOR NO KEY UPDATE OF a`;
  if (file === undefined) throw new AppError("not_found");
  if (file.state === "stored") throw new AppError("duplicate");
  await tx`UPDATE message_attachment SET state = 'pending', reason = NULL, attempts = 0 WHERE message_id = ${messageId} AND pos = ${pos}`;
  await addMediaJob(tx, file.channel_id, messageId, pos, { now: true });
  if (file.state === "refused") await say(tx, emit, messageId, file);
}
