import type { EpochMs } from "@kommutator/contract/ids";
import type { RouterState } from "./state.ts";

/**
 * Everything that a memory's further behaviour depends on, in one text: two memories with the same text decide alike for
 * ever, because a decision depends on the memory and the event alone. Cool-downs that are over decide nothing and are left
 * out.
 */
export function memoryText(state: RouterState, now: EpochMs): string {
  const out: string[] = [];
  const clock = (d: { isSet(): boolean; at: number }) => (d.isSet() ? d.at : "-");
  for (const id of [...state.agents.keys()].sort()) {
    const a = state.agents.get(id);
    if (a === undefined) continue;
    const dialogs = [...a.assignments].map((x) => x.dialogId).sort();
    out.push(
      `${id} ${a.online} ${a.offlineSince} ${a.phoneReachable} ${a.directCall} ${a.intent} ${a.reason} ${a.wrapupUntil} ${a.wrapupMs} ${a.restUntil} ${a.missed} ${a.lastAssignedAt} ${a.state} ${a.stateSince} ${a.inHours} ${a.absent} ${a.refusals} offered ${a.liveOffer?.id}, ${a.messageOffer?.id}, ${a.mailOffer?.id} counts ${a.calls} ${a.awaiting} ${a.others} holds ${dialogs} clocks ${clock(a.wrapup)} ${clock(a.grace)} ${clock(a.gate)} ${clock(a.rest)}`,
    );
  }
  for (const id of [...state.entries.keys()].sort()) {
    const e = state.entries.get(id);
    if (e === undefined) continue;
    const cools = Object.entries(e.cooldowns)
      .filter(([, until]) => until > now)
      .sort();
    out.push(
      `${id} ${e.id} ${e.queueId} ${e.channelId} ${e.lineId} ${e.medium} ${e.priority} ${e.identity} ${e.responsibleId} ${e.responsibleWhy} ${e.substituteId} ${e.rung} tried ${e.tried} ${e.leastLoadedTried} ${e.hops} ${e.acknowledged} ${e.enqueuedAt} ${e.deadlineAt} ${e.aloneSince} ${e.person} ${e.callerNumber} ${e.callbackNumber} needs ${e.needs.key} rank ${e.rank} until ${e.waitsUntil} announce ${e.announceAt} forwarded ${JSON.stringify(e.forwarded)} ${e.unanswered} cools ${cools} ${e.offer?.id} ${e.listed} clocks ${clock(e.wait)} ${clock(e.retry)} ${e.relax === null ? "-" : clock(e.relax)} ${e.announce === null ? "-" : clock(e.announce)}`,
    );
  }
  for (const id of [...state.offers.keys()].sort()) {
    const o = state.offers.get(id);
    if (o !== undefined)
      out.push(
        `offer ${id} ${o.entryId} ${o.dialogId} ${o.employeeId} ${o.medium} ${o.rung} ${o.by} ${o.state} ${o.commandId} ${o.createdAt} ${o.deadlineAt} clock ${clock(o.deadline)}`,
      );
  }
  for (const id of [...state.assignments.keys()].sort()) {
    const a = state.assignments.get(id);
    if (a !== undefined)
      out.push(
        `assignment ${id} ${a.id} ${a.employeeId} ${a.entryId} ${a.entry?.id} ${a.offerId} ${a.queueId} ${a.medium} ${a.awaiting} ${a.startedAt} ${a.lostAt} clock ${clock(a.lost)}`,
      );
  }
  for (const [id, q] of state.queues) out.push(`${id} pace ${q.pace.estimate(1, now)} ${q.pace.meanTalk(now)}`);
  out.push(`callbacks ${[...state.callbacks].map(([key, e]) => `${key} ${e.id}`).sort()} emergencies ${JSON.stringify(state.emergencies)}`);
  for (const [id, q] of state.queues)
    for (const [k, ready] of q.ready.entries())
      out.push(`${id} ${k} ready ${ready.toArray().map((m) => m.agent.id)} waiting ${q.waiting[k]?.toArray().map((e) => e.dialogId)} counts ${q.counts[k]}`);
  out.push(`${state.deadlines.size} clocks`);
  return out.join("\n");
}
