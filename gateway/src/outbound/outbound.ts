import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents, EnqueueRouting, Identify } from "@kommutator/contract/ports";
import { runJobs } from "../db/job-workers.ts";
import { holdLease, keepLease, type Lease, type Under } from "../db/lease.ts";
import { insertNote } from "../dialogs/note.ts";
import type { ReaderLog } from "../dialogs/reader.ts";
import { knownAbilities } from "../inbound/abilities.ts";
import type { FileGuard } from "../media/file-guard.ts";
import type { BlobStore, ChannelSupervisor, Outbound } from "../ports.ts";
import { drain } from "./drain.ts";
import { identifyLater } from "./identify-later.ts";
import { addDrain, addMediaJob, type JobPayloads } from "./jobs.ts";
import { fetchMedia, retryMedia } from "./media.ts";
import { fetchRecording, giveUpRecording } from "./recordings.ts";
import { type ReplyDeps, storeReply } from "./reply.ts";
import { startDialog } from "./start-dialog.ts";
import { workerLogger } from "./worker-log.ts";

/** Jobs at once. A channel has 64 queues, so even one that hangs in all of them leaves room for the others. */
const CONCURRENCY = 96;
const WORKER_CONNECTIONS = 10;
/** Files fetched at once; they have workers of their own, so that a file server that hangs holds up no message. */
const MEDIA_CONCURRENCY = 16;
/** New jobs are told of at once (LISTEN); each idle worker looks so often for those whose time has come. */
const POLL_MS = 2_000;
const MEDIA_POLL_MS = 4_000;
const MEDIA_CONNECTIONS = 4;

export interface OutboundOptions {
  sql: Db;
  leaseSql: Db;
  databaseUrl: string;
  holder: string;
  /** Sending is where this duty is: with the channels. */
  under?: Under;
  supervisor: Pick<ChannelSupervisor, "perform" | "open">;
  blobs: BlobStore;
  identify: Identify;
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  now: () => number;
  log: ReaderLog;
  onCommitted: () => void;
  /** The largest file that is fetched from a provider; the default is 50 MB. */
  mediaMaxBytes?: number | undefined;
  /** Looks at files from outside before they are stored. */
  fileGuard?: FileGuard | null | undefined;
}

/**
 * What leaves the house: replies in their dialogs' order, recordings fetched, late identification. Jobs are durable rows
 * (graphile-worker), added in the transaction that causes them and run by the one node that holds the lease `outbound`.
 */
