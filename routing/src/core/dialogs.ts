import type { EpochMs, Medium } from "@kommutator/contract/ids";
import { isGone, refresh } from "./agent-machine.ts";
import { endWithWrapup, setAwaiting, takeAway } from "./assignment-machine.ts";
import { promiseCallback } from "./callback.ts";
import { endEntry, freshEntry, isCallback, NO_COOLDOWNS, NO_HOPS, openEntry, successorOf, unlist } from "./entry-machine.ts";
import type { Input, RouterEvent } from "./event.ts";
import { type Assignment, type Entry, isLive, type QueueState } from "./model.ts";
import { rescind } from "./offer-machine.ts";
import { arrive } from "./overflow.ts";
import { rankOf } from "./place.ts";
import { NO_REQUIREMENTS, needAnew } from "./skills.ts";
import type { RouterState } from "./state.ts";
import { stopWaiting } from "./wait-for-responsible.ts";

/** What happens to a dialog itself: it comes, it turns out whose it is, its customer wishes, leaves, or it ends. */

/**
 * A dialog comes to its queue. One that waits or is held already came twice and is left alone; a blocked caller gets the
 * dialplan's fallback, a blocked writer silence. Throws when the queue is unknown.
 */
export function dialogOpened(state: RouterState, input: Input<"dialog.opened">): void {
  if (state.entries.has(input.dialogId) || state.assignments.has(input.dialogId)) return;
  const queue = state.queues.get(input.queueId);
  if (queue === undefined) throw new Error(`dialog ${input.dialogId}: queue ${input.queueId} is unknown`);
  if (input.identity === "blocked") {
    if (input.medium === "voice") state.order({ id: state.newCommandId(), kind: "fallback", dialogId: input.dialogId });
    return;
  }
  const person = input.person ?? null;
  const old = person === null || input.medium !== "voice" ? null : state.left.find(input.queueId, person, state.now);
  const entry = openEntry(state, {
    id: state.newId(),
    dialogId: input.dialogId,
    queueId: input.queueId,
    channelId: input.channelId,
    lineId: input.lineId ?? null,
    medium: input.medium,
    priority: input.priority + repeatSteps(state, input.medium, person, queue),
    identity: input.identity,
    responsibleId: input.responsible?.employeeId ?? null,
    responsibleWhy: input.responsible?.why ?? null,
    substituteId: input.substituteId,
    rung: "responsible",
    tried: [],
    leastLoadedTried: 0,
    hops: 0,
    acknowledged: false,
    enqueuedAt: old ?? input.at,
    deadlineAt: null,
    aloneSince: null,
    cooldowns: NO_COOLDOWNS,
    person,
    requires: input.requires ?? NO_REQUIREMENTS,
    callerNumber: input.number ?? null,
    callbackNumber: null,
    waitsUntil: null,
    announceAt: null,
    forwarded: NO_HOPS,
    endedAt: null,
    outcome: null,
  });
  arrive(state, entry);
}

/** The steps of priority of a caller whom nobody answered within the day. */
function repeatSteps(state: RouterState, medium: Medium, person: string | null, queue: QueueState): number {
  return medium === "voice" && person !== null && state.lastCalls.unanswered(person, state.now) ? queue.facts.repeatPriority : 0;
}

/**
 * It turned out who it is, or whose: the entry that waits knows its responsible from now on, and what else follows from the person. A blocked one
 * does not wait on.
 */
export function dialogIdentified(state: RouterState, input: Input<"dialog.identified">): void {
  const entry = state.entries.get(input.dialogId);
  if (entry === undefined) return;
  entry.identity = input.identity;
  if (input.identity === "blocked") {
    leaveBlocked(state, entry);
    return;
  }
  const responsibleId = input.responsible?.employeeId ?? null;
  const anothers = entry.responsibleId !== responsibleId;
  // Who waits before one responsible and turns out to be another's customer begins anew.
  if (entry.waitsUntil !== null && anothers) {
    stopWaiting(state, entry);
    state.toAdvance.push(entry);
  }
  entry.responsibleId = responsibleId;
  entry.responsibleWhy = input.responsible?.why ?? null;
  entry.substituteId = input.substituteId;
  if (responsibleId !== null && !isCallback(entry) && !entry.tried.includes(responsibleId)) {
    // While offered, the first rung comes next; who waits, and is another's customer from now on, comes to it at once, keeping the place.
    if (entry.offer !== null) entry.rung = "responsible";
    else if (anothers && entry.listed) {
      unlist(state, entry);
      entry.rung = "responsible";
      state.toAdvance.push(entry);
    }
  }
  personFound(state, entry, input);
  state.effects.changedEntry(entry);
}

