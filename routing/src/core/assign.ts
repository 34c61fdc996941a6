import { refresh } from "./agent-machine.ts";
import { accept, assign, endAssignment, giveBack } from "./assignment-machine.ts";
import { callBack } from "./callback.ts";
import { bestFive, record, refusalCounts } from "./choice.ts";
import { inCall } from "./eligibility.ts";
import { endEntry, isCallback, reachQueueRung, unlist } from "./entry-machine.ts";
import type { Input, RouterEvent } from "./event.ts";
import type { Agent, Assignment, Entry } from "./model.ts";
import { makeOffer, rescind } from "./offer-machine.ts";
import type { RouterState } from "./state.ts";

/** A person takes a dialog, gives it to somebody, or gives it back (XS-02); `employeeId` null = back to the queue. */
export function dialogAssign(state: RouterState, event: RouterEvent, input: Input<"dialog.assign">): void {
  const { dialogId, by } = input;
  const current = state.assignments.get(dialogId);
  if (input.employeeId === null) {
    giveToQueue(state, current, input);
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
    refresh(state, current.agent);
    return;
  }
  const found = event.dialog;
  if (found === undefined || found === null || !found.open) return;
  assign(state, agent, { dialogId, medium: found.medium, entry: null, queueId: found.queueId, offerId: null, by, awaiting: found.awaiting });
}

/** Back to the queue that it came by, or to the named one where that is known; a talk is handed on by a transfer, and a lost race changes nothing. */
function giveToQueue(state: RouterState, a: Assignment | undefined, { queueId, from, by }: Input<"dialog.assign">): void {
  if (a === undefined || a.medium === "voice" || (from != null && from !== a.employeeId)) return;
  const named = queueId != null && state.queues.has(queueId) ? queueId : null;
  if (named === null && a.queueId === null) return;
  giveBack(state, a, "returned", by, { rung: "queue", cooldownMs: 10_000, queueId: named });
  refresh(state, a.agent);
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
  if (voice && (!agent.phoneReachable || inCall(agent) || agent.liveOffer !== null)) return;
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
