import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Entry, QueueState } from "./model.ts";
import type { RouterState } from "./state.ts";
import { WaitingRoom } from "./waiting-room.ts";

/**
 * The place in the queue. Everybody is served in the order of rank: the moment one came, less the head start that each step
 * of priority gives. So a VIP (ten steps of 30 s) goes before whoever came less than five minutes earlier, and nobody starves:
 * whoever waits longer than that goes first. A caller who gave up and calls the same queue again within two minutes has the
 * old place again.
 */
export const KEEPS_PLACE_MS = 120_000;

/** A caller who gave up: who, in which queue, the place, and when. Of two calls at once the place of the later entry counts. */
export interface LeftPlace {
  entryId: Id;
  person: string;
  queueId: Id;
  enqueuedAt: EpochMs;
  at: EpochMs;
}

export function rankOf(enqueuedAt: EpochMs, priority: number, priorityStepMs: number): number {
  return enqueuedAt - priority * priorityStepMs;
}

/** The places of callers who gave up in the last two minutes; the oldest leave as new ones come. */
export class LeftPlaces {
  private readonly byPerson = new Map<string, LeftPlace>();

  keep(place: LeftPlace): void {
    for (const [key, old] of this.byPerson) {
      if (old.at + KEEPS_PLACE_MS >= place.at) break;
      this.byPerson.delete(key);
    }
    const key = keyOf(place.queueId, place.person);
    if ((this.byPerson.get(key)?.entryId ?? "") > place.entryId) return;
    this.byPerson.delete(key);
    this.byPerson.set(key, place);
  }

  /** The place that this person may have back at `now`. */
  find(queueId: Id, person: string, now: EpochMs): EpochMs | null {
    if (this.byPerson.size === 0) return null;
    const place = this.byPerson.get(keyOf(queueId, person));
    return place === undefined || place.at + KEEPS_PLACE_MS < now ? null : place.enqueuedAt;
  }

  /** Whoever is back in the queue keeps no second place. */
  forget(queueId: Id, person: string): void {
    if (this.byPerson.size > 0) this.byPerson.delete(keyOf(queueId, person));
  }
}

/** A person in a queue. */
export function keyOf(queueId: Id, person: string): string {
  return `${queueId} ${person}`;
}

/** The head start of the queue was changed: everybody in it takes the place that is now his. Rare and whole. */
export function rankAnew(state: RouterState, queue: QueueState): void {
  const all: Entry[] = [];
  for (const entry of state.entries.values()) if (entry.queue === queue) all.push(entry);
  queue.waiting = [new WaitingRoom(), new WaitingRoom(), new WaitingRoom(), new WaitingRoom()];
  for (const entry of all) {
    entry.rank = rankOf(entry.enqueuedAt, entry.priority, queue.facts.priorityStepMs);
    if (entry.listed) state.waitingRoom(entry).insert(entry);
  }
}
