import { randomBytes } from "node:crypto";
import { type AccessAction, OBJECTS, OFFERED, type Principal, SCOPES } from "@kommutator/contract/access";
import type { RoleBody, RolePatch, RoleView } from "@kommutator/contract/api/admin";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { differences, writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { mergePermissions } from "./principal.ts";

type Who = { principal: Principal; actor: Actor };
type Permissions = RoleView["permissions"];
/** What a role gives today: rights that nothing asks for any more are neither shown nor kept. */
const GIVEN = OBJECTS.flatMap((object) => OFFERED[object].map((action) => `${object}.${action}`));
/** Changes of roles go one after another: two could otherwise take away the last administrator together. */
const ROLES_LOCK = 7_206_503;

/** All roles with what they permit (AD-02: object x action x scope). */
export async function readRoles(sql: Db | Tx, id: Id | null = null): Promise<RoleView[]> {
  return sql<RoleView[]>`
    SELECT r.id, r.code, r.name, r.version, (SELECT count(*) FROM employee_role er JOIN employee e ON e.id = er.employee_id AND e.state <> 'dismissed' WHERE er.role_id = r.id)::int AS people,
           coalesce(jsonb_agg(jsonb_build_object('object', p.object, 'action', p.action, 'scope', p.scope) ORDER BY p.object, p.action) FILTER (WHERE p.object || '.' || p.action = ANY(${GIVEN})), '[]') AS permissions
    FROM role r LEFT JOIN role_permission p ON p.role_id = r.id ${id === null ? sql`` : sql`WHERE r.id = ${id}`} GROUP BY r.id ORDER BY r.name`;
}

/** Nobody may give away a right that they do not have themselves. Throws forbidden with the first one. */
export function refuseEscalation(principal: Principal, wanted: readonly { object: string; action: string; scope: string }[]): void {
  const merged = mergePermissions([...wanted]);
  for (const object of OBJECTS) {
    for (const action of OFFERED[object]) {
      const scope = merged[object]?.[action];
      const own = principal.permissions[object]?.[action];
      if (scope !== undefined && (own === undefined || SCOPES.indexOf(own) < SCOPES.indexOf(scope))) throw new AppError("forbidden", { object, action });
    }
  }
}

/** One scope for each object and action: of doubles the widest. */
function distinct(permissions: Permissions): Permissions {
  const offered = permissions.filter(({ object, action }) => (OFFERED[object] as readonly AccessAction[]).includes(action));
  return Object.entries(mergePermissions(offered)).flatMap(([object, actions]) =>
    Object.entries(actions).map(([action, scope]) => ({ object, action, scope }) as Permissions[number]),
  );
}

async function write(tx: Tx, id: Id, permissions: Permissions): Promise<void> {
  await tx`DELETE FROM role_permission WHERE role_id = ${id}`;
  const rows = distinct(permissions).map((p) => ({ role_id: id, ...p }));
  if (rows.length > 0) await tx`INSERT INTO role_permission ${tx(rows)}`;
}

const flat = (permissions: Permissions) => Object.fromEntries(distinct(permissions).map((p) => [`${p.object}.${p.action}`, p.scope]));

/** Somebody must be left who can change roles and people, or the house locks itself out. */
async function requireAdministrator(tx: Tx): Promise<void> {
  const [left] = await tx`
    SELECT 1 FROM employee e WHERE e.state = 'active'
      AND (SELECT count(DISTINCT p.object) FROM employee_role er JOIN role_permission p ON p.role_id = er.role_id
           WHERE er.employee_id = e.id AND p.object IN ('role', 'employee') AND p.action = 'edit' AND p.scope = 'all') = 2 LIMIT 1`;
  if (left === undefined) throw new AppError("in_use", { reason: "last_administrator" });
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code === "23505") throw new AppError("duplicate", { field: "name" });
    throw error;
  }
}

/** A new role. Throws duplicate (name), forbidden (a right that its maker has not). */
export async function createRole(deps: CrmDeps, who: Who, body: z.output<typeof RoleBody>): Promise<RoleView> {
  refuseEscalation(who.principal, body.permissions);
  return named(() =>
    deps.sql.begin(async (tx) => {
      const [row] = await tx<{ id: Id }[]>`INSERT INTO role (code, name) VALUES (${`role-${randomBytes(4).toString("hex")}`}, ${body.name}) RETURNING id`;
      const { id } = row as { id: Id };
      await write(tx, id, body.permissions);
      await writeAudit(tx, who.actor, {
        objectKind: "role",
        objectId: id,
        action: "create",
        changes: differences({}, { name: body.name, ...flat(body.permissions) }),
      });
      return (await readRoles(tx, id))[0] as RoleView;
    }),
  );
}

/**
 * Renames a role or gives it other rights; whoever has it has them from the next request and the next message on (the version of rights grows
 * with the rows). Throws version_conflict with the role as it is, forbidden, in_use when nobody would be left to administer.
 */
export async function changeRole(deps: CrmDeps, who: Who, id: Id, patch: z.output<typeof RolePatch>): Promise<RoleView> {
  const after = await named(() =>
    deps.sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(${ROLES_LOCK})`;
      const [before] = await readRoles(tx, id);
      if (before === undefined) throw new AppError("not_found");
      if (before.version !== patch.version) throw new AppError("version_conflict", { current: before });
      // A role that can do more than oneself is not for oneself to change, be it by taking away.
      refuseEscalation(who.principal, before.permissions);
      refuseEscalation(who.principal, patch.permissions ?? []);
      await tx`UPDATE role SET name = ${patch.name ?? before.name}, version = version + 1 WHERE id = ${id}`;
      if (patch.permissions !== undefined) {
        await write(tx, id, patch.permissions);
        await requireAdministrator(tx);
      }
      const [role] = await readRoles(tx, id);
      const after = role as RoleView;
      const old = { name: before.name, ...flat(before.permissions) };
      const now: Record<string, unknown> = { name: after.name, ...flat(after.permissions) };
      for (const key of Object.keys(old)) now[key] ??= null;
      await writeAudit(tx, who.actor, { objectKind: "role", objectId: id, action: "edit", changes: differences(old, now) });
      return after;
    }),
  );
  deps.hooks?.onAccessChanged?.(null);
  return after;
}

/** Deletes a role that nobody has. Throws in_use with their number. */
export async function deleteRole(deps: CrmDeps, who: Who, id: Id): Promise<void> {
  await deps.sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${ROLES_LOCK})`;
    const [role] = await readRoles(tx, id);
    if (role === undefined) throw new AppError("not_found");
    const [held] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM employee_role WHERE role_id = ${id}`;
    if ((held?.n ?? 0) > 0) throw new AppError("in_use", { people: held?.n });
    refuseEscalation(who.principal, role.permissions);
    await tx`DELETE FROM role_permission WHERE role_id = ${id}`;
    await tx`DELETE FROM role WHERE id = ${id}`;
    await writeAudit(tx, who.actor, { objectKind: "role", objectId: id, action: "delete", changes: { name: [role.name, null] } });
  });
}
