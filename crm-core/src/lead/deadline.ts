import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { addWorkingTime, type CalendarRules } from "@kommutator/contract/working-time";
import { loadCalendars } from "../calendar.ts";
import type { Query } from "../context.ts";
import { dueAt } from "../load/rules.ts";
import { OPEN_LEAD } from "./sql.ts";

/** SQL over a lead `l` with its responsible `e`: the calendar by which its time runs, the responsible's or that of the queue it came through. */
export function calendarOf(tx: Query) {
  return tx`coalesce(e.calendar_id, (SELECT q.calendar_id FROM dialog_party p JOIN dialog d ON d.id = p.dialog_id JOIN channel c ON c.id = d.channel_id JOIN queue q ON q.id = c.queue_id
    WHERE p.lead_id = l.id ORDER BY d.opened_at LIMIT 1))`;
}

/**
 * Gives leads that have none their deadlines (RG-17): first contact and decision, in working time from their creation, by their source's times or
 * the house's. A deadline that somebody set stays. `ids: null`: up to 500 open ones that lack one, for leads made by an import or by ingest.
 */
export async function setDeadlines(tx: Tx, ids: readonly Id[] | null): Promise<void> {
  const rows = await tx<{ id: Id; created_at: Date; first_s: number; processing_s: number; calendar_id: Id | null }[]>`
    SELECT l.id, l.created_at, coalesce(s.first_contact_s, r.first_contact_s) AS first_s, coalesce(s.processing_s, r.processing_s) AS processing_s, ${calendarOf(tx)} AS calendar_id
    FROM lead l CROSS JOIN reception_setting r LEFT JOIN lead_source s ON s.id = l.source_id LEFT JOIN employee e ON e.id = l.responsible_id
    WHERE l.first_contact_due_at IS NULL AND l.status = ANY(${OPEN_LEAD}::text[]) ${ids === null ? tx`` : tx`AND l.id = ANY(${[...ids]}::uuid[])`} LIMIT 500`;
  if (rows.length === 0) return;
  const calendars = await loadCalendars(
    tx,
    rows.flatMap((r) => (r.calendar_id === null ? [] : [r.calendar_id])),
  );
  const due = rows.map((r) => {
    const calendar = calendars.get(r.calendar_id ?? "");
    const from = r.created_at.getTime();
    return { id: r.id, first: dueAt(from, r.first_s, calendar).toISOString(), processing: dueAt(from, r.processing_s, calendar).toISOString() };
  });
  await tx`
    UPDATE lead l SET first_contact_due_at = x.first, due_at = coalesce(l.due_at, x.processing)
    FROM jsonb_to_recordset(${tx.json(due)}) AS x(id uuid, first timestamptz, processing timestamptz) WHERE l.id = x.id AND l.first_contact_due_at IS NULL`;
}

/** Bits of `lead.reminded`: who was told of which deadline. */
export const TOLD = { first: { responsible: 1, supervisor: 2 }, processing: { responsible: 4, supervisor: 8 } } as const;

export interface Deadlines {
  /** null once the first contact took place: then nobody is reminded of it. */
  firstDueAt: number | null;
  processingDueAt: number | null;
  reminded: number;
}

/** Whom to remind now of what: the responsible when a deadline has passed, the supervisor so many working seconds later. Pure. */
export function reminders(d: Deadlines, now: number, supervisorAfterS: number, calendar: CalendarRules | undefined) {
  const due: { what: "first" | "processing"; whom: "responsible" | "supervisor"; dueAt: number; bit: number }[] = [];
  for (const [what, at] of [["first", d.firstDueAt] as const, ["processing", d.processingDueAt] as const]) {
    if (at === null || at >= now) continue;
    const later = calendar === undefined ? at + supervisorAfterS * 1000 : addWorkingTime(at, supervisorAfterS, calendar);
    for (const whom of ["responsible", "supervisor"] as const) {
      const bit = TOLD[what][whom];
      if ((d.reminded & bit) === 0 && (whom === "responsible" || later <= now)) due.push({ what, whom, dueAt: at, bit });
    }
  }
  return due;
}
