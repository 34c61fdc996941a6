import type { DecisionReason, RungName } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import { NONE, REFUSALS } from "./eligibility.ts";
import { endEntry, NO_COOLDOWNS, openEntry, reachQueueRung, unlist, wait } from "./entry-machine.ts";
import { covers } from "./hours.ts";
import { type Agent, type Decision, type Entry, MEDIUM_INDEX, type MediumIndex, type Membership } from "./model.ts";
import { makeOffer } from "./offer-machine.ts";
import { type RouterState, servedBefore } from "./state.ts";

/**
 * The ladder of spec B0 and RG-06: responsible -> substitute -> least loaded (up to `maxLeastLoaded` different people) ->
 * queue -> overflow. A rung whose person may not be offered is passed at once and says why in the decisions.
 */
export const MAX_HOPS = 3;

function membershipOf(agent: Agent, queueId: Id): Membership | undefined {
  for (const m of agent.memberships) if (m.queue.facts.id === queueId) return m;
  return undefined;
}

/** May this entry go to this agent now? The refusal's name, or null. */
export function refusalFor(state: RouterState, entry: Entry, agent: Agent | undefined): (typeof REFUSALS)[number] | null {
  if (agent === undefined) return "unknown";
  const medium = MEDIUM_INDEX[entry.medium];
  const membership = membershipOf(agent, entry.queueId);
  if (membership === undefined || !membership.media[medium]) return "not_member";
  const refusal = agent.refusals[medium];
  if (refusal !== NONE) return REFUSALS[refusal] ?? "unknown";
  return coolsDown(state, entry, agent.id) ? "cooling_down" : null;
}

