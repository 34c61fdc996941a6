import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { EmployeeView } from "@kommutator/contract/api/admin";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** The condition "this employee (alias e) is inside the principal's scope for the action", for a WHERE. */
export function employeesInScope(sql: Db | Tx, principal: Principal, action: AccessAction) {
  const scope = scopeOf(principal, "employee", action);
  if (scope === null) return sql`false`;
  if (scope === "all") return sql`true`;
  if (scope === "own") return sql`e.id = ${principal.employeeId}`;
  const departments = scope === "department" ? [principal.departmentId] : principal.subtreeIds;
  return sql`(e.id = ${principal.employeeId} OR e.department_id = ANY(${departments}::uuid[]))`;
}

/** Employees as the API shows them, within the scope, ordered by name. */
export async function readEmployees(sql: Db | Tx, principal: Principal, action: AccessAction, id: Id | null = null): Promise<EmployeeView[]> {
  return sql<EmployeeView[]>`
    SELECT e.id, e.login::text AS login, e.full_name AS name, e.position, jsonb_build_object('id', d.id, 'name', d.name) AS department,
           jsonb_build_object('id', c.id, 'name', c.name) AS calendar,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name) ORDER BY r.name)
                     FROM employee_role er JOIN role r ON r.id = er.role_id WHERE er.employee_id = e.id), '[]') AS roles,
           e.extension, e.max_dialogs AS "maxDialogs", e.fte, e.email::text AS email, e.mobile, e.locale, e.state, e.version
    FROM employee e JOIN department d ON d.id = e.department_id JOIN working_calendar c ON c.id = e.calendar_id
    WHERE ${employeesInScope(sql, principal, action)} ${id === null ? sql`` : sql`AND e.id = ${id}`}
    ORDER BY e.full_name, e.id`;
}

/** What is still in the employee's hands; all zero when they may go (AD-04). */
export async function openWork(tx: Tx, employeeId: Id): Promise<Record<string, number>> {
  const [row] = await tx<Record<string, number>[]>`
    SELECT (SELECT count(*) FROM assignment WHERE employee_id = ${employeeId} AND ended_at IS NULL)::int AS dialogs,
           (SELECT count(*) FROM interest WHERE responsible_id = ${employeeId} AND status = 'open')::int AS interests,
           (SELECT count(*) FROM customer WHERE responsible_id = ${employeeId} AND archived_at IS NULL)::int AS customers,
           (SELECT count(*) FROM lead WHERE responsible_id = ${employeeId} AND status NOT IN ('converted', 'disqualified', 'merged'))::int AS leads,
           (SELECT count(*) FROM interaction WHERE executor_id = ${employeeId} AND state = 'planned')::int AS interactions,
           (SELECT count(*) FROM task WHERE executor_id = ${employeeId} AND state IN ('new', 'accepted', 'in_work'))::int AS tasks,
           (SELECT count(*) FROM inquiry WHERE dispatched_to = ${employeeId} AND status IN ('new', 'in_wizard', 'dispatched'))::int AS inquiries,
           (SELECT count(*) FROM claim WHERE responsible_id = ${employeeId} AND status IN ('registered', 'in_work'))::int AS claims,
           (SELECT count(*) FROM department WHERE head_id = ${employeeId} AND archived_at IS NULL)::int AS departments`;
  return Object.fromEntries(Object.entries(row ?? {}).filter(([, n]) => n > 0));
}
