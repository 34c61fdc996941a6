import type { EntryOutcome, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { Deadline } from "./deadlines.ts";
import { presentMembers } from "./eligibility.ts";
import { addCovered } from "./hours.ts";
import { type Entry, type EntryFields, MEDIUM_INDEX, type QueueState } from "./model.ts";
import type { RouterState } from "./state.ts";

/**
 * The entry: one stay of a dialog in one queue.
 *
 *   on a rung    responsible -> substitute -> least_loaded (up to 3 people) -> queue; only forward, but a late identification
 *                brings a responsible who was not asked yet back to the first rung at the end of the running offer
 *   offered      has its one open offer (offer-machine.ts); an offer that ends without an assignment moves it on
 *   waiting      at the rung `queue` without an offer: it stands in its queue's list and in its place
 *   ended        answered | abandoned | overflowed | transferred | closed: for ever
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
    endedAt: f.endedAt,
    outcome: f.outcome,
    queue,
    offer: null,
    listed: false,
    changedIn: null,
    wait: new Deadline("wait", f.id),
    retry: new Deadline("retry", f.id),
  };
}

export function openEntry(state: RouterState, fields: EntryFields): Entry {
  const entry = newEntry(fields, state.queues.get(fields.queueId) as QueueState);
  state.entries.set(entry.dialogId, entry);
  state.entryById.set(entry.id, entry);
  state.effects.changedEntry(entry);
  state.emit({ kind: "entry.queued", dialogId: entry.dialogId, payload: { entryId: entry.id, queueId: entry.queueId, priority: entry.priority } });
  return entry;
}

export function endEntry(state: RouterState, entry: Entry, outcome: EntryOutcome): void {
  if (entry.endedAt !== null) throw new Error(`entry ${entry.id} ended twice`);
  if (entry.offer !== null) throw new Error(`entry ${entry.id} ended with an open offer`);
  unlist(state, entry);
  state.deadlines.clear(entry.wait);
  state.deadlines.clear(entry.retry);
  entry.endedAt = state.now;
  entry.outcome = outcome;
  state.entries.delete(entry.dialogId);
  state.entryById.delete(entry.id);
  state.effects.changedEntry(entry);
  state.emit({ kind: "entry.ended", dialogId: entry.dialogId, payload: { entryId: entry.id, outcome } });
}

export function unlist(state: RouterState, entry: Entry): void {
  if (!entry.listed) return;
  state.waitingList(entry).remove(entry);
  entry.listed = false;
  state.deadlines.clear(entry.wait);
  state.deadlines.clear(entry.retry);
}

/** Puts the entry into its place in the queue and sets its clocks: the end of waiting and the end of its first cool-down. */
export function wait(state: RouterState, entry: Entry): void {
  if (entry.listed) return;
  stand(state, entry);
  const alone = entry.medium === "voice" && presentMembers(state.queueOf(entry), MEDIUM_INDEX.voice) === 0;
  setAlone(state, entry, alone ? (entry.aloneSince ?? state.now) : null);
  setRetryClock(state, entry);
}

/** Into the list, as it is. */
export function stand(state: RouterState, entry: Entry): void {
  state.waitingList(entry).insert(entry);
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

/** The end of waiting, counted from the first time the entry reaches the rung `queue`; a letter's in working time. */
export function reachQueueRung(state: RouterState, entry: Entry): void {
  if (entry.rung !== "queue") {
    entry.rung = "queue" satisfies RungName;
    state.effects.changedEntry(entry);
    if (entry.deadlineAt === null && !entry.acknowledged) {
      const facts = state.queueOf(entry).facts;
      entry.deadlineAt =
        entry.medium === "mail" || entry.medium === "message" ? addCovered(facts.hours, state.now, facts.messageSlaMs) : state.now + facts.maxWaitMs;
    }
  }
}
