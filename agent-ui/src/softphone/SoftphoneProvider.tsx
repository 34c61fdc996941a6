import type { CallView, DialogSummary } from "@kommutator/contract/api/dialogs";
import type { SoftphoneSession } from "@kommutator/contract/api/routing";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { z } from "zod";
import { api } from "../app/api.ts";
import { keys } from "../app/keys.ts";
import { useLive, useLiveStatus } from "../app/LiveProvider.tsx";
import type { LiveOffer } from "../app/live.ts";
import { useCan, useMe } from "../app/me.ts";
import { currentMine } from "../features/dialogs/queries.ts";
import { type Devices, loadDevices, saveDevices } from "./devices.ts";
import { lazySipWire } from "./lazy-sip.ts";
import type { Locks, Wire } from "./leadership.ts";
import type { Order, PhoneApi, Softphone, SoftphoneView } from "./phone.ts";
import { openSoftphone } from "./softphone.ts";
import { ringOn, startRinging, stopRinging } from "./sound.ts";

export interface SoftphoneContext {
  view: SoftphoneView;
  /** This tab holds the phone: sound is here. */
  leads: boolean;
  /** May this employee telephone at all? */
  enabled: boolean;
  order: (order: Order) => void;
  devices: Devices;
  chooseDevices: (change: Partial<Devices>) => void;
}

const Context = createContext<SoftphoneContext | null>(null);

const REMEMBERED = "kommutator.call";

/** The server side of the phone, over the workspace's API. */
const phoneApi = {
  session: () => api.post<z.infer<typeof SoftphoneSession>>("/softphone/session"),
  call: async () => (await api.get<{ call: CallView | null }>("/softphone/call")).call,
  rejectOffer: (id) => api.post(`/offers/${id}/reject`),
  hold: (id) => api.post(`/calls/${id}/hold`),
  resume: (id) => api.post(`/calls/${id}/resume`),
  hangUp: (id) => api.post(`/calls/${id}/hangup`),
  rejoin: (id) => api.post(`/calls/${id}/rejoin`),
  digits: (id, digits) => api.post(`/calls/${id}/dtmf`, { digits }),
  dial: (number, about) => api.post<{ callId: string }>("/calls", { number, ...about }),
} satisfies Omit<PhoneApi, "pendingOffer">;

/** A call that rings for me by the lists of the workspace, for a page that missed the offer itself. */
const ringingIn = (dialogs: DialogSummary[]): Awaited<ReturnType<PhoneApi["pendingOffer"]>> => {
  for (const dialog of dialogs)
    if (dialog.medium === "voice" && dialog.offer !== null && Date.parse(dialog.offer.deadlineAt) > Date.now()) return { offer: dialog.offer, dialog };
  return null;
};

/** Browsers without Web Locks (only very old ones, or plain http): this tab leads, as if it were alone. */
const browserLocks = (): Locks => ("locks" in navigator ? (navigator.locks as Locks) : { request: (_name, _options, held) => held() });

