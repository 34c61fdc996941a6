import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { CalendarRules } from "@kommutator/contract/working-time";
import { loadCalendars } from "../calendar.ts";
import type { Query } from "../context.ts";
import type { Span, Visit } from "./timer.ts";

/** When the house works, for an Interest whose responsible is unknown: the calendar of most people. */
const HOUSE_CALENDAR = "(SELECT calendar_id FROM employee WHERE state = 'active' GROUP BY calendar_id ORDER BY count(*) DESC, calendar_id LIMIT 1)";
const ALWAYS: CalendarRules = {
  tz: "UTC",
  week: Object.fromEntries(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((d) => [d, [["00:00", "24:00"]]])),
  exceptions: [],
};

/** Calendar of each Interest's responsible, else that of most people. */
export async function calendarsOf(tx: Query, interestIds: readonly Id[]): Promise<Map<Id, CalendarRules>> {
  const rows = await tx<{ id: Id; calendar_id: Id | null }[]>`
    SELECT i.id, coalesce(e.calendar_id, ${tx.unsafe(HOUSE_CALENDAR)}) AS calendar_id FROM interest i LEFT JOIN employee e ON e.id = i.responsible_id WHERE i.id = ANY(${[...interestIds]}::uuid[])`;
  const calendars = await loadCalendars(
    tx,
    rows.flatMap((r) => r.calendar_id ?? []),
  );
  return new Map(rows.map((r) => [r.id, calendars.get(r.calendar_id ?? "") ?? ALWAYS]));
}

/** Holds of each Interest in their order, past ones too. */
export async function holdsOf(tx: Query, interestIds: readonly Id[]): Promise<Map<Id, Span[]>> {
  const rows = await tx<{ id: Id; from: EpochMs; to: EpochMs }[]>`
    SELECT interest_id AS id, (extract(epoch FROM lower(during)) * 1000)::float8 AS "from", (extract(epoch FROM upper(during)) * 1000)::float8 AS "to"
    FROM interest_hold WHERE interest_id = ANY(${[...interestIds]}::uuid[]) AND NOT isempty(during) ORDER BY lower(during)`;
  const holds = new Map<Id, Span[]>();
  for (const { id, from, to } of rows) holds.set(id, [...(holds.get(id) ?? []), { from, to }]);
  return holds;
}

/** The current visit of each Interest that has one. */
export async function currentVisits(tx: Query, interestIds: readonly Id[]): Promise<Map<Id, Visit & { stageId: Id }>> {
  if (interestIds.length === 0) return new Map();
  const rows = await tx<{ id: Id; stage_id: Id; entered_at: EpochMs; planned_seconds: number | null }[]>`
    SELECT interest_id AS id, stage_id, (extract(epoch FROM lower(during)) * 1000)::float8 AS entered_at, planned_seconds::float8 AS planned_seconds
    FROM interest_stage_history WHERE interest_id = ANY(${[...interestIds]}::uuid[]) AND upper_inf(during) AND reversed_at IS NULL`;
  const holds = await holdsOf(tx, interestIds);
  return new Map(rows.map((r) => [r.id, { stageId: r.stage_id, enteredAt: r.entered_at, plannedSeconds: r.planned_seconds, holds: holds.get(r.id) ?? [] }]));
}
