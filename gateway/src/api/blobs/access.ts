import { type Principal, scopeOf } from "@kommutator/contract/access";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { fileOfBlob } from "@kommutator/crm-core/file/sql";
import { dialogsFrom, visibleDialogs } from "../dialogs/visibility.ts";

/**
 * May this principal have these bytes, and as what? A file goes with its dialog and with every object it hangs on, a recording needs its
 * own right, one's own upload is one's own until it is sent or hung on something. Everything else is not_found.
 */
export async function requireBlob(sql: Db, principal: Principal, id: Id): Promise<{ use: "file" | "recording" }> {
  const [recording] = await sql<{ visible: boolean }[]>`
    SELECT EXISTS (SELECT 1 ${dialogsFrom(sql)} WHERE o.id = k.dialog_id AND ${visibleDialogs(sql, principal, scopeOf(principal, "recording", "read"))}) AS visible
    FROM call k WHERE k.recording_id = ${id} ORDER BY visible DESC LIMIT 1`;
  if (recording !== undefined) {
    if (!recording.visible) throw new AppError("not_found");
    return { use: "recording" };
  }
  const [file] = await sql`
    SELECT 1 FROM blob b WHERE b.id = ${id} AND (
      EXISTS (SELECT 1 FROM message_attachment a JOIN message m ON m.id = a.message_id
              WHERE a.blob_id = b.id AND EXISTS (SELECT 1 ${dialogsFrom(sql)} WHERE o.id = m.dialog_id AND ${visibleDialogs(sql, principal, scopeOf(principal, "dialog", "read"))}))
      OR (b.created_by = ${principal.employeeId} AND NOT EXISTS (SELECT 1 FROM message_attachment a WHERE a.blob_id = b.id) AND NOT EXISTS (SELECT 1 FROM file_version v WHERE v.blob_id = b.id)))`;
  const onObjects = file === undefined ? await fileOfBlob(sql, principal, id) : true;
  if (onObjects !== true) throw new AppError("not_found");
  return { use: "file" };
}

/** The small picture of a file; null: there is none. Whoever may have the file may have it. */
export async function previewOf(sql: Db, id: Id): Promise<Id | null> {
  const [row] = await sql<{ preview_id: Id | null }[]>`SELECT preview_id FROM blob WHERE id = ${id}`;
  return row?.preview_id ?? null;
}
