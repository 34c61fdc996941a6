import { promiseCallback } from "./callback.ts";
import { record, refusalCounts } from "./choice.ts";
import { emergencyOn } from "./emergency.ts";
import { endEntry, isCallback, moveEntry, unlist, wait } from "./entry-machine.ts";
import type { Emergency } from "./facts.ts";
import { covers } from "./hours.ts";
import { matchEntry } from "./match.ts";
import type { Entry, QueueState } from "./model.ts";
import type { RouterState } from "./state.ts";

/** The last rung: the wait is over, the house is closed, or somebody has thrown the emergency switch. */

/** A dialog moves over so many queues at most; this cuts queues that overflow or redirect into each other. */
export const MAX_HOPS = 3;

/**
 * The wait is over. An overflow queue that is open takes the dialog at its old place; otherwise a caller is promised a
 * callback, where the queue does so and the number is known, or gets the dialplan's fallback. A writer goes on waiting, told so
 * once (chat and message; a letter waits in silence, an automatic answer to it might meet another automaton). A callback that
 * nobody took ends: the inquiry about the missed call stays.
 */
export function overflow(state: RouterState, entry: Entry, why: "max_wait" | "no_agent" | "out_of_hours" | "emergency"): void {
  record(state, entry, "overflow", null, { code: why }, [], refusalCounts(state, entry));
  if (isCallback(entry)) {
    endEntry(state, entry, "overflowed");
    return;
  }
  const here = entry.queue.facts;
  const target = here.overflowQueueId === null ? undefined : state.queues.get(here.overflowQueueId);
  if (target !== undefined && mayMove(entry, target) && isOpen(state, target)) {
    state.toAdvance.push(moveEntry(state, entry, target, "least_loaded"));
    return;
  }
  const closed = why === "out_of_hours" || why === "emergency";
  if (entry.medium === "voice") {
    if (!closed && here.onMaxWait === "callback" && entry.callerNumber !== null) {
      promiseCallback(state, entry, entry.callerNumber, "overflow");
      return;
    }
    endEntry(state, entry, "overflowed");
    if (closed) state.order({ id: state.newCommandId(), kind: "announce", dialogId: entry.dialogId, say: { what: "closed" } });
    state.order({ id: state.newCommandId(), kind: "fallback", dialogId: entry.dialogId });
    return;
  }
  if (!entry.acknowledged && (closed || entry.medium !== "mail"))
    state.order({ id: state.newCommandId(), kind: "acknowledge", dialogId: entry.dialogId, code: closed ? "out_of_hours" : "waiting" });
  entry.acknowledged = true;
  entry.deadlineAt = null;
  entry.rung = "queue";
  state.effects.changedEntry(entry);
  unlist(state, entry);
  if (!matchEntry(state, entry)) wait(state, entry);
}

/**
 * Somebody has thrown the switch for this line or queue (XS-01): `closed` is as out of hours; `announcement` tells the caller
 * and then the fallback; `redirect` sends to another queue (a circle of them is cut and counts as closed) or a number. Writers
 * are told that the house is closed where nothing else can be done for them, and wait.
 */
export function meetEmergency(state: RouterState, entry: Entry, emergency: Emergency): void {
  const voice = entry.medium === "voice";
  if (emergency.mode === "announcement" && voice) {
    record(state, entry, "overflow", null, { code: "emergency" }, [], {});
    endEntry(state, entry, "overflowed");
    state.order({ id: state.newCommandId(), kind: "announce", dialogId: entry.dialogId, say: { what: "emergency" } });
    state.order({ id: state.newCommandId(), kind: "fallback", dialogId: entry.dialogId });
    return;
  }
  if (emergency.redirectNumber !== null && voice) {
    record(state, entry, "overflow", null, { code: "emergency" }, [], {});
    endEntry(state, entry, "redirected");
    state.order({ id: state.newCommandId(), kind: "redirect", dialogId: entry.dialogId, number: emergency.redirectNumber });
    return;
  }
  const target = emergency.redirectQueueId === null ? undefined : state.queues.get(emergency.redirectQueueId);
  if (target === undefined || !mayMove(entry, target)) {
    overflow(state, entry, "emergency");
    return;
  }
  record(state, entry, "overflow", null, { code: "emergency" }, [], {});
  arrive(state, moveEntry(state, entry, target, "responsible"));
}

/** A dialog comes to a queue: the emergency switch and the working hours are the gate, the ladder begins behind it. */
export function arrive(state: RouterState, entry: Entry): void {
  const emergency = state.emergencies.length === 0 ? undefined : emergencyOn(state, entry);
  if (emergency !== undefined) meetEmergency(state, entry, emergency);
  else if (!covers(entry.queue.facts.hours, state.now)) overflow(state, entry, "out_of_hours");
  else state.toAdvance.push(entry);
}

/** The switch of its line or queue that a caller who is to wait would meet; writers and promised callbacks wait on. */
export function emergencyFor(state: RouterState, entry: Entry): Emergency | undefined {
  return entry.medium === "voice" && !isCallback(entry) ? emergencyOn(state, entry) : undefined;
}

/**
 * The switch was thrown while callers wait: they do not wait on. A line's reaches those who still wait where the line leads; who
 * was sent on to another queue is that queue's.
 */
export function meetEmergencies(state: RouterState): void {
  for (const queue of state.queues.values())
    for (const entry of queue.waiting[0].toArray()) {
      const emergency = emergencyFor(state, entry);
      if (emergency !== undefined) meetEmergency(state, entry, emergency);
    }
}

function mayMove(entry: Entry, target: QueueState): boolean {
  return target !== entry.queue && entry.hops < MAX_HOPS;
}

function isOpen(state: RouterState, queue: QueueState): boolean {
  return (
    covers(queue.facts.hours, state.now) &&
    (state.emergencies.length === 0 || emergencyOn(state, { queueId: queue.facts.id, channelId: null, lineId: null }) === undefined)
  );
}
