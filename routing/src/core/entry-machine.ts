import type { EntryOutcome, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs } from "@kommutator/contract/ids";
import { NO_AGENT_MS, presentMembers } from "./agent-machine.ts";
import { Deadline } from "./deadlines.ts";
import { addCovered } from "./hours.ts";
import { type Entry, type EntryFields, MEDIUM_INDEX } from "./model.ts";
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
export function newEntry(fields: EntryFields): Entry {
  return { ...fields, offer: null, listed: false, wait: new Deadline("wait", fields.id), retry: new Deadline("retry", fields.id) };
}

export function openEntry(state: RouterState, fields: EntryFields): Entry {
  const entry = newEntry(fields);
  state.entries.set(entry.dialogId, entry);
  state.entryById.set(entry.id, entry);
  state.effects.entries.add(entry);
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
  state.effects.entries.add(entry);
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
  state.waitingList(entry).insert(entry);
  entry.listed = true;
  setWaitClock(state, entry);
  setRetryClock(state, entry);
}

function setWaitClock(state: RouterState, entry: Entry): void {
  const alone = entry.medium === "voice" && presentMembers(state.queueOf(entry), MEDIUM_INDEX.voice) === 0;
  const ends: EpochMs[] = [];
  if (entry.deadlineAt !== null) ends.push(entry.deadlineAt);
  if (alone) ends.push(state.now + NO_AGENT_MS);
  if (ends.length === 0) state.deadlines.clear(entry.wait);
  else state.deadlines.set(entry.wait, Math.min(...ends));
}

/** Cool-downs that are over are forgotten; the first of the others wakes the entry. */
export function setRetryClock(state: RouterState, entry: Entry): void {
  let first = Number.POSITIVE_INFINITY;
  for (const id in entry.cooldowns) {
    const until = entry.cooldowns[id] ?? 0;
    if (until <= state.now) delete entry.cooldowns[id];
    else if (until < first) first = until;
  }
  if (first < Number.POSITIVE_INFINITY) state.deadlines.set(entry.retry, first);
  else state.deadlines.clear(entry.retry);
}

/** The end of waiting, counted from the first time the entry reaches the rung `queue`; a letter's in working time. */
export function reachQueueRung(state: RouterState, entry: Entry): void {
  if (entry.rung !== "queue") {
    entry.rung = "queue" satisfies RungName;
    state.effects.entries.add(entry);
    if (entry.deadlineAt === null && !entry.acknowledged) {
      const facts = state.queueOf(entry).facts;
      entry.deadlineAt = entry.medium === "mail" ? addCovered(facts.hours, state.now, facts.messageSlaMs) : state.now + facts.maxWaitMs;
    }
  }
}
