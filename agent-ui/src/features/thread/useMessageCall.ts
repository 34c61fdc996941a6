import type { Message } from "@kommutator/contract/api/dialogs";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { type LiveDialog, placeMessage } from "../../app/live-cache.ts";

/** A request that answers with the changed message, which takes its place in the thread. */
export function useMessageCall<V = void>(message: Pick<Message, "id" | "dialogId">, call: (value: V) => Promise<Message>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: call,
    onMutate: () => client.getQueryData<LiveDialog>(keys.dialog(message.dialogId))?.seenAt[message.id] ?? 0,
    // Newer than what stood here when the button was pressed, older than anything the socket said since.
    onSuccess: (changed, _sent, before) =>
      client.setQueryData<LiveDialog>(keys.dialog(message.dialogId), (detail) => (detail === undefined ? detail : placeMessage(detail, changed, before + 0.5))),
    onError: showFailure,
  });
}
