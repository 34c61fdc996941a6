import type { QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import type { DialogList, LiveDialog } from "../../app/live-cache.ts";

const key = (meId: string, dialogId: string) => `kommutator.draft.${meId}.${dialogId}`;

/** What was typed and has not reached the server yet (offline, or the tab died); null = the server's copy is the latest. */
export const localDraft = (meId: string, dialogId: string) => localStorage.getItem(key(meId, dialogId));

function mark(client: QueryClient, dialogId: string, text: string): void {
  client.setQueryData<LiveDialog>(keys.dialog(dialogId), (detail) => (detail === undefined ? detail : { ...detail, draft: text }));
  client.setQueriesData<DialogList>({ queryKey: ["dialogs"] }, (list) =>
    list?.items.some((each) => each.id === dialogId && each.hasDraft !== (text !== ""))
      ? { ...list, items: list.items.map((each) => (each.id === dialogId ? { ...each, hasDraft: text !== "" } : each)) }
      : list,
  );
}

/** Keeps a draft: at once on this machine, within a second on the server, and the last word when the dialog is left. */
export function useDraftKeeper(client: QueryClient, meId: string, dialogId: string): { keep: (text: string) => void; drop: () => void } {
  const pending = useRef<{ text: string; timer: ReturnType<typeof setTimeout> } | null>(null);
  const save = useRef((text: string) => {
    mark(client, dialogId, text);
    api.put(`/dialogs/${dialogId}/draft`, { text }).then(
      () => {
        if (localStorage.getItem(key(meId, dialogId)) === text) localStorage.removeItem(key(meId, dialogId));
      },
      () => undefined,
    );
  });
  useEffect(
    () => () => {
      if (pending.current === null) return;
      clearTimeout(pending.current.timer);
      save.current(pending.current.text);
      pending.current = null;
    },
    [],
  );
  const later = (text: string, ms: number) => {
    if (pending.current !== null) clearTimeout(pending.current.timer);
    localStorage.setItem(key(meId, dialogId), text);
    const timer = setTimeout(() => {
      pending.current = null;
      save.current(text);
    }, ms);
    pending.current = { text, timer };
  };
  return { keep: (text) => later(text, 800), drop: () => later("", 0) };
}
