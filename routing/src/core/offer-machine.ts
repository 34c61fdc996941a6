import type { LegEndCause } from "@kommutator/contract/channel";
import type { DecisionReason, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import { missedOffer, refresh, startRest } from "./agent-machine.ts";
import { Deadline } from "./deadlines.ts";
import type { QueueFacts } from "./facts.ts";
import { addCovered } from "./hours.ts";
import { type Agent, type Entry, isLive, type Offer, type OfferState } from "./model.ts";
import type { RouterState } from "./state.ts";

/**
 * The offer: a proposal of one entry to one agent that expires and holds the agent's capacity. An entry has at most one.
 *
 *   pending    made; for a call the ring command goes out after the commit
 *   presented  the device rings (leg.ringing); a chat's or letter's card is presented with the event, so it needs no step
 *   answered   the device was picked up (leg.answered); the bridge is ordered and must come within 10 s
 *   accepted | rejected | timed_out | rescinded | failed   ends; the capacity is free again in the same decision
 *
 *   from                event                          to
 *   pending, presented  accept (chat, mail)            accepted -> assignment
 *   pending             leg.ringing                    presented
 *   (a callback's offer is a card: it has no legs, and accept ends it as a chat's does; callback.ts)
 *   pending, presented  leg.answered                   answered, command bridge
 *   pending, presented, answered  leg.bridged          accepted -> assignment (the answer may have been overtaken)
 *   pending, presented  reject, leg ended declined     rejected, 10 s cool-down of the pair
 *   pending, presented  deadline, leg ended no-answer  timed_out, 30 s cool-down, counts as missed when it rang
 *   pending, presented  leg ended busy                 failed, 5 s cool-down
 *   pending, presented  leg ended otherwise            failed, 30 s cool-down, the agent's phone rests 10 s
 *   answered            deadline or leg ended          failed (no_media): the entry goes on at its old place, the phone rests
 *   any open            caller left, taken, closed, agent gone   rescinded, command cancel-ring for a call
 *   pending, presented  a direct call of the agent's phone       the same, for calls and chats: no cool-down, nothing missed
 *   ended               leg.answered                   ignored but for cancel-ring with the reason (decide.ts)
 *
 * Ignored: leg.ringing when presented or answered, accept of a call (its device decides), accept and reject by anybody but
 * the one asked, everything but leg.answered after the end.
 */
export const BRIDGE_MS = 10_000;
export const COOLDOWN_MS = { rejected: 10_000, busy: 5_000, noAnswer: 30_000 } as const;

const OPEN = new Set<OfferState>(["pending", "presented", "answered"]);
const NEXT: Record<string, readonly OfferState[]> = {
  pending: ["presented", "answered", "accepted", "rejected", "timed_out", "rescinded", "failed"],
  presented: ["answered", "accepted", "rejected", "timed_out", "rescinded", "failed"],
  answered: ["accepted", "rescinded", "failed"],
};

/** The one door. Throws on a transition that the table above does not have: that is a fault of ours. */
export function transition(state: RouterState, offer: Offer, to: OfferState, cause: string | null = null): void {
  if (NEXT[offer.state]?.includes(to) !== true) throw new Error(`offer ${offer.id}: ${offer.state} -> ${to}`);
  offer.state = to;
  state.effects.changedOffer(offer);
  if (OPEN.has(to)) return;
  offer.cause = cause;
  offer.endedAt = state.now;
  state.deadlines.clear(offer.deadline);
  state.offers.delete(offer.id);
  offer.entry.offer = null;
  if (offer.agent.liveOffer === offer) offer.agent.liveOffer = null;
  if (offer.agent.messageOffer === offer) offer.agent.messageOffer = null;
  if (offer.agent.mailOffer === offer) offer.agent.mailOffer = null;
  state.emit({
    kind: "offer.ended",
    dialogId: offer.dialogId,
    payload: { offerId: offer.id, entryId: offer.entryId, employeeId: offer.employeeId, outcome: to as "accepted", cause },
  });
}

/** Does this offer ring a device? Callbacks and written matters lie on the screen. */
export function rings(offer: Offer): boolean {
  return offer.medium === "voice" && offer.entry.callbackNumber === null;
}

/** The place that an open offer takes up with its agent: the one live slot, or that of its kind in the list. */
export function takeSlot(agent: Agent, offer: Offer): void {
  if (isLive(offer.medium)) agent.liveOffer = offer;
  else if (offer.medium === "message") agent.messageOffer = offer;
  else agent.mailOffer = offer;
}

export function makeOffer(state: RouterState, entry: Entry, agent: Agent, rung: RungName, reason: DecisionReason, by: Id | null = null): Offer {
  const id = state.newId();
  const { facts } = entry.queue;
  const callback = entry.callbackNumber;
  const { afterMs, working } = offerDeadline(facts, callback === null ? entry.medium : "chat", rung === "responsible");
  const deadlineAt = working ? addCovered(facts.hours, state.now, afterMs) : state.now + afterMs;
  const offer: Offer = {
    id,
    entryId: entry.id,
    dialogId: entry.dialogId,
    employeeId: agent.id,
    medium: entry.medium,
    rung,
    reason,
    by,
    state: "pending",
    cause: null,
    commandId: entry.medium === "voice" ? state.newCommandId() : "",
    createdAt: state.now,
    deadlineAt,
    endedAt: null,
    entry,
    agent,
    changedIn: null,
    deadline: new Deadline("offer", id),
  };
  entry.offer = offer;
  takeSlot(agent, offer);
  state.offers.set(id, offer);
  state.deadlines.set(offer.deadline, deadlineAt);
  state.effects.changedOffer(offer);
  state.effects.changedEntry(entry);
  state.emit({
    kind: "offer.made",
    dialogId: entry.dialogId,
    payload:
      callback === null
        ? { offerId: id, entryId: entry.id, employeeId: agent.id, rung, reason, deadlineAt }
        : { offerId: id, entryId: entry.id, employeeId: agent.id, rung, reason, deadlineAt, callback: { number: callback } },
  });
  if (entry.medium === "voice" && callback === null)
    state.order({ id: offer.commandId, kind: "ring", dialogId: entry.dialogId, offerId: id, employeeId: agent.id, timeoutMs: afterMs });
  refresh(state, agent);
  return offer;
}

/** The device was picked up: the two are joined, and the bridge must stand in 10 s. */
export function answered(state: RouterState, offer: Offer): void {
  transition(state, offer, "answered");
  offer.deadlineAt = state.now + BRIDGE_MS;
  state.deadlines.set(offer.deadline, offer.deadlineAt);
  state.order({
    id: state.newCommandId(),
    kind: "bridge",
    dialogId: offer.dialogId,
    offerId: offer.id,
    record: state.queueOf(offer.entry).facts.record,
  });
}

/** When an offer ends: a live matter's in seconds, a message's or a letter's in working time. */
function offerDeadline(queue: QueueFacts, medium: Medium, isOwner: boolean): { afterMs: number; working: boolean } {
  if (medium === "voice") return { afterMs: isOwner ? queue.ownerMs : queue.ringMs, working: false };
  if (medium === "chat") return { afterMs: queue.chatOfferMs, working: false };
  return { afterMs: queue.mailOfferMs, working: true };
}

function coolDown(state: RouterState, offer: Offer, ms: number): void {
  const until: EpochMs = state.now + ms;
  offer.entry.cooldowns = { ...offer.entry.cooldowns, [offer.employeeId]: until };
  state.effects.changedEntry(offer.entry);
}

function stopRinging(state: RouterState, offer: Offer, reason: LegEndCause): void {
  if (rings(offer)) state.order({ id: state.newCommandId(), kind: "cancel-ring", dialogId: offer.dialogId, offerId: offer.id, reason });
}

/** Ends the offer without an assignment; the caller then lets the entry go on. */
export function declined(state: RouterState, offer: Offer, legEnded: boolean): void {
  transition(state, offer, "rejected", "declined");
  coolDown(state, offer, COOLDOWN_MS.rejected);
  offer.entry.unanswered = "busy";
  if (!legEnded) stopRinging(state, offer, "declined");
  refresh(state, offer.agent);
}

export function timedOut(state: RouterState, offer: Offer, legEnded: boolean): void {
  const rang = !rings(offer) || offer.state === "presented";
  transition(state, offer, rang ? "timed_out" : "failed", rang ? "no-answer" : "undeliverable");
  coolDown(state, offer, COOLDOWN_MS.noAnswer);
  offer.entry.unanswered = "no_answer";
  if (!legEnded) stopRinging(state, offer, "no-answer");
  // A message's or letter's offer lasts a quarter of an hour of working time: leaving it says nothing about being there.
  if (rang && isLive(offer.medium)) missedOffer(offer.agent);
  if (!rang) startRest(state, offer.agent);
  refresh(state, offer.agent);
}

export function failed(state: RouterState, offer: Offer, cause: string, legEnded: boolean): void {
  const busy = cause === "busy";
  transition(state, offer, "failed", cause);
  coolDown(state, offer, busy ? COOLDOWN_MS.busy : COOLDOWN_MS.noAnswer);
  offer.entry.unanswered = busy ? "busy" : "no_answer";
  if (!legEnded) stopRinging(state, offer, "failed");
  if (!busy) startRest(state, offer.agent);
  refresh(state, offer.agent);
}

/** Taken back: the agent did nothing wrong and has no cool-down. */
export function rescind(state: RouterState, offer: Offer, cause: string, reason: LegEndCause): void {
  transition(state, offer, "rescinded", cause);
  stopRinging(state, offer, reason);
  refresh(state, offer.agent);
}
