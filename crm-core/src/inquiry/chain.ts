import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";

/**
 * Heads above somebody, nearest first: of the own department, then of the ones above it; the person is never their own head. Without a person:
 * those of the queue's department. Only active employees.
 */
export async function headsAbove(tx: Query, employeeId: Id | null, queueId: Id | null): Promise<Id[]> {
  const rows = await tx<{ head_id: Id }[]>`
    WITH RECURSIVE up AS (
      SELECT d.id, d.parent_id, d.head_id, 0 AS depth FROM department d
      WHERE d.id = coalesce((SELECT department_id FROM employee WHERE id = ${employeeId}::uuid), (SELECT department_id FROM queue WHERE id = ${queueId}::uuid))
      UNION ALL SELECT d.id, d.parent_id, d.head_id, u.depth + 1 FROM up u JOIN department d ON d.id = u.parent_id
    )
    SELECT head_id FROM (SELECT head_id, min(depth) AS depth FROM up WHERE head_id IS NOT NULL AND head_id IS DISTINCT FROM ${employeeId}::uuid GROUP BY head_id) h
    JOIN employee e ON e.id = h.head_id AND e.state = 'active' ORDER BY depth`;
  return rows.map((r) => r.head_id);
}
