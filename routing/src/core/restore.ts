import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { setAnnounceClock } from "./announce.ts";
import { hold, newAssignment, REJOIN_MS } from "./assignment-machine.ts";
import { Deadline } from "./deadlines.ts";
import { Effects } from "./effects.ts";
import { isCallback, NO_COOLDOWNS, newEntry, setRetryClock, setWaitClock, stand } from "./entry-machine.ts";
import type { Facts } from "./facts.ts";
import type { LastCall } from "./last-calls.ts";
import { Agent, type AgentState, type AssignmentFields, type Entry, type EntryFields, type Intent, type OfferFields } from "./model.ts";
import { rings, takeSlot } from "./offer-machine.ts";
import { keyOf, type LeftPlace } from "./place.ts";
import { relaxNeeds } from "./skills.ts";
import { RouterState } from "./state.ts";

/** An agent's row. */
export interface PresenceFields {
  employeeId: Id;
  online: boolean;
  offlineSince: EpochMs | null;
  phoneReachable: boolean;
  directCall: boolean;
  intent: Intent;
  reason: string | null;
  wrapupUntil: EpochMs | null;
  wrapupMs: number;
  restUntil: EpochMs | null;
  missed: number;
  lastAssignedAt: EpochMs;
  state: AgentState;
  stateSince: EpochMs;
}

/** What happened lately, in any order: at most the last PACE_SAMPLES a queue are needed, of the last PACE_MS (pace.ts). */
export interface Recent {
  /** Calls of the queue that were answered: entries of voice that ended so. */
  starts: { queueId: Id; at: EpochMs }[];
  /** Talks of the queue that ended: assignments of voice. */
  talks: { queueId: Id; at: EpochMs; ms: number }[];
  /** Callers who gave up in the last KEEPS_PLACE_MS (place.ts) and have no later entry in the same queue. */
  left: LeftPlace[];
  /** Waits of callers that ended in the last REMEMBERED_MS (last-calls.ts): of each person at least the last. */
  calls: LastCall[];
}

/** The rows that a memory is made of: open entries (and ended ones of open assignments), open offers and assignments, presence. */
export interface Rows {
  version: number;
  entries: EntryFields[];
  offers: Omit<OfferFields, "medium">[];
  assignments: AssignmentFields[];
  presence: PresenceFields[];
  recent: Recent;
}

/**
 * The memory as it was when the rows were written, deadlines running: whoever takes the router over goes on from here. What
 * follows from the rows (ready lists, counts, derived states) is brought up to date by a `facts.read`, which must be the first
 * event. Throws when rows contradict each other.
 */
export function restore(facts: Facts, rows: Rows, now: EpochMs): RouterState {
  const state = new RouterState();
  state.begin(0, now, new Effects());
  state.version = rows.version;
  for (const q of facts.queues) state.addQueue(q);
  state.emergencies = facts.emergencies;
  state.graceMs = facts.graceMs;
  const presence = new Map(rows.presence.map((p) => [p.employeeId, p]));
  for (const f of facts.agents) {
    const agent = new Agent(f);
    agent.stateSince = now;
    const row = presence.get(f.id);
    if (row !== undefined) setAxes(state, agent, row);
    state.agents.set(f.id, agent);
  }
  const entries = new Map<Id, Entry>();
  for (const row of rows.entries) {
    const queue = state.queues.get(row.queueId);
    if (queue === undefined) throw new Error(`entry ${row.id} in an unknown queue`);
    const cooldowns = Object.keys(row.cooldowns).length === 0 ? NO_COOLDOWNS : { ...row.cooldowns };
    entries.set(row.id, newEntry({ ...row, tried: [...row.tried], cooldowns }, queue));
  }
  for (const row of rows.offers) restoreOffer(state, row, entries);
  for (const row of rows.assignments) restoreAssignment(state, row, entries);
  for (const entry of entries.values()) {
    if (entry.endedAt !== null) continue;
    state.entries.set(entry.dialogId, entry);
    state.entryById.set(entry.id, entry);
    if (isCallback(entry) && entry.person !== null) state.callbacks.set(keyOf(entry.queueId, entry.person), entry);
    if (entry.offer !== null) {
      relaxNeeds(state, entry);
      continue;
    }
    if (entry.rung === "queue" || entry.rung === "callback") {
      stand(state, entry);
      setWaitClock(state, entry);
      setRetryClock(state, entry);
      if (entry.announceAt !== null && entry.queue.facts.announceMs > 0) setAnnounceClock(state, entry, entry.announceAt);
    } else standBefore(state, entry);
  }
  restoreRecent(state, rows.recent);
  return state;
}

