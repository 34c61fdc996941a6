import { useQueryClient } from "@tanstack/react-query";

/** Reads again whatever a task is shown in. */
export function useRereadTasks(): () => Promise<void> {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey: [word] }) => word === "tasks" || word === "interactions" || word === "notification" || word === "customer",
    });
}
