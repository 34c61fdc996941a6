import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { isOpen } from "@kommutator/contract/working-time";
import { loadCalendars } from "../calendar.ts";
import type { Crm, Query } from "../context.ts";
import { type Candidate, normOfDay, today } from "./rules.ts";

export interface Load {
  employeeId: Id;
  plannedPoints: number;
  normPoints: number | null;
}

/** P and N of the load formula for today: planned points (overdue ones count into today) and the norm of the day (spec B2). */
export async function loadsOf(tx: Query, employeeIds: readonly Id[] | "all", now: number): Promise<Load[]> {
  const people = await tx<{ id: Id; calendar_id: Id; fte: number; norm: number | null }[]>`
    WITH RECURSIVE up AS (
      SELECT id AS department, id, parent_id, day_norm_points, 0 AS depth FROM department
      UNION ALL
      SELECT u.department, d.id, d.parent_id, d.day_norm_points, u.depth + 1 FROM up u JOIN department d ON d.id = u.parent_id WHERE u.day_norm_points IS NULL
    )
    SELECT e.id, e.calendar_id, e.fte, (SELECT day_norm_points FROM up WHERE department = e.department_id AND day_norm_points IS NOT NULL ORDER BY depth LIMIT 1) AS norm
    FROM employee e WHERE e.state = 'active' ${employeeIds === "all" ? tx`` : tx`AND e.id = ANY(${[...employeeIds]}::uuid[])`}`;
  if (people.length === 0) return [];
  const calendars = await loadCalendars(
    tx,
    people.map((p) => p.calendar_id),
  );
  const days = people.map((p) => ({ p, calendar: calendars.get(p.calendar_id), day: today(now, calendars.get(p.calendar_id)?.tz ?? "UTC") }));
  const ends = days.map(({ p, day }) => ({ id: p.id, day_end: new Date(day.end).toISOString() }));
  const points = await tx<{ id: Id; points: number }[]>`
    SELECT x.id, coalesce(sum(coalesce(exact.points, whole.points, 1)), 0) AS points
    FROM jsonb_to_recordset(${tx.json(ends)}) AS x(id uuid, day_end timestamptz)
    JOIN interaction i ON i.executor_id = x.id AND i.state = 'planned' AND lower(i.planned) < x.day_end
    LEFT JOIN interest t ON t.id = i.interest_id
    LEFT JOIN load_point exact ON exact.type_id = i.type_id AND exact.stage_id = t.stage_id
    LEFT JOIN load_point whole ON whole.type_id = i.type_id AND whole.stage_id IS NULL
    GROUP BY x.id`;
  const absences = await tx<{ employee_id: Id; from_at: Date | null; to_at: Date | null }[]>`
    SELECT employee_id, lower(during) AS from_at, upper(during) AS to_at FROM absence
    WHERE employee_id = ANY(${people.map((p) => p.id)}::uuid[]) AND state IN ('scheduled', 'active')
      AND during && tstzrange(${new Date(now - 2 * 86_400_000)}, ${new Date(now + 2 * 86_400_000)})`;
  return days.map(({ p, calendar, day }) => ({
    employeeId: p.id,
    plannedPoints: points.find((x) => x.id === p.id)?.points ?? 0,
    normPoints:
      calendar === undefined
        ? null
        : normOfDay(
            p.norm,
            p.fte,
            day.day,
            calendar,
            absences.filter((a) => a.employee_id === p.id).map((a) => ({ from: a.from_at?.getTime() ?? 0, to: a.to_at?.getTime() ?? Number.MAX_SAFE_INTEGER })),
          ),
  }));
}

/** Tells the router about the load of these employees, in the transaction that changed it. */
export async function publishLoads(crm: Crm, tx: Tx, employeeIds: readonly (Id | null)[]): Promise<void> {
  const ids = [...new Set(employeeIds.filter((id) => id !== null))];
  if (ids.length === 0) return;
  const now = crm.clock.now();
  const loads = await loadsOf(tx, ids, now);
  await crm.enqueue(
    tx,
    loads.map((l) => ({ kind: "agent.load" as const, ...l, at: now })),
  );
}

/** A new day, a changed norm or absence: tells the router about everybody whose load differs from what it knows. Returns how many. */
export async function publishChangedLoads(crm: Crm): Promise<number> {
  const now = crm.clock.now();
  return crm.sql.begin(async (tx) => {
    const loads = await loadsOf(tx, "all", now);
    const known = new Map(
      (await tx<Load[]>`SELECT employee_id AS "employeeId", planned_points AS "plannedPoints", norm_points AS "normPoints" FROM agent_load`).map((l) => [
        l.employeeId,
        l,
      ]),
    );
    const round = (n: number | null) => (n === null ? null : Math.round(n * 100));
    const changed = loads.filter((l) => {
      const k = known.get(l.employeeId);
      return round(k?.plannedPoints ?? 0) !== round(l.plannedPoints) || round(k?.normPoints ?? null) !== round(l.normPoints);
    });
    if (changed.length > 0)
      await crm.enqueue(
        tx,
        changed.map((l) => ({ kind: "agent.load" as const, ...l, at: now })),
      );
    return changed.length;
  });
}

/**
 * Who of a queue (`null`: of any) could take one more matter, with the terms of the load formula, as the router's tables stand now. "ready":
 * who is here, takes dialogs and is within the own working hours, as the router asks it; "serving": whoever belongs to it and is not absent, at night too.
 */
export async function candidatesOf(tx: Query, queueId: Id | null, who: "ready" | "serving", now: number): Promise<Candidate[]> {
  const rows = await tx<(Omit<Candidate, "lastAssignedAt"> & { lastAssignedAt: Date | null; calendarId: Id })[]>`
    SELECT e.id AS "employeeId", e.calendar_id AS "calendarId", e.max_dialogs AS "maxDialogs", m.weight, coalesce(l.planned_points, 0) AS "plannedPoints", l.norm_points AS "normPoints",
           p.last_assigned_at AS "lastAssignedAt",
           (SELECT count(*) FROM assignment a WHERE a.employee_id = e.id AND a.ended_at IS NULL AND a.awaiting_answer) AS waiting,
           (SELECT count(*) FROM assignment a WHERE a.employee_id = e.id AND a.ended_at IS NULL AND NOT a.awaiting_answer) AS others
    FROM (SELECT employee_id, max(weight) AS weight FROM queue_member WHERE queue_id = coalesce(${queueId}::uuid, queue_id) GROUP BY employee_id) m
    JOIN employee e ON e.id = m.employee_id AND e.state = 'active'
    LEFT JOIN presence p ON p.employee_id = e.id LEFT JOIN agent_load l ON l.employee_id = e.id
    WHERE ${who === "serving" ? tx`true` : tx`p.online AND p.intent = 'available'`}
      AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.employee_id = e.id AND a.during @> ${new Date(now)}::timestamptz AND a.state IN ('scheduled', 'active'))`;
  const calendars = await loadCalendars(
    tx,
    rows.map((r) => r.calendarId),
  );
  const atWork = (id: Id): boolean => {
    const calendar = calendars.get(id);
    return calendar !== undefined && isOpen(now, calendar);
  };
  return rows
    .filter((r) => who === "serving" || atWork(r.calendarId))
    .map(({ calendarId: _, ...r }) => ({ ...r, lastAssignedAt: r.lastAssignedAt?.getTime() ?? null }));
}