/** Before its responsible again, with the clock as it was; whatever else stands on a rung goes on. */
function standBefore(state: RouterState, entry: Entry): void {
  const agent = entry.waitsUntil === null || entry.responsibleId === null ? undefined : state.agents.get(entry.responsibleId);
  if (agent === undefined || entry.waitsUntil === null) {
    entry.waitsUntil = null;
    state.toAdvance.push(entry);
    return;
  }
  relaxNeeds(state, entry);
  agent.awaitedBy.push(entry);
  state.deadlines.set(entry.wait, entry.waitsUntil);
}

function restoreRecent(state: RouterState, recent: Recent): void {
  const byTime = (a: { at: EpochMs }, b: { at: EpochMs }) => a.at - b.at;
  for (const s of [...recent.starts].sort(byTime)) state.queues.get(s.queueId)?.pace.served(s.at);
  for (const t of [...recent.talks].sort(byTime)) state.queues.get(t.queueId)?.pace.talked(t.at, t.ms);
  for (const place of [...recent.left].sort(byTime)) state.left.keep(place);
  for (const call of [...recent.calls].sort(byTime)) state.lastCalls.keep(call);
}

function setAxes(state: RouterState, agent: Agent, row: PresenceFields): void {
  agent.online = row.online;
  agent.offlineSince = row.offlineSince;
  agent.phoneReachable = row.phoneReachable;
  agent.directCall = row.directCall;
  agent.intent = row.intent;
  agent.reason = row.reason;
  agent.wrapupUntil = row.wrapupUntil;
  agent.wrapupMs = row.wrapupMs;
  agent.restUntil = row.restUntil;
  agent.missed = row.missed;
  agent.lastAssignedAt = row.lastAssignedAt;
  agent.state = row.state;
  agent.stateSince = row.stateSince;
  if (row.wrapupUntil !== null) state.deadlines.set(agent.wrapup, row.wrapupUntil);
  if (row.restUntil !== null) state.deadlines.set(agent.rest, row.restUntil);
  // A grace that ended while nobody decided is still to be decided.
  if (row.offlineSince !== null) state.deadlines.set(agent.grace, row.offlineSince + state.graceMs);
}

function restoreOffer(state: RouterState, row: Rows["offers"][number], entries: Map<Id, Entry>): void {
  const entry = entries.get(row.entryId);
  const agent = state.agents.get(row.employeeId);
  if (entry === undefined || agent === undefined) throw new Error(`offer ${row.id} without its entry or employee`);
  const offer = { ...row, medium: entry.medium, entry, agent, changedIn: null, deadline: new Deadline("offer", row.id) };
  entry.offer = offer;
  takeSlot(agent, offer);
  state.offers.set(offer.id, offer);
  state.deadlines.set(offer.deadline, offer.deadlineAt);
}

function restoreAssignment(state: RouterState, row: AssignmentFields, entries: Map<Id, Entry>): void {
  const agent = state.agents.get(row.employeeId);
  if (agent === undefined) throw new Error(`assignment ${row.id} without its employee`);
  const a = newAssignment({ ...row }, agent, row.entryId === null ? null : (entries.get(row.entryId) ?? null));
  hold(state, a);
  if (row.lostAt !== null) state.deadlines.set(a.lost, row.lostAt + REJOIN_MS);
}

/**
 * What the channels are told again after a memory was restored: rings of offers that are still open and bridges that were
 * ordered, under ids that find what exists; and the orders of the last batch.
 */
export function ordersAgain(state: RouterState, orders: readonly RouterCommand[], now: EpochMs): RouterCommand[] {
  const again: RouterCommand[] = [...orders];
  for (const offer of state.offers.values()) {
    if (!rings(offer) || offer.deadlineAt <= now) continue;
    const { dialogId, id: offerId, employeeId } = offer;
    if (offer.state === "answered")
      again.push({ id: `${offer.commandId}:bridge`, kind: "bridge", dialogId, offerId, record: state.queueOf(offer.entry).facts.record });
    else again.push({ id: offer.commandId, kind: "ring", dialogId, offerId, employeeId, timeoutMs: offer.deadlineAt - now });
  }
  return again;
}
