import type { TaskView } from "@kommutator/contract/api/task";

export type TaskState = TaskView["state"];
export type TaskActionName = TaskView["actions"][number];

/** Who asks, seen from the task. */
export interface Hand {
  executes: boolean;
  gave: boolean;
  edits: boolean;
}

/**
 * What may be done with a task (BP-05). The executor (or a helper) accepts, starts, refuses with a reason and reports it done. Who gave a
 * controlled one confirms it or returns it with a reason; who gave any cancels it while it is open and reopens it after it was refused,
 * cancelled or done. A confirmed or cancelled one is at rest: its words stay.
 */
export function actionsOf(task: { state: TaskState; controlled: boolean; confirmed: boolean }, hand: Hand): TaskActionName[] {
  const { state, controlled, confirmed } = task;
  const open = state === "new" || state === "accepted" || state === "in_work" || state === "rejected";
  const working = open && state !== "rejected";
  const allowed: [TaskActionName, boolean][] = [
    ["edit", (hand.gave || hand.edits) && open],
    ["accept", hand.executes && state === "new"],
    ["start", hand.executes && (state === "new" || state === "accepted")],
    ["refuse", hand.executes && !hand.gave && working],
    ["done", hand.executes && working],
    ["confirm", hand.gave && controlled && state === "done" && !confirmed],
    ["return", hand.gave && controlled && state === "done" && !confirmed],
    ["cancel", (hand.gave || hand.edits) && open],
    ["reopen", (hand.gave || hand.edits) && (state === "rejected" || state === "cancelled" || (state === "done" && !controlled))],
  ];
  return allowed.filter(([, may]) => may).map(([action]) => action);
}

/** The state after an action. */
export const AFTER: Record<Exclude<TaskActionName, "edit">, TaskState> = {
  accept: "accepted",
  start: "in_work",
  refuse: "rejected",
  done: "done",
  confirm: "done",
  return: "in_work",
  cancel: "cancelled",
  reopen: "new",
};
/** Actions that say why. */
export const WITH_REASON: readonly TaskActionName[] = ["refuse", "return"];
