import type { Agent, MediumIndex, QueueState } from "./model.ts";

/**
 * Why an agent cannot be offered something, in the order in which it is asked. The first ones (up to `offline`) mean that the
 * agent is not here at all: when all members of a queue are not here, nobody is logged in.
 */
export const REFUSALS = [
  "none",
  "inactive",
  "absent",
  "out_of_hours",
  "no_norm_today",
  "logged_out",
  "offline",
  "reconnecting",
  "paused",
  "phone_unreachable",
  "in_call",
  "wrapup",
  "resting",
  "offered",
  "at_capacity",
  "not_member",
  "lacks_skill",
  "cooling_down",
  "already_tried",
  "unknown",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const NONE = 0;
const code = (name: Refusal): number => REFUSALS.indexOf(name);
const INACTIVE = code("inactive");
const ABSENT = code("absent");
const OUT_OF_HOURS = code("out_of_hours");
const NO_NORM = code("no_norm_today");
const LOGGED_OUT = code("logged_out");
export const OFFLINE = code("offline");
const RECONNECTING = code("reconnecting");
const PAUSED = code("paused");
const PHONE = code("phone_unreachable");
export const IN_CALL = code("in_call");
export const WRAPUP = code("wrapup");
const RESTING = code("resting");
const OFFERED = code("offered");
const AT_CAPACITY = code("at_capacity");

/** How many refusals an agent itself can have; the rest concern a pair of entry and agent. */
export const AGENT_REFUSALS = AT_CAPACITY + 1;

/** Is a refusal one of somebody who is not here (so that waiting is in vain until somebody comes)? */
export function isAway(refusal: number): boolean {
  return refusal !== NONE && refusal <= OFFLINE;
}

/** May this agent be offered something of this medium (0 voice, 1 chat, 2 message, 3 mail)? The first reason against it, or NONE. */
export function refusalOf(agent: Agent, medium: MediumIndex): number {
  const away = refusalOfAll(agent);
  return away === NONE ? refusalHere(agent, medium) : away;
}

/** What keeps the agent from everything, whatever the medium; NONE when nothing does. */
export function refusalOfAll(agent: Agent): number {
  const facts = agent.facts;
  if (!facts.active) return INACTIVE;
  if (agent.absent) return ABSENT;
  if (!agent.inHours) return OUT_OF_HOURS;
  if (facts.norm === 0) return NO_NORM;
  if (agent.intent === "logged_out") return LOGGED_OUT;
  if (!agent.online) return agent.offlineSince !== null ? RECONNECTING : OFFLINE;
  if (agent.intent === "paused") return PAUSED;
  return NONE;
}

/** What keeps an agent who is here and at work from one medium. */
export function refusalHere(agent: Agent, medium: MediumIndex): number {
  if (medium === 0 && !agent.phoneReachable) return PHONE;
  if (inCall(agent)) return IN_CALL;
  if (agent.wrapupUntil !== null) return WRAPUP;
  if (agent.restUntil !== null && medium === 0) return RESTING;
  if (agent.liveOffer !== null || (medium === 2 && agent.messageOffer !== null) || (medium === 3 && agent.mailOffer !== null)) return OFFERED;
  if (medium !== 0 && openDialogs(agent) + (agent.messageOffer === null ? 0 : 1) + (agent.mailOffer === null ? 0 : 1) >= agent.facts.maxDialogs)
    return AT_CAPACITY;
  return NONE;
}

/** Is the agent in any call at all: one of ours, or one that the phone has by itself? */
export function inCall(agent: Agent): boolean {
  return agent.calls > 0 || agent.directCall;
}

/** Open dialogs that count against `maxDialogs`: all but calls. */
export function openDialogs(agent: Agent): number {
  return agent.awaiting + agent.others - agent.calls;
}

/** How many members serve this medium and are here (logged in, on duty), ready or not. */
export function presentMembers(queue: Pick<QueueState, "counts">, medium: MediumIndex): number {
  let present = 0;
  const counts = queue.counts[medium];
  for (let refusal = 0; refusal < counts.length; refusal++) if (!isAway(refusal)) present += counts[refusal] ?? 0;
  return present;
}
