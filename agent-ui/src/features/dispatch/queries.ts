import type { DispatchRuleView, ExclusionView, ReceptionSettings } from "@kommutator/contract/api/dispatch-rule";
import type { LeadQuestionView } from "@kommutator/contract/api/lead";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../app/api.ts";

const KEY = "dispatch";

export const useRules = () => useQuery({ queryKey: [KEY, "rules"], queryFn: ({ signal }) => api.get<DispatchRuleView[]>("/dispatch-rules", { signal }) });
export const useExclusions = () => useQuery({ queryKey: [KEY, "exclusions"], queryFn: ({ signal }) => api.get<ExclusionView[]>("/exclusions", { signal }) });
export const useQuestions = () =>
  useQuery({ queryKey: [KEY, "questions"], queryFn: ({ signal }) => api.get<LeadQuestionView[]>("/lead-questions", { signal }) });
export const useReceptionSettings = () =>
  useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<ReceptionSettings>("/reception-settings", { signal }) });

/** After a change: the lists of these pages and the catalogues that forms choose from are read again. */
export function useChanged(): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: [KEY] });
    void client.invalidateQueries({ queryKey: ["catalogues"] });
  };
}
