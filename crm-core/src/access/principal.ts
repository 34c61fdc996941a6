import { ACTIONS, type AccessAction, type AccessObject, OBJECTS, type Principal, SCOPES, type Scope } from "@kommutator/contract/access";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";

/** A live session and who it belongs to. */
export interface Session {
  principal: Principal;
  csrfToken: string;
  lastSeenAt: Date;
  expiresAt: Date;
  createdAt: Date;
}

interface SessionRow extends EmployeeRow {
  session_id: Id;
  csrf_token: string;
  last_seen_at: Date;
  expires_at: Date;
  created_at: Date;
}
interface EmployeeRow {
  employee_id: Id;
  full_name: string;
  login: string;
  department_id: Id;
  subtree: Id[];
  permissions: { object: string; action: string; scope: string }[];
}

/** Several roles add up: the widest scope of each object and action. */
export function mergePermissions(rows: { object: string; action: string; scope: string }[]): Principal["permissions"] {
  const merged: Principal["permissions"] = {};
  for (const row of rows) {
    const object = row.object as AccessObject;
    const action = row.action as AccessAction;
    const scope = row.scope as Scope;
    if (!OBJECTS.includes(object) || !ACTIONS.includes(action)) continue;
    merged[object] ??= {};
    const actions = merged[object];
    const known = actions[action];
    if (known === undefined || SCOPES.indexOf(scope) > SCOPES.indexOf(known)) actions[action] = scope;
  }
  return merged;
}

/** Columns of EmployeeRow for an employee `e`. The subtree is that of the own department and of every headed one. */
function accessOf(sql: Db | Tx) {
  return sql`e.id AS employee_id, e.full_name, e.login::text AS login, e.department_id,
      (WITH RECURSIVE tree AS (
         SELECT d.id FROM department d WHERE d.id = e.department_id OR d.head_id = e.id
         UNION SELECT c.id FROM department c JOIN tree ON c.parent_id = tree.id)
       SELECT coalesce(array_agg(id), '{}') FROM tree) AS subtree,
      coalesce((SELECT jsonb_agg(jsonb_build_object('object', p.object, 'action', p.action, 'scope', p.scope) ORDER BY p.object, p.action)
                FROM employee_role er JOIN role_permission p ON p.role_id = er.role_id WHERE er.employee_id = e.id), '[]') AS permissions`;
}

/** An employee with all rights, whether logged in or not. */
type Person = Omit<Principal, "sessionId">;

function asPerson(r: EmployeeRow): Person {
  return {
    employeeId: r.employee_id,
    name: r.full_name,
    login: r.login,
    departmentId: r.department_id,
    subtreeIds: r.subtree,
    permissions: mergePermissions(r.permissions),
  };
}

/** Active employees with their rights, for questions about what somebody else may do. */
export async function findPeople(sql: Db | Tx, employeeIds: readonly Id[]): Promise<Person[]> {
  if (employeeIds.length === 0) return [];
  const rows = await sql<EmployeeRow[]>`SELECT ${accessOf(sql)} FROM employee e WHERE e.id = ANY(${[...employeeIds]}::uuid[]) AND e.state = 'active'`;
  return rows.map(asPerson);
}

/**
 * Live sessions, by the hash of a token or by id, each with its principal: one query. A session is live while it is
 * neither revoked nor expired and its employee is active.
 */
export async function findSessions(sql: Db | Tx, by: { tokenHash: Buffer } | { ids: Id[] }, now: Date): Promise<Session[]> {
  const which = "ids" in by ? sql`s.id = ANY(${by.ids}::uuid[])` : sql`s.token_hash = ${by.tokenHash}`;
  const rows = await sql<SessionRow[]>`
    SELECT s.id AS session_id, s.csrf_token, s.last_seen_at, s.expires_at, s.created_at, ${accessOf(sql)}
    FROM session s JOIN employee e ON e.id = s.employee_id
    WHERE ${which} AND s.revoked_at IS NULL AND s.expires_at > ${now} AND e.state = 'active'`;
  return rows.map((r) => ({
    principal: { ...asPerson(r), sessionId: r.session_id },
    csrfToken: r.csrf_token,
    lastSeenAt: r.last_seen_at,
    expiresAt: r.expires_at,
    createdAt: r.created_at,
  }));
}

/** Those of the sessions that are live no more (see `findSessions`). */
export async function endedSessions(sql: Db | Tx, ids: readonly Id[], now: Date): Promise<Id[]> {
  const rows = await sql<{ id: Id }[]>`
    SELECT u.id FROM unnest(${[...ids]}::uuid[]) AS u(id)
    WHERE NOT EXISTS (SELECT FROM session s JOIN employee e ON e.id = s.employee_id
      WHERE s.id = u.id AND s.revoked_at IS NULL AND s.expires_at > ${now} AND e.state = 'active')`;
  return rows.map((r) => r.id);
}

/** A number that changes with every change of rights, departments and queue memberships (migration 0016). */
export async function rightsVersion(sql: Db | Tx): Promise<number> {
  const [row] = await sql<{ version: number }[]>`SELECT version FROM rights_version`;
  return row?.version ?? 0;
}
