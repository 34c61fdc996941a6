import type { Why } from "@kommutator/contract/api/dialogs";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** The decisions about a dialog, oldest first, with names; a decision that made an offer says how the offer ended. */
export async function readWhy(sql: Db, dialogId: Id): Promise<Why> {
  const rows = await sql<
    {
      at: Date;
      rung: string;
      chosen_id: Id | null;
      reason: { code: string; load?: number };
      best: { employeeId: Id; load: number }[];
      refusals: Record<string, number>;
      outcome: string | null;
    }[]
  >`
    SELECT d.at, d.rung, d.chosen_id, d.reason, d.best, d.refusals, o.state AS outcome
    FROM decision d LEFT JOIN LATERAL (
      SELECT o.state FROM offer o WHERE o.entry_id = d.entry_id AND o.employee_id = d.chosen_id AND o.created_at = d.at LIMIT 1) o ON true
    WHERE d.dialog_id = ${dialogId} ORDER BY d.at, d.state_version, d.id`;
  const ids = [...new Set(rows.flatMap((r) => [...(r.chosen_id === null ? [] : [r.chosen_id]), ...r.best.map((b) => b.employeeId)]))];
  const people = await sql<{ id: Id; name: string }[]>`SELECT id, full_name AS name FROM employee WHERE id = ANY(${ids}::uuid[])`;
  const ref = (id: Id) => ({ id, name: people.find((p) => p.id === id)?.name ?? "" });
  return {
    decisions: rows.map((r) => ({
      at: r.at.toISOString(),
      rung: r.rung,
      chosen: r.chosen_id === null ? null : ref(r.chosen_id),
      reason: r.reason,
      best: r.best.map((b) => ({ employee: ref(b.employeeId), load: b.load })),
      refusals: r.refusals,
      outcome: r.outcome,
    })),
  };
}
