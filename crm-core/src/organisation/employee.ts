import type { AccessAction, Principal } from "@kommutator/contract/access";
import type { EmployeeBody, EmployeePatch, EmployeeView } from "@kommutator/contract/api/admin";
import type { SessionView } from "@kommutator/contract/api/auth";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { normalisePhone } from "@kommutator/contract/phone";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { hashPassword } from "../access/password.ts";
import { refuseEscalation } from "../access/roles.ts";
import { dropSecondFactor } from "../access/second-factor.ts";
import { readSessions, revokeSessions } from "../access/session.ts";
import { differences, writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { namingConflicts } from "./conflicts.ts";
import { openWork, readEmployees } from "./employee-sql.ts";

type Who = { principal: Principal; actor: Actor };

/** A mobile number in E.164, national forms by the company's country. Throws validation for what is none. */
async function mobileOf(tx: Tx, typed: string | null): Promise<string | null> {
  if (typed === null) return null;
  const [company] = await tx<{ country: string }[]>`SELECT country::text AS country FROM company`;
  const number = normalisePhone(typed, company?.country ?? "KZ");
  if (number.kind !== "e164" || number.value.includes(";")) throw new AppError("validation", { fields: { mobile: "format" } });
  return number.value;
}

async function factsChanged(deps: CrmDeps, tx: Tx, id: Id): Promise<void> {
  await deps.enqueue(tx, [{ kind: "facts.changed", what: "employee", id, at: deps.clock.now() }]);
}

/** Nobody may give away, or take over the account of somebody who has, a right that they do not have themselves. */
async function refuseRoles(tx: Tx, principal: Principal, roleIds: Id[]): Promise<void> {
  refuseEscalation(
    principal,
    await tx<{ object: string; action: string; scope: string }[]>`SELECT object, action, scope FROM role_permission WHERE role_id = ANY(${roleIds}::uuid[])`,
  );
}

async function refuseForeignDepartment(principal: Principal, action: AccessAction, departmentId: Id): Promise<void> {
  const scope = principal.permissions.employee?.[action];
  const inside =
    scope === "all" ||
    (scope === "subtree" && principal.subtreeIds.includes(departmentId)) ||
    (scope === "department" && departmentId === principal.departmentId);
  if (!inside) throw new AppError("not_found");
}

/** Locks and reads an employee inside the scope; otherwise not_found, as if there were none. */
async function lockEmployee(tx: Tx, who: Who, id: Id): Promise<{ view: EmployeeView; roleIds: Id[] }> {
  await tx`SELECT id FROM employee WHERE id = ${id} FOR UPDATE`;
  const [view] = await readEmployees(tx, who.principal, "edit", id);
  if (view === undefined) throw new AppError("not_found");
  const roleIds = view.roles.map((r) => r.id);
  if (id !== who.principal.employeeId) await refuseRoles(tx, who.principal, roleIds);
  return { view, roleIds };
}

async function viewOf(tx: Tx, who: Who, id: Id): Promise<EmployeeView> {
  const [view] = await readEmployees(tx, who.principal, "read", id);
  if (view === undefined) throw new AppError("not_found");
  return view;
}

/** Hires somebody. Throws duplicate (login, extension), validation (unknown department, calendar or role), forbidden. */
export async function createEmployee(deps: CrmDeps, who: Who, body: z.infer<typeof EmployeeBody>): Promise<EmployeeView> {
  await refuseForeignDepartment(who.principal, "create", body.departmentId);
  const hash = await hashPassword(body.password);
  const view = await namingConflicts(() =>
    deps.sql.begin(async (tx) => {
      await refuseRoles(tx, who.principal, body.roleIds);
      const mobile = await mobileOf(tx, body.mobile);
      const [row] = await tx<{ id: Id }[]>`
        INSERT INTO employee (login, full_name, position, email, mobile, password_hash, locale, department_id, calendar_id, fte, extension, max_dialogs)
        VALUES (${body.login}, ${body.name}, ${body.position}, ${body.email}, ${mobile}, ${hash}, ${body.locale}, ${body.departmentId}, ${body.calendarId}, ${body.fte}, ${body.extension}, ${body.maxDialogs})
        RETURNING id`;
      const { id } = row as { id: Id };
      await tx`INSERT INTO employee_role ${tx(body.roleIds.map((role_id) => ({ employee_id: id, role_id })))}`;
      const { password: _, ...visible } = body;
      await writeAudit(tx, who.actor, { objectKind: "employee", objectId: id, action: "create", changes: visible });
      await factsChanged(deps, tx, id);
      return viewOf(tx, who, id);
    }),
  );
  await deps.hooks?.onEmployeeChanged?.({ employeeId: view.id, name: view.name, extension: view.extension, previousExtension: null, active: true });
  return view;
}

/** Changes what the patch names. A suspended employee loses all sessions at once. Throws version_conflict with the row as it is. */
export async function changeEmployee(deps: CrmDeps, who: Who, id: Id, patch: z.infer<typeof EmployeePatch>): Promise<EmployeeView> {
  const { before, after } = await namingConflicts(() =>
    deps.sql.begin(async (tx) => {
      const { view: before, roleIds } = await lockEmployee(tx, who, id);
      if (before.version !== patch.version) throw new AppError("version_conflict", { current: before });
      if (before.state === "dismissed") throw new AppError("validation", { fields: { state: "dismissed" } });
      if (patch.departmentId !== undefined && patch.departmentId !== before.department.id)
        await refuseForeignDepartment(who.principal, "edit", patch.departmentId);
      if (patch.roleIds !== undefined) {
        await refuseRoles(tx, who.principal, patch.roleIds);
        await tx`DELETE FROM employee_role WHERE employee_id = ${id} AND NOT role_id = ANY(${patch.roleIds}::uuid[])`;
        await tx`INSERT INTO employee_role ${tx(patch.roleIds.map((role_id) => ({ employee_id: id, role_id })))} ON CONFLICT DO NOTHING`;
      }
      const columns = {
        login: patch.login ?? before.login,
        full_name: patch.name ?? before.name,
        position: patch.position === undefined ? before.position : patch.position,
        email: patch.email === undefined ? before.email : patch.email,
        mobile: patch.mobile === undefined ? before.mobile : await mobileOf(tx, patch.mobile),
        locale: patch.locale ?? before.locale,
        department_id: patch.departmentId ?? before.department.id,
        calendar_id: patch.calendarId ?? before.calendar.id,
        fte: patch.fte ?? before.fte,
        extension: patch.extension === undefined ? before.extension : patch.extension,
        max_dialogs: patch.maxDialogs ?? before.maxDialogs,
        state: patch.state ?? before.state,
      };
      await tx`UPDATE employee SET ${tx(columns)}, version = version + 1 WHERE id = ${id}`;
      const flat = (v: EmployeeView, roles: Id[]) => ({ ...v, department: v.department.id, calendar: v.calendar.id, roles: [...roles].sort() });
      const after = await viewOf(tx, who, id);
      await writeAudit(tx, who.actor, {
        objectKind: "employee",
        objectId: id,
        action: "edit",
        changes: differences(flat(before, roleIds), {
          ...flat(
            after,
            after.roles.map((r) => r.id),
          ),
          version: before.version,
        }),
      });
      if (after.state === "suspended" && before.state !== "suspended") await revokeSessions(tx, { employeeId: id }, deps.clock.now());
      await factsChanged(deps, tx, id);
      return { before, after };
    }),
  );
  if (after.state === "suspended" && before.state !== "suspended") deps.hooks?.onSessionsEnded?.(id, null, "suspended");
  deps.hooks?.onAccessChanged?.(id);
  await deps.hooks?.onEmployeeChanged?.({
    employeeId: id,
    name: after.name,
    extension: after.extension,
    previousExtension: before.extension,
    active: after.state === "active",
  });
  return after;
}

/** A new password by the administrator: every session of the employee ends at once, and a lock-out with it. */
export async function setPassword(deps: CrmDeps, who: Who, id: Id, password: string): Promise<void> {
  const hash = await hashPassword(password);
  await deps.sql.begin(async (tx) => {
    await lockEmployee(tx, who, id);
    await tx`UPDATE employee SET password_hash = ${hash}, failed_logins = 0, locked_until = NULL WHERE id = ${id}`;
    await revokeSessions(tx, { employeeId: id }, deps.clock.now());
    await writeAudit(tx, who.actor, { objectKind: "employee", objectId: id, action: "password", changes: {} });
  });
  deps.hooks?.onSessionsEnded?.(id, null, "password");
}

/** The live sessions of somebody inside the scope, for whoever may edit them. */
export async function sessionsOf(deps: CrmDeps, who: Who, id: Id): Promise<SessionView[]> {
  return deps.sql.begin(async (tx) => {
    await lockEmployee(tx, who, id);
    return readSessions(tx, id, null, deps.clock.now());
  });
}

/** Shuts somebody out of every browser at once, sockets included; they may sign in again. */
export async function endSessions(deps: CrmDeps, who: Who, id: Id): Promise<void> {
  await deps.sql.begin(async (tx) => {
    await lockEmployee(tx, who, id);
    const ended = await revokeSessions(tx, { employeeId: id }, deps.clock.now());
    await writeAudit(tx, who.actor, { objectKind: "employee", objectId: id, action: "sessions", changes: { ended: [ended.length, 0] } });
  });
  deps.hooks?.onSessionsEnded?.(id, null, "logout");
}

/** Takes the second factor away from somebody who has lost the telephone; they can set up another one. */
export async function resetSecondFactor(deps: CrmDeps, who: Who, id: Id): Promise<void> {
  await deps.sql.begin(async (tx) => {
    await lockEmployee(tx, who, id);
    await dropSecondFactor(tx, who.actor, id);
  });
}

/** Dismisses. Refused with `in_use` and the counts while work is in their hands (AD-04: hand over first). */
export async function dismissEmployee(deps: CrmDeps, who: Who, id: Id): Promise<EmployeeView> {
  const { before, after } = await deps.sql.begin(async (tx) => {
    const { view: before } = await lockEmployee(tx, who, id);
    if (id === who.principal.employeeId) throw new AppError("forbidden", { reason: "yourself" });
    if (before.state === "dismissed") return { before, after: before };
    const counts = await openWork(tx, id);
    if (Object.keys(counts).length > 0) throw new AppError("in_use", { counts });
    await tx`UPDATE employee SET state = 'dismissed', dismissed_at = ${new Date(deps.clock.now())}, version = version + 1 WHERE id = ${id}`;
    await revokeSessions(tx, { employeeId: id }, deps.clock.now());
    await writeAudit(tx, who.actor, { objectKind: "employee", objectId: id, action: "dismiss", changes: { state: [before.state, "dismissed"] } });
    await factsChanged(deps, tx, id);
    return { before, after: await viewOf(tx, who, id) };
  });
  if (before.state !== "dismissed") {
    deps.hooks?.onSessionsEnded?.(id, null, "dismissed");
    await deps.hooks?.onEmployeeChanged?.({ employeeId: id, name: after.name, extension: null, previousExtension: before.extension, active: false });
  }
  return after;
}
