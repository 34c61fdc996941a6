import type { EpochMs, Id } from "./ids.ts";

/** What adapters report: facts in the past tense, normalised over every provider. */

export type IdentityKind = "phone" | "email" | "telegram" | "viber" | "vk" | "site_visitor";

/** One reachable identity as the provider spelled it; `value: null` means withheld. */
export interface RawIdentity {
  kind: IdentityKind;
  value: string | null;
  /** What the channel calls the person; a hint for a new lead's name. */
  displayName?: string | undefined;
}

/** A file inside an event: bytes in hand (base64 in JSON form); fetched ones are fetched before reporting. */
export interface InboundFile {
  name: string;
  mime: string;
  bytes: Uint8Array;
  /** MIME Content-ID, when the HTML body refers to it. */
  contentId?: string | undefined;
}

/**
 * A file that still lies at the provider: its message is stored and shown at once, and the file comes after by the durable
 * job that performs `media.fetch`. A slow or dead file server so delays no message.
 */
export interface RemoteFile {
  name: string;
  mime: string;
  /** What `media.fetch` needs to find it (a file id, a URL of the provider's hosts). */
  fileKey: string;
  /** As the provider says it; the limit is checked again while it is fetched. */
  bytes?: number | undefined;
  /** Length of a voice note, audio or video in ms, when the provider says it. */
  durationMs?: number | undefined;
  /** Recorded in the messenger itself: shown with a player. */
  voice?: boolean | undefined;
}

/** Where a message or request came from: the source of a new lead and of its inquiry. */
export interface Origin {
  /** Deep-link parameter of a bot, name of a form. */
  source?: string | undefined;
  /** The page on which a form or chat stood, and how the visitor got there. */
  page?: string | undefined;
  referrer?: string | undefined;
  /** utm_source, utm_medium, utm_campaign, utm_term, utm_content without the prefix. */
  utm?: Record<string, string> | undefined;
}

interface EventBase {
  /** Unique per channel for ever (update id, UIDVALIDITY:UID, client key): the same key twice is one event. */
  eventKey: string;
  occurredAt: EpochMs;
  /** What the provider sent, for the error list; already redacted of secrets. */
  raw?: unknown;
}

/** Where a message belongs. `key` if the provider has threads; otherwise ingest resolves `references`. */
export interface ThreadHint {
  key?: string | undefined;
  /** Message keys this one answers, nearest last (RFC 5322 References + In-Reply-To). */
  references?: string[] | undefined;
  /** Subject without prefixes, lower-case; the fallback with the same sender within 14 days. */
  subject?: string | undefined;
}

export interface MessageReceived extends EventBase {
  kind: "message.received";
  /** Unique per channel and thread (Message-ID, update's message id). */
  messageKey: string;
  thread: ThreadHint;
  from: RawIdentity;
  /** Every other address on the message, normalised lower-case (To, Cc); used for the participant check. */
  participants?: string[] | undefined;
  to?: string | undefined;
  subject?: string | undefined;
  /** Plain text without the quoted part. */
  text: string;
  /** Sanitised HTML or absent. */
  html?: string | undefined;
  /** The quoted rest, folded on screen. */
  quoted?: string | undefined;
  files?: (InboundFile | RemoteFile)[] | undefined;
  /** The message of the same thread that this one answers, as its messageKey. */
  replyTo?: string | undefined;
  /** The provider vouches that this is the writer's own number (Telegram's shared contact of oneself): a verified contact point. */
  proves?: { phone: string; name?: string | undefined } | undefined;
  origin?: Origin | undefined;
  /**
   * `human`: the normal case. `auto-reply` and `bounce` open nothing and stop no clock (RFC 3834).
   * `outside`: typed by our staff in the provider's own app.
   */
  nature: "human" | "auto-reply" | "bounce" | "outside";
  /** For a bounce: the address that failed (RFC 3464 Final-Recipient) and whether for ever (5.x.x). */
  bounced?: { address: string; permanent: boolean; reason: string } | undefined;
  /** Attachments or text left at the provider because they were too big: a notice is shown. */
  truncated?: boolean | undefined;
  /** Contact details the person typed about themselves: kept unverified. */
  claims?: { phone?: string | undefined; email?: string | undefined; name?: string | undefined } | undefined;
}

/** The writer changed a message of his: shown as edited, the first wording is kept. Unknown keys change nothing. */
export interface MessageEdited extends EventBase {
  kind: "message.edited";
  messageKey: string;
  thread: ThreadHint;
  text: string;
}

/** The writer took a message back: shown as deleted; what it said is kept for those who may see it. */
export interface MessageDeleted extends EventBase {
  kind: "message.deleted";
  messageKey: string;
  thread: ThreadHint;
}

