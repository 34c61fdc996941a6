import type { CalendarBody, CalendarPatch, CalendarView, Measure, MeasureBody } from "@kommutator/contract/api/admin";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { isOpen, nextBoundary, workingTime } from "@kommutator/contract/working-time";
import type { z } from "zod";
import { differences, writeAudit } from "../audit/write.ts";
import { loadCalendars } from "../calendar.ts";
import type { CrmDeps } from "../deps.ts";
import { namingConflicts } from "./conflicts.ts";

type Body = z.infer<typeof CalendarBody>;

/**
 * Every fault of the working time at once: an unknown zone, times out of a day, intervals that overlap. The last one of a day may end on the
 * next ("22:00" to "06:00": a night shift); no interval is empty.
 */
export function calendarFaults(body: Pick<Body, "tz" | "week" | "exceptions">): Record<string, string> {
  const faults: Record<string, string> = {};
  try {
    new Intl.DateTimeFormat("en", { timeZone: body.tz });
  } catch {
    faults["tz"] = "unknown";
  }
  const check = (where: string, intervals: [string, string][]) => {
    let end = -1;
    for (const [i, [from, to]] of intervals.entries()) {
      const [a, b] = [from, to].map((t) => Number(t.slice(0, 2)) * 60 + Number(t.slice(3))) as [number, number];
      const overnight = b < a && i === intervals.length - 1;
      if (Number(from.slice(3)) > 59 || Number(to.slice(3)) > 59 || a > 1439 || b > 1440 || a === b || (b < a && !overnight)) faults[where] = "interval";
      else if (a < end) faults[where] = "overlap";
      end = b;
    }
  };
  for (const [day, intervals] of Object.entries(body.week)) check(`week.${day}`, intervals ?? []);
  body.exceptions.forEach((e, i) => {
    check(`exceptions.${i}`, e.intervals);
  });
  return faults;
}

export async function readCalendars(sql: Db | Tx, id: Id | null = null): Promise<CalendarView[]> {
  return sql<CalendarView[]>`
    SELECT c.id, c.name, c.tz, c.week, c.version,
           coalesce((SELECT jsonb_agg(jsonb_build_object('day', to_char(x.day, 'YYYY-MM-DD'), 'intervals', x.intervals) ORDER BY x.day)
                     FROM calendar_exception x WHERE x.calendar_id = c.id), '[]') AS exceptions
    FROM working_calendar c WHERE c.archived_at IS NULL ${id === null ? sql`` : sql`AND c.id = ${id}`} ORDER BY c.name`;
}

async function writeExceptions(tx: Tx, id: Id, exceptions: Body["exceptions"]): Promise<void> {
  await tx`DELETE FROM calendar_exception WHERE calendar_id = ${id}`;
  for (const e of exceptions) {
    await tx`INSERT INTO calendar_exception (calendar_id, day, intervals) VALUES (${id}, ${e.day}, ${tx.json(e.intervals)})
             ON CONFLICT (calendar_id, day) DO UPDATE SET intervals = excluded.intervals`;
  }
}

/** A new working calendar with its exceptions. */
export async function createCalendar(deps: CrmDeps, actor: Actor, body: Body): Promise<CalendarView> {
  const faults = calendarFaults(body);
  if (Object.keys(faults).length > 0) throw new AppError("validation", { fields: faults });
  return namingConflicts(() =>
    deps.sql.begin(async (tx) => {
      const [row] = await tx<{ id: Id }[]>`INSERT INTO working_calendar (name, tz, week) VALUES (${body.name}, ${body.tz}, ${tx.json(body.week)}) RETURNING id`;
      const { id } = row as { id: Id };
      await writeExceptions(tx, id, body.exceptions);
      await writeAudit(tx, actor, { objectKind: "calendar", objectId: id, action: "create", changes: body });
      await deps.enqueue(tx, [{ kind: "facts.changed", what: "calendar", id, at: deps.clock.now() }]);
      return (await readCalendars(tx, id))[0] as CalendarView;
    }),
  );
}

/** Changes the week or the exceptions; routing hears of it in the same transaction. */
export async function changeCalendar(deps: CrmDeps, actor: Actor, id: Id, patch: z.infer<typeof CalendarPatch>): Promise<CalendarView> {
  return namingConflicts(() =>
    deps.sql.begin(async (tx) => {
      await tx`SELECT id FROM working_calendar WHERE id = ${id} FOR UPDATE`;
      const [before] = await readCalendars(tx, id);
      if (before === undefined) throw new AppError("not_found");
      if (before.version !== patch.version) throw new AppError("version_conflict", { current: before });
      const next = {
        name: patch.name ?? before.name,
        tz: patch.tz ?? before.tz,
        week: patch.week ?? before.week,
        exceptions: patch.exceptions ?? before.exceptions,
      };
      const faults = calendarFaults(next);
      if (Object.keys(faults).length > 0) throw new AppError("validation", { fields: faults });
      await tx`UPDATE working_calendar SET name = ${next.name}, tz = ${next.tz}, week = ${tx.json(next.week)}, version = version + 1 WHERE id = ${id}`;
      await writeExceptions(tx, id, next.exceptions);
      await writeAudit(tx, actor, { objectKind: "calendar", objectId: id, action: "edit", changes: differences(before, next) });
      await deps.enqueue(tx, [{ kind: "facts.changed", what: "calendar", id, at: deps.clock.now() }]);
      return (await readCalendars(tx, id))[0] as CalendarView;
    }),
  );
}

/** Puts away a calendar by which nobody works. Throws in_use with the counts. */
export async function archiveCalendar(deps: CrmDeps, actor: Actor, id: Id): Promise<void> {
  await deps.sql.begin(async (tx) => {
    const [row] = await tx`SELECT 1 FROM working_calendar WHERE id = ${id} AND archived_at IS NULL FOR UPDATE`;
    if (row === undefined) throw new AppError("not_found");
    const [uses] = await tx<{ people: number; queues: number }[]>`
      SELECT (SELECT count(*) FROM employee WHERE calendar_id = ${id} AND state <> 'dismissed')::int AS people,
             (SELECT count(*) FROM queue WHERE calendar_id = ${id} AND archived_at IS NULL)::int AS queues`;
    if ((uses?.people ?? 0) + (uses?.queues ?? 0) > 0) throw new AppError("in_use", { counts: { ...uses } });
    await tx`UPDATE working_calendar SET archived_at = now(), version = version + 1 WHERE id = ${id}`;
    await writeAudit(tx, actor, { objectKind: "calendar", objectId: id, action: "archive", changes: {} });
  });
}

/** working_time(a, b) of AD-08 by a stored calendar: what timers, deadlines and service levels count by. */
export async function measure(sql: Db, id: Id, body: z.infer<typeof MeasureBody>): Promise<z.infer<typeof Measure>> {
  const rules = (await loadCalendars(sql, [id])).get(id);
  if (rules === undefined) throw new AppError("not_found");
  const [from, to] = [Date.parse(body.from), Date.parse(body.to)];
  // Ten years at a time is plenty, and quick.
  if (to < from || to - from > 3_660 * 86_400_000) throw new AppError("validation", { fields: { to: "range" } });
  const next = nextBoundary(from, rules);
  return { workingSeconds: workingTime(from, to, rules), openAtFrom: isOpen(from, rules), nextChange: next === null ? null : new Date(next).toISOString() };
}
