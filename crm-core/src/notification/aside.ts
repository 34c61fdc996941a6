import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";
import { notify, settle } from "./notify.ts";

/** So many of them are told of one by one; who has more reads the list. */
const MOST = 50;

/**
 * Tells whoever keeps the channels of each input that the router set aside, once; what has left the list since (tried again, or done with) is
 * no news any more.
 */
export async function tellOfAside(crm: Crm): Promise<void> {
  const rows = await crm.sql<{ id: Id; kind: string; at: Date; error: string; dialogId: Id | null }[]>`
    SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(q.id), 12, '0'))::uuid AS id, q.input->>'kind' AS kind, q.at, split_part(q.error, chr(10), 1) AS error, d.id AS "dialogId"
    FROM routing_quarantine q LEFT JOIN dialog d ON d.id::text = q.input->>'dialogId' ORDER BY q.id DESC LIMIT ${MOST}`;
  await crm.sql.begin(async (tx) => {
    const over = await tx<{ id: Id }[]>`
      SELECT DISTINCT object_id AS id FROM notification WHERE kind = 'routing.aside' AND read_at IS NULL AND object_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM routing_quarantine q WHERE ('00000000-0000-4000-8000-' || lpad(to_hex(q.id), 12, '0'))::uuid = notification.object_id)`;
    for (const { id } of over) await settle(tx, crm, id, ["routing.aside"]);
    if (rows.length === 0) return;
    const keepers = await tx<{ id: Id }[]>`
      SELECT DISTINCT e.id FROM employee e JOIN employee_role r ON r.employee_id = e.id JOIN role_permission p ON p.role_id = r.role_id AND p.object = 'channel' AND p.action = 'edit'
      WHERE e.state = 'active' ORDER BY e.id`;
    for (const row of rows)
      for (const { id: employeeId } of keepers)
        await notify(tx, crm, {
          employeeId,
          event: "routing.aside",
          object: "routing_input",
          objectId: row.id,
          key: row.id,
          payload: { at: row.at.toISOString(), reason: row.error },
        });
  });
}
