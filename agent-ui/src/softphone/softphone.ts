import type { CallView } from "@kommutator/contract/api/dialogs";
import type { SoftphoneSession } from "@kommutator/contract/api/routing";
import type { z } from "zod";
import { bellSounds, CALL_IDLE, type CallCommand, type CallEvent, callStep } from "./call-state.ts";
import { joinTabs, type Leadership, type Locks, type Wire } from "./leadership.ts";
import type { Order, PhoneApi, PhoneDesk, Softphone, SoftphoneView } from "./phone.ts";
import { type QualitySample, qualityBetween } from "./quality.ts";
import { LINE_OFF, type LineCommand, type LineEvent, lineStep } from "./registration.ts";
import type { SipReports, SipWire } from "./sip-wire.ts";

const REJOIN_EVERY_MS = 4000;
const DIAL_WITHIN_MS = 30_000;
const SAMPLE_EVERY_MS = 2000;
/** How long after its call's end at the server a leg may be without its BYE; a WebSocket that was replaced carries none. */
const BYE_WITHIN_MS = 1500;
const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "internal";

/** The phone of one employee in one tab. `onView` is called after each change, in every tab. */
export function openSoftphone(deps: {
  employeeId: string;
  api: PhoneApi;
  desk: PhoneDesk;
  openSip: (reports: SipReports) => SipWire;
  locks: Locks;
  wire: Wire;
  now: () => number;
  chance: () => number;
  onView: (view: SoftphoneView, leads: boolean) => void;
}): Softphone {
  const { api, desk, now } = deps;
  let view: SoftphoneView = {
    line: { ...LINE_OFF, cause: "other_tab" },
    call: CALL_IDLE,
    offer: null,
    who: null,
    quality: null,
    trouble: null,
  };
  let closed = false;
  let session: z.infer<typeof SoftphoneSession> | undefined;
  let wait: ReturnType<typeof setTimeout> | undefined;
  let dialTimer: ReturnType<typeof setTimeout> | undefined;
  let rejoinTimer: ReturnType<typeof setInterval> | undefined;
  let sampler: ReturnType<typeof setInterval> | undefined;
  let lastSample: QualitySample | null = null;
  let declined: string | null = null;
  /** The call that the server has spoken of as mine. */
  let known: string | null = null;
  let byeTimer: ReturnType<typeof setTimeout> | undefined;
  let rejoinedAt = Number.NEGATIVE_INFINITY;

  const show = (change: Partial<SoftphoneView>): void => {
    if (closed) return;
    view = { ...view, ...change };
    tabs.tell(view);
    deps.onView(view, tabs.leads());
  };
  const trouble = (error: unknown): void => show({ trouble: codeOf(error) });

  // ------------------------------------------------------------ the line
  const lineEvent = (event: LineEvent): void => {
    if (closed) return;
    const before = view.line;
    const [line, commands] = lineStep(before, event, now(), deps.chance());
    if (line !== before) show({ line });
    for (const command of commands) lineCommand(command);
    if (line.phase === "ready" && before.phase !== "ready") void ready(before.phase === "lost");
  };
  const lineCommand = (command: LineCommand): void => {
    switch (command.kind) {
      case "fetch-session":
        api.session().then(
          (given) => {
            session = given;
            lineEvent({ kind: given.available ? "session.given" : "session.unavailable" });
          },
          (error: unknown) =>
            lineEvent({ kind: codeOf(error) === "phone_unavailable" || codeOf(error) === "forbidden" ? "session.unavailable" : "session.failed" }),
        );
        return;
      case "connect":
        if (session !== undefined) sip.connect(session);
        return;
      case "register":
        sip.register();
        return;
      case "disconnect":
        sip.disconnect();
        return;
      case "wait":
        clearTimeout(wait);
        wait = setTimeout(() => lineEvent({ kind: "retry" }), command.ms);
        return;
      case "cancel-wait":
        clearTimeout(wait);
        return;
    }
  };
  /** The leg goes without a word of SIP: the other side knows already. */
  const drop = (byMe: boolean): void => {
    if (view.call.leg !== "up") return;
    sip.dropLeg();
    callEvent({ kind: "leg.down", byMe });
  };
  /** The call is over at the server while its leg is up here: if no BYE comes, none will. */
  const awaitBye = (): void => {
    if (view.call.leg !== "up" || view.call.callId === null || view.call.callId !== known) return;
    clearTimeout(byeTimer);
    byeTimer = setTimeout(() => {
      api.call().then(
        (call) => call === null && drop(false),
        () => undefined, // the server is away: its return asks again
      );
    }, BYE_WITHIN_MS);
  };
  /** Registered (again): is there a call that waits for us, and has a call in hand still its sound? */
  const ready = async (again: boolean): Promise<void> => {
    if (again && view.call.leg === "up") {
      const call = await api.call().catch(() => undefined);
      // A talk that nobody brought by the house is none that the server could know.
      if (call === null && view.call.callId !== null) drop(false);
      else if (!sip.mediaAlive()) {
        await sip.restartMedia().catch(() => {
          sip.dropLeg();
          callEvent({ kind: "leg.lost" });
        });
      }
    }
    await refresh();
  };

  // ------------------------------------------------------------ the call
  const callEvent = (event: CallEvent): void => {
    if (closed) return;
    const before = view.call;
    const [call, commands] = callStep(before, event, now());
    if (call !== before) {
      if (call.phase === "talking" && call.leg === "up" && call.callId !== null) desk.rememberCall(call.callId);
      if (call.phase === "idle" && before.phase !== "idle") desk.rememberCall(null);
      const ended = call.phase === "idle";
      show({ call, ...(ended ? { offer: null, quality: null } : {}), ...(ended || call.leg !== "up" ? { quality: null } : {}) });
      if (bellSounds(call)) desk.startBell(desk.devices().bellVolume);
      else desk.stopBell();
      if (call.leg !== "up") {
        desk.play(null);
        stopSampling();
      }
      if (call.phase !== "lost") clearInterval(rejoinTimer);
      if (call.phase !== "connecting") clearTimeout(dialTimer);
    }
    for (const command of commands) callCommand(command);
  };
  const callCommand = (command: CallCommand): void => {
    switch (command.kind) {
      case "sip.accept":
        sip.accept(desk.devices().microphoneId);
        return;
      case "sip.reject":
        sip.reject();
        return;
      case "api.reject":
        // Too late is fine: the offer has ended by itself.
        api.rejectOffer(command.offerId).catch((error: unknown) => {
          if (codeOf(error) !== "offer_expired" && codeOf(error) !== "already_taken" && codeOf(error) !== "not_found") trouble(error);
        });
        return;
      case "api.rejoin":
        // One at a time: each makes the server ring this device anew.
        if (view.line.phase !== "ready" || now() - rejoinedAt < REJOIN_EVERY_MS) return;
        rejoinedAt = now();
        clearInterval(rejoinTimer);
        rejoinTimer = setInterval(() => void refresh(), REJOIN_EVERY_MS + 100);
        api.rejoin(command.callId).catch((error: unknown) => {
          if (codeOf(error) === "not_found" || codeOf(error) === "dialog_closed") callEvent({ kind: "server.call", call: null });
        });
        return;
    }
  };
  const serverCall = (call: CallView | null): void => {
    if (call === null || call.state === "ended") {
      callEvent({ kind: "server.call", call: null });
      awaitBye();
      return;
    }
    known = call.id;
    callEvent({
      kind: "server.call",
      call: {
        id: call.id,
        dialogId: call.dialogId,
        held: call.state === "held",
        answeredAt: call.answeredAt === null ? null : Date.parse(call.answeredAt),
        mine: call.state === "lost" || desk.rememberedCall() === call.id,
      },
    });
    if (view.who === null || view.call.dialogId === call.dialogId) {
      const number = call.direction === "in" ? call.from : call.to;
      if (view.who?.number !== number) show({ who: { name: view.who?.name ?? number ?? "", number } });
    }
  };
  const refresh = async (): Promise<void> => {
    if (closed || !tabs.leads()) return;
    try {
      const call = await api.call();
      if (call !== null || view.call.phase !== "ringing") serverCall(call);
      if (call === null && view.call.phase === "idle") {
        const pending = await api.pendingOffer();
        if (pending !== null) phone.offer(pending.offer, pending.dialog);
      }
    } catch {
      // The server is away: the socket's return asks again.
    }
  };
  const startSampling = (): void => {
    stopSampling();
    sampler = setInterval(() => {
      void sip.sample().then((sample) => {
        if (sample !== null && lastSample !== null && view.call.leg === "up") show({ quality: qualityBetween(lastSample, sample) });
        lastSample = sample;
      });
    }, SAMPLE_EVERY_MS);
  };
  const stopSampling = (): void => {
    clearInterval(sampler);
    lastSample = null;
  };

  const sip = deps.openSip({
    connected: () => lineEvent({ kind: "connected" }),
    disconnected: () => lineEvent({ kind: "disconnected" }),
    registered: () => lineEvent({ kind: "registered" }),
    rejected: (status) => lineEvent({ kind: "rejected", status }),
    silent: () => lineEvent({ kind: "silent" }),
    invited: (invite) => {
      // Declined before its INVITE arrived: it must not ring after all.
      if (invite.offerId !== null && invite.offerId === declined) {
        sip.reject();
        return;
      }
      if (view.who === null) show({ who: { name: invite.name === "" ? invite.number : invite.name, number: invite.number } });
      callEvent({ kind: "invite", auto: invite.auto });
    },
    inviteCancelled: (elsewhere) => callEvent({ kind: "invite.cancelled", elsewhere }),
    legUp: (remote) => {
      callEvent({ kind: "leg.up" });
      desk.play(remote);
      startSampling();
      void refresh();
    },
    legDown: (byMe) => callEvent({ kind: "leg.down", byMe }),
    legFailed: (error) => {
      const name = error instanceof Error ? error.name : "";
      show({ trouble: name === "NotAllowedError" || name === "NotFoundError" || name === "NotReadableError" ? "microphone" : "internal" });
      callEvent({ kind: "leg.failed" });
    },
  });

  const carryOut = (order: Order): void => {
    const { call } = view;
    switch (order.kind) {
      case "answer":
        callEvent({ kind: "answer" });
        return;
      case "decline":
        declined = call.offerId;
        callEvent({ kind: "decline" });
        return;
      case "hang-up":
        if (call.leg === "none") {
          if (call.callId !== null) api.hangUp(call.callId).catch(trouble);
          if (call.phase !== "talking") callEvent({ kind: "leg.failed" });
        } else if (view.line.phase === "ready" || call.leg !== "up" || call.callId === null) sip.hangUp();
        // A BYE has no way now: our server ends the call.
        else
          void api
            .hangUp(call.callId)
            .catch(trouble)
            .finally(() => drop(true));
        return;
      case "mute":
        sip.mute(order.on);
        callEvent({ kind: "mute", on: order.on });
        return;
      case "hold":
        if (call.callId === null) return;
        (order.on ? api.hold(call.callId) : api.resume(call.callId)).then(() => callEvent({ kind: "hold", on: order.on }), trouble);
        return;
      case "digits":
        if (call.callId !== null) api.digits(call.callId, order.digits).catch(trouble);
        return;
      case "dial": {
        if (call.phase !== "idle") return;
        show({ who: { name: order.number, number: order.number }, trouble: null });
        callEvent({ kind: "dial" });
        clearTimeout(dialTimer);
        dialTimer = setTimeout(() => callEvent({ kind: "dial.failed" }), DIAL_WITHIN_MS);
        const about = {
          ...(order.customerId === undefined ? {} : { customerId: order.customerId }),
          ...(order.interestId === undefined ? {} : { interestId: order.interestId }),
        };
        api.dial(order.number, about).then(
          ({ callId }) => callEvent({ kind: "dialled", callId }),
          (error: unknown) => {
            trouble(error);
            callEvent({ kind: "dial.failed" });
          },
        );
        return;
      }
      case "reconnect":
        lineEvent(view.line.phase === "off" ? { kind: "start" } : { kind: "online" });
        return;
      case "forget-trouble":
        show({ trouble: null });
        return;
    }
  };

  const tabs: Leadership<SoftphoneView, Order> = joinTabs<SoftphoneView, Order>({
    name: `kommutator-phone-${deps.employeeId}`,
    locks: deps.locks,
    wire: deps.wire,
    onLead: () => {
      // What the former leader showed is its own; this tab begins anew and learns from the server what goes on.
      view = { ...view, line: LINE_OFF, call: CALL_IDLE, offer: null, who: null, quality: null };
      lineEvent({ kind: "start" });
      void refresh();
    },
    onState: (state) => {
      view = state;
      deps.onView(view, false);
    },
    onOrder: carryOut,
  });

  const phone: Softphone = {
    view: () => view,
    leads: () => tabs.leads(),
    order: (order) => tabs.order(order),
    offer(offer, dialog) {
      // A promised call back rings nowhere: it is accepted by a click, then this phone is called first.
      if (!tabs.leads() || offer.employeeId !== deps.employeeId || dialog.medium !== "voice" || offer.reason.code === "callback") return;
      show({ offer, who: { name: dialog.party.name, number: dialog.party.identityValue }, trouble: null });
      callEvent({ kind: "offer", offerId: offer.id, dialogId: dialog.id, callId: dialog.callId });
    },
    offerEnded(offerId, outcome) {
      if (tabs.leads()) callEvent({ kind: "offer.ended", offerId, outcome });
    },
    callChanged(call) {
      if (!tabs.leads()) return;
      const mine = call.id === view.call.callId || call.dialogId === view.call.dialogId;
      if (mine) serverCall(call);
    },
    refresh: () => void refresh(),
    network(online) {
      if (!tabs.leads()) return;
      lineEvent({ kind: online ? "online" : "offline" });
      if (online) sip.probe();
    },
    microphoneChosen: (deviceId) => void sip.useMicrophone(deviceId).catch(() => show({ trouble: "microphone" })),
    probe: () => {
      if (tabs.leads() && view.line.phase === "ready") sip.probe();
    },
    close() {
      closed = true;
      clearTimeout(wait);
      clearTimeout(dialTimer);
      clearTimeout(byeTimer);
      clearInterval(rejoinTimer);
      stopSampling();
      desk.stopBell();
      sip.close();
      tabs.close();
    },
  };
  return phone;
}
