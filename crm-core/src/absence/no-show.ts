import type { Id } from "@kommutator/contract/ids";
import { isOpen, localDate, startOfDay, workingTime } from "@kommutator/contract/working-time";
import { loadCalendars } from "../calendar.ts";
import type { Crm } from "../context.ts";
import { notify } from "../notification/notify.ts";

/** So long after the shift began somebody who has not been seen is missed (B8). */
const MISSED_AFTER_S = 30 * 60;
/** Whoever has not worked here for a month is not missed in the morning. */
const WORKS_HERE_MS = 30 * 86_400_000;

/**
 * Tells the head, once a day, of an agent who has not been seen half an hour after the shift began and has no absence. It is a
 * suggestion: nothing is handed over before somebody enters the absence.
 */
export async function suggestAbsences(crm: Crm): Promise<void> {
  const now = crm.clock.now();
  await crm.sql.begin(async (tx) => {
    const away = await tx<{ id: Id; name: string; head_id: Id; calendar_id: Id; seen_at: Date | null }[]>`
      SELECT e.id, e.full_name AS name, d.head_id, e.calendar_id, (SELECT max(coalesce(l.to_at, l.from_at)) FROM presence_log l WHERE l.employee_id = e.id AND l.state <> 'offline') AS seen_at
      FROM employee e JOIN department d ON d.id = e.department_id AND d.head_id <> e.id
      WHERE e.state = 'active' AND EXISTS (SELECT 1 FROM queue_member m WHERE m.employee_id = e.id)
        AND NOT EXISTS (SELECT 1 FROM presence p WHERE p.employee_id = e.id AND p.online) AND NOT EXISTS (SELECT 1 FROM agent_connection c WHERE c.employee_id = e.id)
        AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.employee_id = e.id AND a.during @> ${new Date(now)}::timestamptz AND a.state <> 'cancelled')
        AND EXISTS (SELECT 1 FROM presence_log l WHERE l.employee_id = e.id AND l.from_at >= ${new Date(now - WORKS_HERE_MS)})`;
    const calendars = await loadCalendars(
      tx,
      away.map((r) => r.calendar_id),
    );
    for (const r of away) {
      const calendar = calendars.get(r.calendar_id);
      if (calendar === undefined || !isOpen(now, calendar)) continue;
      const today = startOfDay(localDate(now, calendar.tz), calendar.tz);
      const seen = r.seen_at !== null && r.seen_at.getTime() >= today;
      if (!seen && workingTime(today, now, calendar) >= MISSED_AFTER_S)
        await notify(tx, crm, {
          employeeId: r.head_id,
          event: "no_show",
          object: "employee",
          objectId: r.id,
          key: `${r.id} ${localDate(now, calendar.tz)}`,
          payload: { title: r.name },
          byId: r.id,
        });
    }
  });
}
