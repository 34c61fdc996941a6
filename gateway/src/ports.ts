import type { Readable } from "node:stream";
import type {
  Channel,
  ChannelStatus,
  CommandKind,
  Commands,
  RawIdentity,
  ResultOf,
  WebhookHead,
  WebhookRequest,
  WebhookResponse,
} from "@kommutator/contract/channel";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Id, StreamPosition } from "@kommutator/contract/ids";
import type { EmitEvents, StreamReader, Tx } from "@kommutator/contract/ports";

/** How the gateway's own folders meet: implemented in db/, inbound/, dialogs/, outbound/, media/; used by api/ and compose.ts. */

export interface Telling {
  /** Appends all events of the transaction, once, as the last thing before the commit. */
  append: EmitEvents;
  /** Call it after the commit: subscribers and readers are told at once. */
  committed(): void;
}

export interface Stream {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For one transaction whose events get their positions with it where that is possible. */
  telling(): Telling;
  /** Say that something was committed: the sequencer stamps at once instead of at its next poll. */
  wake(): void;
  /** Stamped events after `from`, gap-free, in order. */
  read(from: StreamPosition, limit: number): Promise<DialogEvent[]>;
  head(): Promise<{ position: StreamPosition; oldest: StreamPosition }>;
  /** Called with each stamped batch in order (live, this process); returns the unsubscribe function. */
  subscribe(listener: (events: DialogEvent[]) => void): () => void;
  /** Runs a database reader until `stop`. */
  run(reader: StreamReader): void;
}

export interface StoredBlob {
  id: Id;
  name: string;
  mime: string;
  bytes: number;
}
/** Bytes that lie safely on disk, without a row yet. */
export interface WrittenBlob {
  sha256: Buffer;
  bytes: number;
}
/** A stored file without its bytes: what it is, how it begins, and any part of it from disk. */
export interface OpenBlob {
  blob: StoredBlob;
  /** The first 32 bytes: enough to tell what it is. */
  head: Uint8Array;
  /** Bytes `from` to `to`, both included; the whole file without a range. */
  stream(range?: { from: number; to: number }): Readable;
}
export interface BlobStore {
  /** Content-addressed: bytes are on disk (fsync) before the row is inserted. Throws too_large past `maxBytes`. */
  put(tx: Tx, source: Readable | Uint8Array, meta: { name: string; mime: string; createdBy: Id | null; maxBytes?: number }): Promise<StoredBlob>;
  /** The first half of `put`, outside any transaction: a slow source holds no connection. Throws too_large past `maxBytes`. */
  write(source: Readable | Uint8Array, maxBytes?: number): Promise<WrittenBlob>;
  /** The second half: the row for bytes that are on disk. */
  record(tx: Tx, written: WrittenBlob, meta: { name: string; mime: string; createdBy: Id | null }): Promise<StoredBlob>;
  /** null: no such file. */
  open(tx: Tx, id: Id): Promise<OpenBlob | null>;
  read(tx: Tx, id: Id): Promise<Uint8Array | null>;
}

export interface ChannelSupervisor {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** After the administrator changed a channel: close and open it again with the new configuration. */
  reload(channelId: Id): Promise<void>;
  /** The open channel on this node, or null. */
  open(channelId: Id): Channel | null;
  /** The open channel, be it on this node or, asked for through the database, on the one that has it; null when it is open nowhere. */
  reach(channelId: Id): Promise<Pick<Channel, "handlers" | "test" | "balance"> | null>;
  /** Resolves when the channel is open on this node, or after `ms`: a node that has just taken over is connecting. */
  opened(channelId: Id, ms: number): Promise<void>;
  status(channelId: Id): ChannelStatus;
  /** Performs one command, on the node that has the channel; throws ChannelError (`unreachable` when it is open nowhere). */
  perform<K extends CommandKind>(channelId: Id, kind: K, command: Commands[K]): Promise<ResultOf<K>>;
  /** What the channel says to a request before its body is read, on the node that has it; null: nothing. Throws ChannelError. */
  admit(channelId: Id, head: WebhookHead): Promise<number | WebhookResponse | null>;
  /** Has the channel answer its provider, on the node that has it. Throws ChannelError (`unreachable` when it is open nowhere). */
  webhook(channelId: Id, request: WebhookRequest): Promise<WebhookResponse>;
  /** Signals from channels (typing, seen): not durable. */
  onSignal(listener: (signal: { channelId: Id; kind: "typing" | "seen" | "online" | "offline"; threadKey: string }) => void): () => void;
}

/** What an agent writes. */
export interface NewReply {
  dialogId: Id;
  employeeId: Id;
  clientKey: Id;
  text: string;
  subject?: string | undefined;
  attachments: Id[];
  internal: boolean;
  mentions: Id[];
  /** The message of the same thread that it answers. */
  replyTo?: Id | undefined;
  quickAnswers?: string[] | undefined;
}

/** What an agent writes first, and to whom. */
export interface NewStart extends Omit<NewReply, "dialogId" | "internal" | "mentions"> {
  channelId: Id;
  to: RawIdentity & { value: string };
}

export interface Outbound {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stores an agent's reply (or internal note) with the dialog's next seq and enqueues the drain; idempotent by clientKey. */
  reply(tx: Tx, reply: NewReply): Promise<{ messageId: Id; seq: number; existed: boolean }>;
  /**
   * Writes first to an address: joins the thread's open dialog (somebody else's: assigned_to_other), otherwise opens one, ours from the
   * start. Idempotent by clientKey. Throws what `reply` throws, channel_down when the channel has never been open.
   */
  startDialog(tx: Tx, start: NewStart): Promise<{ dialogId: Id; messageId: Id; existed: boolean }>;
  /** System note (translated on screen) in the thread, never sent. */
  note(tx: Tx, dialogId: Id, note: { code: string; params: Record<string, unknown> }): Promise<void>;
  /** failed -> queued. */
  retry(tx: Tx, messageId: Id): Promise<void>;
  /** A file that did not come is fetched again. Throws not_found; duplicate when it is here. */
  retryFile(tx: Tx, messageId: Id, pos: number): Promise<void>;
  /** uncertain -> sent or queued, by the agent. */
  settle(tx: Tx, messageId: Id, outcome: "sent" | "resend"): Promise<void>;
}

export interface Dialogs {
  /** Closes a dialog: tells routing, emits, clears the clock. Throws not_found / dialog_closed. */
  close(tx: Tx, dialogId: Id, by: Id | null, reason: "agent" | "customer" | "call-ended" | "system"): Promise<void>;
  /** The same for whoever does not mind that it is closed already. */
  end(tx: Tx, dialogId: Id, reason: "customer" | "system"): Promise<void>;
}

export interface House {
  /** http://host:port as reached from this machine. */
  url: string;
  databaseUrl: string;
  close(): Promise<void>;
}
