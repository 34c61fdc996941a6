import { choose, coolsDown, fits, membershipOf } from "./choice.ts";
import { NONE } from "./eligibility.ts";
import { isCallback } from "./entry-machine.ts";
import { type Agent, type Entry, MEDIUM_INDEX, type MediumIndex, type Membership } from "./model.ts";
import type { RouterState } from "./state.ts";
import { firstAwaiting, goOn } from "./wait-for-responsible.ts";
import { servedBefore } from "./waiting-room.ts";

/** Who waits and who is ready find each other. */

/** Offers an entry that waits to the least loaded who may have it. */
export function matchEntry(state: RouterState, entry: Entry): boolean {
  const ready = entry.queue.ready[MEDIUM_INDEX[entry.medium]];
  if (ready.size === 0) return false;
  const member = ready.find((m) => fits(state, entry, m.agent));
  if (member === undefined) return false;
  offerWaiting(state, entry, member);
  return true;
}

/**
 * Offers the agent who became ready first what waits for nobody else, then what is served first of all queues and media, until
 * nothing fits.
 */
export function matchAgent(state: RouterState, agent: Agent): void {
  while (agent.awaitedBy.length > 0) {
    const entry = firstAwaiting(agent);
    if (entry === undefined) break;
    const member = membershipOf(agent, entry.queueId);
    if (member?.media[MEDIUM_INDEX[entry.medium]] === true) offerToResponsible(state, entry, member);
    else goOn(state, entry);
  }
  for (;;) {
    let found: Entry | undefined;
    let by: Membership | undefined;
    for (const m of agent.memberships)
      for (let k = 0 as MediumIndex; k < 4; k++) {
        if (!m.media[k] || agent.refusals[k] !== NONE) continue;
        const room = m.queue.waiting[k];
        if (room.size === 0) continue;
        const entry = room.firstFor(agent, (e) => !coolsDown(state, e, agent.id));
        if (entry !== undefined && (found === undefined || servedBefore(entry, found))) {
          found = entry;
          by = m;
        }
      }
    if (found === undefined || by === undefined) return;
    offerWaiting(state, found, by);
  }
}

function offerWaiting(state: RouterState, entry: Entry, member: Membership): void {
  if (isCallback(entry)) choose(state, entry, member, "callback", { code: "callback", load: member.load });
  else choose(state, entry, member, "queue", { code: "oldest_waiting", load: member.load });
}

/** The responsible is asked once; the reason says whose customer it is. */
export function offerToResponsible(state: RouterState, entry: Entry, member: Membership): void {
  const why = entry.responsibleWhy;
  const code = why === "interest" ? "responsible_interest" : why === "customer" ? "responsible_customer" : "last_talked";
  entry.tried.push(member.agent.id);
  choose(state, entry, member, "responsible", { code, load: member.load });
}
