import type { WriteAudit } from "@kommutator/contract/ports";

/** One append-only row in the caller's transaction; a trigger refuses every later change of it. */
export const writeAudit: WriteAudit = async (tx, actor, entry) => {
  await tx`
    INSERT INTO audit_log (actor_kind, actor_id, actor_label, request_id, object_kind, object_id, action, changes)
    VALUES (${actor.kind}, ${actor.id}, ${actor.label}, ${actor.requestId ?? null}, ${entry.objectKind}, ${entry.objectId}, ${entry.action},
            ${tx.json(entry.changes as Parameters<typeof tx.json>[0])})`;
};

/** `{field: [old, new]}` for the fields that differ; the form of every "edit" in the audit. */
export function differences(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, [unknown, unknown]> {
  const changed: Record<string, [unknown, unknown]> = {};
  for (const key of Object.keys(after)) {
    if (JSON.stringify(before[key] ?? null) !== JSON.stringify(after[key] ?? null)) changed[key] = [before[key] ?? null, after[key] ?? null];
  }
  return changed;
}
