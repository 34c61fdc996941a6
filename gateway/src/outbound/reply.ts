import { randomUUID } from "node:crypto";
import type { Channel } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents, EnqueueRouting } from "@kommutator/contract/ports";
import { cleanText } from "../inbound/clean.ts";
import type { Outbound } from "../ports.ts";
import { addDrain } from "./jobs.ts";

export interface ReplyDeps {
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  now: () => number;
  /** The open channel on this node, for its limits; null when it is not open (limits are then the provider's to tell). */
  channel: (channelId: Id) => Channel | null;
}

interface DialogRow {
  channel_id: Id;
  thread_key: string;
  closed_at: Date | null;
  customer_wait_since: Date | null;
  last_in: Date | null;
}

/**
 * Stores what an agent writes, with the dialog's next seq, and adds the durable job that sends it: all in the caller's
 * transaction. The client's key makes a double click one message.
 * Throws not_found, dialog_closed, validation (empty or too long), too_large (files), unsupported.
 */
export async function storeReply(tx: Tx, deps: ReplyDeps, reply: Parameters<Outbound["reply"]>[1]): ReturnType<Outbound["reply"]> {
  const [dialog] = await tx<DialogRow[]>`
    SELECT channel_id, thread_key, closed_at, customer_wait_since,
      (SELECT max(coalesce(m.provider_at, m.created_at)) FROM message m WHERE m.dialog_id = dialog.id AND m.direction = 'in') AS last_in
    FROM dialog WHERE id = ${reply.dialogId} FOR NO KEY UPDATE`;
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
  if (!reply.internal) checkLimits(deps.channel(dialog.channel_id), reply.text, files, dialog.last_in, deps.now());

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
    INSERT INTO message (id, dialog_id, seq, channel_id, thread_key, direction, author_kind, employee_id, subject, body, delivery, client_key, mentions, created_at)
    VALUES (${messageId}, ${reply.dialogId}, ${seq}, ${dialog.channel_id}, ${dialog.thread_key}, ${direction}, 'employee', ${reply.employeeId},
      ${reply.subject === undefined ? null : cleanText(reply.subject)}, ${text}, ${reply.internal ? null : "queued"}, ${reply.clientKey}, ${reply.mentions}::uuid[], ${at})`;
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

/** What the channel says it cannot carry is refused here, before anything is queued. */
function checkLimits(channel: Channel | null, text: string, files: FileRow[], lastIn: Date | null, now: number): void {
  if (channel === null) return;
  if (channel.handlers["message.send"] === undefined) throw new AppError("unsupported", { what: "message.send" });
  const { limits } = channel;
  if (text.length > limits.textLength) throw new AppError("validation", { field: "text", reason: "too_long", max: limits.textLength });
  if (files.reduce((sum, f) => sum + f.bytes, 0) > limits.attachmentBytes) throw new AppError("too_large", { maxBytes: limits.attachmentBytes });
  if (limits.replyWindowMs !== null && lastIn !== null && now - lastIn.getTime() > limits.replyWindowMs)
    throw new AppError("unsupported", { what: "reply_window" });
}
