import type { TransferTargets } from "@kommutator/contract/api/routing";
import type { Medium } from "@kommutator/contract/ids";
import { useQuery } from "@tanstack/react-query";
import { api } from "./api.ts";
import { keys } from "./keys.ts";

/**
 * To whom a dialog of this medium may be handed on, without the queue of the dialog `leaving`; asked again and again while the list is
 * `open`, because people come and go.
 */
export function useTransferTargets(medium: Medium, open: boolean, leaving?: string) {
  return useQuery({
    queryKey: keys.transferTargets(medium, leaving),
    queryFn: ({ signal }) => api.get<TransferTargets>(`/transfer-targets?medium=${medium}${leaving === undefined ? "" : `&leaving=${leaving}`}`, { signal }),
    enabled: open,
    refetchInterval: 3_000,
    staleTime: 0,
  });
}
