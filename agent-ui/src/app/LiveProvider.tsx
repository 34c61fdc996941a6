import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { useQueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";
import { claimLoudTab, notifyBrowser, playSound } from "./alerts.ts";
import { keys } from "./keys.ts";
import { LiveBridge, type LiveStatus } from "./live.ts";
import { useMe } from "./me.ts";
import { callingOf } from "./party.ts";

const LiveContext = createContext<LiveBridge | null>(null);

/** Holds the live socket of the logged-in employee. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const me = useMe();
  const navigate = useNavigate();
  const [bridge, setBridge] = useState<LiveBridge | null>(null);
  // The bridge lives as long as the login: navigation must not cut it.
  const [go] = useState(() => ({ to: navigate }));
  go.to = navigate;

  useEffect(() => {
    claimLoudTab();
    const onIncoming = (dialog: DialogSummary) => {
      const looking = document.hasFocus() && location.pathname === `/dialogs/${dialog.id}`;
      if (looking) return;
      playSound("message");
      notifyBrowser({ tag: dialog.id, title: titleOf(dialog), body: dialog.lastMessage?.text ?? "", onClick: () => void go.to(`/dialogs/${dialog.id}`) });
    };
    const onBye = () => client.setQueryData(keys.me, null);
    const live = new LiveBridge({ client, meId: me.id, storage: sessionStorage, onIncoming, onBye });
    let closed = false;
    let back = () => {};
    // The socket's code comes after the frame stands: the first screen does not wait for it.
    void import("socket.io-client").then(({ io }) => {
      if (closed) return;
      const socket = io({
        path: "/live",
        autoConnect: false,
        transports: ["websocket", "polling"],
        reconnectionDelay: 500,
        reconnectionDelayMax: 5000,
        auth: (give) => give(live.auth),
      });
      live.attach(socket);
      // A browser that knows it is back online need not wait out the back-off.
      back = () => socket.connect();
      window.addEventListener("online", back);
    });
    setBridge(live);
    return () => {
      closed = true;
      window.removeEventListener("online", back);
      live.close(false);
      setBridge(null);
    };
  }, [client, me.id, go]);

  if (bridge === null) return null;
  return <LiveContext value={bridge}>{children}</LiveContext>;
}

export function useLive(): LiveBridge {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("useLive outside of the frame");
  return live;
}

/** Is the page connected, and since when is it (not)? */
export function useLiveStatus(): LiveStatus {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => live.status);
}

/** Who of the other side or of the colleagues types in a dialog. */
export function useTyping(dialogId: string): string | null {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => live.typingIn(dialogId));
}

/** Bodies of a dialog come while this is mounted. */
export function useWatch(dialogId: string | null): void {
  const live = useLive();
  useEffect(() => (dialogId === null ? undefined : live.watch(dialogId)), [live, dialogId]);
}

function titleOf(dialog: DialogSummary): string {
  const { kind, text } = callingOf(dialog.party);
  return kind === "name" ? text : i18next.t(kind === "visitor" ? "party.visitor" : "party.hidden", { ns: "common", mark: text });
}
