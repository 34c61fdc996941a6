import { type Principal, scopeOf, within } from "@kommutator/contract/access";
import type { AssignedMany } from "@kommutator/contract/api/routing";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { type ActDeps, assignDialog } from "./dialog-acts.ts";

/** So many are on their way at once: each waits for its own decision, which the engine takes in one batch. */
const AT_ONCE = 25;

/**
 * Gives many dialogs to one person, or (`null`) back to their queues (XS-02): each as by hand, with its rights, audit and decision.
 * One that cannot go does not keep the others; `failed` says why.
 */
export async function assignMany(
  deps: ActDeps,
  principal: Principal,
  actor: Actor,
  which: { dialogIds?: readonly Id[] | undefined; fromEmployeeId?: Id | undefined },
  employeeId: Id | null,
): Promise<AssignedMany> {
  const dialogIds = which.dialogIds ?? (await dialogsOf(deps, principal, which.fromEmployeeId as Id));
  const done: Id[] = [];
  const failed: AssignedMany["failed"] = [];
  const waiting = [...new Set(dialogIds)];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await assignDialog(deps, principal, actor, id, employeeId);
        done.push(id);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        failed.push({ dialogId: id, code: error.code });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { done, failed };
}

/** Written dialogs that somebody within reach has. Throws not_found for anybody else. */
async function dialogsOf(deps: ActDeps, principal: Principal, employeeId: Id): Promise<Id[]> {
  const [person] = await deps.sql<{ department_id: Id }[]>`SELECT department_id FROM employee WHERE id = ${employeeId}`;
  if (person === undefined || !within(principal, scopeOf(principal, "dialog", "assign"), { employeeId, departmentId: person.department_id }))
    throw new AppError("not_found");
  const rows = await deps.sql<{ dialog_id: Id }[]>`
    SELECT dialog_id FROM assignment WHERE employee_id = ${employeeId} AND ended_at IS NULL AND medium <> 'voice' ORDER BY started_at, id`;
  return rows.map((r) => r.dialog_id);
}
