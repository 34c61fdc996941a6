import type { TaskView } from "@kommutator/contract/api/task";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";

/** Reads again whatever a task is shown in. */
export function useRereadTasks(): () => Promise<void> {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [word] }) => word === "tasks" || word === "interactions" || word === "notification" || word === "customer",
    });
}

type Pair = { task: Pick<TaskView, "id" | "version">; interactionId: string };

/** Links an existing task with an event, and takes the link off (IA-20); whoever comes second is told, and sees the task as it is now. */
export function useTaskLink() {
  const reread = useRereadTasks();
  const rest = { onSettled: reread, onError: showFailure };
  return {
    link: useMutation({
      mutationFn: ({ task, interactionId }: Pair) => api.post(`/tasks/${task.id}/events`, { interactionId, version: task.version }),
      ...rest,
    }),
    unlink: useMutation({
      mutationFn: ({ task, interactionId }: Pair) => api.delete(`/tasks/${task.id}/events?interactionId=${interactionId}&version=${task.version}`),
      ...rest,
    }),
  };
}
