import type { AuditView } from "@kommutator/contract/api/admin";
import type { Security } from "@kommutator/contract/api/auth";
import type { CatalogueEntry, CatalogueName } from "@kommutator/contract/api/catalogue";
import type { RequiredRuleView } from "@kommutator/contract/api/required-field";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";

/** Entries of one catalogue, archived ones too. Under the key of all catalogues, so that a change makes both stale. */
export const useEntries = (name: CatalogueName) =>
  useQuery({ queryKey: [...keys.catalogues, name], queryFn: ({ signal }) => api.get<CatalogueEntry[]>(`/catalogues/${name}`, { signal }) });

export const REQUIRED_KEY = ["required-fields"] as const;
export const useRequiredRules = () =>
  useQuery({ queryKey: REQUIRED_KEY, queryFn: ({ signal }) => api.get<RequiredRuleView[]>("/required-fields", { signal }) });

export const SECURITY_KEY = ["security"] as const;
export const useSecurity = () => useQuery({ queryKey: SECURITY_KEY, queryFn: ({ signal }) => api.get<Security>("/me/security", { signal }) });

export interface AuditFilter {
  objectKind?: string | undefined;
  objectId?: string | undefined;
  actorId?: string | undefined;
  actorKind?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
/** The audit, page by page, newest first. */
export const useAudit = (filter: AuditFilter) =>
  useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: AuditView[]; nextCursor: string | null }>("/audit", { signal, query: { ...filter, limit: 50, cursor: pageParam ?? undefined } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
