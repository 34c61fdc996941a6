import type { Id } from "@kommutator/contract/ids";
import type { CalendarRules } from "@kommutator/contract/working-time";
import type { Query } from "./context.ts";

/** Working calendars by id, with their exceptions, in the form that working-time.ts computes with. */
export async function loadCalendars(tx: Query, ids: readonly Id[]): Promise<Map<Id, CalendarRules>> {
  if (ids.length === 0) return new Map();
  const rows = await tx<(CalendarRules & { id: Id })[]>`
    SELECT c.id, c.tz, c.week,
           coalesce((SELECT jsonb_agg(jsonb_build_object('day', e.day, 'intervals', e.intervals)) FROM calendar_exception e WHERE e.calendar_id = c.id), '[]') AS exceptions
    FROM working_calendar c WHERE c.id = ANY(${[...new Set(ids)]}::uuid[])`;
  return new Map(rows.map((r) => [r.id, { tz: r.tz, week: r.week, exceptions: r.exceptions }]));
}
