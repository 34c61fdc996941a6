import { refresh, startRest } from "./agent-machine.ts";
import { record } from "./choice.ts";
import { endEntry, isCallback, openEntry, successorOf } from "./entry-machine.ts";
import { addCovered } from "./hours.ts";
import type { Entry, Offer } from "./model.ts";
import { rescind, transition } from "./offer-machine.ts";
import { keyOf } from "./place.ts";
import type { RouterState } from "./state.ts";

/**
 * A callback keeps the caller's place: the caller's entry ends with the outcome `callback`, and an entry with its number
 * stands at the same place, though the caller has hung up. It is offered as a card, like a chat, to people who may take
 * calls; accepting it orders the one call, the agent's device first, and ends it as answered. Whoever promised twice keeps the
 * first promise; a person who comes through meanwhile needs none. What nobody takes within the queue's `callbackMs` of working
 * time ends `overflowed`: the inquiry about the missed call stays.
 */

/** No other call while the agent's device rings for the callback and the customer's after it. */
const CALLING_MS = 45_000;

/** The promised callback of this person in this queue, if there is one. */
function promisedTo(state: RouterState, entry: Entry): Entry | undefined {
  return entry.person === null || state.callbacks.size === 0 ? undefined : state.callbacks.get(keyOf(entry.queueId, entry.person));
}

/** The caller's entry turns into a callback to `number` at the same place, and the caller is told so. The entry has no open offer. */
export function promiseCallback(state: RouterState, entry: Entry, number: string, rung: "queue" | "overflow"): void {
  record(state, entry, rung, null, { code: "callback_promised" }, [], {});
  const { queue } = entry;
  const promised = promisedTo(state, entry);
  endEntry(state, entry, "callback");
  state.order({ id: state.newCommandId(), kind: "announce", dialogId: entry.dialogId, say: { what: "callback_promised" } });
  if (promised !== undefined) return;
  const callback = openEntry(state, {
    ...successorOf(entry),
    id: state.newId(),
    rung: "callback",
    // Whoever has just refused the caller is not asked to call back at once.
    cooldowns: entry.cooldowns,
    callbackNumber: number,
    deadlineAt: addCovered(queue.facts.hours, state.now, queue.facts.callbackMs),
  });
  state.toAdvance.push(callback);
}

/** The agent accepted the card: the call is ordered, once. Nobody has a dialog by it: the call that comes is one of its own. */
export function callBack(state: RouterState, offer: Offer): void {
  const { entry, agent } = offer;
  transition(state, offer, "accepted");
  endEntry(state, entry, "answered");
  agent.missed = 0;
  agent.lastAssignedAt = state.now;
  state.order({
    id: offer.commandId,
    kind: "call-back",
    dialogId: entry.dialogId,
    offerId: offer.id,
    employeeId: agent.id,
    number: entry.callbackNumber as string,
  });
  startRest(state, agent, CALLING_MS);
  refresh(state, agent);
}

/** The person has come through by another call: no need to call back. */
export function endPromise(state: RouterState, served: Entry): void {
  if (isCallback(served)) return;
  const promised = promisedTo(state, served);
  if (promised === undefined) return;
  if (promised.offer !== null) rescind(state, promised.offer, "taken", "answered-elsewhere");
  endEntry(state, promised, "closed");
}
