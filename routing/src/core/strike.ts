import * as agents from "./agent-machine.ts";
import { announcePlace } from "./announce.ts";
import { giveBack, leaveWork } from "./assignment-machine.ts";
import type { DeadlineKind } from "./deadlines.ts";
import { NONE, presentMembers } from "./eligibility.ts";
import { setAlone, setRetryClock, unlist } from "./entry-machine.ts";
import { MEDIUM_INDEX } from "./model.ts";
import { failed, timedOut } from "./offer-machine.ts";
import { overflow } from "./overflow.ts";
import { relaxNeeds } from "./skills.ts";
import type { RouterState } from "./state.ts";
import { goOn } from "./wait-for-responsible.ts";

/** A deadline that is not due (cleared, moved, or fired twice) is ignored. */
export function deadlinePassed(state: RouterState, deadlineId: string): void {
  // Nearly always it is the next clock's: then its name needs not be taken apart.
  const next = state.deadlines.next();
  if (next !== undefined && next.id === deadlineId) {
    strike(state, next.kind, next.ownerId);
    return;
  }
  const split = deadlineId.indexOf(":");
  strike(state, deadlineId.slice(0, split) as DeadlineKind, deadlineId.slice(split + 1));
}

function strike(state: RouterState, kind: DeadlineKind, ownerId: string): void {
  switch (kind) {
    case "offer": {
      const offer = state.offers.get(ownerId);
      if (offer === undefined || offer.deadline.at > state.now) return;
      if (offer.state === "answered") failed(state, offer, "no_media", false);
      else timedOut(state, offer, false);
      state.toAdvance.push(offer.entry);
      return;
    }
    case "wait": {
      const entry = state.entryById.get(ownerId);
      if (entry === undefined || !entry.wait.isSet() || entry.wait.at > state.now) return;
      if (entry.waitsUntil !== null) {
        goOn(state, entry);
        return;
      }
      if (entry.deadlineAt !== null && entry.deadlineAt <= state.now) {
        overflow(state, entry, "max_wait");
        return;
      }
      if (presentMembers(state.queueOf(entry), MEDIUM_INDEX[entry.medium]) === 0) {
        overflow(state, entry, "no_agent");
        return;
      }
      setAlone(state, entry, null);
      return;
    }
    case "retry": {
      const entry = state.entryById.get(ownerId);
      if (entry === undefined || !entry.retry.isSet() || entry.retry.at > state.now) return;
      // The people who may have it again look for themselves: what is older than this entry comes first.
      for (const id in entry.cooldowns) {
        const agent = state.agents.get(id);
        if ((entry.cooldowns[id] ?? 0) <= state.now && agent !== undefined && agent.refusals[MEDIUM_INDEX[entry.medium]] === NONE) agents.toMatch(state, agent);
      }
      setRetryClock(state, entry);
      return;
    }
    case "relax": {
      const entry = state.entryById.get(ownerId);
      if (entry === undefined || entry.relax === null || !entry.relax.isSet() || entry.relax.at > state.now) return;
      if (entry.listed) {
        unlist(state, entry);
        state.toAdvance.push(entry);
      }
      relaxNeeds(state, entry);
      return;
    }
    case "announce": {
      const entry = state.entryById.get(ownerId);
      if (entry === undefined || entry.announce === null || !entry.announce.isSet() || entry.announce.at > state.now) return;
      announcePlace(state, entry);
      return;
    }
    case "lost": {
      const a = state.assignmentById.get(ownerId);
      if (a === undefined || !a.lost.isSet() || a.lost.at > state.now) return;
      giveBack(state, a, "device_lost", null, { rung: "substitute", cooldownMs: 30_000 });
      agents.refresh(state, a.agent);
      return;
    }
    case "wrapup":
    case "rest":
    case "gate":
    case "grace": {
      const agent = state.agents.get(ownerId);
      if (agent === undefined || !agent[kind].isSet() || agent[kind].at > state.now) return;
      if (kind === "wrapup") agents.endWrapup(state, agent);
      else if (kind === "rest") agents.endRest(state, agent);
      else if (kind === "gate") {
        agents.passGate(state, agent);
        agents.refresh(state, agent);
      } else {
        agents.graceOver(state, agent);
        leaveWork(state, agent);
      }
    }
  }
}
