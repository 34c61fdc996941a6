import { passGate, refresh } from "./agent-machine.ts";
import { AGENT_REFUSALS } from "./eligibility.ts";
import type { Facts } from "./facts.ts";
import { Agent, type MediumIndex, type Membership } from "./model.ts";
import { meetEmergencies } from "./overflow.ts";
import { rankAnew } from "./place.ts";
import { SortedList } from "./sorted-list.ts";
import { betterAgent, type RouterState } from "./state.ts";

/**
 * Takes over people, queues and members as the settings have them now. Rare and whole: memberships, counts and ready lists
 * are built anew, entries and work stay as they are. Nobody is ever removed: a dismissed employee comes as not active.
 */
export function applyFacts(state: RouterState, facts: Facts): void {
  for (const q of facts.queues) {
    const known = state.queues.get(q.id);
    if (known === undefined) state.addQueue(q);
    else {
      const moves = known.facts.priorityStepMs !== q.priorityStepMs;
      known.facts = q;
      if (moves) rankAnew(state, known);
    }
  }
  state.emergencies = facts.emergencies;
  state.graceMs = facts.graceMs;
  for (const queue of state.queues.values())
    for (let k = 0 as MediumIndex; k < 4; k++) {
      queue.ready[k] = new SortedList<Membership>(betterAgent);
      queue.counts[k] = new Int32Array(AGENT_REFUSALS);
    }
  for (const f of facts.agents) {
    const known = state.agents.get(f.id);
    if (known === undefined) {
      const agent = new Agent(f);
      agent.stateSince = state.now;
      state.agents.set(f.id, agent);
    } else known.facts = f;
  }
  for (const agent of state.agents.values()) agent.memberships = [];
  for (const m of facts.members) {
    const agent = state.agents.get(m.employeeId);
    const queue = state.queues.get(m.queueId);
    if (agent === undefined || queue === undefined) continue;
    const media = [m.media.includes("voice"), m.media.includes("chat"), m.media.includes("message"), m.media.includes("mail")] as const;
    agent.memberships.push({ agent, queue, media, weight: m.weight, load: Number.NaN, idleSince: Number.NaN, listed: [false, false, false, false] });
    for (let k = 0 as MediumIndex; k < 4; k++)
      if (media[k]) {
        const counts = queue.counts[k];
        counts[1] = (counts[1] ?? 0) + 1;
      }
  }
  for (const agent of state.agents.values()) {
    agent.refusals = [1, 1, 1, 1];
    passGate(state, agent);
    refresh(state, agent);
  }
  if (state.emergencies.length > 0) meetEmergencies(state);
}
