import { type AccessAction, type Principal, scopeOf } from "@kommutator/contract/access";
import type { Query } from "../context.ts";
import { visible } from "../rights.ts";

/**
 * SQL condition over a task `t`: its author, executor and participants always, others by their right over the executor (BP-05). With
 * `edit`: only who gave it, and whoever may change the work of its executor; the executor's own answers go by its actions.
 */
export function taskAllowed(tx: Query, principal: Principal, action: Extract<AccessAction, "read" | "edit">) {
  const scope = scopeOf(principal, "task", action);
  if (scope === null) return tx`false`;
  const me = principal.employeeId;
  if (action === "edit")
    return tx`(t.author_id = ${me} OR ${scope === "own" ? tx`(t.author_id IS NULL AND t.executor_id = ${me})` : visible(tx, principal, scope, "t.executor_id")})`;
  return tx`(t.author_id = ${me} OR ${visible(tx, principal, scope, "t.executor_id")} OR EXISTS (SELECT 1 FROM task_participant tp WHERE tp.task_id = t.id AND tp.employee_id = ${me}))`;
}
