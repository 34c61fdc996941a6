import type { InterestKindView, KindStage } from "@kommutator/contract/api/interest-kind";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../../app/api.ts";
import { keys } from "../../../app/keys.ts";

/** All kinds with their stages, archived ones too. */
export const useKinds = () => useQuery({ queryKey: keys.interestKinds, queryFn: ({ signal }) => api.get<InterestKindView[]>("/interest-kinds", { signal }) });

/** After a change: the kind in place, and every list that chooses from kinds stale. */
export function useKindSaved(): (kind: InterestKindView) => void {
  const client = useQueryClient();
  return (kind) => {
    client.setQueryData<InterestKindView[]>(keys.interestKinds, (before) =>
      before?.some((each) => each.id === kind.id) ? before.map((each) => (each.id === kind.id ? kind : each)) : [...(before ?? []), kind],
    );
    void client.invalidateQueries({ predicate: ({ queryKey: [word] }) => word === "catalogues" || word === "interest" || word === "interest-board" });
  };
}

export const inUse = (kind: InterestKindView): KindStage[] => kind.stages.filter((stage) => !stage.archived);
