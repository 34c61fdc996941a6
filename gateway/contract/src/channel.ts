import type { Handlers } from "./channel-command.ts";
import type { CallOffered, ChannelEvent, ChannelSignal, IdentityKind, ThreadMessage } from "./channel-event.ts";
import type { EpochMs, Id, Medium } from "./ids.ts";

/**
 * The adapter contract. An adapter turns what a provider says into ChannelEvents (it *reports*) and
 * carries out ChannelCommands (it *performs*). It holds no business state and never touches our database.
 */
export * from "./channel-command.ts";
export * from "./channel-event.ts";

export interface ChannelStatus {
  state: "connecting" | "up" | "degraded" | "down" | "bad-credentials";
  detail?: string | undefined;
}

/** What the gateway gives to an adapter. */
export interface Host {
  channelId: Id;
  /** Resolves only after the event is committed: acknowledge the provider after it. Throws when it is not stored. */
  report(event: ChannelEvent): Promise<void>;
  /**
   * A call that is on its way and will be reported within milliseconds, as this event as far as can be seen: who it is from is looked up
   * meanwhile. Nothing is promised by it; what is never reported leaves no trace.
   */
  expect?(event: CallOffered): void;
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
  /**
   * False from the moment when another node may have taken this channel over, by this machine's monotonic clock: also in a process that
   * has just woken up and whose `signalAbort` has not come yet. Whoever holds a connection asks before each request.
   */
  mayAct(): boolean;
  /** Aborts when the channel must let go (lease lost, shutdown). */
  signalAbort: AbortSignal;
}

export interface WebhookRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string | undefined>;
  /** The whole raw body, whatever its content type: as much as the channel's `admit` allows, a megabyte where it says nothing. */
  body: Uint8Array;
  /** Address of the peer (behind the trusted proxy: of its client), for rate limits. */
  remoteAddress?: string | undefined;
}
/** A request as it is known before its body is read. */
export type WebhookHead = Omit<WebhookRequest, "body">;
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
    /** Endings of names ("mp3", without a dot) that the provider refuses, whatever their type. */
    refused?: string[];
    /** Limits by MIME prefix, below `attachmentBytes`. */
    bytesByType?: Record<string, number>;
  };
  /** Length of the text that goes together with a file, when it is shorter than `textLength`. */
  captionLength?: number;
  /** The composer counts SMS segments (GSM 03.38 or UCS-2). `latin1`: the centre takes Latin-1 for GSM, so what that lacks (€, Greek) goes as UCS-2. */
  segments?: true | "latin1";
  /** An answer shows which message it answers. */
  replies?: true;
  /** Keyboard of ready answers: how many, and how long each. */
  quickAnswers?: { count: number; length: number };
  /**
   * The addresses that can be answered, as the source of a regular expression; absent: every one. Whoever writes from another (a name
   * instead of a number) is heard, and the composer says that nothing can be sent there.
   */
  answerable?: string;
  /** Messages to one address in a day (in the installation's time zone); the next is refused before it is queued. */
  dailyPerAddress?: number;
}

/** One thing a test did or could not do: reach the provider and be let in, send a message, get one. */
export interface TestStep {
  step: "connect" | "send" | "receive";
  outcome: "ok" | "failed" | "not-tried";
  /** In words, as the provider or the adapter says it. */
  detail: string;
}
export interface TestOutcome {
  ok: boolean;
  detail: string;
  /** Absent: the test was of the connection alone. */
  steps?: TestStep[];
}

export interface Channel {
  handlers: Handlers;
  /**
   * Of the settings alone, and JSON: with the names of the handlers it is written into the channel's row when it opens, so that every
   * node knows it, and while the channel is away.
   */
  limits: ChannelLimits;
  webhook?: (request: WebhookRequest) => Promise<WebhookResponse>;
  /**
   * How many octets the body of this request may have, told from its head alone, before anything of the body is read. A secret in the
   * address or in a header is checked here: an answer instead of a number turns the request away unread. Absent: a megabyte for all.
   */
  admit?: (head: WebhookHead) => number | WebhookResponse;
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
  test?: () => Promise<TestOutcome>;
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
  medium: Medium;
  fields: ConfigField[];
  /** Throws a ZodError naming every fault at once. */
  parseConfig(raw: unknown): Config;
  open(config: Config, host: Host): Promise<Channel>;
}

export const CHANNEL_KINDS = ["asterisk-ari", "email", "web-chat", "sms-smpp", "sms-http", "telegram", "viber", "vk", "web-form"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
