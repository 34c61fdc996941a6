import type { Announcement, CallEnded, LegEndCause } from "@kommutator/contract/channel";

/**
 * A call as this connection sees it.
 *
 * waiting: the customer hears music or ringback, agents may be rung · talking: bridged · held: by the agent, the customer
 * hears music · lost: the agent's device vanished, the customer hears music · ended. Each returns to talking by a bridging;
 * every state ends when the customer is gone.
 */
export type Phase = "waiting" | "talking" | "held" | "lost" | "ended";

/** A leg beside the customer's: an agent's device, or the outside number to which the customer is sent on. */
export interface Leg {
  legKey: string;
  channelId: string;
  party: "agent" | "outside";
  employeeId?: string | undefined;
  offerId?: string | undefined;
  /** The agent's extension, or the outside number. */
  endpoint: string;
  state: "trying" | "ringing" | "answered" | "bridged" | "ended";
  /** Why we ended it, when it was us. */
  why?: LegEndCause | undefined;
  /** Joins the customer as soon as it answers, without an order (rejoin). */
  joinsAtOnce: boolean;
  timers: Set<NodeJS.Timeout>;
}

/** What is being said to the customer of a call now. */
export interface Speech {
  playbackId: string;
  what: Announcement["what"] | "greeting";
  /** Resolves when it has been said or is broken off. */
  said: Promise<void>;
  /** Nothing is said any more, and nothing follows. */
  stop(): void;
  /** It has been said: what follows it. */
  over(): void;
}

export interface Call {
  key: string;
  direction: "in" | "out";
  /** null until the customer's leg of an outgoing call exists. */
  customer: string | null;
  customerUp: boolean;
  phase: Phase;
  legs: Map<string, Leg>;
  bridged: boolean;
  recording: boolean;
  endedBy: CallEnded["by"] | null;
  /** An agent has let go of it: a customer whom we called waits from then on as a caller does. */
  released: boolean;
  /** Who called which of our lines. */
  from?: { number: string | null; line: string } | undefined;
  /** An outgoing call: whom to dial when the employee has picked up. */
  dial?: { number: string; callerNumber: string | null; commandId: string } | undefined;
  /** What is being said to the customer now. */
  speech?: Speech | undefined;
}

export const isLive = (leg: Leg): boolean => leg.state !== "ended";
export const liveLegs = (call: Call): Leg[] => [...call.legs.values()].filter(isLive);

export function newCall(key: string, direction: "in" | "out", customer: string | null): Call {
  return { key, direction, customer, customerUp: false, phase: "waiting", legs: new Map(), bridged: false, recording: false, endedBy: null, released: false };
}

/** The leg of this call that this channel carries. */
export const legOf = (call: Call, channelId: string): Leg | undefined => [...call.legs.values()].find((l) => l.channelId === channelId);

/** Nothing happens to this leg by itself any more. */
export function stopTimers(leg: Leg): void {
  for (const timer of leg.timers) clearTimeout(timer);
  leg.timers.clear();
}
