import type { ForwardOn } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import { bestFive, choose, fits, membershipOf, record, refusalCounts, refusalFor } from "./choice.ts";
import { reachQueueRung, wait } from "./entry-machine.ts";
import { forward, forwardOn, occasionOf, ruleOf } from "./forwarding.ts";
import { matchEntry, offerToResponsible } from "./match.ts";
import { type Agent, type Entry, MEDIUM_INDEX, type Membership } from "./model.ts";
import { emergencyFor, meetEmergency, overflow } from "./overflow.ts";
import { relaxNeeds } from "./skills.ts";
import type { RouterState } from "./state.ts";
import { isWorthWaiting, waitFor } from "./wait-for-responsible.ts";

/**
 * The ladder of spec B0 and RG-06: responsible -> substitute -> least loaded (up to `maxLeastLoaded` different people) ->
 * queue -> overflow. A rung whose person may not be offered is passed at once and says why in the decisions; the personal
 * forwarding of that person comes in between. Moves an entry without an offer on from the rung it stands at until it is
 * offered, waits, or has left the queue.
 */
export function advance(state: RouterState, entry: Entry): void {
  if (entry.endedAt !== null || entry.offer !== null || entry.waitsUntil !== null) return;
  relaxNeeds(state, entry);
  climb(state, entry);
  entry.unanswered = null;
}

function climb(state: RouterState, entry: Entry): void {
  if (entry.rung === "responsible") {
    if (entry.responsibleId !== null && askPerson(state, entry, entry.responsibleId, "responsible")) return;
    entry.rung = "substitute";
  }
  if (entry.rung === "forward") {
    if (forwardOn(state, entry)) return;
    entry.rung = entry.forwarded.at(-1)?.rung === "responsible" ? "substitute" : "least_loaded";
  }
  if (entry.rung === "substitute") {
    if (entry.substituteId !== null && askPerson(state, entry, entry.substituteId, "substitute")) return;
    entry.rung = "least_loaded";
  }
  if (entry.rung === "least_loaded" && askLeastLoaded(state, entry)) return;
  const arrives = entry.rung !== "queue" && entry.rung !== "callback";
  if (entry.rung !== "callback") reachQueueRung(state, entry);
  if (entry.deadlineAt !== null && entry.deadlineAt <= state.now) {
    overflow(state, entry, "max_wait");
    return;
  }
  if (matchEntry(state, entry)) return;
  const emergency = state.emergencies.length === 0 ? undefined : emergencyFor(state, entry);
  if (emergency !== undefined) {
    // The switch was thrown while somebody's phone rang for it.
    meetEmergency(state, entry, emergency);
    return;
  }
  if (arrives) record(state, entry, "queue", null, { code: "nobody_ready" }, bestFive(state, entry), refusalCounts(state, entry));
  wait(state, entry);
}

/** The named person of a rung, or whoever they forward to. Returns whether the entry is taken care of. */
function askPerson(state: RouterState, entry: Entry, agentId: Id, rung: "responsible" | "substitute"): boolean {
  const agent = state.agents.get(agentId);
  let occasion: ForwardOn | null = entry.unanswered;
  if (!entry.tried.includes(agentId) && ruleOf(agent, entry, null)?.on !== "always") {
    const refusal = refusalFor(state, entry, agent, rung === "responsible");
    if (refusal === null) {
      offerTo(state, entry, membershipOf(agent as Agent, entry.queueId) as Membership, rung);
      return true;
    }
    const load = (agent === undefined ? undefined : membershipOf(agent, entry.queueId))?.load ?? 0;
    const best = agent === undefined ? [] : [{ employeeId: agentId, load }];
    if (rung === "responsible" && isWorthWaiting(state, entry, agent as Agent, refusal)) {
      record(state, entry, rung, null, { code: "waits_for_responsible" }, best, { [refusal]: 1 });
      waitFor(state, entry, agent as Agent);
      return true;
    }
    record(state, entry, rung, null, { code: "not_eligible" }, best, { [refusal]: 1 });
    occasion = occasionOf(refusal);
  }
  return forward(state, entry, rung, agentId, occasion);
}

function offerTo(state: RouterState, entry: Entry, member: Membership, rung: "responsible" | "substitute"): void {
  if (rung === "responsible") {
    offerToResponsible(state, entry, member);
    return;
  }
  entry.tried.push(member.agent.id);
  choose(state, entry, member, rung, { code: "substitute", load: member.load });
}

/** The least loaded of those who are ready and were not asked yet, so many of them as the queue allows. */
function askLeastLoaded(state: RouterState, entry: Entry): boolean {
  const { queue } = entry;
  if (entry.leastLoadedTried >= queue.facts.maxLeastLoaded) return false;
  const ready = queue.ready[MEDIUM_INDEX[entry.medium]];
  if (ready.size === 0) return false;
  const member = ready.find((m) => !entry.tried.includes(m.agent.id) && fits(state, entry, m.agent));
  if (member === undefined) return false;
  entry.leastLoadedTried++;
  entry.tried.push(member.agent.id);
  choose(state, entry, member, "least_loaded", { code: "least_loaded", load: member.load });
  return true;
}
