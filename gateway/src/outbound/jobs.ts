import { createHash } from "node:crypto";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** What the durable jobs (graphile-worker) do, and what each needs to know. */
export interface JobPayloads {
  /** Sends what waits in a dialog, lowest seq first. */
  drain: { dialogId: Id };
  /** Fetches a call's recording from its provider and stores it. */
  recording: { callId: Id };
  /** Fetches a file that its message named. */
  media: { messageId: Id; pos: number };
  /** Identifies whoever could not be identified within the budget of a call. */
  identify: { dialogId: Id };
}
export type JobName = keyof JobPayloads;

/** Queues of one channel: one dialog always falls into the same, so its jobs never run at once. */
const QUEUES_PER_CHANNEL = 64;

/**
 * Adds a job in the caller's transaction. A job with the same key that has not begun is the same job (its time stays
 * when `runAt` is not given); one that runs already does not count, so what was committed after its last look is not missed.
 */
export async function addJob<J extends JobName>(
  tx: Tx,
  name: J,
  payload: JobPayloads[J],
  options: { key: string; queue?: string; runAt?: Date; maxAttempts?: number; now?: boolean },
): Promise<void> {
  const mode = options.now === true || options.runAt !== undefined ? "replace" : "preserve_run_at";
  await tx`
    SELECT FROM graphile_worker.add_job(${name}, payload := ${tx.json(payload as never)}::jsonb::json, queue_name := ${options.queue ?? null},
      run_at := ${options.runAt ?? null}::timestamptz, max_attempts := ${options.maxAttempts ?? 25}, job_key := ${`${name}:${options.key}`}, job_key_mode := ${mode})`;
}

/** The queue of a dialog's outgoing messages. */
export function drainQueue(channelId: Id, dialogId: Id): string {
  return `out:${channelId}:${(createHash("sha1").update(dialogId).digest()[0] ?? 0) % QUEUES_PER_CHANNEL}`;
}

/** "Drain dialog D", in the transaction that queued something there. */
export function addDrain(tx: Tx, channelId: Id, dialogId: Id, options: { runAt?: Date; now?: boolean } = {}): Promise<void> {
  return addJob(tx, "drain", { dialogId }, { key: dialogId, queue: drainQueue(channelId, dialogId), ...options });
}

/** Files of one channel that are fetched at once: its slow file server holds up no other channel's. */
const MEDIA_PER_CHANNEL = 4;

/** "Fetch file `pos` of message M", in the transaction that stored the message or asked for it again. */
export function addMediaJob(tx: Tx, channelId: Id, messageId: Id, pos: number, options: { runAt?: Date; now?: boolean } = {}): Promise<void> {
  const lane = ((createHash("sha1").update(messageId).digest()[0] ?? 0) + pos) % MEDIA_PER_CHANNEL;
  return addJob(tx, "media", { messageId, pos }, { key: `${messageId}:${pos}`, queue: `media:${channelId}:${lane}`, ...options });
}
