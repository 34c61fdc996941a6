import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { useQuery } from "@tanstack/react-query";
import { api } from "./api.ts";
import { keys } from "./keys.ts";

/** All short lists in one, read once an hour. */
export function useCatalogues() {
  return useQuery({ queryKey: keys.catalogues, queryFn: ({ signal }) => api.get<Catalogues>("/catalogues", { signal }), staleTime: 3600_000 });
}
