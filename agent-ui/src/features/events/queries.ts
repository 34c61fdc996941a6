import type { InteractionDetail } from "@kommutator/contract/api/interaction";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../app/api.ts";

/** Everything that shows Interactions: their lists and cards, and the cards of whom they are with. */
const STALE = new Set(["interactions", "interest", "interests", "customer", "lead", "tasks", "notification"]);

/** Reads again whatever an event is shown in. */
export function useReread(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: ({ queryKey: [word] }) => typeof word === "string" && STALE.has(word) });
}

export function useEvent(id: string) {
  return useQuery({ queryKey: ["interactions", "card", id], queryFn: ({ signal }) => api.get<InteractionDetail>(`/interactions/${id}`, { signal }) });
}
