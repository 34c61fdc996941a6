/**
 * The call as one agent's browser sees it. Two messengers tell of it and either may come first: the live socket (the offer
 * with who and why) and SIP (the INVITE). One pure machine joins them.
 *
 *   idle -> ringing -> connecting -> talking -> idle
 *
 * `ringing` from the first of offer and INVITE; `connecting` from the agent's answer (pressed even before the INVITE came)
 * until sound flows; `lost` when the server says I am in a call whose leg this browser had and has no more (a reload, a cut
 * network): rejoining. `talking` with leg `none` is a call answered on my desk phone: shown here, sound there.
 */
export interface CallState {
  phase: "idle" | "ringing" | "connecting" | "talking" | "lost";
  leg: "none" | "invited" | "answering" | "up";
  /** The offer that rings, by its id; the words about it live beside (see softphone.ts). */
  offerId: string | null;
  dialogId: string | null;
  callId: string | null;
  /** Answer was pressed before the INVITE arrived, or the call is ours by right (rejoin, call I placed). */
  answerOnInvite: boolean;
  /** Epoch ms: since when in this phase. */
  since: number;
  /** Epoch ms of the answer; survives hold and rejoin. */
  talkingSince: number | null;
  muted: boolean;
  held: boolean;
  /** Why the last call left the screen: a key of `ended.*`. */
  ended: EndReason | null;
}

export type EndReason = "hung_up" | "caller_left" | "taken" | "missed" | "declined" | "failed";

export type CallEvent =
  | { kind: "offer"; offerId: string; dialogId: string; callId: string | null }
  | { kind: "offer.ended"; offerId: string; outcome: string }
  /** `auto`: the INVITE asks to be answered by itself (Alert-Info/Call-Info answer-after=0). */
  | { kind: "invite"; auto: boolean }
  /** The INVITE was cancelled before we answered. */
  | { kind: "invite.cancelled"; elsewhere: boolean }
  | { kind: "answer" }
  | { kind: "decline" }
  | { kind: "leg.up" }
  | { kind: "leg.down"; byMe: boolean }
  | { kind: "leg.failed" }
  /** The network took our leg away; the call itself lives on at the server. */
  | { kind: "leg.lost" }
  /** I asked the server to place a call: my device rings first, and is answered for me. */
  | { kind: "dial" }
  | { kind: "dial.failed" }
  | { kind: "dialled"; callId: string }
  /** What the server knows: the call I am in, or none. `mine`: this browser had the leg, or the server says the leg is gone. */
  | { kind: "server.call"; call: { id: string; dialogId: string; held: boolean; answeredAt: number | null; mine: boolean } | null }
  | { kind: "mute"; on: boolean }
  | { kind: "hold"; on: boolean };

export type CallCommand = { kind: "sip.accept" } | { kind: "sip.reject" } | { kind: "api.reject"; offerId: string } | { kind: "api.rejoin"; callId: string };

export const CALL_IDLE: CallState = {
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
};

const idle = (now: number, ended: EndReason | null): CallState => ({ ...CALL_IDLE, since: now, ended });

