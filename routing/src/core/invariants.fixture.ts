import { coolsDown } from "./choice.ts";
import { NONE, openDialogs, REFUSALS, refusalOf } from "./eligibility.ts";
import { loadOf } from "./load.ts";
import { type Agent, type Entry, isLive, MEDIUM_INDEX, type MediumIndex, type Membership, type QueueState } from "./model.ts";
import { hasSkills } from "./skills.ts";
import type { SortedList } from "./sorted-list.ts";
import type { RouterState } from "./state.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/**
 * What must hold whenever the router is at rest (design section 6), found out the slow way, without the indexes. Each
 * violation is a sentence that begins with the broken rule's name. It runs after every event of every history, so nothing is
 * allocated while all is well.
 */
export type Rule =
  | "one winner"
  | "capacity"
  | "nobody waits in vain"
  | "nobody is overtaken"
  | "a way out"
  | "no circles"
  | "no offline owner"
  | "nobody blocked"
  | "durable"
  | "total"
  | "indexes";
export type Found = (rule: Rule, what: string) => void;

/** `due`: a clock has struck and its decision is still to come; until then somebody may wait for somebody. */
export function violations(state: RouterState, due: boolean, found: Found): void {
  for (const entry of state.entries.values()) {
    winnerOf(state, entry, found);
    if (entry.identity === "blocked") found("nobody blocked", `${entry.dialogId}, of somebody blocked, has a place`);
    wayOutOf(state, entry, found);
    if (!due && entry.offer === null)
      for (const agent of state.agents.values())
        if (mayHave(state, entry, agent)) found("nobody waits in vain", `${entry.dialogId} waits while ${agent.id} is free for it`);
  }
  for (const offer of state.offers.values()) {
    if (offer.entry.offer !== offer || state.entries.get(offer.dialogId) !== offer.entry)
      found("one winner", `an offer of ${offer.dialogId} to ${offer.employeeId} is open without its entry`);
    if (offer.endedAt !== null) found("one winner", `an ended offer of ${offer.dialogId} is still open`);
    if (offerHeldBy(offer.agent, offer.medium) !== offer) found("capacity", `${offer.employeeId} does not hold the offer of ${offer.dialogId}`);
    if (offer.agent.directCall && isLive(offer.medium) && offer.state !== "answered")
      found("capacity", `${offer.dialogId} rings at ${offer.employeeId}, whose phone is in a direct call`);
    if (!offer.deadline.isSet()) found("a way out", `the offer of ${offer.dialogId} to ${offer.employeeId} never ends`);
  }
  for (const agent of state.agents.values()) {
    countsOf(state, agent, found);
    clocksOf(state, agent, found);
    placesOf(agent, found);
  }
  for (const a of state.assignments.values()) {
    if (a.endedAt !== null || !a.agent.assignments.has(a)) found("one winner", `${a.dialogId} is held by nobody and assigned`);
    // What somebody gave by hand to a colleague who is not here is that person's own doing, until the customer writes (watch.fixture.ts).
    if (!due && a.awaiting && a.offerId !== null && a.agent.state === "offline")
      found("no offline owner", `${a.dialogId} waits for ${a.employeeId}, who is offline`);
    if (a.lostAt !== null && !a.lost.isSet()) found("a way out", `the caller of ${a.dialogId} is held for ever`);
  }
  for (const queue of state.queues.values()) queueOf(state, queue, found);
}

/** One winner per entry: an open entry has at most its one offer, and its dialog no assignment. */
function winnerOf(state: RouterState, entry: Entry, found: Found): void {
  if (entry.offer !== null && state.offers.get(entry.offer.id) !== entry.offer) found("one winner", `${entry.dialogId}'s offer is not the one in the index`);
  if (state.assignments.has(entry.dialogId)) found("one winner", `${entry.dialogId} waits and is assigned`);
  if (entry.endedAt !== null || state.entryById.get(entry.id) !== entry) found("one winner", `${entry.dialogId}'s ended entry is still open`);
}

/** Everything that waits has a clock running, or waits for people in its place in the queue. */
function wayOutOf(state: RouterState, entry: Entry, found: Found): void {
  if (entry.offer !== null) return;
  if (entry.waitsUntil !== null) {
    const agent = entry.responsibleId === null ? undefined : state.agents.get(entry.responsibleId);
    if (entry.listed || agent?.awaitedBy.includes(entry) !== true) found("a way out", `${entry.dialogId} waits for a responsible who does not know of it`);
    if (!entry.wait.isSet()) found("a way out", `${entry.dialogId} waits for its responsible for ever`);
    return;
  }
  if (!entry.listed) found("a way out", `${entry.dialogId} waits outside the queue's list`);
  if (entry.medium === "voice" && !entry.wait.isSet()) found("a way out", `the caller of ${entry.dialogId} may wait for ever`);
  if (entry.retry.isSet()) return;
  for (const id in entry.cooldowns) if ((entry.cooldowns[id] ?? 0) > state.now) found("a way out", `${entry.dialogId}'s cool-down with ${id} has no end`);
}

export function mayHave(state: RouterState, entry: Entry, agent: Agent): boolean {
  const medium = MEDIUM_INDEX[entry.medium];
  // Before its responsible, who is about to be free, an entry is for nobody else.
  const asked = entry.waitsUntil === null ? hasSkills(agent, entry.needs) : agent.id === entry.responsibleId;
  return serves(agent, entry) && asked && refusalOf(agent, medium) === NONE && !coolsDown(state, entry, agent.id);
}