/** As if it had been known at once: nothing rings on, no place and no promise is kept; a caller who is there gets the dialplan's fallback. */
function leaveBlocked(state: RouterState, entry: Entry): void {
  const there = entry.medium === "voice" && !isCallback(entry);
  leaveQueue(state, entry, "closed");
  if (there) state.order({ id: state.newCommandId(), kind: "fallback", dialogId: entry.dialogId });
}

/**
 * The customer writes in a dialog that somebody has, and that somebody's clock starts. Whoever went offline would not see it (B0: never left with an
 * offline owner): the dialog comes to its queue again and waits from now; when nobody is its responsible, whoever had it is asked first.
 */
export function writesToHolder(state: RouterState, a: Assignment, at: EpochMs): void {
  if (a.medium === "voice" || !isGone(a.agent, a.startedAt)) {
    setAwaiting(state, a, true);
    return;
  }
  takeAway(state, a, "offline", null);
  refresh(state, a.agent);
  if (a.queueId === null || !state.queues.has(a.queueId)) return;
  const before = a.entry === null ? freshEntry(a.dialogId, a.queueId, a.medium, at) : successorOf(a.entry);
  const responsible = before.responsibleId === null ? ({ responsibleId: a.employeeId, responsibleWhy: "last_talked" } as const) : {};
  arrive(state, openEntry(state, { ...before, ...responsible, id: state.newId(), queueId: a.queueId, enqueuedAt: at, hops: 0, acknowledged: false }));
}

const NOTHING_KNOWN = { channelId: "", priority: 0, identity: "new", responsible: null, substituteId: null } as const;

/** A visitor who left while waiting writes in the same open dialog: it waits again, from now, as whoever it is by now; a blocked writer does not. */
export function writesAgain(state: RouterState, event: RouterEvent, dialogId: string, at: number): void {
  const found = event.dialog;
  if (found === undefined || found === null || !found.open || found.medium === "voice" || found.queueId === null || !state.queues.has(found.queueId)) return;
  dialogOpened(state, {
    kind: "dialog.opened",
    ...(found.opening ?? NOTHING_KNOWN),
    dialogId,
    medium: found.medium,
    queueId: found.queueId,
    callId: null,
    at,
  });
}

/** The priority, the needs and the person of whoever was recognised; what the input leaves out stays as it was. */
function personFound(state: RouterState, entry: Entry, { priority: said, requires, person }: Input<"dialog.identified">): void {
  // Whoever was promised a call is found by the person they called as.
  if (person != null && !isCallback(entry)) entry.person = person;
  const priority = said === undefined ? entry.priority : said + repeatSteps(state, entry.medium, entry.person, entry.queue);
  if (priority === entry.priority && requires === undefined) return;
  // Out of the list before its place or its needs change, and back by the ladder: somebody may be free for it now.
  if (entry.listed) {
    unlist(state, entry);
    state.toAdvance.push(entry);
  }
  entry.priority = priority;
  entry.rank = rankOf(entry.enqueuedAt, priority, entry.queue.facts.priorityStepMs);
  if (requires !== undefined) needAnew(state, entry, requires);
}

/** The key was pressed: whatever rings stops, unless somebody has just picked up. */
export function callbackRequested(state: RouterState, input: Input<"callback.requested">): void {
  const entry = state.entries.get(input.dialogId);
  if (entry === undefined || entry.medium !== "voice" || isCallback(entry) || !entry.queue.facts.callbackOffered) return;
  if (entry.offer?.state === "answered") return;
  if (entry.offer !== null) rescind(state, entry.offer, "callback", "cancelled");
  promiseCallback(state, entry, input.number, "queue");
}

/** The entry ends because its customer is gone or somebody closed the dialog; whatever rings for it stops. */
function leaveQueue(state: RouterState, entry: Entry, outcome: "abandoned" | "closed"): void {
  if (entry.offer !== null) rescind(state, entry.offer, outcome, "hung-up");
  endEntry(state, entry, outcome);
}

/** The customer hung up or closed the page. Letters and messages do not leave. */
export function dialogLeft(state: RouterState, dialogId: string): void {
  const entry = state.entries.get(dialogId);
  // Whoever was promised a callback may hang up.
  if (entry !== undefined && isLive(entry.medium) && !isCallback(entry)) leaveQueue(state, entry, "abandoned");
  const a = state.assignments.get(dialogId);
  if (a !== undefined && a.medium === "voice") endWithWrapup(state, a, "left");
}

/** The dialog ended; `by` is who closed it, null when its channel did. */
export function dialogClosed(state: RouterState, dialogId: string, by: string | null): void {
  const entry = state.entries.get(dialogId);
  // A call that ends in the queue without anybody having ended it is a caller who gave up.
  if (entry !== undefined && !(isCallback(entry) && by === null)) leaveQueue(state, entry, entry.medium === "voice" && by === null ? "abandoned" : "closed");
  const a = state.assignments.get(dialogId);
  if (a !== undefined) endWithWrapup(state, a, "closed");
}
