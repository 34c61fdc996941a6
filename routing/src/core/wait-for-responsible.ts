import type { EpochMs } from "@kommutator/contract/ids";
import { IN_CALL, NONE, type Refusal, WRAPUP } from "./eligibility.ts";
import { type Agent, type Entry, MEDIUM_INDEX } from "./model.ts";
import { hasSkills } from "./skills.ts";
import type { RouterState } from "./state.ts";
import { servedBefore } from "./waiting-room.ts";

/**
 * A responsible who is about to be free is waited for, when that is expected to take less than the queue's `waitResponsibleMs`
 * and no longer than others would need:
 *
 * - in wrap-up: its end is known; in a call: the queue's mean talk less what has passed, and the wrap-up after it. A call that
 *   lasts longer than the mean already, or a queue that knows no mean, gives no expectation
 * - somebody else ready now serves sooner, unless the responsible is expected within half of the time
 * - with nobody ready, the queue serves sooner when the lower estimate for its last place is shorter
 *
 * The entry then stands at the rung `responsible` without an offer, for `waitResponsibleMs` at most. The responsible becoming
 * free takes it before anything else; becoming unavailable otherwise lets it go on.
 */

/** In how many ms the agent will be free for this entry; null = not foreseeable. */
function expectedFree(state: RouterState, agent: Agent, refused: Refusal): number | null {
  if (refused === "wrapup") return agent.wrapupUntil === null ? null : agent.wrapupUntil - state.now;
  if (refused !== "in_call") return null;
  for (const a of agent.assignments) {
    if (a.medium !== "voice" || a.queueId === null) continue;
    const queue = state.queues.get(a.queueId);
    const mean = queue?.pace.meanTalk(state.now) ?? null;
    if (queue === undefined || mean === null) return null;
    const left = a.startedAt + mean - state.now;
    return left <= 0 ? null : left + queue.facts.wrapupVoiceMs;
  }
  return null;
}

/** Is it better to wait for this responsible, who may not be offered the entry now, than to go on? */
export function isWorthWaiting(state: RouterState, entry: Entry, agent: Agent, refused: Refusal): boolean {
  const queue = entry.queue;
  const limit = queue.facts.waitResponsibleMs;
  if (limit === 0) return false;
  const medium = MEDIUM_INDEX[entry.medium];
  const expected = expectedFree(state, agent, refused);
  if (expected === null || expected >= limit) return false;
  if (expected <= limit / 2) return true;
  if (queue.ready[medium].find((m) => hasSkills(m.agent, entry.needs)) !== undefined) return false;
  const others = queue.pace.estimate(queue.waiting[medium].size + 1, state.now);
  return others === null || expected <= others[0];
}

/** Puts the entry before its responsible. */
export function waitFor(state: RouterState, entry: Entry, agent: Agent): void {
  const until: EpochMs = state.now + entry.queue.facts.waitResponsibleMs;
  entry.waitsUntil = until;
  agent.awaitedBy.push(entry);
  state.deadlines.set(entry.wait, until);
  state.effects.changedEntry(entry);
}

/** Takes the entry away from before its responsible: it is offered, goes on, or ends. */
export function stopWaiting(state: RouterState, entry: Entry): void {
  if (entry.waitsUntil === null) return;
  const agent = entry.responsibleId === null ? undefined : state.agents.get(entry.responsibleId);
  const at = agent?.awaitedBy.indexOf(entry) ?? -1;
  if (at >= 0) agent?.awaitedBy.splice(at, 1);
  entry.waitsUntil = null;
  state.deadlines.clear(entry.wait);
  state.effects.changedEntry(entry);
}

/** After a change of the agent's: those who wait for somebody who will not be free soon go on. */
export function letGo(state: RouterState, agent: Agent): void {
  for (const entry of [...agent.awaitedBy]) {
    const refusal = agent.refusals[MEDIUM_INDEX[entry.medium]];
    if (refusal === NONE || refusal === WRAPUP || refusal === IN_CALL) continue;
    goOn(state, entry);
  }
}

/** Waits no longer for this responsible, who counts as asked. */
export function goOn(state: RouterState, entry: Entry): void {
  stopWaiting(state, entry);
  if (entry.responsibleId !== null && !entry.tried.includes(entry.responsibleId)) entry.tried.push(entry.responsibleId);
  entry.unanswered = "busy";
  state.toAdvance.push(entry);
}

/** Whom the agent, now free, takes first of those who wait for nobody else. */
export function firstAwaiting(agent: Agent): Entry | undefined {
  let first: Entry | undefined;
  for (const entry of agent.awaitedBy)
    if (agent.refusals[MEDIUM_INDEX[entry.medium]] === NONE && (first === undefined || servedBefore(entry, first))) first = entry;
  return first;
}
