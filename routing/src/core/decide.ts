import * as agents from "./agent-machine.ts";
import { applyFacts } from "./apply-facts.ts";
import { dialogAssign } from "./assign.ts";
import { accept, leaveWork, setAwaiting, withdrawLive, withdrawOffers } from "./assignment-machine.ts";
import { callBack } from "./callback.ts";
import { callbackRequested, dialogClosed, dialogIdentified, dialogLeft, dialogOpened, writesAgain, writesToHolder } from "./dialogs.ts";
import { Effects } from "./effects.ts";
import { isCallback } from "./entry-machine.ts";
import type { RouterEvent } from "./event.ts";
import { advance } from "./ladder.ts";
import { legAnswered, legBridged, legEnded, legLost, legRinging } from "./legs.ts";
import { matchAgent } from "./match.ts";
import type { Agent } from "./model.ts";
import { declined, rings } from "./offer-machine.ts";
import type { RouterState } from "./state.ts";
import { deadlinePassed } from "./strike.ts";
import { dialogTransfer } from "./transfer.ts";
import { servedBefore } from "./waiting-room.ts";

/**
 * One event, one decision: total over all inputs, the same for the same history. Returns (or adds to `into`) everything that
 * it changes. Throws only when an input names what cannot exist (an unknown queue) or a rule of ours is broken; the memory is
 * then to be dropped and read again, and the input put aside.
 */
export function decide(state: RouterState, event: RouterEvent, into: Effects = new Effects()): Effects {
  state.begin(event.id, event.now, into);
  handle(state, event);
  settle(state);
  return into;
}

/** First those who became ready take what waits longest, then entries on the move go on, until all is at rest. */
function settle(state: RouterState): void {
  const { toMatch, toAdvance } = state;
  while (toMatch.length > 0 || toAdvance.length > 0) {
    while (toMatch.length > 0) {
      const agent = toMatch.shift() as Agent;
      agent.toMatch = false;
      matchAgent(state, agent);
    }
    if (toAdvance.length > 1) toAdvance.sort((a, b) => (servedBefore(a, b) ? -1 : 1));
    const entry = toAdvance.shift();
    if (entry !== undefined) advance(state, entry);
  }
}

function handle(state: RouterState, event: RouterEvent): void {
  const input = event.input;
  switch (input.kind) {
    case "dialog.opened":
      dialogOpened(state, input);
      return;
    case "dialog.identified":
      dialogIdentified(state, input);
      return;
    case "dialog.message": {
      const a = state.assignments.get(input.dialogId);
      if (a !== undefined && input.direction === "in") writesToHolder(state, a, input.at);
      else if (a !== undefined) setAwaiting(state, a, false);
      else if (input.direction === "in" && !state.entries.has(input.dialogId)) writesAgain(state, event, input.dialogId, input.at);
      return;
    }
    case "dialog.left":
      dialogLeft(state, input.dialogId);
      return;
    case "dialog.closed":
      dialogClosed(state, input.dialogId, input.by);
      return;
    case "callback.requested":
      callbackRequested(state, input);
      return;
    case "leg.ringing":
      legRinging(state, input);
      return;
    case "leg.answered":
      legAnswered(state, input);
      return;
    case "leg.bridged":
      legBridged(state, input);
      return;
    case "leg.ended":
      legEnded(state, input);
      return;
    case "leg.lost":
      legLost(state, input);
      return;
    case "offer.accept": {
      const offer = state.offers.get(input.offerId);
      if (offer === undefined || offer.employeeId !== input.employeeId || rings(offer)) return;
      if (isCallback(offer.entry)) callBack(state, offer);
      else accept(state, offer);
      return;
    }
    case "offer.reject": {
      const offer = state.offers.get(input.offerId);
      if (offer === undefined || offer.employeeId !== input.employeeId || offer.state === "answered") return;
      declined(state, offer, false);
      state.toAdvance.push(offer.entry);
      return;
    }
    case "agent.connection": {
      const agent = state.agents.get(input.employeeId);
      if (agent === undefined) return;
      if (input.online) agents.connected(state, agent);
      else agents.disconnected(state, agent);
      return;
    }
    case "agent.phone": {
      const agent = state.agents.get(input.employeeId);
      if (agent === undefined) return;
      agents.setPhone(state, agent, input.reachable, input.directCall === true);
      if (agent.directCall) withdrawLive(state, agent);
      return;
    }
    case "agent.intent": {
      const agent = state.agents.get(input.employeeId);
      if (agent === undefined) return;
      agents.setIntent(state, agent, input.intent, input.reason);
      if (input.intent === "logged_out") leaveWork(state, agent);
      if (input.intent === "paused") withdrawOffers(state, agent, "written");
      return;
    }
    case "agent.wrapup": {
      const agent = state.agents.get(input.employeeId);
      if (agent === undefined) return;
      if (input.action === "finish") agents.endWrapup(state, agent);
      else agents.extendWrapup(state, agent);
      return;
    }
    case "dialog.assign":
      dialogAssign(state, event, input);
      return;
    case "dialog.transfer":
      dialogTransfer(state, input);
      return;
    case "agent.load": {
      const agent = state.agents.get(input.employeeId);
      if (agent === undefined) return;
      agent.facts = { ...agent.facts, planned: input.plannedPoints, norm: input.normPoints };
      state.effects.loads.add(agent);
      agents.refresh(state, agent);
      return;
    }
    case "deadline":
      deadlinePassed(state, input.deadlineId);
      return;
    case "facts.read":
      applyFacts(state, input.facts);
      return;
    case "facts.changed":
      // The shell reads what changed and brings it as `facts.read`; nothing is decided here.
      return;
  }
}
