import type { QueueView } from "@kommutator/contract/api/routing";

/** Numbers of a queue, in the order in which a person who waits meets them. All that end in S are seconds. */
export const GROUPS = {
  ladder: ["ownerTimeoutS", "waitResponsibleS", "ringTimeoutS", "maxLeastLoaded", "chatOfferS", "messageOfferS"],
  waiting: ["maxWaitS", "priorityStepS", "repeatPriority", "announceS", "callbackS"],
  level: ["slThresholdS", "messageSlaS"],
  after: ["wrapupVoiceS", "wrapupChatS"],
} as const;
export type NumberName = (typeof GROUPS)[keyof typeof GROUPS][number];
const NAMES: readonly NumberName[] = Object.values(GROUPS).flat();

/** What a new queue begins with: the same as the server's defaults. */
export const DEFAULTS: Record<NumberName, number> = {
  ownerTimeoutS: 25,
  waitResponsibleS: 20,
  ringTimeoutS: 20,
  maxLeastLoaded: 3,
  chatOfferS: 45,
  messageOfferS: 900,
  maxWaitS: 300,
  priorityStepS: 30,
  repeatPriority: 1,
  announceS: 45,
  callbackS: 14_400,
  slThresholdS: 20,
  messageSlaS: 900,
  wrapupVoiceS: 30,
  wrapupChatS: 15,
};

/** The numbers of a queue alone. */
export function valuesOf(queue: Pick<QueueView, NumberName>): Record<NumberName, number> {
  return Object.fromEntries(NAMES.map((name) => [name, queue[name]])) as Record<NumberName, number>;
}
