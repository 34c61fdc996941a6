import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { toStoredJson } from "../inbound/clean.ts";
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
  /** The raw event that holds its files. */
  rawEventId: number | null;
}

/** All messages of a batch in one statement. */
export async function insertMessages(tx: Tx, messages: readonly NewMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = toStoredJson(messages.map((m) => ({ ...m, providerAt: m.providerAt.getTime() })));
  await tx`
    INSERT INTO message (id, dialog_id, seq, channel_id, thread_key, message_key, direction, author_kind, subject, body, html, quoted, truncated, meta, provider_at, delivery)
    SELECT id, "dialogId", seq, "channelId", "threadKey", "messageKey", direction, "authorKind", subject, body, html, quoted, truncated, meta, to_timestamp("providerAt" / 1000.0), delivery
    FROM json_to_recordset(${rows}::text::json) AS r(id uuid, "dialogId" uuid, seq int, "channelId" uuid, "threadKey" text, "messageKey" text, direction text, "authorKind" text,
      subject text, body text, html text, quoted text, truncated boolean, meta jsonb, "providerAt" float8, delivery text)`.execute();
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

/** What the batch changed in its dialogs, in one statement. */
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
    WHERE d.id = r.id`;
}
