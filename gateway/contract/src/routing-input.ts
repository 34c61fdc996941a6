import type { LegEndCause } from "./channel.ts";
import type { Announcement } from "./channel-command.ts";
import type { IdentityResult } from "./identity.ts";
import type { EpochMs, Id, Medium } from "./ids.ts";

/** A skill or language that the agent is to have: `level` 1 to 5 at least. Dropped after `relaxMs` of waiting; null = never. */
export interface Requirement {
  skillId: Id;
  level: number;
  relaxMs: number | null;
}

/** Everything the router hears comes as one of these, through the table `routing_input`, in order per dialog. */
export type RoutingInput =
  // dialogs
  | {
      kind: "dialog.opened";
      dialogId: Id;
      channelId: Id;
      /** The number of ours that was called. */
      lineId?: Id | null | undefined;
      medium: Medium;
      queueId: Id;
      callId: Id | null;
      priority: number;
      identity: IdentityResult;
      responsible: { employeeId: Id; why: "interest" | "customer" | "last_talked" } | null;
      substituteId: Id | null;
      /** Who it is, equal for a repeated contact: the contact point's id, or "channelId:identity" when there is none. */
      person?: string | null | undefined;
      /** The caller's number (E.164) to call back; null = withheld. */
      number?: string | null | undefined;
      /** The queue's skills, and the customer's language when there is a skill of that language. */
      requires?: Requirement[] | undefined;
      at: EpochMs;
    }
  | {
      kind: "dialog.identified";
      dialogId: Id;
      identity: IdentityResult;
      responsible: { employeeId: Id; why: "interest" | "customer" | "last_talked" } | null;
      substituteId: Id | null;
      /** As in `dialog.opened`; left out = as it was. */
      priority?: number | undefined;
      person?: string | null | undefined;
      requires?: Requirement[] | undefined;
      at: EpochMs;
    }
  /** The customer wrote (starts the agent's clock) or we answered (stops it). */
  | { kind: "dialog.message"; dialogId: Id; direction: "in" | "out"; at: EpochMs }
  /** The caller hung up, or the visitor ended the chat, before or after assignment. */
  | { kind: "dialog.left"; dialogId: Id; at: EpochMs }
  | { kind: "dialog.closed"; dialogId: Id; by: Id | null; at: EpochMs }
  /** The waiting caller pressed the key for being called back. */
  | { kind: "callback.requested"; dialogId: Id; number: string; at: EpochMs }
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
  /** `directCall`: the phone is in a call that no offer brought; absent = no. */
  | { kind: "agent.phone"; employeeId: Id; reachable: boolean; directCall?: boolean | undefined; at: EpochMs }
  | { kind: "agent.intent"; employeeId: Id; intent: "available" | "paused" | "logged_out"; reason: string | null; by: Id; at: EpochMs }
  | { kind: "agent.wrapup"; employeeId: Id; action: "finish" | "extend"; at: EpochMs }
  /**
   * Take from the queue, or assign to somebody, or give back: `employeeId: null` returns it to the queue that it came by, or to `queueId`. `from` is
   * the assignee whom the person saw: when somebody else has the dialog by then, the take is lost and changes nothing.
   */
  | { kind: "dialog.assign"; dialogId: Id; employeeId: Id | null; queueId?: Id | null | undefined; by: Id; from?: Id | null | undefined; at: EpochMs }
  /**
   * Whoever has the dialog hands it on: to whoever serves the queue; a talk also to a colleague (`employeeId`) through that queue, or to an
   * outside number. `from` is whose it was when the button was pressed.
   */
  | { kind: "dialog.transfer"; dialogId: Id; to: { queueId: Id; employeeId: Id | null } | { number: string }; by: Id; from: Id; at: EpochMs }
  // facts from the CRM
  /** Settings of people, queues, members or calendars changed: the engine reads them again. */
  | { kind: "facts.changed"; what: "employee" | "queue" | "calendar" | "skill" | "emergency"; id: Id; at: EpochMs }
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
  /** The agent's part in the talk is over: the caller hears music, and what becomes of it follows. */
  | { id: string; kind: "release"; dialogId: Id; employeeId: Id }
  /** The ladder is exhausted or the house is closed: the dialplan's static fallback takes the caller. */
  | { id: string; kind: "fallback"; dialogId: Id }
  /** An automatic word to a writer: out of hours, or waiting longer than the queue promises. */
  | { id: string; kind: "acknowledge"; dialogId: Id; code: "out_of_hours" | "waiting" }
  /** Said to a waiting caller (see Announcement for what follows it). */
  | { id: string; kind: "announce"; dialogId: Id; say: Announcement }
  /** The agent accepted a callback: the gateway originates as in click-to-call, the agent's device first. The same id is the same call. */
  | { id: string; kind: "call-back"; dialogId: Id; offerId: Id; employeeId: Id; number: string }
  /** The emergency switch or somebody's forwarding sends the caller to an outside number. */
  | { id: string; kind: "redirect"; dialogId: Id; number: string };

export type PerformRouterCommand = (command: RouterCommand) => void;
