import type { RoutingInput } from "@kommutator/contract/routing-input";
import * as agents from "./agent-machine.ts";
import { announcePlace } from "./announce.ts";
import { accept, assign, endAssignment, endWithWrapup, giveBack, leaveWork, REJOIN_MS, setAwaiting, withdrawOffers } from "./assignment-machine.ts";
import { callBack, promiseCallback } from "./callback.ts";
import { bestFive, record, refusalCounts } from "./choice.ts";
import type { DeadlineKind } from "./deadlines.ts";
import { NONE, presentMembers } from "./eligibility.ts";
import { endEntry, isCallback, NO_COOLDOWNS, NO_HOPS, openEntry, reachQueueRung, setAlone, setRetryClock, unlist } from "./entry-machine.ts";
import { applyFacts } from "./facts.ts";
import { advance } from "./ladder.ts";
import { matchAgent } from "./match.ts";
import { type Agent, Effects, type Entry, isLive, MEDIUM_INDEX, type RouterEvent } from "./model.ts";
import { answered, declined, failed, makeOffer, rescind, rings, timedOut, transition } from "./offer-machine.ts";
import { arrive, overflow } from "./overflow.ts";
import { NO_REQUIREMENTS, relaxNeeds } from "./skills.ts";
import type { RouterState } from "./state.ts";
import { goOn, stopWaiting } from "./wait-for-responsible.ts";
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
      if (a !== undefined) setAwaiting(state, a, input.direction === "in");
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
    case "leg.ringing": {
      const offer = state.offers.get(input.offerId);
      if (offer?.state === "pending" && rings(offer)) transition(state, offer, "presented");
      return;
    }
    case "leg.answered":
      legAnswered(state, input);
      return;
    case "leg.bridged":
      legBridged(state, input);
      return;
    case "leg.ended":
      legEnded(state, input);
      return;
    case "leg.lost": {
      const a = state.assignments.get(input.dialogId);
      if (a === undefined || a.medium !== "voice" || a.employeeId !== input.employeeId || a.lostAt !== null) return;
      a.lostAt = state.now;
      state.deadlines.set(a.lost, state.now + REJOIN_MS);
      state.effects.changedAssignment(a);
      return;
    }
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
      agent.phoneReachable = input.reachable;
      if (input.reachable && agent.restUntil !== null) agents.endRest(state, agent);
      else agents.refresh(state, agent);
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

type Input<K extends RoutingInput["kind"]> = Extract<RoutingInput, { kind: K }>;

function dialogOpened(state: RouterState, input: Input<"dialog.opened">): void {
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
    medium: input.medium,
    priority: input.priority,
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
  arrive(state, entry, input.channelId);
}

function dialogIdentified(state: RouterState, input: Input<"dialog.identified">): void {
  const entry = state.entries.get(input.dialogId);
  if (entry === undefined) return;
  entry.identity = input.identity;
  // Who waits before one responsible and turns out to be another's customer begins anew.
  const before = entry.waitsUntil !== null && entry.responsibleId !== input.responsible?.employeeId;
  if (before) {
    stopWaiting(state, entry);
    state.toAdvance.push(entry);
  }
  entry.responsibleId = input.responsible?.employeeId ?? null;
  entry.responsibleWhy = input.responsible?.why ?? null;
  entry.substituteId = input.substituteId;
  // While waiting nobody is free for it, the responsible included; while offered, the first rung comes next.
  if (entry.offer !== null && !isCallback(entry) && entry.responsibleId !== null && !entry.tried.includes(entry.responsibleId)) entry.rung = "responsible";
  state.effects.changedEntry(entry);
}

/** A visitor who left while waiting writes in the same open dialog: it waits again, from now. */
function writesAgain(state: RouterState, event: RouterEvent, dialogId: string, at: number): void {
  const found = event.dialog;
  if (found === undefined || found === null || !found.open || found.medium === "voice" || found.queueId === null || !state.queues.has(found.queueId)) return;
  dialogOpened(state, {
    kind: "dialog.opened",
    dialogId,
    channelId: "",
    medium: found.medium,
    queueId: found.queueId,
    callId: null,
    priority: 0,
    identity: "new",
    responsible: null,
    substituteId: null,
    at,
  });
}

/** The key was pressed: whatever rings stops, unless somebody has just picked up. */
function callbackRequested(state: RouterState, input: Input<"callback.requested">): void {
  const entry = state.entries.get(input.dialogId);
  if (entry === undefined || entry.medium !== "voice" || isCallback(entry) || !entry.queue.facts.callbackOffered) return;
  if (entry.offer?.state === "answered") return;
  if (entry.offer !== null) rescind(state, entry.offer, "callback", "cancelled");
  promiseCallback(state, entry, input.number, "queue");
}

