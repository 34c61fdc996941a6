import type { Db } from "@kommutator/contract/db";

/** How long after its end a call is left alone. */
const SETTLES_AFTER_S = 60;
/** The most that one look settles; what is left is looked up call by call, and settled by the next look. */
const AT_ONCE = 5_000;

/**
 * Writes down whose the calls were that are over for good: the dialog is closed, nothing of it is open with the router, and the router has
 * heard everything about it. From then on the register knows their owner without looking (register.ts). Whoever reads the register settles
 * what has come since; calls that somebody else settles at this moment are passed over.
 */
export async function settleOwners(sql: Db): Promise<void> {
  await sql`
    UPDATE call c SET owner_settled = true, owner_id = s.owner
    FROM (SELECT k.id, (SELECT a.employee_id FROM assignment a WHERE a.dialog_id = k.dialog_id ORDER BY a.started_at DESC LIMIT 1) AS owner
          FROM call k JOIN dialog d ON d.id = k.dialog_id
          WHERE NOT k.owner_settled AND k.ended_at < now() - make_interval(secs => ${SETTLES_AFTER_S}) AND d.closed_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.dialog_id = k.dialog_id AND e.ended_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.dialog_id = k.dialog_id AND a.ended_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM routing_input i WHERE i.input->>'dialogId' = k.dialog_id::text)
          ORDER BY k.ended_at LIMIT ${AT_ONCE} FOR UPDATE OF k SKIP LOCKED) s
    WHERE c.id = s.id`;
}
