import type { EpochMs, Id } from "./ids.ts";

/**
 * The adapter contract. An adapter turns what a provider says into ChannelEvents (it *reports*) and
 * carries out ChannelCommands (it *performs*). It holds no business state and never touches our database.
 */

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

export type LegEndCause = "answered-elsewhere" | "no-answer" | "declined" | "busy" | "unreachable" | "cancelled" | "hung-up" | "failed";

/** State of one leg. `legKey` of an agent's leg is the id of the command that made it. */
export interface CallLegChanged extends EventBase {
  kind: "call.leg";
  callKey: string;
  legKey: string;
  party: "customer" | "agent";
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

/** Whether a phone can ring is known from here alone. `endpoint` is the employee's extension. */
export interface PhoneStatus extends EventBase {
  kind: "phone.status";
  endpoint: string;
  reachable: boolean;
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
  | CallRecorded
  | CallReconstructed
  | PhoneStatus
  | Unparseable;

/** Signals are not durable: typing and presence of the other side. */
export interface ChannelSignal {
  kind: "typing" | "seen" | "online" | "offline";
  threadKey: string;
}

// ---------------------------------------------------------------- history

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

// ---------------------------------------------------------------- commands

export interface OutboundFile {
  name: string;
  mime: string;
  bytes: number;
  read(): Promise<Uint8Array>;
}

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
  /** Ring one device of an agent for a waiting call; reports call.leg with legKey = id. */
  "call.ring": { id: Id; callKey: string; offerId: Id; employeeId: Id; endpoint: string; callerNumber: string | null; callerName: string; timeoutMs: number };
  /** Stop a ringing or answered agent leg. */
  "call.cancel": { id: Id; callKey: string; legKey: Id; reason: LegEndCause };
  /** Join the customer and the agent's answered leg; recording by rule. */
  "call.bridge": { id: Id; callKey: string; legKey: Id; record: boolean };
  "call.hold": { id: Id; callKey: string };
  "call.resume": { id: Id; callKey: string };
  "call.dtmf": { id: Id; callKey: string; legKey: Id; digits: string };
  "call.hangup": { id: Id; callKey: string };
  /** The agent reloaded in mid-call: ring the device again, auto-answered, into the same bridge. */
  "call.rejoin": { id: Id; callKey: string; employeeId: Id; endpoint: string };
  /** Let the dialplan take the caller to its static fallback (overflow, voicemail). */
  "call.fallback": { id: Id; callKey: string };
  /** Ring the employee first, then the customer. */
  "call.originate": { id: Id; employeeId: Id; endpoint: string; number: string; callerNumber: string | null };
  "recording.fetch": { recordingKey: string };
  "recording.delete": { recordingKey: string };
  "phone.provision": { endpoint: string; displayName: string; password: string };
  "phone.remove": { endpoint: string };
}
export type CommandKind = keyof Commands;

export interface Results {
  "message.send": { messageKey: string };
  "recording.fetch": { bytes: Uint8Array; mime: string };
  "media.fetch": { bytes: Uint8Array; mime: string; name?: string | undefined };
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

export interface ChannelStatus {
  state: "connecting" | "up" | "degraded" | "down" | "bad-credentials";
  detail?: string | undefined;
}

/** What the gateway gives to an adapter. */
export interface Host {
  channelId: Id;
  /** Resolves only after the event is committed: acknowledge the provider after it. Throws when it is not stored. */
  report(event: ChannelEvent): Promise<void>;
  status(status: ChannelStatus): void;
  now(): EpochMs;
  signal(signal: ChannelSignal): void;
  /** One line of the redacted transcript of exchanges with the provider. */
  record(direction: "in" | "out", summary: string, detail?: unknown): void;
  /** Small durable memory of the connection (IMAP UIDVALIDITY and last UID). */
  load(): Promise<unknown>;
  save(state: unknown): Promise<void>;
  /**
   * Messages of one thread in the dialogs' order (opened_at, then seq), over linked dialogs: those after the one with key
   * `after`, or the newest `limit` when `after` is null or unknown. For channels whose customer has no store of his own
   * (web chat): what the visitor sees after a reload comes from here, so nothing has to survive in the adapter.
   */
  history?(threadKey: string, after: string | null, limit: number): Promise<ThreadMessage[]>;
  /** The bytes of a file named by `history` of the same thread; null when it is not of that thread. */
  file?(threadKey: string, key: Id): Promise<{ name: string; mime: string; bytes: Uint8Array } | null>;
  /** Aborts when the channel must let go (lease lost, shutdown). */
  signalAbort: AbortSignal;
}

export interface WebhookRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string | undefined>;
  /** The whole raw body, whatever its content type; the gateway accepts up to the channel's `limits.attachmentBytes` + 1 MB. */
  body: Uint8Array;
  /** Address of the peer (behind the trusted proxy: of its client), for rate limits. */
  remoteAddress?: string | undefined;
}
export interface WebhookResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface ChannelLimits {
  textLength: number;
  attachmentBytes: number;
  /** How long after the customer's last message we may write; null = always. */
  replyWindowMs: number | null;
  /** We may write first. Without it the composer says "the customer must write first". */
  canStart: boolean;
  /** The identities we may write to first; needed with `canStart`. */
  startKinds?: IdentityKind[];
  /** What one file may be; absent: anything up to `attachmentBytes`. */
  attachments?: {
    /** Files of one message; 0 = none at all. */
    count: number;
    /** MIME types or prefixes ("image/"); absent = every type. */
    types?: string[];
    /** Limits by MIME prefix, below `attachmentBytes`. */
    bytesByType?: Record<string, number>;
  };
  /** Length of the text that goes together with a file, when it is shorter than `textLength`. */
  captionLength?: number;
  /** The composer counts SMS segments (GSM 03.38 or UCS-2). */
  segments?: true;
  /** An answer shows which message it answers. */
  replies?: true;
  /** Keyboard of ready answers: how many, and how long each. */
  quickAnswers?: { count: number; length: number };
  /** Messages to one address in a day (in the installation's time zone); the next is refused before it is queued. */
  dailyPerAddress?: number;
}

export interface Channel {
  handlers: Handlers;
  limits: ChannelLimits;
  webhook?: (request: WebhookRequest) => Promise<WebhookResponse>;
  /** Origins that may embed the visitor's page (/chat/:channelId): the api sends them as `frame-ancestors`; empty = none but us. */
  embedding?: { origins: string[] };
  /**
   * The provider knows the command's id (VK's random_id, a client reference): sending again after an `uncertain` makes no
   * second message, so the house tries again by itself instead of asking the agent.
   */
  repeatsSafely?: true;
  /** Money left with the provider. */
  balance?: () => Promise<{ amount: number; currency: string }>;
  /** The administrator's "test" button: does the real thing, says what is wrong in words. */
  test?: () => Promise<{ ok: boolean; detail: string }>;
  close(): Promise<void>;
}

/** A field of the channel's settings form. Secrets are written, never read back. */
export interface ConfigField {
  name: string;
  type: "text" | "number" | "boolean" | "secret" | "select";
  required: boolean;
  options?: string[];
  default?: string | number | boolean;
}

export interface Adapter<Config = unknown> {
  kind: ChannelKind;
  medium: "voice" | "chat" | "mail";
  fields: ConfigField[];
  /** Throws a ZodError naming every fault at once. */
  parseConfig(raw: unknown): Config;
  open(config: Config, host: Host): Promise<Channel>;
}

export const CHANNEL_KINDS = ["asterisk-ari", "email", "web-chat", "sms-smpp", "sms-http", "telegram", "viber", "vk", "web-form"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
