import type { Message } from "@kommutator/contract/api/dialogs";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { useLiveStatus } from "../../app/LiveProvider.tsx";
import { type LiveDialog, placeMessage } from "../../app/live-cache.ts";
import { useMe } from "../../app/me.ts";
import { onSettle } from "../../app/settle.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { HOLD_MS, undoes } from "./undo.ts";

const OutboxContext = createContext<Outbox | null>(null);

/** Lives above the pages: a reply goes on being sent when the agent has moved to another dialog. */
export function OutboxProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const me = useMe();
  const { state } = useLiveStatus();
  const [outbox] = useState(
    () =>
      new Outbox({
        meId: me.id,
        storage: localStorage,
        post: (dialogId, body, keepalive) => api.post<Message>(`/dialogs/${dialogId}/messages`, body, { keepalive }),
        holdMs: () => (undoes() ? HOLD_MS : 0),
        // Position 0: whatever the socket said about this message is newer.
        onSent: (message, sent) =>
          client.setQueryData<LiveDialog>(keys.dialog(sent.dialogId), (detail) => (detail === undefined ? detail : placeMessage(detail, message, 0))),
      }),
  );
  useEffect(() => {
    if (state === "online") outbox.pump();
  }, [outbox, state]);
  useEffect(() => {
    const stop = onSettle((dialogId) => outbox.release(dialogId ?? undefined));
    addEventListener("pagehide", outbox.leave);
    // A telephone's browser may freeze a page and throw it away without another word.
    document.addEventListener("freeze", outbox.leave);
    return () => {
      stop();
      removeEventListener("pagehide", outbox.leave);
      document.removeEventListener("freeze", outbox.leave);
      outbox.close();
    };
  }, [outbox]);
  return <OutboxContext value={outbox}>{children}</OutboxContext>;
}

export function useOutbox(): Outbox {
  const outbox = useContext(OutboxContext);
  if (outbox === null) throw new Error("useOutbox outside of the frame");
  return outbox;
}

/** What of one dialog is still on its way. */
export function useOutgoing(dialogId: string): Outgoing[] {
  const outbox = useOutbox();
  const items = useSyncExternalStore(outbox.subscribe, () => outbox.items);
  return useMemo(() => items.filter((item) => item.dialogId === dialogId), [items, dialogId]);
}
