import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type Crm, systemActor } from "../context.ts";

const ACTOR = systemActor("origin");

/**
 * Where the leads of these dialogs came from (RG-16): the dialog's line, form or account is their last source; it is the first one too when
 * this dialog made the lead and nobody has named a source. A source that is there is never overwritten.
 */
export async function noteSources(crm: Crm, tx: Tx, dialogs: readonly { id: Id; source_id: Id | null; opened_at: Date }[]): Promise<void> {
  const known = dialogs.filter((d) => d.source_id !== null);
  if (known.length === 0) return;
  const rows = known.map((d) => ({ dialog_id: d.id, source_id: d.source_id, at: d.opened_at.toISOString() }));
  const first = await tx<{ id: Id; before: Id | null; source_id: Id }[]>`
    WITH told AS (SELECT * FROM jsonb_to_recordset(${tx.json(rows)}) AS r(dialog_id uuid, source_id uuid, at timestamptz))
    UPDATE lead l SET source_id = told.source_id, version = l.version + 1 FROM told JOIN dialog_party p ON p.dialog_id = told.dialog_id JOIN lead b ON b.id = p.lead_id
    JOIN dialog d ON d.id = told.dialog_id JOIN channel c ON c.id = d.channel_id
    WHERE l.id = b.id AND p.customer_id IS NULL AND l.created_by IS NULL AND l.origin_at IS NULL AND l.last_source_at IS NULL AND b.source_id IS NOT DISTINCT FROM c.source_id
      AND l.source_id IS DISTINCT FROM told.source_id AND NOT EXISTS (SELECT 1 FROM dialog_party other WHERE other.lead_id = l.id AND other.dialog_id <> told.dialog_id)
    RETURNING l.id, b.source_id AS before, l.source_id`;
  for (const f of first) await crm.audit(tx, ACTOR, { objectKind: "lead", objectId: f.id, action: "origin", changes: { source_id: [f.before, f.source_id] } });
  await tx`
    UPDATE lead l SET source_id = coalesce(l.source_id, told.source_id), last_source_id = told.source_id, last_source_at = told.at
    FROM jsonb_to_recordset(${tx.json(rows)}) AS told(dialog_id uuid, source_id uuid, at timestamptz) JOIN dialog_party p ON p.dialog_id = told.dialog_id
    WHERE l.id = p.lead_id AND (l.last_source_at IS NULL OR l.last_source_at <= told.at)`;
}
