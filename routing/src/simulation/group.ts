import type { Id, Medium } from "@kommutator/contract/ids";
import type { Facts, QueueFacts } from "../core/facts.ts";
import { USUAL_AGENT, USUAL_QUEUE } from "../core/usual.ts";

export const agentId = (n: number): Id => `aaaa0000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
export const QUEUE: Id = "bbbb0000-0000-4000-8000-000000000001";

export const SKILL: Id = "cccc0000-0000-4000-8000-000000000001";

/** One queue with `agents` like people in it, who serve calls unless more is said; every third has the skill. */
export function oneGroup(agents: number, queue: Partial<QueueFacts> = {}, media: readonly Medium[] = ["voice"]): Facts {
  return {
    agents: Array.from({ length: agents }, (_, n) => ({ id: agentId(n), ...USUAL_AGENT, skills: n % 3 === 0 ? { [SKILL]: 3 } : {} })),
    // Nobody listens in a simulation, and nobody writes anything up unless it is said.
    queues: [{ id: QUEUE, ...USUAL_QUEUE, maxWaitMs: Number.MAX_SAFE_INTEGER / 4, wrapupVoiceMs: 0, wrapupChatMs: 0, record: false, announceMs: 0, ...queue }],
    members: Array.from({ length: agents }, (_, n) => ({ queueId: QUEUE, employeeId: agentId(n), media, weight: 1 })),
    emergencies: [],
    graceMs: 60_000,
  };
}
