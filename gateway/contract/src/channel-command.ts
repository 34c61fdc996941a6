import type { CallReconstructed, LegEndCause, RawIdentity } from "./channel-event.ts";
import type { EpochMs, Id } from "./ids.ts";

/** What adapters perform: orders in the imperative, and how they fail. */

export interface OutboundFile {
  name: string;
  mime: string;
  bytes: number;
  read(): Promise<Uint8Array>;
}

/**
 * What a caller is told. After `place` the music goes on: `waitMs` is the range of the estimate (null = not enough data, which is
 * said so), `callback` whether to name the key for being called back. After `callback_promised` the call is ended
 * by us. `closed` and `emergency` are said to the end; the order that follows (fallback) waits for it.
 */
export type Announcement =
  | { what: "place"; place: number; waitMs: [number, number] | null; callback: boolean }
  | { what: "callback_promised" }
  | { what: "closed" }
  | { what: "emergency" };

/** Everything a command of one kind needs; the id makes a retry find what exists. */
export interface Commands {
  "message.send": {
    id: Id;
    threadKey: string;
    to: RawIdentity;
    subject?: string | undefined;
    text: string;
    files: OutboundFile[];
    /** Our and their message keys of the thread, oldest first, for References. */
    references: string[];
    /** Written by no human (an acknowledgement): mail carries Auto-Submitted: auto-replied (RFC 3834). */
    automatic?: boolean | undefined;
    /** messageKey of the message that this one answers, where `limits.replies` says that the channel shows it. */
    replyTo?: string | undefined;
    /** Answers the customer may give by one touch, where `limits.quickAnswers` allows them. */
    quickAnswers?: string[] | undefined;
  };
  /** The bytes of a RemoteFile. Only from the provider's own hosts; `rejected` past `maxBytes` or when it is gone for ever. */
  "media.fetch": { fileKey: string; maxBytes: number };
  "typing.show": { threadKey: string };
  "thread.close": { threadKey: string };
  /**
   * This ring may be ordered in a moment: what takes time before a device rings may be done already. Nothing rings, nothing is reported, and what cannot be
   * made ready is rung all the same. Without the order (of the same id) it is undone within seconds.
   */
  "call.prepare": Commands["call.ring"];
  /** Ring one device of an agent for a waiting call; reports call.leg with legKey = id. */
  "call.ring": { id: Id; callKey: string; offerId: Id; employeeId: Id; endpoint: string; callerNumber: string | null; callerName: string; timeoutMs: number };
  /** Stop a ringing or answered agent leg. */
  "call.cancel": { id: Id; callKey: string; legKey: Id; reason: LegEndCause };
  /** Join the customer and the agent's answered leg; recording by rule. */
  "call.bridge": { id: Id; callKey: string; legKey: Id; record: boolean };
  "call.hold": { id: Id; callKey: string };
  "call.resume": { id: Id; callKey: string };
  /** The talk of this agent is over, the customer's call is not: the device is hung up, the customer waits with music. Done already: nothing. */
  "call.release": { id: Id; callKey: string; employeeId: Id };
  "call.dtmf": { id: Id; callKey: string; legKey: Id; digits: string };
  "call.hangup": { id: Id; callKey: string };
  /** The agent reloaded in mid-call: ring the device again, auto-answered, into the same bridge. */
  "call.rejoin": { id: Id; callKey: string; employeeId: Id; endpoint: string };
  /** Let the dialplan take the caller to its static fallback (overflow, voicemail). */
  "call.fallback": { id: Id; callKey: string };
  /** Speak to a waiting caller in this language (null = the line's own); music goes on after. */
  "call.announce": { id: Id; callKey: string; say: Announcement; language: string | null };
  /** Send the waiting caller to an outside number. */
  "call.redirect": { id: Id; callKey: string; number: string };
  /** Ring the employee first, then the customer. */
  "call.originate": { id: Id; employeeId: Id; endpoint: string; number: string; callerNumber: string | null };
  /**
   * The incoming calls that the telephone system's own accounting has for [from, to) (ms), by their beginning, each as the event that
   * would import it: the register is compared with them.
   */
  "call.records": { from: EpochMs; to: EpochMs };
  "recording.fetch": { recordingKey: string };
  "recording.delete": { recordingKey: string };
  "phone.provision": { endpoint: string; displayName: string; password: string };
  "phone.remove": { endpoint: string };
}
export type CommandKind = keyof Commands;

export interface Results {
  "message.send": { messageKey: string };
  "call.records": CallReconstructed[];
  "recording.fetch": { bytes: Uint8Array; mime: string };
  /** `preview`: a smaller picture of it that the provider keeps (preview.ts). */
  "media.fetch": { bytes: Uint8Array; mime: string; name?: string | undefined; preview?: { bytes: Uint8Array; mime: string } | undefined };
}
// biome-ignore lint/suspicious/noConfusingVoidType: most commands answer nothing, and a handler may return nothing at all
export type ResultOf<K extends CommandKind> = K extends keyof Results ? Results[K] : void;

/** A missing key *is* the statement "this channel cannot do that". */
export type Handlers = { [K in CommandKind]?: (command: Commands[K]) => Promise<ResultOf<K>> };

/** The six ways a command can fail. `uncertain` is never retried by itself. */
export type ChannelErrorCode = "unsupported" | "rejected" | "rate-limited" | "unreachable" | "bad-credentials" | "uncertain";

export class ChannelError extends Error {
  readonly code: ChannelErrorCode;
  /** For `rate-limited`: when to try again. */
  readonly retryAfterMs: number | undefined;
  constructor(code: ChannelErrorCode, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "ChannelError";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
