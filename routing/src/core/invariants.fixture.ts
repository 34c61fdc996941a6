import { NONE, openDialogs, REFUSALS, refusalOf } from "./eligibility.ts";
import { coolsDown } from "./ladder.ts";
import { loadOf } from "./load.ts";
import { type Agent, type Entry, MEDIUM_INDEX } from "./model.ts";
import type { RouterState } from "./state.ts";

/**
 * What must hold whenever the router is at rest (design section 6), found out the slow way, without the indexes: returns the
 * violations as sentences, none when all is well.
 */
export function violations(state: RouterState): string[] {
  return [...winners(state), ...capacity(state), ...nobodyWaitsInVain(state), ...nobodyIsStuck(state), ...indexes(state)];
}

/** One winner per entry: an open entry has at most one open offer and its dialog no assignment. */
function winners(state: RouterState): string[] {
  const out: string[] = [];
  const offered = new Map<string, number>();
  for (const offer of state.offers.values()) offered.set(offer.entryId, (offered.get(offer.entryId) ?? 0) + 1);
  for (const entry of state.entries.values()) {
    if ((offered.get(entry.id) ?? 0) > 1) out.push(`${entry.dialogId} has two open offers`);
    if ((offered.get(entry.id) ?? 0) !== (entry.offer === null ? 0 : 1)) out.push(`${entry.dialogId}'s offer is not the one in the index`);
    if (state.assignments.has(entry.dialogId)) out.push(`${entry.dialogId} waits and is assigned`);
    if (entry.endedAt !== null) out.push(`${entry.dialogId}'s ended entry is still open in the index`);
  }
  return out;
}

/** The offers that the router makes fit into what an agent can bear. Dialogs given by hand may exceed it; offers then stop. */
function capacity(state: RouterState): string[] {
  const out: string[] = [];
  for (const agent of state.agents.values()) {
    const live = [...state.offers.values()].filter((o) => o.employeeId === agent.id && o.medium !== "mail");
    const mail = [...state.offers.values()].filter((o) => o.employeeId === agent.id && o.medium === "mail");
    if (live.length > 1) out.push(`${agent.id} has ${live.length} ringing offers`);
    if (mail.length > 1) out.push(`${agent.id} has ${mail.length} letters offered`);
    const calls = [...state.assignments.values()].filter((a) => a.agent === agent && a.medium === "voice").length;
    if (calls !== agent.calls) out.push(`${agent.id} counts ${agent.calls} calls, holds ${calls}`);
    const open = [...state.assignments.values()].filter((a) => a.agent === agent && a.medium !== "voice");
    if (open.length !== openDialogs(agent)) out.push(`${agent.id} counts ${openDialogs(agent)} dialogs, holds ${open.length}`);
    const waiting = open.filter((a) => a.awaiting).length;
    if (waiting !== agent.awaiting) out.push(`${agent.id} counts ${agent.awaiting} that wait, ${waiting} do`);
  }
  return out;
}

function mayHave(state: RouterState, entry: Entry, agent: Agent): boolean {
  const medium = MEDIUM_INDEX[entry.medium];
  const serves = agent.memberships.some((m) => m.queue.facts.id === entry.queueId && m.media[medium]);
  return serves && refusalOf(agent, medium) === NONE && !coolsDown(state, entry, agent.id);
}

/** Nothing eligible waits while somebody eligible is free. (Then nobody can be overtaken either, but that is watched at each offer.) */
function nobodyWaitsInVain(state: RouterState): string[] {
  const out: string[] = [];
  for (const entry of state.entries.values()) {
    if (entry.offer !== null) continue;
    if (!entry.listed) out.push(`${entry.dialogId} waits outside the queue's list`);
    for (const agent of state.agents.values()) if (mayHave(state, entry, agent)) out.push(`${entry.dialogId} waits while ${agent.id} is free for it`);
  }
  return out;
}

/** Every state that is not idle ends by itself or waits for a person; everything that waits has a clock running. */
function nobodyIsStuck(state: RouterState): string[] {
  const out: string[] = [];
  for (const agent of state.agents.values()) {
    if (agent.wrapupUntil !== null && !agent.wrapup.isSet()) out.push(`${agent.id}'s wrap-up has no end`);
    if (agent.restUntil !== null && !agent.rest.isSet()) out.push(`${agent.id}'s rest has no end`);
    if (agent.offlineSince !== null && !agent.grace.isSet()) out.push(`${agent.id}'s grace has no end`);
    if (agent.state === "offered" && agent.liveOffer === null) out.push(`${agent.id} is offered nothing`);
    for (const offer of [agent.liveOffer, agent.mailOffer])
      if (offer !== null && (state.offers.get(offer.id) !== offer || offer.endedAt !== null)) out.push(`${agent.id} holds a dead offer`);
  }
  for (const offer of state.offers.values()) if (!offer.deadline.isSet()) out.push(`the offer of ${offer.dialogId} never ends`);
  for (const entry of state.entries.values()) {
    const cools = Object.values(entry.cooldowns).some((until) => until > state.now);
    if (entry.offer === null && cools && !entry.retry.isSet()) out.push(`${entry.dialogId}'s cool-down has no end`);
    if (entry.offer === null && entry.medium === "voice" && !entry.wait.isSet()) out.push(`the caller ${entry.dialogId} may wait for ever`);
  }
  for (const a of state.assignments.values()) if (a.lostAt !== null && !a.lost.isSet()) out.push(`${a.dialogId} is held for ever`);
  return out;
}

/** The indexes say what the slow way says. */
function indexes(state: RouterState): string[] {
  const out: string[] = [];
  for (const agent of state.agents.values())
    for (const k of [0, 1, 2] as const) {
      const refusal = refusalOf(agent, k);
      if (agent.refusals[k] !== refusal) out.push(`${agent.id} is ${REFUSALS[agent.refusals[k]]} for medium ${k}, should be ${REFUSALS[refusal]}`);
      for (const m of agent.memberships) {
        if (!m.media[k]) continue;
        if (m.listed[k] !== (refusal === NONE) || m.queue.ready[k].toArray().includes(m) !== m.listed[k])
          out.push(`${agent.id} is listed wrongly in ${m.queue.facts.id}`);
        const load = loadOf(agent.awaiting, agent.others, agent.facts.maxDialogs, agent.facts.planned, agent.facts.norm, m.weight);
        if (m.load !== load) out.push(`${agent.id}'s load is kept as ${m.load}, is ${load}`);
      }
    }
  for (const queue of state.queues.values())
    for (const k of [0, 1, 2] as const) {
      const members = [...state.agents.values()].filter((a) => a.memberships.some((m) => m.queue === queue && m.media[k]));
      for (let refusal = 0; refusal < queue.counts[k].length; refusal++) {
        const n = members.filter((a) => refusalOf(a, k) === refusal).length;
        if (queue.counts[k][refusal] !== n) out.push(`${queue.facts.id} counts ${queue.counts[k][refusal]} ${REFUSALS[refusal]}, has ${n}`);
      }
      const waiting = [...state.entries.values()].filter((e) => e.queueId === queue.facts.id && MEDIUM_INDEX[e.medium] === k && e.offer === null);
      if (queue.waiting[k].size !== waiting.length) out.push(`${queue.facts.id} lists ${queue.waiting[k].size} waiting, has ${waiting.length}`);
    }
  return out;
}
