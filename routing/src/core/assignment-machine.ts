import type { ForwardOn, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import { refresh, startWrapup } from "./agent-machine.ts";
import { endPromise } from "./callback.ts";
import { Deadline } from "./deadlines.ts";
import type { Note } from "./effects.ts";
import { endEntry, freshEntry, NO_COOLDOWNS, openEntry, successorOf } from "./entry-machine.ts";
import { type Agent, type Assignment, type AssignmentFields, type Entry, isLive, type Offer } from "./model.ts";
import { rescind, transition } from "./offer-machine.ts";
import type { RouterState } from "./state.ts";

/**
 * The assignment: the interval in which an agent has the dialog; a dialog has at most one.
 *
 *   open      made by an accepted offer, a manual take or assignment, or a call the agent makes
 *   lost      a call whose agent's device vanished: held for 30 s, back to `open` by leg.bridged
 *   ended     closed | left | a call that is transferred (wrap-up follows) | transferred | returned | offline | device_lost: for ever
 *
 * Ignored: messages of calls, leg.ended after the bridge (the dialog's end decides), a chat visitor's leaving (the agent closes).
 */
export const REJOIN_MS = 30_000;

export function newAssignment(f: AssignmentFields, agent: Agent, entry: Entry | null): Assignment {
  return {
    id: f.id,
    dialogId: f.dialogId,
    employeeId: f.employeeId,
    entryId: f.entryId,
    offerId: f.offerId,
    queueId: f.queueId,
    medium: f.medium,
    awaiting: f.awaiting,
    startedAt: f.startedAt,
    lostAt: f.lostAt,
    endedAt: f.endedAt,
    endReason: f.endReason,
    agent,
    entry,
    changedIn: null,
    lost: new Deadline("lost", f.id),
  };
}

/** Enters the assignment into the indexes and the agent's counters; without `refresh`. */
export function hold(state: RouterState, a: Assignment): void {
  state.assignments.set(a.dialogId, a);
  state.assignmentById.set(a.id, a);
  a.agent.assignments.add(a);
  if (a.medium === "voice") a.agent.calls++;
  if (a.awaiting) a.agent.awaiting++;
  else a.agent.others++;
}

export function assign(
  state: RouterState,
  agent: Agent,
  to: { dialogId: Id; medium: Medium; entry: Entry | null; queueId: Id | null; offerId: Id | null; by: Id | null; awaiting: boolean },
): void {
  const a = newAssignment(
    {
      id: state.newId(),
      dialogId: to.dialogId,
      employeeId: agent.id,
      entryId: to.entry?.id ?? null,
      offerId: to.offerId,
      queueId: to.queueId,
      medium: to.medium,
      awaiting: to.awaiting && to.medium !== "voice",
      startedAt: state.now,
      lostAt: null,
      endedAt: null,
      endReason: null,
    },
    agent,
    to.entry,
  );
  hold(state, a);
  agent.lastAssignedAt = state.now;
  state.effects.changedAssignment(a);
  state.emit({ kind: "dialog.assigned", dialogId: to.dialogId, payload: { employeeId: agent.id, by: to.by, offerId: to.offerId } });
  refresh(state, agent);
}

/** The offer wins its entry: one winner, one assignment. */
export function accept(state: RouterState, offer: Offer): void {
  const { entry, agent } = offer;
  transition(state, offer, "accepted");
  endEntry(state, entry, "answered");
  if (entry.medium === "voice") endPromise(state, entry);
  agent.missed = 0;
  assign(state, agent, {
    dialogId: entry.dialogId,
    medium: entry.medium,
    entry,
    queueId: entry.queueId,
    offerId: offer.id,
    by: offer.by,
    awaiting: true,
  });
}

export function endAssignment(state: RouterState, a: Assignment, why: string): void {
  if (a.endedAt !== null) throw new Error(`assignment ${a.id} ended twice`);
  a.endedAt = state.now;
  a.endReason = why;
  state.deadlines.clear(a.lost);
  if (a.medium === "voice" && a.queueId !== null) state.queues.get(a.queueId)?.pace.talked(state.now, state.now - a.startedAt);
  state.assignments.delete(a.dialogId);
  state.assignmentById.delete(a.id);
  a.agent.assignments.delete(a);
  if (a.medium === "voice") a.agent.calls--;
  if (a.awaiting) a.agent.awaiting--;
  else a.agent.others--;
  state.effects.changedAssignment(a);
}

/** The exchange is over: the agent has time to write it up. */
export function endWithWrapup(state: RouterState, a: Assignment, why: "closed" | "left" | "transferred"): void {
  endAssignment(state, a, why);
  const queue = a.queueId === null ? undefined : state.queues.get(a.queueId);
  if (queue !== undefined && isLive(a.medium)) startWrapup(state, a.agent, a.medium === "voice" ? queue.facts.wrapupVoiceMs : queue.facts.wrapupChatMs);
  refresh(state, a.agent);
}

export function setAwaiting(state: RouterState, a: Assignment, awaiting: boolean): void {
  if (a.medium === "voice" || a.awaiting === awaiting) return;
  a.awaiting = awaiting;
  a.agent.awaiting += awaiting ? 1 : -1;
  a.agent.others += awaiting ? -1 : 1;
  state.effects.changedAssignment(a);
  refresh(state, a.agent);
}

/** Takes a dialog from its agent, a system note saying why. */
export function takeAway(state: RouterState, a: Assignment, why: "offline" | "returned" | "device_lost", by: Id | null): void {
  endAssignment(state, a, why);
  state.emit({ kind: "dialog.unassigned", dialogId: a.dialogId, payload: { employeeId: a.employeeId, by, why } });
  const code: Note["code"] = why === "offline" ? "returned_offline" : why === "returned" ? "returned_by_agent" : "returned_device_lost";
  state.effects.notes.push({ dialogId: a.dialogId, code, employeeId: a.employeeId });
}

/**
 * Takes a dialog from its agent and puts it back at its old place, a system note saying why; with `queueId`, into that queue, which is not where its
 * line or channel leads. The customer's responsible is not touched. Without a queue to go to (a call the agent made) it is just taken.
 */
export function giveBack(
  state: RouterState,
  a: Assignment,
  why: "offline" | "returned" | "device_lost",
  by: Id | null,
  options: { rung: RungName; cooldownMs: number; queueId?: Id | null },
): void {
  takeAway(state, a, why, by);
  const queueId = options.queueId ?? a.queueId;
  if (queueId !== null && state.queues.has(queueId)) {
    const old = a.entry;
    const cooldowns: Record<Id, EpochMs> = options.cooldownMs > 0 ? { [a.employeeId]: state.now + options.cooldownMs } : NO_COOLDOWNS;
    const before = old === null ? freshEntry(a.dialogId, queueId, a.medium, a.startedAt) : successorOf(old);
    const elsewhere = old !== null && old.queueId !== queueId ? ({ channelId: null, lineId: null, hops: 0 } as const) : {};
    const entry = openEntry(state, { ...before, ...elsewhere, id: state.newId(), queueId, rung: options.rung, cooldowns });
    state.toAdvance.push(entry);
  }
}

/** Takes back offers of somebody who is gone; their entries go on. */
export function withdrawOffers(state: RouterState, agent: Agent, which: "all" | "written"): void {
  for (const offer of which === "all" ? [agent.liveOffer, agent.messageOffer, agent.mailOffer] : [agent.messageOffer, agent.mailOffer])
    if (offer !== null) withdraw(state, offer, "agent_gone", "absent");
}

/** The phone has begun a call by itself: what rings at it, or waits on the screen for whoever is free, goes to the next. Nothing was missed. */
export function withdrawLive(state: RouterState, agent: Agent): void {
  if (agent.liveOffer !== null) withdraw(state, agent.liveOffer, "in_call", "busy");
}

/** What was picked up already stays. */
function withdraw(state: RouterState, offer: Offer, cause: string, unanswered: ForwardOn): void {
  if (offer.state === "answered") return;
  rescind(state, offer, cause, "cancelled");
  offer.entry.unanswered = unanswered;
  state.toAdvance.push(offer.entry);
}

/** The agent is offline for good: nothing that waits for an answer stays with them (spec B0). Calls go on: they live in the phone. */
export function leaveWork(state: RouterState, agent: Agent): void {
  withdrawOffers(state, agent, "all");
  for (const a of [...agent.assignments]) if (a.awaiting) giveBack(state, a, "offline", null, { rung: "substitute", cooldownMs: 0 });
  refresh(state, agent);
}
