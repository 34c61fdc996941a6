import type { Id } from "@kommutator/contract/ids";
import type { AuditEntry, Tx, WriteAudit } from "@kommutator/contract/ports";

/** Append-only rows in the caller's transaction, in one statement; a trigger refuses every later change of them. */
export const writeAudit: WriteAudit = async (tx, actor, entries) => {
  const rows: readonly AuditEntry[] = "objectKind" in entries ? [entries] : entries;
  if (rows.length === 0) return;
  await tx`
    INSERT INTO audit_log (actor_kind, actor_id, actor_label, on_behalf_of, request_id, object_kind, object_id, action, changes)
    SELECT ${actor.kind}, ${actor.id}::uuid, ${actor.label}, ${actor.kind === "employee" ? absentOwner(tx, actor.id) : null}, ${actor.requestId ?? null},
      value->>'objectKind', (value->>'objectId')::uuid, value->>'action', value->'changes'
    FROM jsonb_array_elements(${tx.json(rows as never)}) WITH ORDINALITY AS e(value, n) ORDER BY n`.execute();
};

/**
 * One row for each id that the statement `changed` returns, written by that statement: `WITH changed AS (… RETURNING id)` comes before it. For what
 * the house itself (`label`, as in systemActor) does once for every caller: it costs no round trip of its own.
 */
export function auditOfChanged(tx: Tx, label: string, entry: Pick<AuditEntry, "objectKind" | "action" | "changes">) {
  return tx`
    INSERT INTO audit_log (actor_kind, actor_label, object_kind, object_id, action, changes)
    SELECT 'system', ${label}, ${entry.objectKind}, changed.id, ${entry.action}, ${tx.json(entry.changes as never)}::jsonb FROM changed`;
}

/**
 * For whom somebody stands in with the object of the row `value` (spec C7 "on behalf of"): its delegation says it, or its owner is absent and
 * the actor is their stand-in (B8).
 */
function absentOwner(tx: Tx, actorId: Id | null) {
  return tx`(
    SELECT coalesce(
      (SELECT d.original_id FROM delegation d WHERE d.object_kind = value->>'objectKind' AND d.object_id = (value->>'objectId')::uuid AND d.substitute_id = ${actorId}::uuid AND d.outcome IS NULL),
      (SELECT a.employee_id FROM absence a WHERE a.stand_in_id = ${actorId}::uuid AND a.state = 'active' AND a.employee_id = CASE value->>'objectKind'
        WHEN 'customer' THEN (SELECT responsible_id FROM customer WHERE id = (value->>'objectId')::uuid)
        WHEN 'lead' THEN (SELECT responsible_id FROM lead WHERE id = (value->>'objectId')::uuid)
        WHEN 'interest' THEN (SELECT responsible_id FROM interest WHERE id = (value->>'objectId')::uuid)
        WHEN 'interaction' THEN (SELECT executor_id FROM interaction WHERE id = (value->>'objectId')::uuid) END LIMIT 1)))`;
}

/** `{field: [old, new]}` for the fields that differ; the form of every "edit" in the audit. */
export function differences(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, [unknown, unknown]> {
  const changed: Record<string, [unknown, unknown]> = {};
  for (const key of Object.keys(after)) {
    if (JSON.stringify(before[key] ?? null) !== JSON.stringify(after[key] ?? null)) changed[key] = [before[key] ?? null, after[key] ?? null];
  }
  return changed;
}
