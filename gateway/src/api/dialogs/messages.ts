import type { Message, MessageEdits } from "@kommutator/contract/api/dialogs";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";

interface MessageRow {
  id: Id;
  dialog_id: Id;
  seq: number;
  direction: Message["direction"];
  author_kind: Message["authorKind"];
  employee_id: Id | null;
  employee_name: string | null;
  subject: string | null;
  body: string;
  html: string | null;
  quoted: string | null;
  truncated: boolean;
  note: Message["note"];
  created_at: Date;
  provider_at: Date | null;
  delivery: Message["delivery"];
  failure: string | null;
  client_key: Id | null;
  attachments: Message["attachments"];
  edited_at: Date | null;
  deleted_at: Date | null;
  reply_to: Message["replyTo"];
  quick_answers: string[];
}

/** How much of the answered message goes along. */
const QUOTE_LENGTH = 300;

function select(sql: Db | Tx) {
  return sql`
    SELECT m.id, m.dialog_id, m.seq, m.direction, m.author_kind, m.employee_id, e.full_name AS employee_name, m.subject, m.body, m.html, m.quoted, m.truncated, m.note,
           m.created_at, m.provider_at, m.delivery, m.failure, m.client_key, m.edited_at, m.deleted_at, m.quick_answers,
           coalesce((SELECT jsonb_agg(jsonb_build_object('pos', a.pos, 'blobId', a.blob_id, 'name', a.name, 'mime', a.mime, 'bytes', a.bytes, 'state', a.state, 'reason', a.reason,
                       'durationMs', a.duration_ms, 'voice', a.voice, 'preview', b.preview_id IS NOT NULL) ORDER BY a.pos)
                     FROM message_attachment a LEFT JOIN blob b ON b.id = a.blob_id WHERE a.message_id = m.id), '[]') AS attachments,
           CASE WHEN m.reply_to IS NOT NULL THEN
             (SELECT jsonb_build_object('messageId', r.id, 'seq', r.seq, 'direction', r.direction, 'text', CASE WHEN r.deleted_at IS NULL THEN left(r.body, ${QUOTE_LENGTH}) ELSE '' END)
              FROM message r WHERE r.id = m.reply_to) END AS reply_to
    FROM message m LEFT JOIN employee e ON e.id = m.employee_id`;
}

/** Of a message that its writer took back only the place is shown; what it said stays in the row. */
function toMessage(r: MessageRow): Message {
  const deleted = r.deleted_at !== null;
  return {
    id: r.id,
    dialogId: r.dialog_id,
    seq: r.seq,
    direction: r.direction,
    authorKind: r.author_kind,
    author: r.employee_id === null ? null : { id: r.employee_id, name: r.employee_name ?? "" },
    subject: r.subject,
    text: deleted ? "" : r.body,
    html: deleted ? null : r.html,
    quoted: deleted ? null : r.quoted,
    attachments: deleted ? [] : r.attachments,
    truncated: r.truncated,
    at: r.created_at.toISOString(),
    providerAt: r.provider_at?.toISOString() ?? null,
    delivery: r.delivery,
    failure: r.failure,
    clientKey: r.client_key,
    note: r.note,
    editedAt: r.edited_at?.toISOString() ?? null,
    deletedAt: r.deleted_at?.toISOString() ?? null,
    replyTo: r.reply_to,
    quickAnswers: r.quick_answers,
  };
}

/** Messages by id, in no promised order. */
export async function readMessages(sql: Db | Tx, ids: Id[]): Promise<Message[]> {
  if (ids.length === 0) return [];
  return (await sql<MessageRow[]>`${select(sql)} WHERE m.id = ANY(${ids}::uuid[])`).map(toMessage);
}

/** What an edited message said before, the first wording first. Of a message that was taken back nothing is told. */
export async function readEdits(sql: Db | Tx, messageId: Id): Promise<z.infer<typeof MessageEdits>["items"]> {
  const rows = await sql<{ body: string; replaced_at: Date }[]>`
    SELECT e.body, e.replaced_at FROM message_edit e JOIN message m ON m.id = e.message_id
    WHERE e.message_id = ${messageId} AND m.deleted_at IS NULL ORDER BY e.version`;
  return rows.map((row) => ({ text: row.body, replacedAt: row.replaced_at.toISOString() }));
}

/** A page of a dialog, newest first, before a seq. */
export async function pageMessages(sql: Db | Tx, dialogId: Id, before: number | null, limit: number): Promise<{ items: Message[]; hasMore: boolean }> {
  const rows = await sql<MessageRow[]>`
    ${select(sql)} WHERE m.dialog_id = ${dialogId} ${before === null ? sql`` : sql`AND m.seq < ${before}`} ORDER BY m.seq DESC LIMIT ${limit + 1}`;
  return { items: rows.slice(0, limit).map(toMessage), hasMore: rows.length > limit };
}
