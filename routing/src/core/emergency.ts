import type { Id } from "@kommutator/contract/ids";
import type { Emergency } from "./facts.ts";
import type { RouterState } from "./state.ts";

/** Where somebody stands and by what they came: the ids are null for who was sent on to this queue from another. */
export interface CameBy {
  queueId: Id;
  channelId: Id | null;
  lineId: Id | null;
}

/** The emergency switch that is on now for this number of ours, channel or queue: the number's goes before the channel's, that before the queue's. */
export function emergencyOn(state: RouterState, { queueId, channelId, lineId }: CameBy): Emergency | undefined {
  let ofQueue: Emergency | undefined;
  let ofChannel: Emergency | undefined;
  for (const e of state.emergencies) {
    if (e.untilMs !== null && e.untilMs <= state.now) continue;
    if (lineId !== null && e.lineId === lineId) return e;
    if (channelId !== null && e.channelId === channelId) ofChannel ??= e;
    if (e.queueId === queueId) ofQueue = e;
  }
  return ofChannel ?? ofQueue;
}
