import type { Id } from "@kommutator/contract/ids";
import type { Emergency } from "./facts.ts";
import type { RouterState } from "./state.ts";

/** The emergency switch that is on for this line or queue now; the line's before the queue's. */
export function emergencyOn(state: RouterState, queueId: Id, channelId: Id | null): Emergency | undefined {
  let found: Emergency | undefined;
  for (const e of state.emergencies) {
    if (e.untilMs !== null && e.untilMs <= state.now) continue;
    if (channelId !== null && e.channelId === channelId) return e;
    if (e.queueId === queueId) found = e;
  }
  return found;
}
