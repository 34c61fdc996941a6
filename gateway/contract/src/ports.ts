import type { Origin, RawIdentity } from "./channel.ts";
import type { Db, Tx } from "./db.ts";
import type { DialogEvent, DialogEventKind, NewDialogEvent } from "./dialog-event.ts";
import type { Identification } from "./identity.ts";
import type { EpochMs, Id } from "./ids.ts";
import type { RouterCommand, RoutingInput } from "./routing-input.ts";

/** Small interfaces by which the parts of the house meet; compose.ts gives each part the others' implementations. */

/**
 * Appends events to the Dialogs stream inside the caller's transaction. Locks the dialogs' rows (in id order)
 * so that ids grow in each dialog's order; positions are stamped later by the sequencer.
 */
export type EmitEvents = (tx: Tx, events: NewDialogEvent[]) => Promise<void>;

/** Puts inputs before the router inside the caller's transaction (routing's exported function). */
export type EnqueueRouting = (tx: Tx, inputs: RoutingInput[]) => Promise<void>;

/**
 * Decides inputs inside the caller's transaction, so that what happened and what is done about it are one commit. null: the router is not here, or
 * not free at this moment; then the inputs are put before it (EnqueueRouting). Whoever got a decision must say how its transaction ended.
 */
export type DecideWithin = (inputs: RoutingInput[]) => DecisionWithin | null;

export interface DecisionWithin {
  /** What the decision says; the caller appends it behind its own events. */
  readonly events: readonly NewDialogEvent[];
  /** The rings that are ordered when it stands; empty when it does not become durable with this transaction. */
  readonly rings: readonly Extract<RouterCommand, { kind: "ring" }>[];
  /** Sends the decision's statements; they go last, behind the rows to which they refer. */
  write(tx: Tx): Promise<unknown>;
  /** The caller's transaction is committed: the orders are given. */
  stands(): void;
  /** It is not, or nobody knows. */
  fails(error: unknown): void;
}

/**
 * A reader of the stream that writes to the database: `handle` runs in the transaction that also commits
 * the reader's position, so its effect happens exactly once. Batches hold only the kinds asked for.
 */
export interface StreamReader {
  name: string;
  kinds: readonly DialogEventKind[];
  handle(tx: Tx, events: DialogEvent[]): Promise<void>;
}

/** How somebody is identified. */
export interface IdentifyContext {
  /** false (calls with hidden numbers, tests): only looks. */
  createLead: boolean;
  /** What the contact proves; null: we write first, or it was typed, which proves nothing. */
  verifiedHow: "inbound_call" | "inbound_message" | null;
  /** The moment whose absences count; now when left out. */
  at?: EpochMs | undefined;
  /**
   * Is given the writes (a proven number, a new lead), which are on their way when the answer comes: the caller waits for them before
   * its commit. Left out: the answer waits for them.
   */
  follow?: ((writes: Promise<unknown>) => void) | undefined;
}

/** What ingest asks the CRM. */
export interface Identify {
  /** Spec B0. Takes an advisory transaction lock on an identity that it writes, so that parallel unknowns make one lead. */
  identify(tx: Tx, from: RawIdentity, context: IdentifyContext & { channelId: Id }): Promise<Identification>;
  /**
   * The same for many at once, in a handful of statements; the answers stand in the order of the askers. `previousDialogId`: the dialog that theirs goes
   * on from; the responsible of its open Interest comes first.
   */
  identifyAll(
    tx: Tx,
    askers: readonly { from: RawIdentity; channelId: Id; previousDialogId?: Id | null }[],
    context: IdentifyContext,
  ): Promise<Identification[]>;
  /** Records who the dialog is with (dialog_party). */
  attachParty(tx: Tx, dialogId: Id, identification: Identification): Promise<void>;
  attachParties(tx: Tx, parties: readonly { dialogId: Id; who: Identification }[]): Promise<void>;
  /** Contact details a visitor typed: unverified contact points on the party. */
  addClaims(tx: Tx, dialogId: Id, claims: { phone?: string | undefined; email?: string | undefined; name?: string | undefined }): Promise<void>;
  /** A permanent bounce marks the contact point. */
  markBounced(tx: Tx, email: string): Promise<void>;
  /** The person can (not) be written to on this channel: marks or clears the contact point; emits nothing. Unknown identities change nothing. */
  markReachable(tx: Tx, identity: RawIdentity, channelId: Id, state: { reachable: boolean; reason?: string | undefined; at: EpochMs }): Promise<void>;
  /** The provider vouches for the writer's own number: a verified phone of the dialog's party; taken by somebody else: a shared one and a duplicate candidate. */
  provePhone(tx: Tx, dialogId: Id, proof: { phone: string; name?: string | undefined }): Promise<void>;
  /** Source, page and UTM of what opened the dialog: on the new lead and on the inquiry. */
  noteOrigin(tx: Tx, dialogId: Id, origin: Origin): Promise<void>;
}

/** Who changes something; kept as text in the audit. */
export interface Actor {
  kind: "employee" | "system" | "integration" | "automation";
  id: Id | null;
  label: string;
  requestId?: string | undefined;
}

/** One line of the audit: what was done to which object. */
export interface AuditEntry {
  objectKind: string;
  objectId: Id;
  action: string;
  changes: Record<string, unknown>;
}

/** Writes append-only audit rows in the same transaction, one for each entry (crm-core's `audit` slice implements it). */
export type WriteAudit = (tx: Tx, actor: Actor, entries: AuditEntry | readonly AuditEntry[]) => Promise<void>;

export interface Clock {
  now(): EpochMs;
}

export type { Db, Tx };
