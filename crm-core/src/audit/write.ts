import type { AuditEntry, WriteAudit } from "@kommutator/contract/ports";

/** Append-only rows in the caller's transaction, in one statement; a trigger refuses every later change of them. */
export const writeAudit: WriteAudit = async (tx, actor, entries) => {
  const rows: readonly AuditEntry[] = "objectKind" in entries ? [entries] : entries;
  if (rows.length === 0) return;
  await tx`
    INSERT INTO audit_log (actor_kind, actor_id, actor_label, request_id, object_kind, object_id, action, changes)
    SELECT ${actor.kind}, ${actor.id}::uuid, ${actor.label}, ${actor.requestId ?? null}, value->>'objectKind', (value->>'objectId')::uuid, value->>'action', value->'changes'
    FROM jsonb_array_elements(${tx.json(rows as never)}) WITH ORDINALITY AS e(value, n) ORDER BY n`;
};

/** `{field: [old, new]}` for the fields that differ; the form of every "edit" in the audit. */
export function differences(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, [unknown, unknown]> {
  const changed: Record<string, [unknown, unknown]> = {};
  for (const key of Object.keys(after)) {
    if (JSON.stringify(before[key] ?? null) !== JSON.stringify(after[key] ?? null)) changed[key] = [before[key] ?? null, after[key] ?? null];
  }
  return changed;
}
