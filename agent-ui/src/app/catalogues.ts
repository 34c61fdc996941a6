import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { useQuery } from "@tanstack/react-query";
import { api } from "./api.ts";
import { keys } from "./keys.ts";

/** All short lists in one, read once an hour. */
export function useCatalogues() {
  return useQuery({ queryKey: keys.catalogues, queryFn: ({ signal }) => api.get<Catalogues>("/catalogues", { signal }), staleTime: 3600_000 });
}

/** Names entries of catalogues that came with a row (a stage, a kind, a status …) in the language of the page; nothing for none. */
export function useNamed(): (entry: { id: string; name: string } | null | undefined) => string {
  const names = useCatalogues().data?.names;
  return (entry) => (entry == null ? "" : (names?.[entry.id] ?? entry.name));
}
