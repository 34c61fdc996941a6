import type { Id } from "@kommutator/contract/ids";
import type { Facts, QueueFacts } from "../core/facts.ts";
import { hoursOf } from "../core/hours.ts";

/** Open for ever. */
const ALWAYS = hoursOf([[0, Number.MAX_SAFE_INTEGER]]);

export const agentId = (n: number): Id => `aaaa0000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
export const QUEUE: Id = "bbbb0000-0000-4000-8000-000000000001";

/** One queue with `agents` like people in it. */
export function oneGroup(agents: number, queue: Partial<QueueFacts> = {}): Facts {
  return {
    agents: Array.from({ length: agents }, (_, n) => ({
      id: agentId(n),
      active: true,
      hours: ALWAYS,
      absent: [],
      maxDialogs: 5,
      planned: 0,
      norm: null,
      skills: {},
      forwardings: [],
    })),
    queues: [
      {
        id: QUEUE,
        hours: ALWAYS,
        ringMs: 20_000,
        ownerMs: 25_000,
        chatOfferMs: 45_000,
        mailOfferMs: 900_000,
        maxWaitMs: Number.MAX_SAFE_INTEGER / 4,
        messageSlaMs: 900_000,
        wrapupVoiceMs: 0,
        wrapupChatMs: 0,
        maxLeastLoaded: 3,
        overflowQueueId: null,
        record: false,
        priorityStepMs: 30_000,
        waitResponsibleMs: 20_000,
        onMaxWait: "fallback",
        callbackMs: 14_400_000,
        // nobody listens in a simulation
        announceMs: 0,
        callbackOffered: true,
        ...queue,
      },
    ],
    members: Array.from({ length: agents }, (_, n) => ({ queueId: QUEUE, employeeId: agentId(n), media: ["voice"] as const, weight: 1 })),
    emergencies: [],
  };
}
