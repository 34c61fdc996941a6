import type { Id, Medium } from "@kommutator/contract/ids";
import type { Clock, Db, EmitEvents, EnqueueRouting, Tx } from "@kommutator/contract/ports";

/** What the CRM is given by the composition root; every slice's routes take it whole. */
export interface CrmDeps {
  sql: Db;
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  clock: Clock;
  /** The most rows of a list's file; left out: a sheet's million. */
  exportRows?: number | undefined;
  hooks?: CrmHooks | undefined;
}

/** A queue or channel that set-up wants made; their tables belong to routing and the gateway. */
export interface NewQueue {
  name: string;
  departmentId: Id | null;
  calendarId: Id;
  members: { employeeId: Id; media: Medium[]; weight: number }[];
}
export interface NewChannel {
  kind: string;
  name: string;
  queueId: Id;
  purposeId: Id | null;
  sourceId: Id | null;
  config: Record<string, unknown>;
}

/** Optional: what others do when the CRM's facts change. Each is called after the commit unless it takes a `tx`. */
export interface CrmHooks {
  /** The phone of an employee must exist under this extension, and not under the previous one (PJSIP provisioning). */
  onEmployeeChanged?(change: { employeeId: Id; name: string; extension: string | null; previousExtension: string | null; active: boolean }): Promise<void>;
  /** These sessions are over: cut their sockets. `sessionIds: null` means all of the employee. */
  onSessionsEnded?(employeeId: Id, sessionIds: Id[] | null, reason: "logout" | "password" | "dismissed" | "suspended"): void;
  /** Roles, departments or states changed: cached principals are stale. */
  onAccessChanged?(employeeId: Id | null): void;
  /** Set-up: makes a queue with members (routing) and a channel (gateway) in the caller's transaction. */
  createQueue?(tx: Tx, queue: NewQueue): Promise<Id>;
  createChannel?(tx: Tx, channel: NewChannel): Promise<Id>;
  /** Set-up: the channels that this installation's environment allows besides the web chat, with their configuration. */
  configuredChannels?(): { kind: string; name: string; config: Record<string, unknown> }[];
  /** After set-up committed: open the channels made. */
  onChannelsCreated?(channelIds: Id[]): Promise<void>;
  /** Secrets that must be read again (the second factor's) at rest: sealed with the installation's key, bound to their owner. */
  seal?(ownerId: Id, secret: string): string;
  unseal?(ownerId: Id, sealed: string): string;
  /** A system note in the dialog's thread (the gateway's), in the caller's transaction. */
  note?(tx: Tx, dialogId: Id, note: { code: string; params: Record<string, unknown> }): Promise<void>;
  /** Closes a dialog that a rule has rejected (the gateway's), in the caller's transaction; one that is closed stays so. */
  closeDialog?(tx: Tx, dialogId: Id): Promise<void>;
  /**
   * A letter of the house to one of its own people, by one of its mailboxes; `path` is the page of the workspace that it is about. False:
   * the house has no mailbox. Throws ChannelError. The same `id` is the same letter.
   */
  sendMail?(letter: { id: Id; to: string; name: string; subject: string; text: string; path: string }): Promise<boolean>;
  /** An SMS of the house to one of its own people (`to`: E.164), by the first of its SMS channels. False: the house has none. Else as sendMail. */
  sendText?(sms: { id: Id; to: string; name: string; text: string; path: string }): Promise<boolean>;
  /** Address of the visitor's chat page of a channel. */
  chatUrl?(channelId: Id): string;
}
