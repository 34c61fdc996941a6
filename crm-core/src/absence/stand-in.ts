import type { Id, Medium } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { type Candidate, leastLoaded } from "../load/rules.ts";

/** How far the substitutes of absent substitutes are followed (B8). */
const MAX_DEPTH = 5;

/**
 * Is the employee absent at this moment, and who stands in then (B8): the person named in the absence, else the personal substitute,
 * else the head of the department, else the least loaded of the department. Whoever is absent too is followed to theirs, five steps at most,
 * nobody twice; null: nobody, and the department's queue has the work. Of somebody who is here it is the personal substitute alone: the
 * next rung of the ladder when they do not answer. One statement, unless it comes down to the least loaded.
 */
export async function findSubstitute(tx: Query, employeeId: Id, now: Date): Promise<{ absent: boolean; substituteId: Id | null }> {
  return followChain(tx, employeeId, now, false);
}

/** Who would stand in at this moment if the employee were absent, whether or not they are: for absences that have not begun, and their ends. */
export async function standInOf(tx: Query, absence: { employeeId: Id; namedId: Id | null }, now: Date): Promise<Id | null> {
  return (await followChain(tx, absence.employeeId, now, true, absence.namedId)).substituteId;
}

async function followChain(
  tx: Query,
  employeeId: Id,
  now: Date,
  assumed: boolean,
  namedId: Id | null = null,
): Promise<{ absent: boolean; substituteId: Id | null }> {
  // At each person: those whom the rules name, in their order, without who was asked before and without who has left.
  const next = (path: string) => tx`
    (SELECT c.id FROM unnest(ARRAY[${tx.unsafe(path === "start" ? "coalesce(named.id, a.substitute_id)" : "a.substitute_id")}, e.substitute_id, d.head_id]) WITH ORDINALITY AS rule(id, n)
     JOIN employee c ON c.id = rule.id AND c.state = 'active' WHERE NOT c.id = ANY(${tx.unsafe(path === "start" ? "ARRAY[e.id]" : "k.path || e.id")}) ORDER BY rule.n LIMIT 1)`;
  const away = tx`LEFT JOIN absence a ON a.employee_id = e.id AND a.during @> ${now}::timestamptz AND a.state IN ('scheduled', 'active')`;
  const rows = await tx<{ id: Id; depth: number; absent: boolean; next: Id | null; department_id: Id; personal: Id | null }[]>`
    WITH RECURSIVE chain AS (
      SELECT e.id, 0 AS depth, ARRAY[e.id] AS path, ${assumed}::boolean OR a.id IS NOT NULL AS absent, e.department_id, ${next("start")} AS next
      FROM employee e JOIN department d ON d.id = e.department_id CROSS JOIN (SELECT ${namedId}::uuid AS id) named ${away}
      WHERE e.id = ${employeeId}
      UNION ALL
      SELECT e.id, k.depth + 1, k.path || e.id, a.id IS NOT NULL, e.department_id, ${next("further")}
      FROM chain k JOIN employee e ON e.id = k.next JOIN department d ON d.id = e.department_id ${away}
      WHERE k.absent AND k.depth < ${MAX_DEPTH}
    )
    SELECT k.id, k.depth, k.absent, k.next, k.department_id, c.id AS personal
    FROM chain k JOIN employee e ON e.id = k.id LEFT JOIN employee c ON c.id = e.substitute_id AND c.state = 'active'
      AND NOT EXISTS (SELECT 1 FROM absence x WHERE x.employee_id = c.id AND x.during @> ${now}::timestamptz AND x.state IN ('scheduled', 'active'))
    ORDER BY k.depth`;
  const first = rows[0];
  if (first === undefined || !first.absent) return { absent: false, substituteId: first?.personal ?? null };
  const present = rows.find((r) => r.depth > 0 && !r.absent);
  if (present !== undefined) return { absent: true, substituteId: present.id };
  if (rows.length > MAX_DEPTH) return { absent: true, substituteId: null };
  return {
    absent: true,
    substituteId: await leastLoadedOf(
      tx,
      first.department_id,
      rows.map((r) => r.id),
      now,
    ),
  };
}

/** The least loaded of a department who is here, by the formula of B0. */
async function leastLoadedOf(tx: Query, departmentId: Id, without: readonly Id[], now: Date): Promise<Id | null> {
  const rows = await tx<(Omit<Candidate, "lastAssignedAt"> & { lastAssignedAt: Date | null })[]>`
    SELECT e.id AS "employeeId", e.max_dialogs AS "maxDialogs", 1 AS weight, coalesce(l.planned_points, 0) AS "plannedPoints", l.norm_points AS "normPoints", p.last_assigned_at AS "lastAssignedAt",
           (SELECT count(*) FROM assignment a WHERE a.employee_id = e.id AND a.ended_at IS NULL AND a.awaiting_answer) AS waiting,
           (SELECT count(*) FROM assignment a WHERE a.employee_id = e.id AND a.ended_at IS NULL AND NOT a.awaiting_answer) AS others
    FROM employee e LEFT JOIN presence p ON p.employee_id = e.id LEFT JOIN agent_load l ON l.employee_id = e.id
    WHERE e.department_id = ${departmentId} AND e.state = 'active' AND NOT e.id = ANY(${[...without]}::uuid[])
      AND NOT EXISTS (SELECT 1 FROM absence x WHERE x.employee_id = e.id AND x.during @> ${now}::timestamptz AND x.state IN ('scheduled', 'active'))`;
  return leastLoaded(rows.map((r) => ({ ...r, lastAssignedAt: r.lastAssignedAt?.getTime() ?? null })))?.employeeId ?? null;
}

/**
 * The department's queue, at the end of the chain (B8): of the queues of the absent person's department the one that the matter came by (`ownQueueId`)
 * or the first by name; in a department without queues that of the matter, else of the nearest department above. null: there is none. With `medium`
 * only queues count where somebody serves it: a letter is not left among the calls.
 */
export async function departmentQueue(tx: Query, employeeId: Id, ownQueueId: Id | null, medium: Medium | null = null): Promise<Id | null> {
  const served = medium === null ? tx`` : tx`AND EXISTS (SELECT 1 FROM queue_member m WHERE m.queue_id = q.id AND ${medium} = ANY(m.media))`;
  const [queue] = await tx<{ id: Id }[]>`
    WITH RECURSIVE up AS (
      SELECT d.id, d.parent_id, 0 AS depth FROM employee e JOIN department d ON d.id = e.department_id WHERE e.id = ${employeeId}
      UNION ALL
      SELECT d.id, d.parent_id, up.depth + 1 FROM up JOIN department d ON d.id = up.parent_id
    )
    SELECT q.id FROM queue q LEFT JOIN up ON up.id = q.department_id WHERE q.archived_at IS NULL AND (up.id IS NOT NULL OR q.id = ${ownQueueId}::uuid) ${served}
    ORDER BY CASE WHEN up.depth = 0 THEN 0 WHEN q.id = ${ownQueueId}::uuid THEN 1 ELSE 2 + up.depth END, q.id IS DISTINCT FROM ${ownQueueId}::uuid, q.name LIMIT 1`;
  return queue?.id ?? null;
}
