import type { ThreadMessage } from "@kommutator/contract/channel";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { BlobStore } from "../ports.ts";

interface Row {
  id: Id;
  message_key: string | null;
  direction: "in" | "out";
  body: string;
  at: Date;
  delivery: string | null;
  author: string | null;
  files: { key: Id; name: string; mime: string; bytes: number }[] | null;
}

/**
 * A thread as the other side may see it: no notes, nothing that failed, over linked dialogs, oldest first. Those after
 * the message `after`, or the newest `limit` when it is null or unknown (Host.history).
 */
export async function threadHistory(sql: Db, channelId: Id, threadKey: string, after: string | null, limit: number): Promise<ThreadMessage[]> {
  const visible = sql`m.channel_id = ${channelId} AND m.thread_key = ${threadKey} AND m.deleted_at IS NULL AND m.author_kind <> 'system'
    AND (m.direction = 'in' OR (m.direction = 'out' AND m.delivery <> 'failed'))`;
  const columns = sql`m.id, m.message_key, m.direction, m.body, coalesce(m.provider_at, m.created_at) AS at, m.delivery, e.full_name AS author,
    (SELECT json_agg(json_build_object('key', a.blob_id, 'name', a.name, 'mime', a.mime, 'bytes', a.bytes) ORDER BY a.pos) FROM message_attachment a WHERE a.message_id = m.id AND a.blob_id IS NOT NULL) AS files`;
  const from = sql`message m JOIN dialog d ON d.id = m.dialog_id LEFT JOIN employee e ON e.id = m.employee_id`;
  const [mark] =
    after === null
      ? []
      : await sql<{ opened_at: Date; dialog_id: Id; seq: number }[]>`
          SELECT d.opened_at, m.dialog_id, m.seq FROM ${from} WHERE ${visible} AND (m.message_key = ${after} OR m.id::text = ${after})`;
  const rows =
    mark !== undefined
      ? await sql<Row[]>`
          SELECT ${columns} FROM ${from} WHERE ${visible} AND (d.opened_at, d.id, m.seq) > (${mark.opened_at}, ${mark.dialog_id}, ${mark.seq})
          ORDER BY d.opened_at, d.id, m.seq LIMIT ${limit}`
      : (await sql<Row[]>`SELECT ${columns} FROM ${from} WHERE ${visible} ORDER BY d.opened_at DESC, d.id DESC, m.seq DESC LIMIT ${limit}`).reverse();
  return rows.map((row) => ({
    messageKey: row.direction === "in" ? (row.message_key ?? row.id) : row.id,
    direction: row.direction,
    text: row.body,
    at: row.at.getTime(),
    state: row.delivery === null || row.delivery === "uncertain" ? "sent" : (row.delivery as ThreadMessage["state"]),
    ...(row.author === null ? {} : { author: row.author }),
    files: row.files ?? [],
  }));
}

/** The bytes of a file of this thread that the other side may see; null for any other (Host.file). */
export async function threadFile(
  sql: Db,
  blobs: BlobStore,
  channelId: Id,
  threadKey: string,
  key: Id,
): Promise<{ name: string; mime: string; bytes: Uint8Array } | null> {
  if (!/^[0-9a-f-]{36}$/i.test(key)) return null;
  const [row] = await sql<{ name: string; mime: string }[]>`
    SELECT a.name, a.mime FROM message_attachment a JOIN message m ON m.id = a.message_id
    WHERE a.blob_id = ${key} AND m.channel_id = ${channelId} AND m.thread_key = ${threadKey} AND m.direction <> 'internal' AND m.deleted_at IS NULL LIMIT 1`;
  if (row === undefined) return null;
  const bytes = await blobs.read(sql as unknown as Tx, key);
  return bytes === null ? null : { ...row, bytes };
}
