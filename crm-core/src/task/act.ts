import type { TaskPatch, TaskView } from "@kommutator/contract/api/task";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { passOn } from "../absence/during.ts";
import { differences } from "../audit/index.ts";
import { columnsOf } from "../change.ts";
import type { Crm } from "../context.ts";
import { notify, settle } from "../notification/notify.ts";
import { AFTER, type TaskActionName, WITH_REASON } from "./rules.ts";
import { requirePeople, tellNew } from "./write.ts";

type Action = Exclude<TaskActionName, "edit">;
const COLUMNS = { title: "title", description: "description", executorId: "executor_id", priority: "priority", dueAt: "due_at", controlled: "controlled" };

/**
 * One step of a task (BP-05). The task was read by the person and locked by the caller. Throws validation where the step is not this
 * person's or not of this state (`action`), or where a reason lacks. The other side is told.
 */
export async function actOnTask(
  crm: Crm,
  tx: Tx,
  actor: Actor,
  task: TaskView,
  action: Action,
  words: { reason?: string | undefined; result?: string | undefined },
): Promise<void> {
  if (!task.actions.includes(action)) throw new AppError("validation", { fields: { action: task.state } });
  if (WITH_REASON.includes(action) && words.reason === undefined) throw new AppError("validation", { fields: { reason: "required" } });
  const now = new Date(crm.clock.now());
  const state = AFTER[action];
  const changed: Record<string, unknown> = {
    state,
    done_at: action === "done" ? now : state === "done" ? (task.doneAt === null ? now : new Date(task.doneAt)) : null,
    confirmed_at: action === "confirm" ? now : null,
    refuse_reason: action === "refuse" || action === "return" ? words.reason : action === "confirm" ? task.refuseReason : null,
    result: words.result ?? task.result,
    ...(action === "accept" ? { accepted_at: now } : {}),
  };
  await tx`UPDATE task SET ${tx(changed)}, version = version + 1 WHERE id = ${task.id}`;
  await crm.audit(tx, actor, {
    objectKind: "task",
    objectId: task.id,
    action,
    changes: differences(
      { state: task.state, result: task.result, refuse_reason: task.refuseReason },
      { state, result: changed["result"], refuse_reason: changed["refuse_reason"] },
    ),
  });
  // What is over, or in other hands, reminds nobody.
  if (state === "done" || state === "cancelled" || state === "rejected") await settle(tx, crm, task.id, ["task.new", "task.overdue"]);
  const version = task.version + 1;
  const people = new Set([task.author?.id, task.executor?.id, ...task.coExecutors.map((h) => h.id)]);
  for (const employeeId of people)
    if (employeeId !== undefined)
      await notify(tx, crm, {
        employeeId,
        event: "task.changed",
        object: "task",
        objectId: task.id,
        key: `${task.id} ${version}`,
        payload: { title: task.title, action, reason: words.reason ?? null },
        byId: actor.id,
      });
}

/** Other words, another due time, other people. Throws validation for unknown ones, and `action` when the task may not be changed by this person now. */
export async function editTask(crm: Crm, tx: Tx, actor: Actor, task: TaskView, patch: z.infer<typeof TaskPatch>): Promise<void> {
  if (!task.actions.includes("edit")) throw new AppError("validation", { fields: { action: task.state } });
  const executorId = patch.executorId === null ? (actor.id as Id) : patch.executorId;
  await requirePeople(tx, [...(executorId === undefined ? [] : [executorId]), ...(patch.coExecutorIds ?? [])]);
  const columns = columnsOf({ ...patch, executorId, dueAt: patch.dueAt == null ? patch.dueAt : new Date(patch.dueAt).toISOString() }, COLUMNS);
  const before = {
    title: task.title,
    description: task.description,
    executor_id: task.executor?.id ?? null,
    priority: task.priority,
    due_at: task.dueAt === null ? null : new Date(task.dueAt).toISOString(),
    controlled: task.controlled,
    helpers: task.coExecutors.map((h) => h.id).sort(),
  };
  const changes = differences(before, columns);
  if (patch.coExecutorIds !== undefined) {
    const helpers = [...new Set(patch.coExecutorIds)].filter((h) => h !== (executorId ?? task.executor?.id)).sort();
    Object.assign(changes, differences(before, { helpers }));
    await tx`DELETE FROM task_participant WHERE task_id = ${task.id} AND role = 'co_executor' AND NOT employee_id = ANY(${helpers}::uuid[])`;
    await tx`INSERT INTO task_participant (task_id, employee_id) SELECT ${task.id}, e FROM unnest(${helpers}::uuid[]) AS e ON CONFLICT DO NOTHING`;
  }
  if (Object.keys(changes).length === 0) return;
  const moved = changes["executor_id"] !== undefined;
  // Whoever gets it anew accepts anew; one's own needs no accepting.
  const state = moved ? (executorId === actor.id ? "accepted" : "new") : task.state;
  await tx`UPDATE task SET ${tx({ ...columns, state, refuse_reason: state === "rejected" ? task.refuseReason : null, version: task.version + 1 })} WHERE id = ${task.id}`;
  await crm.audit(tx, actor, { objectKind: "task", objectId: task.id, action: "edit", changes });
  if (changes["due_at"] !== undefined || moved) await settle(tx, crm, task.id, moved ? ["task.new", "task.overdue"] : ["task.overdue"]);
  const payload = { title: patch.title ?? task.title, at: patch.dueAt === undefined ? task.dueAt : patch.dueAt };
  for (const employeeId of new Set([...(moved ? [executorId as Id] : []), ...(patch.coExecutorIds ?? [])]))
    await tellNew(tx, crm, task.id, employeeId, payload, actor.id);
  if (moved) await passOn(crm, tx, "task", [task.id]);
}
