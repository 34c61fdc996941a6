import type { LegEndCause } from "./channel.ts";
import type { IdentityResult } from "./identity.ts";
import type { EpochMs, Id, Medium } from "./ids.ts";

/** Everything the router hears comes as one of these, through the table `routing_input`, in order per dialog. */
export type RoutingInput =
  // dialogs
  | {
      kind: "dialog.opened";
      dialogId: Id;
      channelId: Id;
      medium: Medium;
      queueId: Id;
      callId: Id | null;
      priority: number;
      identity: IdentityResult;
      responsible: { employeeId: Id; why: "interest" | "customer" | "last_talked" } | null;
      substituteId: Id | null;
      at: EpochMs;
    }
  | {
      kind: "dialog.identified";
      dialogId: Id;
      identity: IdentityResult;
      responsible: { employeeId: Id; why: "interest" | "customer" | "last_talked" } | null;
      substituteId: Id | null;
      at: EpochMs;
    }
  /** The customer wrote (starts the agent's clock) or we answered (stops it). */
  | { kind: "dialog.message"; dialogId: Id; direction: "in" | "out"; at: EpochMs }
  /** The caller hung up, or the visitor ended the chat, before or after assignment. */
  | { kind: "dialog.left"; dialogId: Id; at: EpochMs }
  | { kind: "dialog.closed"; dialogId: Id; by: Id | null; at: EpochMs }
  // legs of a call that was offered
  | { kind: "leg.ringing"; dialogId: Id; offerId: Id; at: EpochMs }
  | { kind: "leg.answered"; dialogId: Id; offerId: Id; at: EpochMs }
  | { kind: "leg.bridged"; dialogId: Id; offerId: Id; at: EpochMs }
  | { kind: "leg.ended"; dialogId: Id; offerId: Id; cause: LegEndCause; at: EpochMs }
  /** The agent's device vanished in mid-call (page reload): the caller is held, 30 s to come back. */
  | { kind: "leg.lost"; dialogId: Id; employeeId: Id; at: EpochMs }
  // agents
  | { kind: "offer.accept"; offerId: Id; employeeId: Id; at: EpochMs }
  | { kind: "offer.reject"; offerId: Id; employeeId: Id; at: EpochMs }
  | { kind: "agent.connection"; employeeId: Id; online: boolean; at: EpochMs }
  | { kind: "agent.phone"; employeeId: Id; reachable: boolean; at: EpochMs }
  | { kind: "agent.intent"; employeeId: Id; intent: "available" | "paused" | "logged_out"; reason: string | null; by: Id; at: EpochMs }
  | { kind: "agent.wrapup"; employeeId: Id; action: "finish" | "extend"; at: EpochMs }
  /** Take from the queue, or assign to somebody, or give back. `employeeId: null` returns it to the queue. */
  /** `from` is the assignee whom the person saw: when somebody else has the dialog by then, the take is lost and changes nothing. */
  | { kind: "dialog.assign"; dialogId: Id; employeeId: Id | null; by: Id; from?: Id | null | undefined; at: EpochMs }
  // facts from the CRM
  /** Settings of people, queues, members or calendars changed: the engine reads them again. */
  | { kind: "facts.changed"; what: "employee" | "queue" | "calendar"; id: Id; at: EpochMs }
  | { kind: "agent.load"; employeeId: Id; plannedPoints: number; normPoints: number | null; at: EpochMs }
  // time
  | { kind: "deadline"; deadlineId: Id; at: EpochMs };

export type RoutingInputKind = RoutingInput["kind"];

/**
 * What the router orders once its decision is durable. The gateway's performer looks up the channel, the call key and
 * the agent's extension and turns each into a ChannelCommand; the leg key of a ring is the offer's id.
 * A ring that fails comes back as `leg.ended` with its cause.
 */
export type RouterCommand =
  | { id: string; kind: "ring"; dialogId: Id; offerId: Id; employeeId: Id; timeoutMs: number }
  | { id: string; kind: "cancel-ring"; dialogId: Id; offerId: Id; reason: LegEndCause }
  | { id: string; kind: "bridge"; dialogId: Id; offerId: Id; record: boolean }
  /** The ladder is exhausted or the house is closed: the dialplan's static fallback takes the caller. */
  | { id: string; kind: "fallback"; dialogId: Id }
  /** An automatic word to a writer: out of hours, or waiting longer than the queue promises. */
  | { id: string; kind: "acknowledge"; dialogId: Id; code: "out_of_hours" | "waiting" };

export type PerformRouterCommand = (command: RouterCommand) => void;
