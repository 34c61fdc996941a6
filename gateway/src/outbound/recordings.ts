import { createHash } from "node:crypto";
import { ChannelError } from "@kommutator/contract/channel";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents } from "@kommutator/contract/ports";
import type { BlobStore, ChannelSupervisor } from "../ports.ts";

const MAX_BYTES = 500 * 1024 * 1024;

export interface RecordingDeps {
  sql: Db;
  supervisor: Pick<ChannelSupervisor, "perform">;
  blobs: BlobStore;
  emit: EmitEvents;
  onCommitted: () => void;
}

/**
 * Fetches a call's recording, stores it and lets the provider delete its copy - in this order, and the last only after
 * the stored bytes were read back and are the same (length and SHA-256). Throws to be tried again by the job queue.
 */
export async function fetchRecording(deps: RecordingDeps, callId: Id): Promise<void> {
  const { sql } = deps;
  const [call] = await sql<
    { dialog_id: Id; channel_id: Id; recording_key: string | null; recording_state: string | null; recording_id: Id | null; started_at: Date }[]
  >`
    SELECT dialog_id, channel_id, recording_key, recording_state, recording_id, started_at FROM call WHERE id = ${callId}`;
  if (call === undefined || call.recording_key === null) return;
  if (call.recording_state === "pending") {
    const fetched = await deps.supervisor.perform(call.channel_id, "recording.fetch", { recordingKey: call.recording_key });
    checkAudio(fetched.bytes);
    const stored = await sql.begin(async (tx) => {
      const name = `call-${call.started_at.toISOString().slice(0, 19).replace(/[:T]/g, "-")}.${fetched.mime === "audio/mpeg" ? "mp3" : "wav"}`;
      const blob = await deps.blobs.put(tx, fetched.bytes, { name, mime: fetched.mime, createdBy: null, maxBytes: MAX_BYTES });
      const back = await deps.blobs.read(tx, blob.id);
      if (back === null || digest(back) !== digest(fetched.bytes)) throw new Error("the stored recording differs from the fetched one");
      const changed =
        await tx`UPDATE call SET recording_id = ${blob.id}, recording_state = 'stored' WHERE id = ${callId} AND recording_state = 'pending' RETURNING 1`;
      if (changed.length === 0) throw new Error("the recording was stored by somebody else");
      await deps.emit(tx, [{ kind: "call.recorded", dialogId: call.dialog_id, payload: { callId, blobId: blob.id } }]);
      return blob;
    });
    if (stored.bytes !== fetched.bytes.byteLength) throw new Error("the stored recording is shorter than the fetched one");
    deps.onCommitted();
  }
  await deps.supervisor.perform(call.channel_id, "recording.delete", { recordingKey: call.recording_key }).catch((error: unknown) => {
    if (error instanceof ChannelError && (error.code === "unsupported" || error.code === "rejected")) return;
    throw error;
  });
}

/** After the last attempt: shown on the call as failed. */
export async function giveUpRecording(tx: Tx, callId: Id): Promise<void> {
  await tx`UPDATE call SET recording_state = 'failed' WHERE id = ${callId} AND recording_state = 'pending'`;
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A WAV says its own length (RIFF chunk size): a file cut off on the way is not taken for whole. */
function checkAudio(bytes: Uint8Array): void {
  if (bytes.byteLength === 0) throw new Error("the recording is empty");
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12));
  if (head.length === 12 && head.toString("latin1", 0, 4) === "RIFF" && head.readUInt32LE(4) + 8 > bytes.byteLength + 1)
    throw new Error("the recording was cut off on the way");
}
