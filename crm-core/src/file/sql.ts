import type { Principal } from "@kommutator/contract/access";
import type { FileObject, FileVersion, FileView } from "@kommutator/contract/api/file";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { Query } from "../context.ts";
import { inquiryAllowed } from "../inquiry/sql.ts";
import { interactionAllowed } from "../interaction/sql.ts";
import { allowed, handles } from "../rights.ts";
import { taskAllowed } from "../task/rights.ts";

/** SQL condition over a link `fl` of a file: may the principal read the object that it hangs on? */
function linkAllowed(tx: Query, p: Principal) {
  return tx`(
    (fl.customer_id IS NOT NULL AND EXISTS (SELECT 1 FROM customer c WHERE c.id = fl.customer_id AND (${allowed(tx, p, "customer", "read", "c.responsible_id")} OR ${handles(tx, p, "customer_id", "c.id")})))
    OR (fl.contact_id IS NOT NULL AND EXISTS (SELECT 1 FROM customer_contact cc JOIN customer c ON c.id = cc.customer_id WHERE cc.contact_id = fl.contact_id AND (${allowed(tx, p, "customer", "read", "c.responsible_id")} OR ${handles(tx, p, "customer_id", "c.id")})))
    OR (fl.lead_id IS NOT NULL AND EXISTS (SELECT 1 FROM lead l WHERE l.id = fl.lead_id AND (${allowed(tx, p, "lead", "read", "l.responsible_id")} OR ${handles(tx, p, "lead_id", "l.id")})))
    OR (fl.interest_id IS NOT NULL AND EXISTS (SELECT 1 FROM interest n WHERE n.id = fl.interest_id AND (${allowed(tx, p, "interest", "read", "n.responsible_id")} OR ${handles(tx, p, "interest_id", "n.id")})))
    OR (fl.interaction_id IS NOT NULL AND EXISTS (SELECT 1 FROM interaction i WHERE i.id = fl.interaction_id AND ${interactionAllowed(tx, p)}))
    OR (fl.task_id IS NOT NULL AND EXISTS (SELECT 1 FROM task t WHERE t.id = fl.task_id AND ${taskAllowed(tx, p, "read")}))
    OR (fl.inquiry_id IS NOT NULL AND EXISTS (SELECT 1 FROM inquiry q WHERE q.id = fl.inquiry_id AND ${inquiryAllowed(tx, p, "read")})))`;
}

function select(tx: Query) {
  return tx`
    SELECT f.id, f.name, b.mime, b.bytes::float8 AS bytes, v.blob_id AS "blobId", v.no, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS "createdBy",
           to_jsonb(f.created_at) AS "createdAt", to_jsonb(v.created_at) AS "changedAt", f.version
    FROM file f JOIN LATERAL (SELECT * FROM file_version WHERE file_id = f.id ORDER BY no DESC LIMIT 1) v ON true JOIN blob b ON b.id = v.blob_id LEFT JOIN employee e ON e.id = f.created_by`;
}

/** Files of one object, newest first. The right to the object is the caller's to check. */
export async function filesOf(tx: Query, object: FileObject, objectId: Id, limit: number): Promise<FileView[]> {
  return tx<FileView[]>`
    ${select(tx)} WHERE f.archived_at IS NULL AND EXISTS (SELECT 1 FROM file_link fl WHERE fl.file_id = f.id AND fl.${tx(`${object}_id`)} = ${objectId})
    ORDER BY v.created_at DESC, f.id LIMIT ${limit}`;
}

/** A file that the principal may see by one of its objects, or null. `null` as principal: after one's own change. */
export async function readFile(tx: Query, principal: Principal | null, id: Id): Promise<FileView | null> {
  const right = principal === null ? tx`true` : tx`EXISTS (SELECT 1 FROM file_link fl WHERE fl.file_id = f.id AND ${linkAllowed(tx, principal)})`;
  const [row] = await tx<FileView[]>`${select(tx)} WHERE f.id = ${id} AND f.archived_at IS NULL AND ${right}`;
  return row ?? null;
}

/** Every version, newest first. */
export async function versionsOf(tx: Query, id: Id): Promise<z.infer<typeof FileVersion>[]> {
  return tx`
    SELECT v.no, v.blob_id AS "blobId", b.mime, b.bytes::float8 AS bytes, v.comment, CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS "createdBy", to_jsonb(v.created_at) AS "createdAt"
    FROM file_version v JOIN blob b ON b.id = v.blob_id LEFT JOIN employee e ON e.id = v.created_by WHERE v.file_id = ${id} ORDER BY v.no DESC`;
}

/** The objects it hangs on, as far as the principal may see them. A link that a conversion gave a customer too counts as the customer's. */
export async function objectsOf(tx: Query, principal: Principal, id: Id): Promise<{ object: FileObject; objectId: Id }[]> {
  return tx`
    SELECT DISTINCT o.object, o.id AS "objectId" FROM file_link fl, LATERAL (SELECT CASE WHEN fl.task_id IS NOT NULL THEN 'task' WHEN fl.interaction_id IS NOT NULL THEN 'interaction' WHEN fl.interest_id IS NOT NULL THEN 'interest'
      WHEN fl.inquiry_id IS NOT NULL THEN 'inquiry' WHEN fl.customer_id IS NOT NULL THEN 'customer' WHEN fl.contact_id IS NOT NULL THEN 'contact' ELSE 'lead' END AS object,
      coalesce(fl.task_id, fl.interaction_id, fl.interest_id, fl.inquiry_id, fl.customer_id, fl.contact_id, fl.lead_id) AS id) o
    WHERE fl.file_id = ${id} AND ${linkAllowed(tx, principal)} ORDER BY o.object, "objectId"`;
}

/** Do these bytes belong to a file that the principal may see? `null`: to no file at all. For downloads, which are the gateway's. */
export async function fileOfBlob(tx: Query, principal: Principal, blobId: Id): Promise<boolean | null> {
  const [row] = await tx<{ visible: boolean | null }[]>`
    SELECT bool_or(f.archived_at IS NULL AND EXISTS (SELECT 1 FROM file_link fl WHERE fl.file_id = f.id AND ${linkAllowed(tx, principal)})) AS visible
    FROM file_version v JOIN file f ON f.id = v.file_id WHERE v.blob_id = ${blobId}`;
  return row?.visible ?? null;
}
