import { accept, REJOIN_MS } from "./assignment-machine.ts";
import type { Input } from "./event.ts";
import { answered, declined, failed, rings, timedOut, transition } from "./offer-machine.ts";
import type { RouterState } from "./state.ts";

/** What an agent's device does with a call that is offered or held; late words about an offer that has ended included. */

/** The device rings. */
export function legRinging(state: RouterState, input: Input<"leg.ringing">): void {
  const offer = state.offers.get(input.offerId);
  if (offer?.state === "pending" && rings(offer)) transition(state, offer, "presented");
}

/** The device was picked up: the bridge is ordered, or, too late, the leg is taken away with its reason. */
export function legAnswered(state: RouterState, input: Input<"leg.answered">): void {
  const offer = state.offers.get(input.offerId);
  if (offer !== undefined) {
    if (offer.state !== "answered" && rings(offer)) answered(state, offer);
    return;
  }
  const a = state.assignments.get(input.dialogId);
  if (a?.offerId === input.offerId) return;
  // Too late: somebody else has it, or the caller is gone. The leg must not stay.
  const reason = a !== undefined ? "answered-elsewhere" : state.entries.has(input.dialogId) ? "cancelled" : "hung-up";
  state.order({ id: state.newCommandId(), kind: "cancel-ring", dialogId: input.dialogId, offerId: input.offerId, reason });
}

/** The two hear each other: the offer wins; or the agent whose device was lost is back. */
export function legBridged(state: RouterState, input: Input<"leg.bridged">): void {
  const offer = state.offers.get(input.offerId);
  if (offer !== undefined) {
    if (rings(offer)) accept(state, offer);
    return;
  }
  const a = state.assignments.get(input.dialogId);
  if (a === undefined) {
    state.order({ id: state.newCommandId(), kind: "cancel-ring", dialogId: input.dialogId, offerId: input.offerId, reason: "cancelled" });
    return;
  }
  if (a.lostAt !== null) {
    a.lostAt = null;
    state.deadlines.clear(a.lost);
    state.effects.changedAssignment(a);
  }
}

/** The device stopped before the bridge: what became of the offer follows from the cause. */
export function legEnded(state: RouterState, input: Input<"leg.ended">): void {
  const offer = state.offers.get(input.offerId);
  if (offer === undefined || !rings(offer)) return;
  if (offer.state === "answered") failed(state, offer, "no_media", true);
  else if (input.cause === "declined") declined(state, offer, true);
  else if (input.cause === "no-answer") timedOut(state, offer, true);
  else failed(state, offer, input.cause, true);
  state.toAdvance.push(offer.entry);
}

/** The device vanished in mid-call: the caller is held for 30 s. */
export function legLost(state: RouterState, input: Input<"leg.lost">): void {
  const a = state.assignments.get(input.dialogId);
  if (a === undefined || a.medium !== "voice" || a.employeeId !== input.employeeId || a.lostAt !== null) return;
  a.lostAt = state.now;
  state.deadlines.set(a.lost, state.now + REJOIN_MS);
  state.effects.changedAssignment(a);
}