export function coolsDown(state: RouterState, entry: Entry, agentId: Id): boolean {
  if (entry.cooldowns === NO_COOLDOWNS) return false;
  const until = entry.cooldowns[agentId];
  return until !== undefined && until > state.now;
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
export function refusalCounts(state: RouterState, entry: Entry): Record<string, number> {
  const counts = state.queueOf(entry).counts[MEDIUM_INDEX[entry.medium]];
  const out: Record<string, number> = {};
  for (let refusal = 1; refusal < counts.length; refusal++) {
    const n = counts[refusal] ?? 0;
    if (n > 0) out[REFUSALS[refusal] as string] = n;
  }
  return out;
}

const NOBODY: Decision["best"] = [];

export function bestFive(state: RouterState, entry: Entry): Decision["best"] {
  const ready = state.queueOf(entry).ready[MEDIUM_INDEX[entry.medium]];
  return ready.size === 0 ? NOBODY : ready.take(5).map((m) => ({ employeeId: m.agent.id, load: m.load }));
}

/** Offers the entry to the member and writes the decision down. */
function choose(state: RouterState, entry: Entry, member: Membership, rung: RungName, reason: DecisionReason, refusals = refusalCounts(state, entry)): void {
  record(state, entry, rung, member.agent.id, reason, bestFive(state, entry), refusals);
  unlist(state, entry);
  entry.rung = rung;
  makeOffer(state, entry, member.agent, rung, reason);
}

/** Tries one named person. Returns whether an offer was made. */
function tryPerson(state: RouterState, entry: Entry, agentId: Id, rung: "responsible" | "substitute"): boolean {
  if (entry.tried.includes(agentId)) return false;
  const agent = state.agents.get(agentId);
  const refusal = refusalFor(state, entry, agent);
  if (refusal === null) {
    const member = membershipOf(agent as Agent, entry.queueId) as Membership;
    const why = entry.responsibleWhy;
    const code =
      rung === "substitute" ? "substitute" : why === "interest" ? "responsible_interest" : why === "customer" ? "responsible_customer" : "last_talked";
    entry.tried.push(agentId);
    choose(state, entry, member, rung, { code, load: member.load });
    return true;
  }
  record(
    state,
    entry,
    rung,
    null,
    { code: "not_eligible" },
    agent === undefined ? [] : [{ employeeId: agentId, load: membershipOf(agent, entry.queueId)?.load ?? 0 }],
    {
      [refusal]: 1,
    },
  );
  return false;
}

/** Moves an entry without an offer on from the rung it stands at until it is offered, waits, or has left the queue. */
export function advance(state: RouterState, entry: Entry): void {
  if (entry.endedAt !== null || entry.offer !== null) return;
  const queue = state.queueOf(entry);
  const medium = MEDIUM_INDEX[entry.medium];
  if (entry.rung === "responsible") {
    if (entry.responsibleId !== null && tryPerson(state, entry, entry.responsibleId, "responsible")) return;
    entry.rung = "substitute";
  }
  if (entry.rung === "substitute") {
    if (entry.substituteId !== null && tryPerson(state, entry, entry.substituteId, "substitute")) return;
    entry.rung = "least_loaded";
  }
  if (entry.rung === "least_loaded" && entry.leastLoadedTried < queue.facts.maxLeastLoaded) {
    const member = queue.ready[medium].find((m) => !entry.tried.includes(m.agent.id) && !coolsDown(state, entry, m.agent.id));
    if (member !== undefined) {
      entry.leastLoadedTried++;
      entry.tried.push(member.agent.id);
      choose(state, entry, member, "least_loaded", { code: "least_loaded", load: member.load });
      return;
    }
  }
  const arrives = entry.rung !== "queue";
  reachQueueRung(state, entry);
  if (entry.deadlineAt !== null && entry.deadlineAt <= state.now) {
    overflow(state, entry, "max_wait");
    return;
  }
  if (matchEntry(state, entry)) return;
  if (arrives) record(state, entry, "queue", null, { code: "nobody_ready" }, bestFive(state, entry), refusalCounts(state, entry));
  wait(state, entry);
}

/** Offers an entry at the rung `queue` to the least loaded who may have it. */
export function matchEntry(state: RouterState, entry: Entry): boolean {
  const member = state.queueOf(entry).ready[MEDIUM_INDEX[entry.medium]].find((m) => !coolsDown(state, entry, m.agent.id));
  if (member === undefined) return false;
  choose(state, entry, member, "queue", { code: "oldest_waiting", load: member.load });
  return true;
}

/** Offers the agent who became ready what waits longest at the highest priority, over all queues and media; until nothing fits. */
export function matchAgent(state: RouterState, agent: Agent): void {
  for (;;) {
    let found: Entry | undefined;
    let by: Membership | undefined;
    for (const m of agent.memberships)
      for (let k = 0 as MediumIndex; k < 4; k++) {
        if (!m.media[k] || agent.refusals[k] !== NONE || m.queue.waiting[k].size === 0) continue;
        const entry = m.queue.waiting[k].find((e) => !coolsDown(state, e, agent.id));
        if (entry !== undefined && (found === undefined || servedBefore(entry, found))) {
          found = entry;
          by = m;
        }
      }
    if (found === undefined || by === undefined) return;
    choose(state, found, by, "queue", { code: "oldest_waiting", load: by.load });
  }
}

/**
 * The wait is over. An overflow queue that is open takes the dialog at its old place (three hops at most); otherwise a caller
 * gets the dialplan's fallback, and a writer goes on waiting, told so once (chat; a letter waits in silence, an automatic
 * answer to it might meet another automaton).
 */
export function overflow(state: RouterState, entry: Entry, why: "max_wait" | "no_agent" | "out_of_hours"): void {
  record(state, entry, "overflow", null, { code: why }, [], refusalCounts(state, entry));
  const here = state.queueOf(entry).facts;
  const target = here.overflowQueueId === null ? undefined : state.queues.get(here.overflowQueueId);
  if (target !== undefined && target.facts.id !== here.id && entry.hops < MAX_HOPS && covers(target.facts.hours, state.now)) {
    endEntry(state, entry, "overflowed");
    const moved = openEntry(state, {
      id: state.newId(),
      dialogId: entry.dialogId,
      queueId: target.facts.id,
      medium: entry.medium,
      priority: entry.priority,
      identity: entry.identity,
      responsibleId: entry.responsibleId,
      responsibleWhy: entry.responsibleWhy,
      substituteId: entry.substituteId,
      rung: "least_loaded",
      tried: [...entry.tried],
      leastLoadedTried: 0,
      hops: entry.hops + 1,
      acknowledged: entry.acknowledged,
      enqueuedAt: entry.enqueuedAt,
      deadlineAt: null,
      aloneSince: null,
      cooldowns: entry.cooldowns,
      endedAt: null,
      outcome: null,
    });
    state.toAdvance.push(moved);
    return;
  }
  if (entry.medium === "voice") {
    endEntry(state, entry, "overflowed");
    state.order({ id: state.newCommandId(), kind: "fallback", dialogId: entry.dialogId });
    return;
  }
  if (!entry.acknowledged && (why === "out_of_hours" || entry.medium === "chat"))
    state.order({ id: state.newCommandId(), kind: "acknowledge", dialogId: entry.dialogId, code: why === "out_of_hours" ? "out_of_hours" : "waiting" });
  entry.acknowledged = true;
  entry.deadlineAt = null;
  entry.rung = "queue";
  state.effects.changedEntry(entry);
  unlist(state, entry);
  if (!matchEntry(state, entry)) wait(state, entry);
}
