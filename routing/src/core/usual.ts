import type { AgentFacts, QueueFacts } from "./facts.ts";
import { hoursOf } from "./hours.ts";

/** People and queues as they are when nobody has set anything: the defaults of spec B19. */

/** Open for ever. */
export const ALWAYS = hoursOf([[0, Number.MAX_SAFE_INTEGER]]);

export const USUAL_AGENT: Omit<AgentFacts, "id"> = {
  active: true,
  hours: ALWAYS,
  absent: [],
  maxDialogs: 5,
  planned: 0,
  norm: null,
  skills: {},
  forwardings: [],
};

export const USUAL_QUEUE: Omit<QueueFacts, "id"> = {
  hours: ALWAYS,
  ringMs: 20_000,
  ownerMs: 25_000,
  chatOfferMs: 45_000,
  mailOfferMs: 900_000,
  maxWaitMs: 300_000,
  messageSlaMs: 900_000,
  wrapupVoiceMs: 30_000,
  wrapupChatMs: 15_000,
  maxLeastLoaded: 3,
  overflowQueueId: null,
  record: true,
  priorityStepMs: 30_000,
  waitResponsibleMs: 20_000,
  onMaxWait: "fallback",
  callbackMs: 14_400_000,
  announceMs: 45_000,
  repeatPriority: 1,
  callbackOffered: true,
};
