import type { ChannelErrorCode } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import type { SmsHttpConfig } from "./config.ts";

/**
 * One SMS vendor with an HTTP interface, as data and pure functions: what to ask, and how to read the answers. Nothing here
 * touches the network, the clock or our memory.
 *
 * A third vendor is one file beside smsc.ts and mobizon.ts that exports an SmsVendor, and its line in vendors.ts: the
 * settings form, sending, polling, callbacks, errors and the conformance suite take it from there. What the vendor does not
 * have (incoming messages, asking for a message by our own reference) is left out.
 */
export interface SmsVendor {
  /** How people call it in texts. */
  title: string;
  /** Where its API lives unless the settings say otherwise. */
  apiUrl: string;
  /** Longest text that it splits and takes, in characters. */
  textLength: number;
  /** What is missing of login, password and key, in words; empty = enough to begin. */
  missing(config: Credentials): string[];
  /** The same fields go with each request: who we are, the form of the answer. */
  common(config: Credentials): Record<string, string>;
  /** What the answer says went wrong, or null. The vendor's own code is read by the table of the operation. */
  fault(operation: Operation, answer: unknown): Fault | null;
  send(message: OutgoingSms): VendorRequest;
  /** The key by which receipts will name the message; null when the answer carries none. */
  sentKey(answer: unknown, message: OutgoingSms): string | null;
  /**
   * Whether the vendor has a message with our reference, for sending again safely after an answer was lost. Only where the
   * vendor keeps our own reference.
   */
  find?: { ask(message: OutgoingSms): VendorRequest; found(answer: unknown): boolean };
  status: { perRequest: number; ask(messages: { key: string; to: string }[]): VendorRequest; read(answer: unknown): StatusReport[] };
  incoming?: {
    /** Everything after the message with this id; null = the last day. */
    ask(afterId: string | null): VendorRequest;
    read(answer: unknown): (IncomingSms | { unreadable: string; raw: unknown })[];
  };
  balance: { ask(): VendorRequest; read(answer: unknown): { amount: number; currency: string } };
  /** What a callback with these fields tells; null = nothing of ours (another kind of event). Throws an Error in words when it cannot be read. */
  callback(fields: Record<string, unknown>): { status: StatusReport } | { incoming: IncomingSms } | null;
  /** Whether the callback's own signature fits our secret; absent where the vendor signs nothing but the address. */
  signed?(fields: Record<string, unknown>, secret: string): boolean;
}

export type Credentials = Pick<SmsHttpConfig, "login" | "password" | "apiKey">;
export type Operation = "send" | "find" | "status" | "incoming" | "balance";

/** A POST of form fields, relative to the API's address. */
export interface VendorRequest {
  path: string;
  fields: Record<string, string>;
}

export interface OutgoingSms {
  /** Our id of the command: the vendor's client reference where it has one. */
  reference: string;
  /** Digits of the international number, without "+". */
  to: string;
  text: string;
  /** Registered sender name; "" = the account's default. */
  sender: string;
}

export interface Fault {
  code: ChannelErrorCode;
  text: string;
  retryAfterMs?: number;
  /** The vendor has just taken the very same request. */
  duplicate?: true;
  /** Not a fault of the question: there is nothing to answer with. */
  nothing?: true;
}

export interface StatusReport {
  key: string;
  /** null: nothing new for us (waiting, unknown to the vendor yet). */
  state: "sent" | "delivered" | "read" | "failed" | null;
  /** Why it failed, in words. */
  failure?: string;
  /** No such subscriber: the number is not to be written to again. */
  unknownNumber?: { phone: string };
}

export interface IncomingSms {
  id: string;
  /** As the vendor spells it: digits, or a sender's name. */
  from: string;
  to: string;
  text: string;
  /** Wall clock of the account's time zone, "YYYY-MM-DDTHH:MM:SS"; null when the vendor does not say. */
  localTime: string | null;
  /** When the vendor gives it exactly. */
  at?: EpochMs | undefined;
}

/** A state of one of our messages by the vendor's code. `settled` names the state; a null state says nothing new. */
export type StatusTable = Record<string, { state: StatusReport["state"]; text?: string }>;
/** What one of the vendor's error codes means for us; the text says what to do. */
export type FaultTable = Record<string, { code: ChannelErrorCode; text: string; retryAfterMs?: number }>;

/** A field of an answer as text: vendors write numbers both ways. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : typeof value === "number" && Number.isFinite(value) ? String(value) : "";
}

/** The answer as an object with fields; anything else has none. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
