import type { Presence } from "@kommutator/contract/api/routing";

/**
 * Is a word about this agent's telephone due? `missing`: calls are this agent's business, and no phone of theirs can ring. In a house without
 * telephony, for who serves no calls, and for who is not at work, a phone is nobody's concern (`none`).
 */
export function phoneOf(agent: Pick<Presence, "phoneExpected" | "phoneReachable" | "online" | "state">): "ready" | "missing" | "none" {
  if (!agent.phoneExpected) return "none";
  if (agent.phoneReachable) return "ready";
  return agent.online && agent.state !== "offline" ? "missing" : "none";
}
