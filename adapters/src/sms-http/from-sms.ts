import { createHash } from "node:crypto";
import type { ChannelEvent, IdentityStateReported, MessageReceived, MessageStateReported, Unparseable } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import type { IncomingSms, StatusReport } from "./vendor.ts";

/** The number as E.164, or null when it is none (a sender's name, a short number). Vendors write international numbers without "+". */
export function e164(spelled: string): string | null {
  const compact = spelled.replace(/[\s()-]/g, "");
  return /^\+?[1-9]\d{9,14}$/.test(compact) ? `+${compact.replace("+", "")}` : null;
}

/** An SMS of a customer. Its thread is the number; names and short numbers are threads of their own that cannot be answered. */
export function messageEvent(sms: IncomingSms, utcOffsetHours: number, now: EpochMs): MessageReceived {
  const number = e164(sms.from);
  const from = clean(sms.from).slice(0, 40);
  return {
    kind: "message.received",
    eventKey: `incoming:${sms.id}`,
    messageKey: `in:${sms.id}`,
    occurredAt: happenedAt(sms, utcOffsetHours, now),
    thread: { key: number ?? `sender:${from}` },
    from: { kind: "phone", value: number ?? from },
    ...(sms.to === "" ? {} : { to: e164(sms.to) ?? clean(sms.to).slice(0, 40) }),
    text: clean(sms.text),
    nature: "human",
  };
}

/** What a receipt changes: the state of our message, and that a number does not exist. The same receipt again is the same event. */
export function stateEvents(report: StatusReport, now: EpochMs): ChannelEvent[] {
  if (report.state === null) return [];
  const state: MessageStateReported = {
    kind: "message.state",
    eventKey: `state:${report.key}:${report.state}`,
    occurredAt: now,
    messageKey: report.key,
    state: report.state,
    ...(report.state === "failed" ? { failure: report.failure ?? "Not delivered" } : {}),
  };
  const phone = report.unknownNumber === undefined ? null : e164(report.unknownNumber.phone);
  if (phone === null) return [state];
  const unreachable: IdentityStateReported = {
    kind: "identity.state",
    eventKey: `unknown-number:${report.key}`,
    occurredAt: now,
    identity: { kind: "phone", value: phone },
    thread: { key: phone },
    reachable: false,
    reason: "unknown-number",
  };
  return [state, unreachable];
}

/** Something that the vendor surely sent and nobody can read. */
export function unparseableEvent(error: string, raw: unknown, now: EpochMs): Unparseable {
  const text = typeof raw === "string" ? raw : JSON.stringify(raw ?? null);
  const eventKey = `unreadable:${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
  return { kind: "unparseable", eventKey, occurredAt: now, error: error.slice(0, 300), raw: clean(text.replaceAll("\\u0000", "").slice(0, 4_000)) };
}

/** The vendor's time, when it can be true: never after now, never a week ago (a wrong time zone or clock of the account). */
function happenedAt(sms: IncomingSms, utcOffsetHours: number, now: EpochMs): EpochMs {
  const at = sms.at ?? (sms.localTime === null ? Number.NaN : Date.parse(`${sms.localTime}Z`) - utcOffsetHours * 3_600_000);
  return Number.isFinite(at) && at <= now && now - at < 7 * 86_400_000 ? at : now;
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
function clean(text: string): string {
  return text.replace(/\0/g, "").replace(/\p{Surrogate}/gu, "\ufffd");
}
