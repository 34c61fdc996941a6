import type { EntryOutcome, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import { startAnnouncing } from "./announce.ts";
import { Deadline } from "./deadlines.ts";
import { presentMembers } from "./eligibility.ts";
import { addCovered } from "./hours.ts";
import { type Entry, type EntryFields, MEDIUM_INDEX, type QueueState } from "./model.ts";
import { keyOf, rankOf } from "./place.ts";
import { NO_NEEDS, NO_REQUIREMENTS, relaxNeeds } from "./skills.ts";
import type { RouterState } from "./state.ts";
import { stopWaiting } from "./wait-for-responsible.ts";

/**
 * The entry: one stay of a dialog in one queue.
 *
 *   on a rung    responsible -> substitute -> least_loaded (up to 3 people) -> queue, personal forwarding in between; only
 *                onward, but a late identification brings a responsible who was not asked yet back to the first rung
 *   offered      has its one open offer (offer-machine.ts); an offer that ends without an assignment moves it on
 *   before the responsible   at the rung `responsible` without an offer: that one is about to be free (wait-for-responsible.ts)
 *   waiting      at the rung `queue` or `callback` without an offer: it stands in its queue's list and in its place
 *   ended        answered | abandoned | overflowed | transferred | closed | callback | redirected: for ever
 *
 * Ignored: everything about a dialog without an open entry, except what concerns its assignment.
 * The door to the end is `endEntry`; the doors in and out of the waiting list are `wait` and `unlist`.
 */
/** Voice with nobody logged in goes to the fallback after this. */
export const NO_AGENT_MS = 5_000;

/** Most entries have none: they share this one, never to be written to, and are asked by identity. */
export const NO_COOLDOWNS: Readonly<Record<Id, EpochMs>> = Object.freeze({});

export function newEntry(f: EntryFields, queue: QueueState): Entry {
  // Field by field: one hidden class for all entries, and a spread costs several times as much.
  return {
    id: f.id,
    dialogId: f.dialogId,
    queueId: f.queueId,
    channelId: f.channelId,
    lineId: f.lineId,
    medium: f.medium,
    priority: f.priority,
    identity: f.identity,
    responsibleId: f.responsibleId,
    responsibleWhy: f.responsibleWhy,
    substituteId: f.substituteId,
    rung: f.rung,
    tried: f.tried,
    leastLoadedTried: f.leastLoadedTried,
    hops: f.hops,
    acknowledged: f.acknowledged,
    enqueuedAt: f.enqueuedAt,
    deadlineAt: f.deadlineAt,
    aloneSince: f.aloneSince,
    cooldowns: f.cooldowns,
    person: f.person,
    requires: f.requires.length === 0 ? NO_REQUIREMENTS : f.requires,
    callerNumber: f.callerNumber,
    callbackNumber: f.callbackNumber,
    waitsUntil: f.waitsUntil,
    announceAt: f.announceAt,
    forwarded: f.forwarded,
    endedAt: f.endedAt,
    outcome: f.outcome,
    queue,
    rank: rankOf(f.enqueuedAt, f.priority, queue.facts.priorityStepMs),
    needs: NO_NEEDS,
    offer: null,
    unanswered: null,
    listed: false,
    changedIn: null,
    wait: new Deadline("wait", f.id),
    retry: new Deadline("retry", f.id),
    relax: null,
    announce: null,
  };
}

export const NO_HOPS: EntryFields["forwarded"] = Object.freeze([]);

/** What a dialog is to the queue that knows nothing of it yet. */
export function freshEntry(dialogId: Id, queueId: Id, medium: Medium, enqueuedAt: EpochMs): Omit<EntryFields, "id"> {
  return {
    dialogId,
    queueId,
    channelId: null,
    lineId: null,
    medium,
    priority: 0,
    identity: "pending",
    responsibleId: null,
    responsibleWhy: null,
    substituteId: null,
    rung: "responsible",
    tried: [],
    leastLoadedTried: 0,
    hops: 0,
    acknowledged: false,
    enqueuedAt,
    deadlineAt: null,
    aloneSince: null,
    cooldowns: NO_COOLDOWNS,
    person: null,
    requires: NO_REQUIREMENTS,
    callerNumber: null,
    callbackNumber: null,
    waitsUntil: null,
    announceAt: null,
    forwarded: NO_HOPS,
    endedAt: null,
    outcome: null,
  };
}

/** What the next stay of the same dialog has of this one: who it is, what it asks for, and the place. */
export function successorOf(e: Entry): Omit<EntryFields, "id"> {
  return {
    ...freshEntry(e.dialogId, e.queueId, e.medium, e.enqueuedAt),
    channelId: e.channelId,
    lineId: e.lineId,
    priority: e.priority,
    identity: e.identity,
    responsibleId: e.responsibleId,
    responsibleWhy: e.responsibleWhy,
    substituteId: e.substituteId,
    hops: e.hops,
    acknowledged: e.acknowledged,
    person: e.person,
    requires: e.requires,
    callerNumber: e.callerNumber,
  };
}

/** A promised call that waits for somebody to make it (callback.ts). */
export function isCallback(entry: Entry): boolean {
  return entry.callbackNumber !== null;
}

/** The dialog goes to another queue at its old place; nobody is asked twice on the way. */
export function moveEntry(state: RouterState, entry: Entry, target: QueueState, rung: RungName): Entry {
  endEntry(state, entry, "overflowed");
  return openEntry(state, {
    ...successorOf(entry),
    id: state.newId(),
    queueId: target.facts.id,
    channelId: null,
    lineId: null,
    rung,
    tried: [...entry.tried],
    hops: entry.hops + 1,
    cooldowns: entry.cooldowns,
    announceAt: entry.announceAt,
  });
}

export function openEntry(state: RouterState, fields: EntryFields): Entry {
  const entry = newEntry(fields, state.queues.get(fields.queueId) as QueueState);
  state.entries.set(entry.dialogId, entry);
  state.entryById.set(entry.id, entry);
  if (entry.person !== null) {
    state.left.forget(entry.queueId, entry.person);
    if (isCallback(entry)) state.callbacks.set(keyOf(entry.queueId, entry.person), entry);
  }
  relaxNeeds(state, entry);
  state.effects.changedEntry(entry);
  state.emit({ kind: "entry.queued", dialogId: entry.dialogId, payload: { entryId: entry.id, queueId: entry.queueId, priority: entry.priority } });
  return entry;
}

export function endEntry(state: RouterState, entry: Entry, outcome: EntryOutcome): void {
  if (entry.endedAt !== null) throw new Error(`entry ${entry.id} ended twice`);
  if (entry.offer !== null) throw new Error(`entry ${entry.id} ended with an open offer`);
  unlist(state, entry);
  if (entry.relax !== null) state.deadlines.clear(entry.relax);
  entry.endedAt = state.now;
  entry.outcome = outcome;
  if (entry.medium === "voice") {
    if (outcome === "answered") entry.queue.pace.served(state.now);
    if (entry.person !== null && (outcome === "answered" || outcome === "abandoned" || outcome === "overflowed"))
      state.lastCalls.keep({ entryId: entry.id, person: entry.person, at: state.now, answered: outcome === "answered" });
    if (entry.person !== null) leavesPlace(state, entry, entry.person);
  }
  state.entries.delete(entry.dialogId);
  state.entryById.delete(entry.id);
  state.effects.changedEntry(entry);
  state.emit({ kind: "entry.ended", dialogId: entry.dialogId, payload: { entryId: entry.id, outcome } });
}

function leavesPlace(state: RouterState, entry: Entry, person: string): void {
  const { queueId, enqueuedAt } = entry;
  if (isCallback(entry)) {
    const key = keyOf(queueId, person);
    if (state.callbacks.get(key) === entry) state.callbacks.delete(key);
  } else if (entry.outcome === "abandoned") state.left.keep({ entryId: entry.id, person, queueId, enqueuedAt, at: state.now });
}

/** Out of the queue's list, or from before the responsible: it is offered, goes on, or ends. */
export function unlist(state: RouterState, entry: Entry): void {
  stopWaiting(state, entry);
  if (!entry.listed) return;
  state.waitingRoom(entry).remove(entry);
  entry.listed = false;
  state.deadlines.clear(entry.wait);
  state.deadlines.clear(entry.retry);
  if (entry.announce !== null) state.deadlines.clear(entry.announce);
}

/** Puts the entry into its place in the queue and sets its clocks: the end of waiting and the end of its first cool-down. */
export function wait(state: RouterState, entry: Entry): void {
  if (entry.listed) return;
  stand(state, entry);
  const alone = entry.medium === "voice" && !isCallback(entry) && presentMembers(state.queueOf(entry), MEDIUM_INDEX.voice) === 0;
  setAlone(state, entry, alone ? (entry.aloneSince ?? state.now) : null);
  setRetryClock(state, entry);
  startAnnouncing(state, entry);
}

/** Into the list, as it is. */
export function stand(state: RouterState, entry: Entry): void {
  relaxNeeds(state, entry);
  state.waitingRoom(entry).insert(entry);
  entry.listed = true;
}

/** Nobody who serves calls is logged in: the caller's clock is the short one, from the moment the last one left. */
export function setAlone(state: RouterState, entry: Entry, since: EpochMs | null): void {
  if (entry.aloneSince !== since) {
    entry.aloneSince = since;
    state.effects.changedEntry(entry);
  }
  setWaitClock(state, entry);
}

/** The end of waiting: of the short wait for nobody, or of the queue's. */
export function setWaitClock(state: RouterState, entry: Entry): void {
  const alone = entry.aloneSince === null ? Number.POSITIVE_INFINITY : entry.aloneSince + NO_AGENT_MS;
  const end = Math.min(alone, entry.deadlineAt ?? Number.POSITIVE_INFINITY);
  if (end < Number.POSITIVE_INFINITY) state.deadlines.set(entry.wait, end);
  else state.deadlines.clear(entry.wait);
}

/** Cool-downs that are over are forgotten; the first of the others wakes the entry. */
export function setRetryClock(state: RouterState, entry: Entry): void {
  let first = Number.POSITIVE_INFINITY;
  if (entry.cooldowns !== NO_COOLDOWNS) {
    let left = NO_COOLDOWNS;
    for (const id in entry.cooldowns) {
      const until = entry.cooldowns[id] ?? 0;
      if (until <= state.now) continue;
      left = left === NO_COOLDOWNS ? { [id]: until } : { ...left, [id]: until };
      if (until < first) first = until;
    }
    entry.cooldowns = left;
  }
  if (first < Number.POSITIVE_INFINITY) state.deadlines.set(entry.retry, first);
  else state.deadlines.clear(entry.retry);
}

/**
 * The end of waiting, counted from the first time the entry comes to the rung `queue`, be it from the ladder or given back to
 * it; a message's and a letter's in working time.
 */
export function reachQueueRung(state: RouterState, entry: Entry): void {
  if (entry.rung !== "queue") {
    entry.rung = "queue" satisfies RungName;
    state.effects.changedEntry(entry);
  }
  if (entry.deadlineAt !== null || entry.acknowledged) return;
  const { facts } = entry.queue;
  const written = entry.medium === "mail" || entry.medium === "message";
  entry.deadlineAt = written ? addCovered(facts.hours, state.now, facts.messageSlaMs) : state.now + facts.maxWaitMs;
  state.effects.changedEntry(entry);
}