export function serves(agent: Agent, entry: Entry): boolean {
  const medium = MEDIUM_INDEX[entry.medium];
  for (const m of agent.memberships) if (m.queue.facts.id === entry.queueId && m.media[medium]) return true;
  return false;
}

function offerHeldBy(agent: Agent, medium: Entry["medium"]) {
  return medium === "mail" ? agent.mailOffer : medium === "message" ? agent.messageOffer : agent.liveOffer;
}

/** The counters of the load formula say what is there, and every offer an agent holds is open. */
function countsOf(state: RouterState, agent: Agent, found: Found): void {
  let calls = 0;
  let open = 0;
  let awaiting = 0;
  for (const a of agent.assignments) {
    if (state.assignments.get(a.dialogId) !== a) found("capacity", `${agent.id} holds ${a.dialogId}, which is not assigned`);
    if (a.medium === "voice") calls++;
    else open++;
    if (a.awaiting) awaiting++;
  }
  if (calls !== agent.calls) found("capacity", `${agent.id} counts ${agent.calls} calls, holds ${calls}`);
  if (open !== openDialogs(agent)) found("capacity", `${agent.id} counts ${openDialogs(agent)} dialogs, holds ${open}`);
  if (awaiting !== agent.awaiting) found("capacity", `${agent.id} counts ${agent.awaiting} that wait, ${awaiting} do`);
  for (const offer of [agent.liveOffer, agent.messageOffer, agent.mailOffer])
    if (offer !== null && state.offers.get(offer.id) !== offer) found("capacity", `${agent.id} holds a dead offer of ${offer.dialogId}`);
}

/** Every state of an agent that is not idle ends by itself, or waits for a person. */
function clocksOf(state: RouterState, agent: Agent, found: Found): void {
  if ((agent.wrapupUntil !== null) !== agent.wrapup.isSet()) found("a way out", `${agent.id}'s wrap-up has no end`);
  if ((agent.restUntil !== null) !== agent.rest.isSet()) found("a way out", `${agent.id}'s rest has no end`);
  if ((agent.offlineSince !== null) !== agent.grace.isSet()) found("a way out", `${agent.id}'s grace has no end`);
  if (agent.state === "offered" && agent.liveOffer === null) found("a way out", `${agent.id} is offered nothing`);
  if (agent.toMatch || state.toMatch.length > 0 || state.toAdvance.length > 0) found("a way out", `${agent.id} is still to be matched when all is decided`);
}

/** Refusals, loads and ready lists say what the slow way says. */
function placesOf(agent: Agent, found: Found): void {
  for (let k = 0 as MediumIndex; k < 4; k++) {
    const refusal = refusalOf(agent, k);
    if (agent.refusals[k] !== refusal) found("indexes", `${agent.id} is ${REFUSALS[agent.refusals[k]]} for medium ${k}, should be ${REFUSALS[refusal]}`);
    for (const m of agent.memberships) {
      if (!m.media[k]) continue;
      if (m.listed[k] !== (refusal === NONE) || (m.queue.ready[k].find((other) => other === m) === m) !== m.listed[k])
        found("indexes", `${agent.id} is listed wrongly in ${m.queue.facts.id}`);
      const load = loadOf(agent.awaiting, agent.others, agent.facts.maxDialogs, agent.facts.planned, agent.facts.norm, m.weight);
      if (m.load !== load || m.idleSince !== agent.lastAssignedAt) found("indexes", `${agent.id}'s load is kept as ${m.load}, is ${load}`);
    }
  }
}

/** A queue counts its members by refusal and lists who waits in it, each list in its order. */
function queueOf(state: RouterState, queue: QueueState, found: Found): void {
  const name = queue.facts.id;
  const media = queue.counts.length;
  counted.fill(0);
  waiting.fill(0);
  // By the kept refusals: that these are right is looked at for each agent.
  for (const agent of state.agents.values())
    for (const m of agent.memberships)
      if (m.queue === queue) for (let k = 0; k < media; k++) if (m.media[k]) add(counted, k * REFUSALS.length + (agent.refusals[k] ?? 0));
  for (const e of state.entries.values()) if (e.queue === queue && e.listed) add(waiting, MEDIUM_INDEX[e.medium]);
  for (let k = 0; k < media; k++) {
    const counts = queue.counts[k] as Int32Array;
    for (let refusal = 0; refusal < counts.length; refusal++) {
      const n = counted[k * REFUSALS.length + refusal];
      if (counts[refusal] !== n) found("indexes", `${name} counts ${counts[refusal]} ${REFUSALS[refusal]}, has ${n}`);
    }
    const lists = queue.waiting[k] as WaitingRoom;
    if (lists.size !== waiting[k]) found("indexes", `${name} lists ${lists.size} waiting, has ${waiting[k]}`);
    inOrder(lists, inPlace, `${name}'s waiting list`, found);
    inOrder(queue.ready[k] as SortedList<Membership>, lessLoaded, `${name}'s list of ready agents`, found);
  }
}
const counted = new Int32Array(REFUSALS.length * 8);
const waiting = new Int32Array(8);
const add = (to: Int32Array, at: number) => {
  to[at] = (to[at] ?? 0) + 1;
};
const inPlace = (a: Entry, b: Entry) => a.rank <= b.rank;
const lessLoaded = (a: Membership, b: Membership) => a.load <= b.load;

function inOrder<T>(list: { size: number; toArray(): T[] }, ordered: (a: T, b: T) => boolean, name: string, found: Found): void {
  if (list.size < 2) return;
  const all = list.toArray();
  for (let i = 1; i < all.length; i++) if (!ordered(all[i - 1] as T, all[i] as T)) found("indexes", `${name} is out of order`);
}
