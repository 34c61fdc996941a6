import type { Principal } from "@kommutator/contract/access";
import { type FileObject, MAX_FILES_PER_OBJECT } from "@kommutator/contract/api/file";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { Crm } from "../context.ts";
import { dialogAllowed } from "../party/link.ts";

interface Blob {
  name: string;
  sha256: Buffer;
}

/**
 * The bytes that a file may be made of: one's own upload that nothing has used, or an attachment of a dialog that one may read. Others
 * answer like missing ones.
 */
async function requireUpload(tx: Tx, principal: Principal, blobId: Id): Promise<Blob> {
  const [blob] = await tx<Blob[]>`
    SELECT b.name, b.sha256 FROM blob b WHERE b.id = ${blobId} AND (
      (b.created_by = ${principal.employeeId} AND NOT EXISTS (SELECT 1 FROM file_version v WHERE v.blob_id = b.id) AND NOT EXISTS (SELECT 1 FROM message_attachment a WHERE a.blob_id = b.id))
      OR EXISTS (SELECT 1 FROM message_attachment a JOIN message m ON m.id = a.message_id JOIN dialog d ON d.id = m.dialog_id WHERE a.blob_id = b.id AND ${dialogAllowed(tx, principal, "read")}))`;
  if (blob === undefined) throw new AppError("validation", { fields: { blobId: "unknown" } });
  return blob;
}

/** Makes a file of an upload and hangs it on an object (DT-05). Throws validation (unknown upload), too_large (the object is full). */
export async function createFile(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  principal: Principal,
  file: { object: FileObject; objectId: Id; blobId: Id; name?: string | undefined },
): Promise<Id> {
  const blob = await requireUpload(tx, principal, file.blobId);
  const now = new Date(crm.clock.now());
  const [row] = await tx<{ id: Id }[]>`
    INSERT INTO file (name, created_by, created_at) VALUES (${file.name ?? blob.name}, ${principal.employeeId}, ${now}) RETURNING id`;
  const { id } = row as { id: Id };
  await tx`INSERT INTO file_version (file_id, no, blob_id, created_by, created_at) VALUES (${id}, 1, ${file.blobId}, ${principal.employeeId}, ${now})`;
  await linkFile(crm, tx, actor, principal, id, file);
  await crm.audit(tx, actor, { objectKind: "file", objectId: id, action: "create", changes: { name: [null, file.name ?? blob.name] } });
  return id;
}

/** Hangs a file on one more object; on one it hangs on already, nothing happens. */
export async function linkFile(crm: Crm, tx: Tx, actor: Actor, principal: Principal, id: Id, at: { object: FileObject; objectId: Id }): Promise<void> {
  const column = `${at.object}_id`;
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`files ${at.objectId}`}, 0))`;
  const [{ n, mine }] = (await tx<{ n: number; mine: number }[]>`
    SELECT count(*)::int AS n, count(*) FILTER (WHERE fl.file_id = ${id})::int AS mine FROM file_link fl JOIN file f ON f.id = fl.file_id AND f.archived_at IS NULL WHERE fl.${tx(column)} = ${at.objectId}`) as unknown as [
    { n: number; mine: number },
  ];
  if (mine > 0) return;
  if (n >= MAX_FILES_PER_OBJECT) throw new AppError("too_large", { maxFiles: MAX_FILES_PER_OBJECT });
  await tx`INSERT INTO file_link ${tx({ file_id: id, [column]: at.objectId, linked_by: principal.employeeId, linked_at: new Date(crm.clock.now()) })}`;
  await crm.audit(tx, actor, { objectKind: at.object, objectId: at.objectId, action: "file_added", changes: { file_id: [null, id] } });
}

/** Takes a file off an object; off its last one it is archived, never deleted. Returns whether it hung there. */
export async function unlinkFile(crm: Crm, tx: Tx, actor: Actor, id: Id, at: { object: FileObject; objectId: Id }): Promise<boolean> {
  const gone = await tx`DELETE FROM file_link WHERE file_id = ${id} AND ${tx(`${at.object}_id`)} = ${at.objectId} RETURNING 1`;
  if (gone.length === 0) return false;
  await crm.audit(tx, actor, { objectKind: at.object, objectId: at.objectId, action: "file_removed", changes: { file_id: [id, null] } });
  const left = await tx`SELECT 1 FROM file_link WHERE file_id = ${id} LIMIT 1`;
  if (left.length === 0) {
    await tx`UPDATE file SET archived_at = ${new Date(crm.clock.now())}, version = version + 1 WHERE id = ${id}`;
    await crm.audit(tx, actor, { objectKind: "file", objectId: id, action: "archive", changes: {} });
  }
  return true;
}

/** A new version of a file. The same bytes as the newest one change nothing (the store is addressed by content). */
export async function addVersion(crm: Crm, tx: Tx, actor: Actor, principal: Principal, id: Id, from: { blobId: Id; comment: string | null }): Promise<void> {
  const blob = await requireUpload(tx, principal, from.blobId);
  const [newest] = await tx<{ no: number; sha256: Buffer }[]>`
    SELECT v.no, b.sha256 FROM file_version v JOIN blob b ON b.id = v.blob_id WHERE v.file_id = ${id} ORDER BY v.no DESC LIMIT 1`;
  if (newest?.sha256.equals(blob.sha256)) return;
  const no = (newest?.no ?? 0) + 1;
  await tx`INSERT INTO file_version (file_id, no, blob_id, comment, created_by, created_at) VALUES (${id}, ${no}, ${from.blobId}, ${from.comment}, ${principal.employeeId}, ${new Date(crm.clock.now())})`;
  await tx`UPDATE file SET version = version + 1 WHERE id = ${id}`;
  await crm.audit(tx, actor, { objectKind: "file", objectId: id, action: "version", changes: { no: [no - 1, no] } });
}
