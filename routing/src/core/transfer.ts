import type { Id } from "@kommutator/contract/ids";
import { endWithWrapup } from "./assignment-machine.ts";
import { bestFive, record, refusalCounts } from "./choice.ts";
import { NONE } from "./eligibility.ts";
import { endEntry, freshEntry, openEntry, reachQueueRung, successorOf } from "./entry-machine.ts";
import type { Input } from "./event.ts";
import { type Agent, type Assignment, type Entry, MEDIUM_INDEX } from "./model.ts";
import { makeOffer } from "./offer-machine.ts";
import { arrive } from "./overflow.ts";
import type { RouterState } from "./state.ts";

/** How long the caller does not come back to the one who handed the talk on. */
const REST_MS = 30_000;

/**
 * A talk changes hands (CC-18, manual): the one who talks lets go and has time to write it up, the caller hears music and goes on
 * as a new stay in a queue. What is written goes to another queue in the same way; to a colleague it goes at once (assign.ts). A named
 * colleague is rung as by a manual assignment, and whoever does not answer leaves the caller to that queue; an outside number is rung by
 * the channel itself. Ignored: a talk that has another owner by now, a colleague whose phone cannot be rung this moment, a queue that
 * is gone: then the talk stays where it is.
 */
export function dialogTransfer(state: RouterState, input: Input<"dialog.transfer">): void {
  const a = state.assignments.get(input.dialogId);
  if (a === undefined || a.employeeId !== input.from) return;
  const { to } = input;
  const voice = a.medium === "voice";
  if ("number" in to) {
    if (!voice) return;
    letGo(state, a, input.by);
    const queueId = a.queueId;
    if (queueId !== null && state.queues.has(queueId)) {
      const entry = nextStay(state, a, queueId);
      record(state, entry, "manual", null, { code: "transferred", from: a.employeeId }, [], {});
      endEntry(state, entry, "redirected");
    }
    state.order({ id: state.newCommandId(), kind: "redirect", dialogId: a.dialogId, number: to.number });
    return;
  }
  if (!state.queues.has(to.queueId)) return;
  if (to.employeeId === null) {
    letGo(state, a, input.by);
    arrive(state, nextStay(state, a, to.queueId));
    return;
  }
  if (!voice) return;
  const colleague = state.agents.get(to.employeeId);
  if (colleague === undefined || colleague === a.agent || colleague.refusals[MEDIUM_INDEX.voice] !== NONE) return;
  letGo(state, a, input.by);
  ringColleague(state, nextStay(state, a, to.queueId), colleague, input);
}

function letGo(state: RouterState, a: Assignment, by: Id): void {
  if (a.medium === "voice") state.order({ id: state.newCommandId(), kind: "release", dialogId: a.dialogId, employeeId: a.employeeId });
  endWithWrapup(state, a, "transferred");
  state.emit({ kind: "dialog.unassigned", dialogId: a.dialogId, payload: { employeeId: a.employeeId, by, why: "transferred" } });
}

/** The caller waits from now on: the talk was no waiting. It does not come back at once to whoever handed it on. */
function nextStay(state: RouterState, a: Assignment, queueId: Id): Entry {
  const before = a.entry === null ? freshEntry(a.dialogId, queueId, a.medium, state.now) : successorOf(a.entry);
  const cooldowns = { [a.employeeId]: state.now + REST_MS };
  return openEntry(state, { ...before, id: state.newId(), queueId, enqueuedAt: state.now, rung: "least_loaded", hops: 0, cooldowns });
}

function ringColleague(state: RouterState, entry: Entry, colleague: Agent, input: Input<"dialog.transfer">): void {
  const reason = { code: "transferred", from: input.from } as const;
  record(state, entry, "manual", colleague.id, reason, bestFive(state, entry), refusalCounts(state, entry));
  reachQueueRung(state, entry);
  makeOffer(state, entry, colleague, "manual", reason, input.by);
}
