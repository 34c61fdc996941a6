import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { ApiError, api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import type { LiveOffer } from "../../app/live.ts";
import type { DialogList } from "../../app/live-cache.ts";
import { settled } from "../../app/settle.ts";

function refresh(client: QueryClient, dialogId: string): void {
  void client.invalidateQueries({ queryKey: ["dialogs"] });
  void client.invalidateQueries({ queryKey: keys.dialog(dialogId) });
  void client.invalidateQueries({ queryKey: ["dialog-part", dialogId] });
}

/** Take, assign, return, hand to another queue, close; what was written and is still held back goes out first. The socket brings the result too; the reading again covers a cut wire. */
export function useDialogActions(dialogId: string) {
  const client = useQueryClient();
  const done = { onSuccess: () => refresh(client, dialogId), onError: showFailure };
  const take = useMutation({ mutationFn: () => api.post(`/dialogs/${dialogId}/take`, {}), ...done });
  const assign = useMutation({
    mutationFn: (employeeId: string | null) => settled(dialogId).then(() => api.post(`/dialogs/${dialogId}/assign`, { employeeId })),
    ...done,
  });
  const transfer = useMutation({
    mutationFn: (queueId: string) => settled(dialogId).then(() => api.post(`/dialogs/${dialogId}/transfer`, { queueId })),
    ...done,
  });
  const close = useMutation({ mutationFn: () => settled(dialogId).then(() => api.post(`/dialogs/${dialogId}/close`, {})), ...done });
  return { take, assign, transfer, close };
}

/** Accepts or refuses an offer. Who accepts is led to the dialog, also when the card was taken away by the socket before the answer came. */
export function useOfferAnswer() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ offer, answer }: { offer: LiveOffer; answer: "accept" | "reject" }) => api.post(`/offers/${offer.offer.id}/${answer}`, {}),
    // Here and not at `mutate`: a card that is gone hears nothing any more.
    onSuccess: (_data, { offer, answer }) => {
      if (answer === "accept") void navigate(`/dialogs/${offer.dialog.id}`);
    },
    onSettled: (_data, error, { offer }) => {
      // Gone in any case: ours, refused, or somebody else's.
      if (error === null || (error instanceof ApiError && error.code !== "network"))
        client.setQueryData<LiveOffer[]>(keys.offers, (all) => all?.filter((each) => each.offer.id !== offer.offer.id));
      refresh(client, offer.dialog.id);
    },
    onError: showFailure,
  });
}

/** Seen up to its end: nothing unread here any more. */
export function markRead(client: QueryClient, dialog: DialogSummary): void {
  if (dialog.unread === 0) return;
  client.setQueriesData<DialogList>({ queryKey: ["dialogs"] }, (list) =>
    list === undefined ? list : { ...list, items: list.items.map((each) => (each.id === dialog.id ? { ...each, unread: 0 } : each)) },
  );
  api.post(`/dialogs/${dialog.id}/read`, {}).catch(() => undefined);
}
