import type { DecisionReason, EntryOutcome, ForwardOn, OfferOutcome, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import type { Requirement } from "@kommutator/contract/routing-input";
import { Deadline } from "./deadlines.ts";
import type { AgentFacts, QueueFacts } from "./facts.ts";
import type { Pace } from "./pace.ts";
import type { SortedList } from "./sorted-list.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/**
 * What the router knows, in memory. The objects are changed in place: 500,000 events a second leave no room for copies of
 * indexes over thousands of entries. It stays replayable all the same: the state after an event depends on the state before
 * and the event alone (no clock, no chance, no I/O), and every row that a decision changed is handed out with the decision,
 * so that the tables always hold what a fresh memory needs to go on.
 */

/** Media as small numbers, to index arrays. */
export type MediumIndex = 0 | 1 | 2 | 3;
export const MEDIUM_INDEX: Record<Medium, MediumIndex> = { voice: 0, chat: 1, message: 2, mail: 3 };

/** Does somebody at the other end sit and wait, so that the agent has one of it at a time? */
export function isLive(medium: Medium): boolean {
  return medium === "voice" || medium === "chat";
}

export type Intent = "available" | "paused" | "logged_out";
export type AgentState = "offline" | "unreachable" | "paused" | "idle" | "offered" | "busy" | "wrapup";
export type OfferState = "pending" | "presented" | "answered" | OfferOutcome;

/** One agent's place in one queue; the element of the queue's lists of ready agents. `load` and `idleSince` are its key there. */
export interface Membership {
  agent: Agent;
  queue: QueueState;
  media: readonly [boolean, boolean, boolean, boolean];
  weight: number;
  load: number;
  idleSince: EpochMs;
  /** In the queue's ready list of voice, chat, message, mail. */
  listed: [boolean, boolean, boolean, boolean];
}

export interface QueueState {
  facts: QueueFacts;
  /** Per medium: agents who may be offered something now, best first. */
  ready: [SortedList<Membership>, SortedList<Membership>, SortedList<Membership>, SortedList<Membership>];
  /** Per medium: entries at the rungs `queue` and `callback` without an offer, first to serve first. */
  waiting: [WaitingRoom, WaitingRoom, WaitingRoom, WaitingRoom];
  /** Per medium and refusal (eligibility.ts): how many members stand there. */
  counts: [Int32Array, Int32Array, Int32Array, Int32Array];
  /** How fast calls are served here. */
  readonly pace: Pace;
}

export class Agent {
  readonly id: Id;
  facts: AgentFacts;
  memberships: Membership[] = [];
  // axes, see agent-machine.ts
  online = false;
  /** Since when the grace runs; null while online and after the grace. */
  offlineSince: EpochMs | null = null;
  phoneReachable = false;
  /** The phone is in a call that no offer brought: dialled directly, or dialling. */
  directCall = false;
  intent: Intent = "logged_out";
  reason: string | null = null;
  wrapupUntil: EpochMs | null = null;
  wrapupMs = 0;
  restUntil: EpochMs | null = null;
  missed = 0;
  lastAssignedAt: EpochMs = 0;
  // work
  /** A voice or chat offer: it rings, there is one at a time. */
  liveOffer: Offer | null = null;
  /** A message's or a letter's offer lies in the list for minutes and keeps no calls and chats away. */
  messageOffer: Offer | null = null;
  mailOffer: Offer | null = null;
  readonly assignments = new Set<Assignment>();
  /** Entries that stand before this agent, who is about to be free. */
  readonly awaitedBy: Entry[] = [];
  calls = 0;
  /** A and B of the load formula; the open dialogs but calls are counted against `maxDialogs`. */
  awaiting = 0;
  others = 0;
  // derived
  inHours = false;
  absent = false;
  /** Refusal per medium, eligibility.ts; 0 = may be offered. */
  refusals: [number, number, number, number] = [1, 1, 1, 1];
  state: AgentState = "offline";
  stateSince: EpochMs = 0;
  toMatch = false;
  changedIn: object | null = null;
  readonly wrapup: Deadline;
  readonly grace: Deadline;
  readonly gate: Deadline;
  readonly rest: Deadline;

  constructor(facts: AgentFacts) {
    this.id = facts.id;
    this.facts = facts;
    this.wrapup = new Deadline("wrapup", facts.id);
    this.grace = new Deadline("grace", facts.id);
    this.gate = new Deadline("gate", facts.id);
    this.rest = new Deadline("rest", facts.id);
  }
}

export interface EntryFields {
  id: Id;
  dialogId: Id;
  queueId: Id;
  /** The channel and the number of ours it came by, as long as it waits where they lead; null once it was sent on to another queue. */
  channelId: Id | null;
  lineId: Id | null;
  medium: Medium;
  priority: number;
  identity: string;
  responsibleId: Id | null;
  responsibleWhy: "interest" | "customer" | "last_talked" | null;
  substituteId: Id | null;
  rung: RungName;
  /** Who was offered it on the ladder; the rung `queue` asks them again. */
  tried: Id[];
  leastLoadedTried: number;
  /** Moves over overflow queues so far. */
  hops: number;
  acknowledged: boolean;
  /** The place in the queue; a dialog that comes back keeps it. */
  enqueuedAt: EpochMs;
  /** When waiting at the rung `queue` ends in overflow; null = waits as long as it takes. */
  deadlineAt: EpochMs | null;
  /** Since when nobody who could serve the waiting caller is logged in. */
  aloneSince: EpochMs | null;
  /** Agent -> until when this entry is not offered to that agent again. */
  cooldowns: Readonly<Record<Id, EpochMs>>;
  /** Who it is, equal for a repeated contact; null = nobody knows. */
  person: string | null;
  requires: readonly Requirement[];
  callerNumber: string | null;
  /** Set: the caller was promised a call and need not be there; the entry waits for somebody to make it. */
  callbackNumber: string | null;
  /** Stands before its responsible, who is about to be free, until then. */
  waitsUntil: EpochMs | null;
  /** When the caller hears the place next, or would if nothing rang. */
  announceAt: EpochMs | null;
  /** Hops of personal forwarding so far. */
  forwarded: readonly ForwardHop[];
  endedAt: EpochMs | null;
  outcome: EntryOutcome | null;
}

/** One hop: the rung of the ladder from which it left, whose forwarding it was and on what occasion, and where to. */
export interface ForwardHop {
  rung: "responsible" | "substitute";
  from: Id;
  on: ForwardOn;
  to: Id;
}

/** What of an entry's requirements is in force; `key` is equal for equal needs. */
export interface Needs {
  readonly key: string;
  readonly list: readonly Requirement[];
}

export interface Entry extends EntryFields {
  /** Of `queueId`; asked for several times an event, so it is not looked up each time. */
  readonly queue: QueueState;
  /** Where it stands in the order of serving: the moment it came, less the head start of its priority. */
  rank: number;
  needs: Needs;
  offer: Offer | null;
  /** How the last offer ended in this very decision, for the forwarding of whoever was asked. */
  unanswered: ForwardOn | null;
  /** Stands in its queue's waiting list. */
  listed: boolean;
  changedIn: object | null;
  readonly wait: Deadline;
  readonly retry: Deadline;
  /** Made when first needed: most entries never need them. */
  relax: Deadline | null;
  announce: Deadline | null;
}

export interface OfferFields {
  id: Id;
  entryId: Id;
  dialogId: Id;
  employeeId: Id;
  medium: Medium;
  rung: RungName;
  reason: DecisionReason;
  by: Id | null;
  state: OfferState;
  cause: string | null;
  /** The id of the ring command: asked again under the same id, a device that rings already is found. */
  commandId: string;
  createdAt: EpochMs;
  deadlineAt: EpochMs;
  endedAt: EpochMs | null;
}

export interface Offer extends OfferFields {
  entry: Entry;
  agent: Agent;
  changedIn: object | null;
  readonly deadline: Deadline;
}

export interface AssignmentFields {
  id: Id;
  dialogId: Id;
  employeeId: Id;
  entryId: Id | null;
  offerId: Id | null;
  queueId: Id | null;
  medium: Medium;
  /** The customer waits for this agent's answer: A of the load formula. */
  awaiting: boolean;
  startedAt: EpochMs;
  /** The agent's device vanished in mid-call; the caller is held. */
  lostAt: EpochMs | null;
  endedAt: EpochMs | null;
  endReason: string | null;
}

export interface Assignment extends AssignmentFields {
  agent: Agent;
  /** The entry it came from: where the dialog goes back to. */
  entry: Entry | null;
  changedIn: object | null;
  readonly lost: Deadline;
}