/** The one door through which the call changes. Late and early events are answered explicitly; `now` in epoch ms. */
export function callStep(s: CallState, e: CallEvent, now: number): [CallState, CallCommand[]] {
  switch (e.kind) {
    case "offer": {
      if (s.phase === "idle") return [{ ...idle(now, null), phase: "ringing", offerId: e.offerId, dialogId: e.dialogId, callId: e.callId }, []];
      // The INVITE overtook the socket: this is what it was about.
      if (s.phase === "ringing" || (s.phase === "connecting" && s.offerId === null))
        return [{ ...s, offerId: e.offerId, dialogId: e.dialogId, callId: e.callId }, []];
      // Already talking: routing does not offer calls to somebody in a call; a late copy of it is ignored.
      return [s, []];
    }
    case "offer.ended": {
      if (e.offerId !== s.offerId) return [s, []];
      if (e.outcome === "accepted") {
        if (s.phase !== "ringing") return [{ ...s, offerId: null }, []];
        // Answered, and not here: on my desk phone.
        return [{ ...s, offerId: null, phase: "talking", leg: "none", since: now, talkingSince: now }, s.leg === "invited" ? [{ kind: "sip.reject" }] : []];
      }
      if (s.phase !== "ringing" && s.phase !== "connecting") return [{ ...s, offerId: null }, []];
      return [idle(now, offerEnd(e.outcome)), s.leg === "invited" ? [{ kind: "sip.reject" }] : []];
    }
    case "invite": {
      if (s.leg === "up" || s.leg === "answering") {
        // A rejoin replaces a dead leg; anything else while talking is refused as busy by the softphone.
        return e.auto && s.phase === "lost" ? [{ ...s, leg: "answering" }, [{ kind: "sip.accept" }]] : [s, [{ kind: "sip.reject" }]];
      }
      if (e.auto || s.answerOnInvite || s.phase === "lost")
        return [{ ...s, phase: "connecting", leg: "answering", answerOnInvite: false, since: now, ended: null }, [{ kind: "sip.accept" }]];
      if (s.phase === "idle") return [{ ...idle(now, null), phase: "ringing", leg: "invited" }, []];
      return [{ ...s, leg: "invited" }, []];
    }
    case "invite.cancelled":
      if (s.leg === "up" || s.leg === "none") return [s, []];
      // The offer may live on (a desk phone rings too, or the next INVITE follows): the card closes on its real end only.
      if (s.offerId !== null && s.leg === "invited" && !e.elsewhere) return [{ ...s, leg: "none" }, []];
      return [idle(now, e.elsewhere ? "taken" : "caller_left"), []];
    case "answer":
      if (s.phase !== "ringing") return [s, []];
      if (s.leg === "invited") return [{ ...s, phase: "connecting", leg: "answering", since: now }, [{ kind: "sip.accept" }]];
      return [{ ...s, phase: "connecting", answerOnInvite: true, since: now }, []];
    case "decline": {
      if (s.phase !== "ringing" && !(s.phase === "connecting" && s.leg === "none")) return [s, []];
      const commands: CallCommand[] = [];
      if (s.offerId !== null) commands.push({ kind: "api.reject", offerId: s.offerId });
      if (s.leg === "invited") commands.push({ kind: "sip.reject" });
      return [idle(now, "declined"), commands];
    }
    case "leg.up":
      return [{ ...s, phase: "talking", leg: "up", since: now, talkingSince: s.talkingSince ?? now, offerId: null, ended: null }, []];
    case "leg.down":
      if (s.leg === "none" && s.phase !== "connecting") return [s, []];
      return [idle(now, e.byMe ? "hung_up" : "caller_left"), []];
    case "leg.failed":
      if (s.phase === "idle") return [s, []];
      return [idle(now, "failed"), []];
    case "leg.lost":
      if (s.phase !== "talking" || s.leg !== "up") return [s, []];
      if (s.callId === null) return [idle(now, "failed"), []];
      return [{ ...s, phase: "lost", leg: "none", answerOnInvite: true, since: now }, [{ kind: "api.rejoin", callId: s.callId }]];
    case "dial":
      if (s.phase !== "idle") return [s, []];
      return [{ ...idle(now, null), phase: "connecting", answerOnInvite: true }, []];
    case "dial.failed":
      return s.phase === "connecting" && s.leg === "none" ? [idle(now, "failed"), []] : [s, []];
    case "dialled":
      return s.phase === "idle" ? [s, []] : [{ ...s, callId: e.callId }, []];
    case "server.call":
      return serverCall(s, e.call, now);
    case "mute":
      return [s.phase === "talking" ? { ...s, muted: e.on } : s, []];
    case "hold":
      return [s.phase === "talking" ? { ...s, held: e.on } : s, []];
  }
}

function serverCall(
  s: CallState,
  call: { id: string; dialogId: string; held: boolean; answeredAt: number | null; mine: boolean } | null,
  now: number,
): [CallState, CallCommand[]] {
  if (call === null) {
    // Only a leg in hand outranks the server: SIP says itself when that ends. A rejoin whose caller has gone ends here.
    return s.leg === "none" && (s.phase === "lost" || s.phase === "talking") ? [idle(now, "caller_left"), []] : [s, []];
  }
  const known = { ...s, callId: call.id, dialogId: call.dialogId, talkingSince: call.answeredAt ?? s.talkingSince };
  if (s.phase === "talking") return [{ ...known, held: call.held }, []];
  if (s.phase !== "idle" && s.phase !== "lost") return [known, []];
  if (!call.mine) return [{ ...known, phase: "talking", leg: "none", held: call.held, since: now, ended: null }, []];
  return [{ ...known, phase: "lost", answerOnInvite: true, since: s.phase === "lost" ? s.since : now, ended: null }, [{ kind: "api.rejoin", callId: call.id }]];
}

function offerEnd(outcome: string): EndReason {
  switch (outcome) {
    case "timed_out":
      return "missed";
    case "rejected":
      return "declined";
    case "failed":
      return "failed";
    case "rescinded":
      return "caller_left";
    default:
      return "taken";
  }
}

/** Whether the bell sounds: an offer or an INVITE waits for my answer. */
export const bellSounds = (s: CallState): boolean => s.phase === "ringing";