/** The phone of the logged-in employee. Mounted once, above all pages: navigation never touches a call. */
export function SoftphoneProvider({ children }: { children: ReactNode }) {
  const me = useMe();
  const can = useCan();
  const client = useQueryClient();
  const bridge = useLive();
  const live = useLiveStatus();
  const enabled = me.extension !== null && can("call", "read") !== null;
  const audio = useRef<HTMLAudioElement>(null);
  const phone = useRef<Softphone | null>(null);
  const [devices, setDevices] = useState(() => loadDevices(localStorage));
  const desk = useRef(devices);
  desk.current = devices;
  const [shown, setShown] = useState<{ view: SoftphoneView; leads: boolean } | null>(null);

  useEffect(() => {
    if (!enabled) return;
    let known = new Map<string, LiveOffer>();
    const opened = openSoftphone({
      employeeId: me.id,
      api: { ...phoneApi, pendingOffer: async () => ringingIn(await currentMine(client, bridge)) },
      desk: {
        startBell: startRinging,
        stopBell: stopRinging,
        play: (remote) => {
          const element = audio.current;
          if (element === null) return;
          element.srcObject = remote;
          if (remote !== null) void element.play().catch(() => undefined);
        },
        devices: () => desk.current,
        rememberCall: (callId) => (callId === null ? localStorage.removeItem(REMEMBERED) : localStorage.setItem(REMEMBERED, callId)),
        rememberedCall: () => localStorage.getItem(REMEMBERED),
      },
      openSip: lazySipWire,
      locks: browserLocks(),
      wire: new BroadcastChannel(`kommutator-phone-${me.id}`) as Wire,
      now: Date.now,
      chance: Math.random,
      onView: (view, leads) => setShown({ view, leads }),
    });
    phone.current = opened;
    setShown({ view: opened.view(), leads: opened.leads() });

    // The live bridge keeps the offers and the dialogs in the query cache: the phone hears them from there.
    let asked: ReturnType<typeof setTimeout> | undefined;
    const askSoon = (): void => {
      asked ??= setTimeout(() => {
        asked = undefined;
        opened.refresh();
      }, 300);
    };
    const hear = (): void => {
      const now = new Map((client.getQueryData<LiveOffer[]>(keys.offers) ?? []).map((each) => [each.offer.id, each]));
      const before = known;
      known = now;
      for (const [id, each] of now) if (!before.has(id)) opened.offer(each.offer, each.dialog);
      for (const [id, each] of before) {
        if (now.has(id) || each.dialog.medium !== "voice") continue;
        void phoneApi.call().then(
          (call) =>
            opened.offerEnded(
              id,
              call?.dialogId === each.dialog.id ? "accepted" : Date.parse(each.offer.deadlineAt) <= Date.now() + 500 ? "timed_out" : "rescinded",
            ),
          () => opened.offerEnded(id, "rescinded"),
        );
      }
    };
    const unsubscribe = client.getQueryCache().subscribe((event) => {
      if (event.type !== "updated") return;
      const [word, id] = event.query.queryKey;
      if (word === keys.offers[0]) hear();
      const { call } = opened.view();
      if (call.phase === "idle" || call.phase === "ringing") return;
      if (word === "dialogs" || (word === "dialog" && id === call.dialogId)) askSoon();
    });
    hear();

    const online = (): void => opened.network(true);
    const offline = (): void => opened.network(false);
    const probe = (): void => {
      if (document.visibilityState === "visible") opened.probe();
    };
    const connection = (navigator as Navigator & { connection?: EventTarget }).connection;
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    connection?.addEventListener("change", probe);
    document.addEventListener("visibilitychange", probe);
    return () => {
      clearTimeout(asked);
      unsubscribe();
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      connection?.removeEventListener("change", probe);
      document.removeEventListener("visibilitychange", probe);
      opened.close();
      phone.current = null;
      setShown(null);
    };
  }, [client, bridge, me.id, enabled]);

  // The socket was away and is back: offers and calls may have changed meanwhile.
  useEffect(() => {
    if (live.state === "online") phone.current?.refresh();
  }, [live.state]);

  useEffect(() => {
    const element = audio.current as (HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> }) | null;
    void element?.setSinkId?.(devices.speakerId).catch(() => undefined);
    void ringOn(devices.bellId).catch(() => undefined);
  }, [devices.speakerId, devices.bellId]);

  const value = useMemo<SoftphoneContext>(
    () => ({
      view: shown?.view ?? OFF,
      leads: shown?.leads ?? false,
      enabled,
      order: (order) => phone.current?.order(order),
      devices,
      chooseDevices: (change) => {
        const next = { ...desk.current, ...change };
        saveDevices(localStorage, next);
        setDevices(next);
        if (change.microphoneId != null) phone.current?.microphoneChosen(change.microphoneId);
      },
    }),
    [shown, enabled, devices],
  );

  return (
    <Context value={value}>
      {children}
      {/* biome-ignore lint/a11y/useMediaCaption: a live telephone call has no captions */}
      <audio id="remote-audio" ref={audio} autoPlay />
    </Context>
  );
}

const OFF: SoftphoneView = {
  line: { phase: "off", step: "none", since: 0, attempt: 0, retryAt: null, cause: "unavailable", hasSession: false },
  call: {
    phase: "idle",
    leg: "none",
    offerId: null,
    dialogId: null,
    callId: null,
    answerOnInvite: false,
    since: 0,
    talkingSince: null,
    muted: false,
    held: false,
    ended: null,
  },
  offer: null,
  who: null,
  quality: null,
  trouble: null,
};

/** The phone of this page: what it shows and what can be pressed. */
export function useSoftphone(): SoftphoneContext {
  const context = useContext(Context);
  if (context === null) throw new Error("useSoftphone outside of the frame");
  return context;
}
