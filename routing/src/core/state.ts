import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { Deadlines } from "./deadlines.ts";
import { Effects } from "./effects.ts";
import { AGENT_REFUSALS } from "./eligibility.ts";
import type { Emergency, QueueFacts } from "./facts.ts";
import { idOf } from "./ids.ts";
import { LastCalls } from "./last-calls.ts";
import { type Agent, type Assignment, type Entry, MEDIUM_INDEX, type Membership, type Offer, type QueueState } from "./model.ts";
import { Pace } from "./pace.ts";
import { LeftPlaces } from "./place.ts";
import { SortedList } from "./sorted-list.ts";
import { WaitingRoom } from "./waiting-room.ts";

/** Less loaded first; tie: idle for longest; then the id (spec B0). */
export function betterAgent(a: Membership, b: Membership): boolean {
  if (a.load !== b.load) return a.load < b.load;
  if (a.idleSince !== b.idleSince) return a.idleSince < b.idleSince;
  return a.agent.id < b.agent.id;
}

/** The router's memory with its indexes, and the small verbs by which the machines change it. */
export class RouterState {
  readonly agents = new Map<Id, Agent>();
  readonly queues = new Map<Id, QueueState>();
  /** Open entries, by dialog. */
  readonly entries = new Map<Id, Entry>();
  /** Open offers, by their id. */
  readonly offers = new Map<Id, Offer>();
  /** Open assignments, by dialog. */
  readonly assignments = new Map<Id, Assignment>();
  /** Entry, offer and assignment deadlines are found through their owners. */
  readonly entryById = new Map<Id, Entry>();
  readonly assignmentById = new Map<Id, Assignment>();
  readonly deadlines = new Deadlines();
  /** Promised callbacks, by queue and person. */
  readonly callbacks = new Map<string, Entry>();
  /** Places of callers who gave up a moment ago. */
  readonly left = new LeftPlaces();
  /** How the waits of the last day's callers ended. */
  readonly lastCalls = new LastCalls();
  /** Switches that are on, or were until a moment ago. */
  emergencies: readonly Emergency[] = [];
  /** So long after the last connection an agent keeps what waits for an answer (RG-06). */
  graceMs = 60_000;

  /** Counts events; stored with each decision. */
  version = 0;
  now: EpochMs = 0;

  // of the decision being made
  inputId = 0;
  effects: Effects = new Effects();
  readonly toAdvance: Entry[] = [];
  readonly toMatch: Agent[] = [];
  private ids = 0;
  private orders = 0;

  begin(inputId: number, now: EpochMs, effects: Effects): void {
    this.inputId = inputId;
    this.ids = 0;
    this.orders = 0;
    this.version++;
    if (now > this.now) this.now = now;
    this.effects = effects;
  }

  /** The place of the next id among this event's. */
  newIndex(): number {
    return this.ids++;
  }

  newId(): Id {
    return idOf(this.inputId, this.ids++);
  }

  newCommandId(): string {
    return `${this.inputId}:${this.orders++}`;
  }

  order(command: RouterCommand): void {
    this.effects.commands.push(command);
  }

  emit(event: NewDialogEvent): void {
    this.effects.events.push(event);
  }

  queueOf(entry: Entry): QueueState {
    return entry.queue;
  }

  waitingRoom(entry: Entry): WaitingRoom {
    return entry.queue.waiting[MEDIUM_INDEX[entry.medium]];
  }

  addQueue(facts: QueueFacts): QueueState {
    const ready = () => new SortedList<Membership>(betterAgent);
    const counts = () => new Int32Array(AGENT_REFUSALS);
    const queue: QueueState = {
      facts,
      ready: [ready(), ready(), ready(), ready()],
      waiting: [new WaitingRoom(), new WaitingRoom(), new WaitingRoom(), new WaitingRoom()],
      counts: [counts(), counts(), counts(), counts()],
      pace: new Pace(),
    };
    this.queues.set(facts.id, queue);
    return queue;
  }
}
