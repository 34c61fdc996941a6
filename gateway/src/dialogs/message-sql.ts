import type { RemoteFile } from "@kommutator/contract/channel";
import { type Tx, together } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { toStoredJson } from "../inbound/clean.ts";
import { addMediaJob } from "../outbound/jobs.ts";
import type { DialogState } from "./ingest-messages.ts";

/** A received message ready to be stored. */
export interface NewMessage {
  id: Id;
  dialogId: Id;
  seq: number;
  channelId: Id;
  threadKey: string;
  messageKey: string;
  direction: "in" | "out";
  authorKind: "customer" | "auto_reply" | "bounce" | "external_staff";
  subject: string | null;
  body: string;
  html: string | null;
  quoted: string | null;
  truncated: boolean;
  meta: Record<string, unknown>;
  providerAt: Date;
  delivery: "sent" | null;
  /** The message of the thread that it answers. */
  replyTo: Id | null;
  /** The raw event that holds its files. */
  rawEventId: number | null;
  /** Files that are still at the provider, each at its place. */
  remoteFiles: { pos: number; file: RemoteFile }[];
}

/** All messages of a batch in one statement. */
export async function insertMessages(tx: Tx, messages: readonly NewMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = toStoredJson(messages.map((m) => ({ ...m, providerAt: m.providerAt.getTime(), remoteFiles: undefined })));
  await tx`
    INSERT INTO message (id, dialog_id, seq, channel_id, thread_key, message_key, direction, author_kind, subject, body, html, quoted, truncated, meta, provider_at, delivery, reply_to)
    SELECT id, "dialogId", seq, "channelId", "threadKey", "messageKey", direction, "authorKind", subject, body, html, quoted, truncated, meta, to_timestamp("providerAt" / 1000.0), delivery, "replyTo"
    FROM json_to_recordset(${rows}::text::json) AS r(id uuid, "dialogId" uuid, seq int, "channelId" uuid, "threadKey" text, "messageKey" text, direction text, "authorKind" text,
      subject text, body text, html text, quoted text, truncated boolean, meta jsonb, "providerAt" float8, delivery text, "replyTo" uuid)`.execute();
}

/** Files were stored with the raw event; now they belong to its message. */
export async function insertAttachments(tx: Tx, messages: readonly NewMessage[]): Promise<void> {
  const withFiles = messages.filter((m) => m.rawEventId !== null);
  if (withFiles.length === 0) return;
  await tx`
    INSERT INTO message_attachment (message_id, pos, blob_id, name, mime, bytes, content_id)
    SELECT q.message_id, f.pos, f.blob_id, f.name, f.mime, b.bytes, f.content_id
    FROM unnest(${withFiles.map((m) => m.id)}::uuid[], ${withFiles.map((m) => m.rawEventId as number)}::bigint[]) AS q(message_id, raw_event_id)
    JOIN raw_event_blob f ON f.raw_event_id = q.raw_event_id JOIN blob b ON b.id = f.blob_id`;
}

/** Files that came with their message where the house looks at files first: each waits, as one that is still elsewhere, for the job that judges it. */
export async function insertUnjudged(tx: Tx, messages: readonly NewMessage[]): Promise<void> {
  const withFiles = messages.filter((m) => m.rawEventId !== null);
  if (withFiles.length === 0) return;
  // Rows and jobs in one statement: it is among the transaction's last, none may follow.
  await tx`
    WITH waiting AS (
      INSERT INTO message_attachment (message_id, pos, name, mime, bytes, content_id, state, file_key)
      SELECT q.message_id, f.pos, f.name, f.mime, b.bytes, f.content_id, 'pending', 'blob:' || f.blob_id
      FROM unnest(${withFiles.map((m) => m.id)}::uuid[], ${withFiles.map((m) => m.rawEventId as number)}::bigint[]) AS q(message_id, raw_event_id)
      JOIN raw_event_blob f ON f.raw_event_id = q.raw_event_id JOIN blob b ON b.id = f.blob_id
      RETURNING message_id, pos)
    SELECT graphile_worker.add_job('media', payload := json_build_object('messageId', message_id, 'pos', pos), queue_name := 'judge:' || pos % 4, max_attempts := 25,
      job_key := 'media:' || message_id || ':' || pos, job_key_mode := 'preserve_run_at') FROM waiting`.execute();
}

/** Files that come later: a row each, and a durable job that fetches it. */
export async function insertRemoteFiles(tx: Tx, messages: readonly NewMessage[]): Promise<void> {
  const files = messages.flatMap((m) => m.remoteFiles.map(({ pos, file }) => ({ message: m, pos, file })));
  if (files.length === 0) return;
  const rows = files.map(({ message, pos, file }) => ({
    message: message.id,
    pos,
    name: file.name.slice(0, 300) || "file",
    mime: file.mime.slice(0, 200) || "application/octet-stream",
    bytes: Number.isSafeInteger(file.bytes) ? file.bytes : 0,
    key: file.fileKey,
    ms: Number.isFinite(file.durationMs) ? Math.round(file.durationMs ?? 0) : null,
    voice: file.voice === true,
  }));
  await together([
    tx`
      INSERT INTO message_attachment (message_id, pos, name, mime, bytes, state, file_key, duration_ms, voice)
      SELECT message, pos, name, mime, bytes, 'pending', key, ms, voice
      FROM json_to_recordset(${toStoredJson(rows)}::text::json) AS r(message uuid, pos int, name text, mime text, bytes bigint, key text, ms int, voice boolean)`.execute(),
    ...files.map(({ message, pos }) => addMediaJob(tx, message.channelId, message.id, pos)),
  ]);
}

/** What the batch changed in its dialogs, in one statement. The ids stand there twice: by the array alone the planner takes the index. */
export async function updateDialogs(tx: Tx, dialogs: readonly DialogState[]): Promise<void> {
  if (dialogs.length === 0) return;
  const rows = toStoredJson(
    dialogs.map((d) => ({
      id: d.id,
      seq: d.nextSeq,
      wait: d.waitSince?.getTime() ?? null,
      at: d.last?.at.getTime() ?? null,
      text: d.last?.text ?? null,
      dir: d.last?.direction ?? null,
      who: [...d.participants],
      open: d.open,
    })),
  );
  await tx`
    UPDATE dialog d SET next_seq = r.seq, customer_wait_since = CASE WHEN r.open THEN to_timestamp(r.wait / 1000.0) ELSE d.customer_wait_since END,
      last_message_at = coalesce(to_timestamp(r.at / 1000.0), d.last_message_at), last_message_text = coalesce(r.text, d.last_message_text),
      last_message_direction = coalesce(r.dir, d.last_message_direction), participants = ARRAY(SELECT json_array_elements_text(r.who)), version = d.version + 1
    FROM json_to_recordset(${rows}::text::json) AS r(id uuid, seq int, wait float8, at float8, text text, dir text, who json, open boolean)
    WHERE d.id = r.id AND d.id = ANY(${dialogs.map((d) => d.id)}::uuid[])`;
}
