import { randomUUID } from "node:crypto";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents, EnqueueRouting } from "@kommutator/contract/ports";
import type { ChannelAbilities } from "../inbound/abilities.ts";
import { cleanText } from "../inbound/clean.ts";
import type { NewReply, Outbound } from "../ports.ts";
import { addDrain } from "./jobs.ts";
import { cannotWrite, checkWritten } from "./limits.ts";
import { readThread } from "./thread-facts.ts";

export interface ReplyDeps {
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  now: () => number;
  /** What the channel can do, wherever it is open and while it is away; null when it has never been open (limits are then the provider's to tell). */
  abilities: (tx: Tx, channelId: Id) => Promise<ChannelAbilities | null>;
}

interface DialogRow {
  channel_id: Id;
  thread_key: string;
  closed_at: Date | null;
}

/**
 * Stores what an agent writes, with the dialog's next seq, and adds the durable job that sends it: all in the caller's
 * transaction. The client's key makes a double click one message.
 * Throws not_found, dialog_closed, validation (empty, too long, a kind of file the channel has not), too_large (files),
 * unsupported (`what` is the CannotWrite code).
 */
export async function storeReply(tx: Tx, deps: ReplyDeps, reply: NewReply): ReturnType<Outbound["reply"]> {
  const [dialog] = await tx<DialogRow[]>`
    SELECT channel_id, thread_key, closed_at FROM dialog WHERE id = ${reply.dialogId} FOR NO KEY UPDATE`;
  if (dialog === undefined) throw new AppError("not_found");
  const [existing] = await tx<{ id: Id; seq: number; dialog_id: Id }[]>`SELECT id, seq, dialog_id FROM message WHERE client_key = ${reply.clientKey}`;
  if (existing !== undefined) {
    if (existing.dialog_id !== reply.dialogId) throw new AppError("duplicate");
    return { messageId: existing.id, seq: existing.seq, existed: true };
  }
  // A note may still be written beside a dialog that is over; a message may not.
  if (dialog.closed_at !== null && !reply.internal) throw new AppError("dialog_closed");
  const files = await readFiles(tx, reply.attachments);
  if (reply.text.trim() === "" && files.length === 0) throw new AppError("validation", { field: "text", reason: "empty" });
  const quickAnswers = reply.internal ? [] : (reply.quickAnswers ?? []);
  const replyTo = await answeredMessage(tx, dialog, reply.replyTo);
  if (!reply.internal) await checkLimits(tx, deps, dialog, reply, files);

  const messageId = randomUUID();
  const text = cleanText(reply.text);
  const direction = reply.internal ? "internal" : "out";
  const at = new Date(deps.now());
  const [row] = await tx<{ seq: number }[]>`
    UPDATE dialog SET next_seq = next_seq + 1, version = version + 1,
      customer_wait_since = CASE WHEN ${reply.internal} THEN customer_wait_since END,
      last_message_at = CASE WHEN ${reply.internal} THEN last_message_at ELSE ${at}::timestamptz END,
      last_message_text = CASE WHEN ${reply.internal} THEN last_message_text ELSE ${text.slice(0, 200)} END,
      last_message_direction = CASE WHEN ${reply.internal} THEN last_message_direction ELSE 'out' END
    WHERE id = ${reply.dialogId} RETURNING next_seq - 1 AS seq`;
  const seq = (row as { seq: number }).seq;
  await tx`
    INSERT INTO message (id, dialog_id, seq, channel_id, thread_key, direction, author_kind, employee_id, subject, body, delivery, client_key, mentions, created_at, reply_to, quick_answers)
    VALUES (${messageId}, ${reply.dialogId}, ${seq}, ${dialog.channel_id}, ${dialog.thread_key}, ${direction}, 'employee', ${reply.employeeId},
      ${reply.subject === undefined ? null : cleanText(reply.subject)}, ${text}, ${reply.internal ? null : "queued"}, ${reply.clientKey}, ${reply.mentions}::uuid[], ${at}, ${replyTo}, ${quickAnswers.map(cleanText)}::text[])`;
  for (const [pos, file] of files.entries()) {
    await tx`INSERT INTO message_attachment (message_id, pos, blob_id, name, mime, bytes) VALUES (${messageId}, ${pos}, ${file.id}, ${file.name}, ${file.mime}, ${file.bytes})`;
  }
  await deps.emit(tx, [
    {
      kind: "message.stored",
      dialogId: reply.dialogId,
      payload: { messageId, seq, direction, employeeId: reply.employeeId, nature: "human", at: at.getTime() },
    },
  ]);
  if (!reply.internal) {
    await deps.enqueue(tx, [{ kind: "dialog.message", dialogId: reply.dialogId, direction: "out", at: at.getTime() }]);
    await addDrain(tx, dialog.channel_id, reply.dialogId);
  }
  return { messageId, seq, existed: false };
}

interface FileRow {
  id: Id;
  name: string;
  mime: string;
  bytes: number;
}

async function readFiles(tx: Tx, ids: Id[]): Promise<FileRow[]> {
  if (ids.length === 0) return [];
  const rows = await tx<FileRow[]>`SELECT id, name, mime, bytes FROM blob WHERE id = ANY(${ids}::uuid[])`;
  return ids.map((id) => {
    const row = rows.find((r) => r.id === id);
    if (row === undefined) throw new AppError("not_found", { attachment: id });
    return row;
  });
}

/** What cannot be written now, or the channel cannot carry, is refused here, before anything is queued: `unsupported` says why in `what`. */
async function checkLimits(tx: Tx, deps: ReplyDeps, dialog: DialogRow, reply: NewReply, files: FileRow[]): Promise<void> {
  const channel = await deps.abilities(tx, dialog.channel_id);
  const now = deps.now();
  const thread = await readThread(tx, reply.dialogId, now);
  const what = cannotWrite(channel, thread, now);
  if (what !== null) throw new AppError("unsupported", { what, ...(what === "daily_limit" ? { max: channel?.limits.dailyPerAddress } : {}) });
  if (channel === null) return;
  checkWritten(channel.limits, { text: reply.text, files, isReply: reply.replyTo !== undefined, quickAnswers: reply.quickAnswers ?? [] });
}

/** The answered message must be of this thread, and must not be a note of ours. */
async function answeredMessage(tx: Tx, dialog: DialogRow, replyTo: Id | undefined): Promise<Id | null> {
  if (replyTo === undefined) return null;
  const [row] = await tx`
    SELECT 1 FROM message WHERE id = ${replyTo} AND channel_id = ${dialog.channel_id} AND thread_key = ${dialog.thread_key} AND direction <> 'internal' AND deleted_at IS NULL`;
  if (row === undefined) throw new AppError("validation", { field: "replyTo", reason: "unknown" });
  return replyTo;
}
