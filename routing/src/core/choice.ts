import type { DecisionReason, RungName } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import type { Decision } from "./effects.ts";
import { NONE, REFUSALS } from "./eligibility.ts";
import { NO_COOLDOWNS, unlist } from "./entry-machine.ts";
import { type Agent, type Entry, MEDIUM_INDEX, type Membership } from "./model.ts";
import { makeOffer } from "./offer-machine.ts";
import { hasSkills, NO_NEEDS } from "./skills.ts";
import type { RouterState } from "./state.ts";

/** A choice and what is written down about it: whom, why, the five best, and why not the others. */

export function membershipOf(agent: Agent, queueId: Id): Membership | undefined {
  for (const m of agent.memberships) if (m.queue.facts.id === queueId) return m;
  return undefined;
}

/** May this entry go to this agent now? The refusal's name, or null. `exempt`: skills are not asked for. */
export function refusalFor(state: RouterState, entry: Entry, agent: Agent | undefined, exempt = false): (typeof REFUSALS)[number] | null {
  if (agent === undefined) return "unknown";
  const medium = MEDIUM_INDEX[entry.medium];
  const membership = membershipOf(agent, entry.queueId);
  if (membership === undefined || !membership.media[medium]) return "not_member";
  const refusal = agent.refusals[medium];
  if (refusal !== NONE) return REFUSALS[refusal] ?? "unknown";
  if (!exempt && !hasSkills(agent, entry.needs)) return "lacks_skill";
  return coolsDown(state, entry, agent.id) ? "cooling_down" : null;
}

export function coolsDown(state: RouterState, entry: Entry, agentId: Id): boolean {
  if (entry.cooldowns === NO_COOLDOWNS) return false;
  const until = entry.cooldowns[agentId];
  return until !== undefined && until > state.now;
}

/** Out of the queue: may this ready member have the entry? */
export function fits(state: RouterState, entry: Entry, agent: Agent): boolean {
  return (entry.needs === NO_NEEDS || hasSkills(agent, entry.needs)) && !coolsDown(state, entry, agent.id);
}

export function record(
  state: RouterState,
  entry: Entry,
  rung: RungName,
  chosenId: Id | null,
  reason: Decision["reason"],
  best: Decision["best"],
  refusals: Record<string, number>,
): void {
  state.effects.decisions.push({
    index: state.newIndex(),
    entryId: entry.id,
    dialogId: entry.dialogId,
    at: state.now,
    rung,
    chosenId,
    reason,
    best,
    refusals,
    version: state.version,
    inputId: state.inputId,
  });
}

/** Counts by reason over the members of the queue who serve the medium. */
export function refusalCounts(_state: RouterState, entry: Entry): Record<string, number> {
  const medium = MEDIUM_INDEX[entry.medium];
  const counts = entry.queue.counts[medium];
  const out: Record<string, number> = {};
  for (let refusal = 1; refusal < counts.length; refusal++) {
    const n = counts[refusal] ?? 0;
    if (n > 0) out[REFUSALS[refusal] as string] = n;
  }
  if (entry.needs !== NO_NEEDS) {
    let lack = 0;
    entry.queue.ready[medium].find((m) => {
      if (!hasSkills(m.agent, entry.needs)) lack++;
      return false;
    });
    if (lack > 0) out["lacks_skill"] = lack;
  }
  return out;
}

const NOBODY: Decision["best"] = [];

export function bestFive(_state: RouterState, entry: Entry): Decision["best"] {
  const ready = entry.queue.ready[MEDIUM_INDEX[entry.medium]];
  if (ready.size === 0) return NOBODY;
  const best: Decision["best"] = [];
  ready.find((m) => {
    if (entry.needs === NO_NEEDS || hasSkills(m.agent, entry.needs)) best.push({ employeeId: m.agent.id, load: m.load });
    return best.length === 5;
  });
  return best;
}

/** Offers the entry to the member and writes the decision down. */
export function choose(
  state: RouterState,
  entry: Entry,
  member: Membership,
  rung: RungName,
  reason: DecisionReason,
  refusals = refusalCounts(state, entry),
): void {
  record(state, entry, rung, member.agent.id, reason, bestFive(state, entry), refusals);
  unlist(state, entry);
  entry.rung = rung;
  makeOffer(state, entry, member.agent, rung, reason);
}
