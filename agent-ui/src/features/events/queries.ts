import type { InteractionDetail, InteractionView } from "@kommutator/contract/api/interaction";
import type { InterestRow } from "@kommutator/contract/api/interest";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";

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

/** How many Interests and events of a client a form offers: the newest. */
const OFFERED = 30;
/** `kind:id` of a client as the lists filter by it: customerId, contactId, leadId. */
const filterOf = (party: string | null): Record<string, string> => {
  const [kind, id] = party?.split(":") ?? [];
  return kind === undefined || id === undefined ? {} : { [`${kind}Id`]: id };
};

/** The open Interests of a client (`kind:id`) for a choice; `taken`: one that stands chosen already, open or not. */
export function usePartyInterests(party: string | null, taken: { id: string; name: string } | null): { value: string; label: string }[] {
  const can = useCan();
  const query = useQuery({
    queryKey: keys.interests("open-of", party ?? ""),
    queryFn: ({ signal }) => api.get<{ items: InterestRow[] }>("/interests", { signal, query: { ...filterOf(party), status: "open", limit: OFFERED } }),
    enabled: party !== null && can("interest", "read") !== null,
  });
  const open = (query.data?.items ?? []).map((each) => ({ value: each.id, label: `№${each.number} ${each.title}` }));
  return taken === null || open.some((each) => each.value === taken.id) ? open : [{ value: taken.id, label: taken.name }, ...open];
}

/** The newest events of a client (`kind:id`), done and planned. */
export function usePartyEvents(party: string | null): InteractionView[] {
  const query = useQuery({
    queryKey: ["interactions", "of", party],
    queryFn: ({ signal }) => api.get<{ items: InteractionView[] }>("/interactions", { signal, query: { ...filterOf(party), limit: OFFERED } }),
    enabled: party !== null,
  });
  return query.data?.items ?? [];
}
