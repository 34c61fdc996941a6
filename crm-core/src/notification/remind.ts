import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";
import { leadMinutes, notify } from "./notify.ts";

/** At most so many of a kind in one turn; the rest in the next. */
const BATCH = 500;
/** What was due longer ago is old work, not news: after a long stand-still nobody is flooded with last year's plan. */
const OVERDUE_MS = 7 * 86_400_000;

interface Due {
  id: Id;
  employeeId: Id;
  title: string;
  customer: string | null;
  at: Date;
}

/**
 * Tells, ahead by each executor's own lead, of planned Interactions that come near; of those whose time is over and that are not done; of
 * tasks past their due time, their authors too; and wakes what was snoozed (IA-07, BP-07). Found by the plan as it is now: what was moved
 * is told anew at its new time, what was completed not at all. Run twice or late it tells nothing twice.
 */
export async function remind(crm: Crm): Promise<void> {
  await crm.sql.begin(async (tx) => {
    const now = new Date(crm.clock.now());
    await wake(crm, tx, now);
    const soon = tx`lower(i.planned) > ${now} AND lower(i.planned) <= ${now}::timestamptz + interval '7 days' AND lower(i.planned) <= ${now}::timestamptz + ${leadMinutes(tx, "interaction.soon", "i.executor_id")} * interval '1 minute'`;
    await tell(crm, tx, "interaction.soon", await planned(tx, soon, "interaction.soon", "lower(i.planned)"));
    const over = tx`lower(i.planned) > ${new Date(now.getTime() - OVERDUE_MS)} AND upper(i.planned) <= ${now}`;
    await tell(crm, tx, "interaction.overdue", await planned(tx, over, "interaction.overdue", "upper(i.planned)"));
    for (const column of ["executor_id", "author_id"] as const) {
      const late = await tx<Due[]>`
        SELECT t.id, t.${tx(column)} AS "employeeId", t.title, c.name AS customer, t.due_at AS at FROM task t LEFT JOIN customer c ON c.id = t.customer_id
        WHERE t.state IN ('new','accepted','in_work') AND t.due_at <= ${now} AND t.due_at > ${new Date(now.getTime() - OVERDUE_MS)} AND ${wants(tx, `t.${column}`, "task.overdue")}
          AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.employee_id = t.${tx(column)} AND n.kind = 'task.overdue' AND n.key = t.id || ' ' || extract(epoch FROM t.due_at)::bigint)
        ORDER BY t.due_at LIMIT ${BATCH}`;
      await tell(crm, tx, "task.overdue", late);
    }
  });
}

/** Planned ones of a condition that their executor was not told of yet for this time. */
function planned(tx: Tx, condition: ReturnType<typeof wants>, event: string, at: string): PromiseLike<Due[]> {
  return tx<Due[]>`
    SELECT i.id, i.executor_id AS "employeeId", i.subject AS title, c.name AS customer, ${tx.unsafe(at)} AS at
    FROM interaction i LEFT JOIN customer c ON c.id = i.customer_id
    WHERE i.state = 'planned' AND ${wants(tx, "i.executor_id", event)} AND ${condition}
      AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.employee_id = i.executor_id AND n.kind = ${event} AND n.key = i.id || ' ' || extract(epoch FROM ${tx.unsafe(at)})::bigint)
    ORDER BY lower(i.planned) LIMIT ${BATCH}`;
}

/** Works here and has not refused the event on every channel. */
const wants = (tx: Tx, employee: string, event: string) =>
  tx`EXISTS (SELECT 1 FROM employee we WHERE we.id = ${tx.unsafe(employee)} AND we.state = 'active' AND NOT EXISTS (SELECT 1 FROM notification_pref wp WHERE wp.employee_id = we.id AND wp.event = ${event} AND wp.channels = '{}'))`;

async function tell(crm: Crm, tx: Tx, event: "interaction.soon" | "interaction.overdue" | "task.overdue", due: readonly Due[]): Promise<void> {
  const object = event === "task.overdue" ? "task" : "interaction";
  for (const { id, employeeId, title, customer, at } of due)
    await notify(tx, crm, {
      employeeId,
      event,
      object,
      objectId: id,
      key: `${id} ${Math.floor(at.getTime() / 1000)}`,
      payload: { title, customer, at: at.toISOString() },
    });
}

/** Snoozed ones whose time has come are unread again. What was settled meanwhile has no such time any more. */
async function wake(crm: Crm, tx: Tx, now: Date): Promise<void> {
  const woken = await tx<{ id: Id; employeeId: Id }[]>`
    UPDATE notification SET read_at = NULL, snoozed_until = NULL, created_at = ${now} WHERE snoozed_until <= ${now} RETURNING id, employee_id AS "employeeId"`;
  if (woken.length === 0) return;
  await crm.emit(
    tx,
    woken.map((w) => ({ kind: "notification.created" as const, dialogId: null, payload: { notificationId: w.id, employeeId: w.employeeId } })),
  );
}
