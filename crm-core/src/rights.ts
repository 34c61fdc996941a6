import type { AccessAction, AccessObject, Principal, Scope } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "./context.ts";

/**
 * `within()` of the contract as an SQL condition, so that lists, counts and searches obey the same rule as single rows: `column` names the
 * employee to whom the row belongs. Rows that belong to nobody need department scope or wider.
 */
export function visible(tx: Query, principal: Principal, scope: Scope | null, column: string) {
  if (scope === null) return tx`false`;
  if (scope === "all") return tx`true`;
  const employee = tx.unsafe(column);
  // Whoever stands in for somebody absent reads and works for them meanwhile (B8).
  const stead = tx`${employee} IN (SELECT sa.employee_id FROM absence sa WHERE sa.stand_in_id = ${principal.employeeId} AND sa.state = 'active')`;
  if (scope === "own") return tx`(${employee} = ${principal.employeeId} OR ${stead})`;
  const departments = scope === "department" ? [principal.departmentId] : principal.subtreeIds;
  return tx`(${employee} IS NULL OR ${employee} = ${principal.employeeId} OR ${employee} IN (SELECT id FROM employee WHERE department_id = ANY(${departments}::uuid[])) OR ${stead})`;
}

/** The same for an object and an action. */
export function allowed(tx: Query, principal: Principal, object: AccessObject, action: AccessAction, column: string) {
  return visible(tx, principal, scopeOf(principal, object, action), column);
}

/**
 * Whoever has a dialog in hand (offered, assigned, or ended within a day: wrap-up and reception) must see whom it is with, whosesoever
 * customer that is. `key` is a column of dialog_party, `value` an SQL expression for the card's id.
 */
export function handles(tx: Query, principal: Principal, key: "customer_id" | "lead_id" | "contact_id" | "interest_id", value: string) {
  const me = principal.employeeId;
  return tx`EXISTS (SELECT 1 FROM dialog_party hp WHERE hp.${tx(key)} = ${tx.unsafe(value)} AND ${hasInHand(tx, me, "hp.dialog_id")})`;
}

/** Is the dialog offered or assigned to this employee, or was it within the last day? */
export function hasInHand(tx: Query, employeeId: Id, dialog: string) {
  return tx`(EXISTS (SELECT 1 FROM assignment ha WHERE ha.dialog_id = ${tx.unsafe(dialog)} AND ha.employee_id = ${employeeId} AND (ha.ended_at IS NULL OR ha.ended_at > now() - interval '1 day'))
    OR EXISTS (SELECT 1 FROM offer ho WHERE ho.dialog_id = ${tx.unsafe(dialog)} AND ho.employee_id = ${employeeId} AND ho.ended_at IS NULL))`;
}

/**
 * May these rows' owner be set to `employeeId`? Oneself always; others (and nobody) need the right to assign within its scope. Throws forbidden,
 * not_found (nobody of that id works here, or none whom one may assign to).
 */
export async function mayAssign(tx: Query, principal: Principal, object: AccessObject, employeeId: Id | null): Promise<void> {
  if (employeeId === principal.employeeId) return;
  const scope = scopeOf(principal, object, "assign");
  if (scope === null || scope === "own") throw new AppError("forbidden");
  if (employeeId === null) return;
  const rows = await tx`SELECT 1 FROM employee e WHERE e.id = ${employeeId} AND e.state = 'active' AND ${visible(tx, principal, scope, "e.id")}`;
  if (rows.length === 0) throw new AppError("not_found");
}

/** The row, or the answer that says nothing about whether it exists. */
export function found<T>(row: T | null | undefined): T {
  if (row === null || row === undefined) throw new AppError("not_found");
  return row;
}
