import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";

/**
 * An Interest changed: one event without a dialog, for everybody who may see the Interest (lists, boards), and one for each open dialog
 * about it, for whoever has it in hand without that right.
 */
export async function emitInterest(crm: Crm, tx: Tx, interestId: Id, status: string, dialogId: Id | null = null): Promise<void> {
  const rows = await tx<{ id: Id }[]>`
    SELECT p.dialog_id AS id FROM dialog_party p JOIN dialog d ON d.id = p.dialog_id WHERE p.interest_id = ${interestId} AND d.closed_at IS NULL ORDER BY 1 LIMIT 100`;
  const ids = [...new Set([null, dialogId, ...rows.map((r) => r.id)])].filter((id, n) => id !== null || n === 0);
  await crm.emit(
    tx,
    ids.map((id) => ({ kind: "interest.changed" as const, dialogId: id, payload: { interestId, status } })),
  );
}
