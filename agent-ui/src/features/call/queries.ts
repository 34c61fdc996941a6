import type { IncomingCard } from "@kommutator/contract/api/party";
import type { Presence } from "@kommutator/contract/api/routing";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";

/** Who calls or writes, and about what (CC-15). */
export function useCard(dialogId: string | null) {
  return useQuery({
    queryKey: keys.ofDialog(dialogId ?? "", "card"),
    queryFn: ({ signal }) => api.get<IncomingCard>(`/dialogs/${dialogId}/card`, { signal }),
    enabled: dialogId !== null,
  });
}

/** My presence as routing sees it; the live bridge writes it too. */
export function usePresence() {
  return useQuery({ queryKey: keys.presence, queryFn: ({ signal }) => api.get<Presence>("/presence/me", { signal }) });
}

export function useSetPresence() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { intent: Presence["intent"]; reason: string | null }) => api.put<Presence>("/presence/me", body),
    onSuccess: (presence) => client.setQueryData(keys.presence, presence),
    onError: showFailure,
  });
}

export function useWrapup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: "finish" | "extend") => api.post<Presence>("/presence/me/wrapup", { action }),
    onSuccess: (presence) => client.setQueryData(keys.presence, presence),
    onError: showFailure,
  });
}
