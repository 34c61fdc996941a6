import type {
  CallDigit,
  CallEnded,
  CallLegChanged,
  CallOffered,
  CallRecorded,
  EventSource,
  LegEndCause,
  PhoneStatus,
  RawIdentity,
} from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import type { AriChannel } from "./ari-types.ts";

/** Pure translation of what Asterisk says into ChannelEvents. Everything that a stranger can write is cleaned here. */

const WITHHELD = new Set(["", "anonymous", "unknown", "unavailable", "restricted", "private", "<unknown>"]);

/** Control characters (CR and LF above all) out, blanks joined, 200 characters at most. */
export function clean(text: string | undefined, max = 200): string {
  return (text ?? "")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim()
    .slice(0, max);
}

/** Who calls. A withheld number is `value: null`; what is not a number stays as text for the caller card to show. */
export function callerOf(channel: Pick<AriChannel, "caller">): RawIdentity {
  const number = clean(channel.caller.number, 64);
  const name = clean(channel.caller.name);
  return {
    kind: "phone",
    value: WITHHELD.has(number.toLowerCase()) ? null : number,
    ...(name === "" || WITHHELD.has(name.toLowerCase()) ? {} : { displayName: name }),
  };
}

/**
 * Why a leg ended before it was answered. `sip` is the SIP status where Asterisk passes it (tech_cause), `q850` the cause.
 * A phone that answers 480 or 603 while ringing was told to decline (SIP.js and most desk phones use 480 for it).
 * Q.850: 17 busy, 18/19 no answer, 20 absent, 21 rejected, 16/26 cleared. RFC 3398 section 7.2.4.1 maps SIP to them.
 */
export function endCauseOf(q850: number | undefined, sip: number | undefined, wasRinging: boolean): LegEndCause {
  // A device in another talk is busy at once; 486 after it rang is the "reject" key of most phones.
  if (sip === 486 || sip === 600 || q850 === 17) return wasRinging ? "declined" : "busy";
  if (sip === 603 || sip === 403 || q850 === 21) return "declined";
  if (sip === 480) return wasRinging ? "declined" : "unreachable";
  if (sip === 408 || sip === 404 || sip === 410 || sip === 503) return "unreachable";
  if (sip === 487) return "cancelled";
  switch (q850) {
    case 1: // unallocated
    case 3: // no route
    case 18: // no user responding: it never rang
    case 20: // subscriber absent
    case 27: // destination out of order
      return wasRinging ? "no-answer" : "unreachable";
    case 19:
      return "no-answer";
    case 16:
    case 26:
      return wasRinging ? "declined" : "cancelled";
    default:
      return "failed";
  }
}

/** A phone of an employee has the extension as its name; trunks have not. */
export const isExtension = (resource: string): boolean => /^\d{2,6}$/.test(resource);

export function offered(callKey: string, direction: "in" | "out", from: RawIdentity, to: string, at: EpochMs, source: EventSource): CallOffered {
  return { kind: "call.offered", eventKey: `${callKey}:offered`, occurredAt: at, callKey, direction, from, to: clean(to, 64), source };
}

export interface LegFacts {
  legKey: string;
  channelId: string;
  party: "customer" | "agent" | "outside";
  employeeId?: string | undefined;
  offerId?: string | undefined;
  target?: string | undefined;
}

/**
 * A leg's change. The key is `<channel>:<state>` for what can happen once, with `mark` (a command's id, the connection's
 * number) for what can happen again: the same fact reported twice is one event.
 */
export function legChanged(
  callKey: string,
  leg: LegFacts,
  state: CallLegChanged["state"],
  at: EpochMs,
  options: { cause?: LegEndCause | undefined; source?: EventSource; mark?: string } = {},
): CallLegChanged {
  return {
    kind: "call.leg",
    eventKey: `${leg.channelId}:${state}${options.mark === undefined ? "" : `:${options.mark}`}`,
    occurredAt: at,
    callKey,
    legKey: leg.legKey,
    party: leg.party,
    employeeId: leg.employeeId,
    offerId: leg.offerId,
    target: leg.target,
    state,
    cause: options.cause,
    source: options.source ?? "live",
  };
}

export function ended(callKey: string, by: CallEnded["by"], at: EpochMs, options: { fallback?: boolean; source?: EventSource } = {}): CallEnded {
  return {
    kind: "call.ended",
    eventKey: `${callKey}:ended`,
    occurredAt: at,
    callKey,
    by,
    ...(options.fallback === true ? { fallback: true } : {}),
    source: options.source ?? "live",
  };
}

/** A key of a waiting caller; `mark` tells one pressing from another (Asterisk's time of it). */
export function digitPressed(callKey: string, digit: string, at: EpochMs, mark: string): CallDigit {
  return { kind: "call.digit", eventKey: `${callKey}:digit:${mark}`, occurredAt: at, callKey, digit };
}

export function recorded(callKey: string, recordingKey: string, durationMs: number, at: EpochMs): CallRecorded {
  return { kind: "call.recorded", eventKey: `recording:${recordingKey}`, occurredAt: at, callKey, recordingKey, durationMs };
}

/** The extension whose phone carries this channel (`PJSIP/101-0000002a`); null for trunks and everything else. */
export function extensionOf(channel: Pick<AriChannel, "name">): string | null {
  const resource = /^PJSIP\/(.+)-[0-9a-f]+$/.exec(channel.name)?.[1];
  return resource !== undefined && isExtension(resource) ? resource : null;
}

export function phoneStatus(endpoint: string, phone: { reachable: boolean; directCall: boolean }, at: EpochMs, mark: string): PhoneStatus {
  return { kind: "phone.status", eventKey: `phone:${endpoint}:${at}:${mark}`, occurredAt: at, endpoint, ...phone };
}

/** The call to which a stored recording belongs, by the name we gave it; null for others' recordings. */
export function callOfRecording(name: string): string | null {
  const m = /^(?:kmt|voicemail)-(.+)$/.exec(name);
  return m?.[1] ?? null;
}

/** Length of a PCM wav file in milliseconds (RIFF: bytes of `data` over the byte rate); 0 for what is not one. */
export function wavDurationMs(file: Uint8Array): number {
  const b = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (b.length < 44 || b.toString("latin1", 0, 4) !== "RIFF" || b.toString("latin1", 8, 12) !== "WAVE") return 0;
  const byteRate = b.readUInt32LE(28);
  let at = 12;
  while (at + 8 <= b.length) {
    const size = b.readUInt32LE(at + 4);
    if (b.toString("latin1", at, at + 4) === "data") return byteRate === 0 ? 0 : Math.round((Math.min(size, b.length - at - 8) * 1000) / byteRate);
    at += 8 + size + (size & 1);
  }
  return 0;
}