/** The person can or can no longer be written to on this channel (bot blocked, unsubscribed, messages denied). */
export interface IdentityStateReported extends EventBase {
  kind: "identity.state";
  identity: RawIdentity;
  thread: ThreadHint;
  reachable: boolean;
  reason?: "blocked" | "unsubscribed" | "denied" | "unknown-number" | undefined;
}

export interface MessageStateReported extends EventBase {
  kind: "message.state";
  /** The key that `message.send` returned. */
  messageKey: string;
  state: "sent" | "delivered" | "read" | "failed";
  failure?: string | undefined;
}

/** The other side ended the exchange (a visitor pressed "end chat"). */
export interface ThreadEnded extends EventBase {
  kind: "thread.ended";
  thread: ThreadHint;
}

export type EventSource = "live" | "reconciled" | "reconstructed";

export interface CallOffered extends EventBase {
  kind: "call.offered";
  /** The provider's id of the whole call (Asterisk Linkedid); unique per channel. */
  callKey: string;
  direction: "in" | "out";
  from: RawIdentity;
  /** The number dialled: our line (direction in) or the customer's number (out). */
  to: string;
  source: EventSource;
}

export type LegEndCause = "answered-elsewhere" | "no-answer" | "declined" | "busy" | "unreachable" | "cancelled" | "hung-up" | "transferred" | "failed";

/** State of one leg. `legKey` of an agent's leg is the id of the command that made it. */
export interface CallLegChanged extends EventBase {
  kind: "call.leg";
  callKey: string;
  legKey: string;
  /** `outside`: a number to which the waiting caller was sent on (call.redirect); `target` says which. */
  party: "customer" | "agent" | "outside";
  employeeId?: Id | undefined;
  offerId?: Id | undefined;
  target?: string | undefined;
  state: "trying" | "ringing" | "answered" | "bridged" | "held" | "resumed" | "lost" | "unknown" | "ended";
  cause?: LegEndCause | undefined;
  source: EventSource;
}

export interface CallEnded extends EventBase {
  kind: "call.ended";
  callKey: string;
  by: "customer" | "agent" | "system";
  /** true when the dialplan took the call to its static fallback. */
  fallback?: boolean | undefined;
  source: EventSource;
}

/** The caller pressed a key while waiting (DTMF, RFC 4733). */
export interface CallDigit extends EventBase {
  kind: "call.digit";
  callKey: string;
  digit: string;
}

export interface CallRecorded extends EventBase {
  kind: "call.recorded";
  callKey: string;
  /** The provider's name of the recording; fetched by the `recording.fetch` command as a durable job. */
  recordingKey: string;
  durationMs: number;
}

/** A call that we did not see live, rebuilt from the provider's own records (CDR). */
export interface CallReconstructed extends EventBase {
  kind: "call.reconstructed";
  callKey: string;
  direction: "in" | "out";
  from: RawIdentity;
  to: string;
  startedAt: EpochMs;
  /** When one of our agents was reached; an answer in the static fallback is none. */
  answeredAt: EpochMs | null;
  endedAt: EpochMs;
  /** true when the dialplan took the call to its static fallback: the caller is to be called back. */
  fallback?: boolean | undefined;
}

/** Whether a phone can ring, and whether it is engaged, is known from here alone. `endpoint` is the employee's extension. */
export interface PhoneStatus extends EventBase {
  kind: "phone.status";
  endpoint: string;
  reachable: boolean;
  /** In a call that no offer brought: a colleague dialled the extension, or the phone itself dials. Ringing counts. Absent = no. */
  directCall?: boolean | undefined;
}

/** Something came that the adapter could not read: it goes to the error list and blocks nobody. */
export interface Unparseable extends EventBase {
  kind: "unparseable";
  error: string;
}

export type ChannelEvent =
  | MessageReceived
  | MessageEdited
  | MessageDeleted
  | MessageStateReported
  | IdentityStateReported
  | ThreadEnded
  | CallOffered
  | CallLegChanged
  | CallEnded
  | CallDigit
  | CallRecorded
  | CallReconstructed
  | PhoneStatus
  | Unparseable;

/** Signals are not durable: typing and presence of the other side. */
export interface ChannelSignal {
  kind: "typing" | "seen" | "online" | "offline";
  threadKey: string;
}

/** One message of a thread as the other side may see it: no internal notes, nothing that failed. */
export interface ThreadMessage {
  /** The customer's key (direction in) or the id of the `message.send` command, which is the message's id (out). Also the cursor. */
  messageKey: string;
  direction: "in" | "out";
  text: string;
  at: EpochMs;
  /** Of our messages; `queued` means stored but not performed yet. */
  state: "queued" | "sent" | "delivered" | "read";
  /** Display name of the employee who wrote it (direction out). */
  author?: string | undefined;
  files: { key: Id; name: string; mime: string; bytes: number }[];
}
