import type { ForwardOn } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import type { Hours } from "./hours.ts";

/** What the router is told of people, queues and switches: the CRM's and the settings' own, read by the shell. */

export interface AgentFacts {
  id: Id;
  /** Employed and not suspended. */
  active: boolean;
  /** The own working calendar. */
  hours: Hours;
  /** Absences. */
  absent: Hours;
  maxDialogs: number;
  /** P and N of the load formula; norm null = not configured. */
  planned: number;
  norm: number | null;
  /** Levels 1 to 5 by skill. */
  skills: Readonly<Record<Id, number>>;
  /** Personal forwarding of calls; at most one rule an occasion. */
  forwardings: readonly Forwarding[];
}

/** To a colleague or to an outside number. */
export type Forwarding = { on: ForwardOn; toEmployeeId: Id; toNumber: null } | { on: ForwardOn; toEmployeeId: null; toNumber: string };

export interface QueueFacts {
  id: Id;
  hours: Hours;
  ringMs: number;
  ownerMs: number;
  chatOfferMs: number;
  /** Working time of the queue's calendar. */
  mailOfferMs: number;
  maxWaitMs: number;
  /** What a letter is promised, in working time; a letter's `maxWait`. */
  messageSlaMs: number;
  wrapupVoiceMs: number;
  wrapupChatMs: number;
  maxLeastLoaded: number;
  overflowQueueId: Id | null;
  record: boolean;
  /** The head start that one step of priority gives. */
  priorityStepMs: number;
  /** How long a responsible who is about to be free is waited for; 0 = not at all. */
  waitResponsibleMs: number;
  /** What becomes of a caller whose wait is over and who can go to no other queue. */
  onMaxWait: "fallback" | "callback";
  /** Working time within which a promised callback is made. */
  callbackMs: number;
  /** How often a waiting caller hears the place; 0 = never. */
  announceMs: number;
  /** Steps of priority of a caller whom nobody answered within the day before (last-calls.ts); 0 = none. */
  repeatPriority: number;
  /** May a waiting caller ask to be called back? */
  callbackOffered: boolean;
}

/** A number of ours, a channel or a queue that somebody closed or sends elsewhere, until `untilMs` (null = until it is ended). One of the three ids is set. */
export interface Emergency {
  queueId: Id | null;
  channelId: Id | null;
  lineId: Id | null;
  mode: "closed" | "announcement" | "redirect";
  redirectQueueId: Id | null;
  redirectNumber: string | null;
  untilMs: EpochMs | null;
}

export interface MemberFacts {
  queueId: Id;
  employeeId: Id;
  media: readonly Medium[];
  weight: number;
}

export interface Facts {
  agents: AgentFacts[];
  queues: QueueFacts[];
  members: MemberFacts[];
  emergencies: Emergency[];
  /** How long after the last connection an agent is waited for. */
  graceMs: number;
}