export function createOutbound(options: OutboundOptions): Outbound & { channelOpened(channelId: Id): void } {
  const { sql, log, emit, enqueue } = options;
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const replyDeps: ReplyDeps = { emit, enqueue, now: options.now, abilities: (tx, id) => knownAbilities(options.supervisor, tx, id) };

  async function work(lease: Lease): Promise<void> {
    await releaseDeadWorkers(sql);
    const common = {
      databaseUrl: options.databaseUrl,
      logger: workerLogger(log),
      // Asked before each job is taken: a process that has just woken up takes none.
      forbiddenFlags: () => {
        if (!lease.valid()) throw new Error("another node does the jobs now");
        return null;
      },
    };
    const over = new AbortController();
    const media = runJobs({
      ...common,
      connections: MEDIA_CONNECTIONS,
      concurrency: MEDIA_CONCURRENCY,
      pollInterval: MEDIA_POLL_MS,
      tasks: { media: (payload) => fetchMedia({ ...options, stop: over.signal }, payload as JobPayloads["media"]) },
    });
    const messages = runJobs({
      ...common,
      connections: WORKER_CONNECTIONS,
      concurrency: CONCURRENCY,
      pollInterval: POLL_MS,
      tasks: {
        drain: (payload) => drain({ ...options, maySend: () => lease.valid(), hold: (tx) => holdLease(tx, lease) }, (payload as { dialogId: Id }).dialogId),
        identify: (payload) => identifyLater(options, (payload as { dialogId: Id }).dialogId),
        recording: async (payload, helpers) => {
          const { callId } = payload as { callId: Id };
          try {
            await fetchRecording(options, callId);
          } catch (error) {
            if (helpers.job.attempts >= helpers.job.max_attempts) await sql.begin((tx) => giveUpRecording(tx, callId));
            throw error;
          }
        },
      },
    });
    const lost = new Promise<void>((resolve) => lease.signal.addEventListener("abort", () => resolve(), { once: true }));
    if (!lease.signal.aborted) await Promise.race([lost, media.ended, messages.ended]);
    over.abort();
    // Messages that are being sent are finished, not broken off; a file that is not here yet is fetched by the next workers.
    await Promise.all([media.stop(), messages.stop()]);
  }

  return {
    async start() {
      running = keepLease(
        options.leaseSql,
        { duty: "outbound", holder: options.holder, stop: stop.signal, under: options.under, onError: (error) => log.warn({ error }, "the lease of outbound") },
        work,
      );
    },
    async stop() {
      stop.abort();
      await running;
    },
    reply: (tx, reply) => storeReply(tx, replyDeps, reply),
    async note(tx, dialogId, note) {
      const stored = await insertNote(tx, dialogId, note, options.now());
      if (stored === null) throw new AppError("not_found");
      await emit(tx, [stored]);
    },
    async retry(tx, messageId) {
      await settleFrom(tx, messageId, "failed", "queued");
    },
    async settle(tx, messageId, outcome) {
      await settleFrom(tx, messageId, "uncertain", outcome === "sent" ? "sent" : "queued");
    },
    startDialog: (tx, start) => startDialog(tx, { ...replyDeps, identify: options.identify }, start),
    retryFile: (tx, messageId, pos) => retryMedia(tx, emit, messageId, pos),
    channelOpened(channelId) {
      // What waited for this channel goes at once instead of at its next attempt.
      sql
        .begin(async (tx) => {
          const waiting = await tx<
            { dialog_id: Id }[]
          >`SELECT DISTINCT dialog_id FROM message WHERE channel_id = ${channelId} AND delivery = 'queued' LIMIT 5000`;
          for (const { dialog_id } of waiting) await addDrain(tx, channelId, dialog_id, { now: true });
          const files = await tx<{ message_id: Id; pos: number }[]>`
            SELECT a.message_id, a.pos FROM message_attachment a JOIN message m ON m.id = a.message_id WHERE a.state = 'pending' AND m.channel_id = ${channelId} LIMIT 5000`;
          for (const { message_id, pos } of files) await addMediaJob(tx, channelId, message_id, pos, { now: true });
        })
        .catch((error: unknown) => log.warn({ channelId, error }, "what waits for the channel could not be woken"));
    },
  };

  async function settleFrom(tx: Parameters<Outbound["retry"]>[0], messageId: Id, from: "failed" | "uncertain", to: "queued" | "sent"): Promise<void> {
    const [message] = await tx<{ dialog_id: Id; channel_id: Id }[]>`SELECT dialog_id, channel_id FROM message WHERE id = ${messageId} AND direction = 'out'`;
    if (message === undefined) throw new AppError("not_found");
    await tx`SELECT 1 FROM dialog WHERE id = ${message.dialog_id} FOR NO KEY UPDATE`;
    const [changed] = await tx<{ seq: number }[]>`
      UPDATE message SET delivery = ${to}, failure = NULL, attempts = 0, meta = meta - 'sending' WHERE id = ${messageId} AND delivery = ${from} RETURNING seq`;
    if (changed === undefined) throw new AppError("duplicate");
    await emit(tx, [{ kind: "message.delivery", dialogId: message.dialog_id, payload: { messageId, seq: changed.seq, delivery: to, failure: null } }]);
    await addDrain(tx, message.channel_id, message.dialog_id, { now: true });
  }
}

/**
 * We hold the lease, so whoever has locked a job is gone: without this its jobs and queues would stay locked for the
 * four hours after which graphile-worker itself gives a dead worker up.
 */
async function releaseDeadWorkers(sql: Db): Promise<void> {
  await sql`
    SELECT graphile_worker.force_unlock_workers(array(
      SELECT DISTINCT locked_by FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL
      UNION SELECT locked_by FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL))`;
}