function leaveQueue(state: RouterState, entry: Entry, outcome: "abandoned" | "closed"): void {
  if (entry.offer !== null) rescind(state, entry.offer, outcome, "hung-up");
  endEntry(state, entry, outcome);
}

function dialogLeft(state: RouterState, dialogId: string): void {
  const entry = state.entries.get(dialogId);
  // Whoever was promised a callback may hang up.
  if (entry !== undefined && isLive(entry.medium) && !isCallback(entry)) leaveQueue(state, entry, "abandoned");
  const a = state.assignments.get(dialogId);
  if (a !== undefined && a.medium === "voice") endWithWrapup(state, a, "left");
}

function dialogClosed(state: RouterState, dialogId: string, by: string | null): void {
  const entry = state.entries.get(dialogId);
  // A call that ends in the queue without anybody having ended it is a caller who gave up.
  if (entry !== undefined && !(isCallback(entry) && by === null)) leaveQueue(state, entry, entry.medium === "voice" && by === null ? "abandoned" : "closed");
  const a = state.assignments.get(dialogId);
  if (a !== undefined) endWithWrapup(state, a, "closed");
}

function legAnswered(state: RouterState, input: Input<"leg.answered">): void {
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

function legBridged(state: RouterState, input: Input<"leg.bridged">): void {
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

function legEnded(state: RouterState, input: Input<"leg.ended">): void {
  const offer = state.offers.get(input.offerId);
  if (offer === undefined || !rings(offer)) return;
  if (offer.state === "answered") failed(state, offer, "no_media", true);
  else if (input.cause === "declined") declined(state, offer, true);
  else if (input.cause === "no-answer") timedOut(state, offer, true);
  else failed(state, offer, input.cause, true);
  state.toAdvance.push(offer.entry);
}

function dialogAssign(state: RouterState, event: RouterEvent, input: Input<"dialog.assign">): void {
  const { dialogId, by } = input;
  const current = state.assignments.get(dialogId);
  if (input.employeeId === null) {
    if (current === undefined || current.medium === "voice" || current.queueId === null) return;
    giveBack(state, current, "returned", by, { rung: "queue", cooldownMs: 10_000 });
    agents.refresh(state, current.agent);
    return;
  }
  const agent = state.agents.get(input.employeeId);
  if (agent === undefined || !agent.facts.active) return;
  const entry = state.entries.get(dialogId);
  if (entry !== undefined) {
    takeFromQueue(state, entry, agent, by);
    return;
  }
  if (current !== undefined) {
    // A call in progress changes hands by a transfer; and who saw another owner than there is now has lost a race.
    if (current.agent === agent || current.medium === "voice" || (input.from !== undefined && input.from !== current.employeeId)) return;
    const { awaiting, queueId } = current;
    endAssignment(state, current, "transferred");
    state.emit({ kind: "dialog.unassigned", dialogId, payload: { employeeId: current.employeeId, by, why: "transferred" } });
    assign(state, agent, { dialogId, medium: current.medium, entry: current.entry, queueId, offerId: null, by, awaiting });
    agents.refresh(state, current.agent);
    return;
  }
  const found = event.dialog;
  if (found === undefined || found === null || !found.open) return;
  assign(state, agent, { dialogId, medium: found.medium, entry: null, queueId: found.queueId, offerId: null, by, awaiting: found.awaiting });
}

/** A person takes or gives out an entry: a message at once; a call rings the chosen person's phone first. */
function takeFromQueue(state: RouterState, entry: Entry, agent: Agent, by: string): void {
  const offer = entry.offer;
  if (offer?.state === "answered") return;
  if (offer !== null && offer.agent === agent) {
    if (isCallback(entry)) callBack(state, offer);
    else if (entry.medium !== "voice") accept(state, offer);
    return;
  }
  const voice = entry.medium === "voice";
  if (voice && (!agent.phoneReachable || agent.calls > 0 || agent.liveOffer !== null)) return;
  record(state, entry, "manual", agent.id, { code: "manual" }, bestFive(state, entry), refusalCounts(state, entry));
  if (offer !== null) rescind(state, offer, "taken", "answered-elsewhere");
  unlist(state, entry);
  if (isCallback(entry)) {
    const made = makeOffer(state, entry, agent, "manual", { code: "manual" }, by);
    // Whoever takes it himself has clicked already.
    if (by === agent.id) callBack(state, made);
    return;
  }
  if (voice) {
    reachQueueRung(state, entry);
    makeOffer(state, entry, agent, "manual", { code: "manual" }, by);
    return;
  }
  endEntry(state, entry, "answered");
  assign(state, agent, { dialogId: entry.dialogId, medium: entry.medium, entry, queueId: entry.queueId, offerId: null, by, awaiting: true });
}

/** A deadline that is not due (cleared, moved, or fired twice) is ignored. */
function deadlinePassed(state: RouterState, deadlineId: string): void {
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
