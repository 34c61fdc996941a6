import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { type CalendarRules, localDate, workingTimeOfDay } from "@kommutator/contract/working-time";
import { loadCalendars } from "../calendar.ts";
import type { Crm } from "../context.ts";
import { nextDay } from "../load/rules.ts";
import { notify } from "../notification/notify.ts";

const DAY_MS = 86_400_000;
/** After so many working days the head is told too, and decides (B8). */
const HEAD_AFTER_DAYS = 3;

interface Waiting {
  id: Id;
  employee_id: Id;
  name: string;
  stand_in_id: Id | null;
  head_id: Id | null;
  calendar_id: Id;
  ended_at: Date;
}

/** Reminds, once a day, whoever is back and has not said yet what they take back; after three working days their head as well. */
export async function remindReturned(crm: Crm): Promise<void> {
  const now = crm.clock.now();
  await crm.sql.begin(async (tx) => {
    const rows = await tx<Waiting[]>`
      SELECT a.id, a.employee_id, e.full_name AS name, a.stand_in_id, d.head_id, e.calendar_id, upper(a.during) AS ended_at
      FROM absence a JOIN employee e ON e.id = a.employee_id JOIN department d ON d.id = e.department_id
      WHERE a.state = 'returning' AND (a.reminded_at IS NULL OR a.reminded_at <= ${new Date(now - DAY_MS)})
        AND EXISTS (SELECT 1 FROM delegation g WHERE g.absence_id = a.id AND g.outcome IS NULL) FOR UPDATE OF a`;
    const calendars = await loadCalendars(
      tx,
      rows.map((r) => r.calendar_id),
    );
    for (const r of rows) {
      const calendar = calendars.get(r.calendar_id);
      const late = workingDays(calendar, r.ended_at.getTime(), now) >= HEAD_AFTER_DAYS;
      const people = [r.employee_id, ...(late && r.head_id !== null && r.head_id !== r.employee_id ? [r.head_id] : [])];
      for (const to of people) await tell(crm, tx, r, to, localDate(now, calendar?.tz ?? "UTC"));
      await tx`UPDATE absence SET reminded_at = ${new Date(now)} WHERE id = ${r.id}`;
    }
  });
}

/** Working days that have passed since: the day of `from` counts, today does not. Without a calendar every day is one. */
function workingDays(calendar: CalendarRules | undefined, from: number, to: number): number {
  const tz = calendar?.tz ?? "UTC";
  let days = 0;
  for (let day = localDate(from, tz), end = localDate(to, tz); day < end; day = nextDay(day))
    if (calendar === undefined || workingTimeOfDay(day, calendar) > 0) days++;
  return days;
}

/** What waits is the absent person's: their name is the title, and the notice opens the list of what was delegated. */
async function tell(crm: Crm, tx: Tx, absence: Waiting, to: Id, day: string): Promise<void> {
  await notify(tx, crm, {
    employeeId: to,
    event: "hand_back",
    object: "absence",
    objectId: absence.id,
    key: `${absence.id} ${day}`,
    payload: { title: absence.name },
    absenceId: absence.id,
    // The head who stood in is told too: it is the absent person's decision that is late, not the head's own doing.
    byId: absence.stand_in_id === to ? null : absence.stand_in_id,
  });
}
