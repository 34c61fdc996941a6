import { Deadline } from "./deadlines.ts";
import type { Entry } from "./model.ts";
import type { RouterState } from "./state.ts";

/**
 * What a waiting caller hears: the place and the estimated wait, first after five seconds in the queue (or sooner when the
 * queue says it oftener), then every `announceMs`. Nobody is told a place where nobody is logged in; while a phone rings for
 * the caller it is not interrupted.
 */
const FIRST_MS = 5_000;

/** The entry takes its place in the list. */
export function startAnnouncing(state: RouterState, entry: Entry): void {
  const every = entry.queue.facts.announceMs;
  if (every === 0 || entry.medium !== "voice" || entry.callbackNumber !== null) return;
  if (entry.announceAt === null || entry.announceAt < state.now) {
    entry.announceAt = entry.announceAt === null ? state.now + Math.min(FIRST_MS, every) : state.now;
    state.effects.changedEntry(entry);
  }
  setAnnounceClock(state, entry, entry.announceAt);
}

export function setAnnounceClock(state: RouterState, entry: Entry, at: number): void {
  entry.announce ??= new Deadline("announce", entry.id);
  state.deadlines.set(entry.announce, at);
}

/** The moment has come: the caller hears the place, and the next time is set. */
export function announcePlace(state: RouterState, entry: Entry): void {
  const { facts, pace } = entry.queue;
  if (facts.announceMs === 0) {
    if (entry.announce !== null) state.deadlines.clear(entry.announce);
    return;
  }
  if (entry.aloneSince === null) {
    const place = state.waitingRoom(entry).placeOf(entry);
    const waitMs = pace.estimate(place, state.now);
    const callback = facts.callbackOffered && entry.callerNumber !== null;
    state.order({ id: state.newCommandId(), kind: "announce", dialogId: entry.dialogId, say: { what: "place", place, waitMs, callback } });
  }
  entry.announceAt = state.now + facts.announceMs;
  state.effects.changedEntry(entry);
  setAnnounceClock(state, entry, entry.announceAt);
}
