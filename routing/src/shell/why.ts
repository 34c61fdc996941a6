import type { WhyItem, WhyStory } from "@kommutator/contract/api/routing-explain";
import type { Db } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { membershipOf, refusalFor } from "../core/choice.ts";
import { MEDIUM_INDEX } from "../core/model.ts";
import { type DecisionRow, readEvidence } from "./evidence.ts";
import { copyOfMemory } from "./rehearse.ts";

/** What of one moment comes first: a stay begins, is decided upon, offered, ends, and only then somebody has the dialog. */
const ORDER: Record<WhyItem["kind"], number> = { entered: 0, decision: 1, offer: 2, hop: 3, left: 4, assigned: 5 };

/**
 * Why a dialog went where it went (XS-03): its stays in queues, the decisions with the five best and the refusals, offers with how they
 * ended, legs that no offer made (transfers, forwarding outside), and who had it, in one order of time, with people's names. Of what waits
 * also why nobody can have it at `now`: the decisions say only what was so when they were made.
 */
export async function readWhy(sql: Db, dialogId: Id, now: EpochMs): Promise<WhyStory> {
  const found = await readEvidence(sql, dialogId);
  const names = new Map(found.people.map((p) => [p.id, p.name]));
  const ref = (id: Id) => ({ id, name: names.get(id) ?? "" });
  const maybe = (id: Id | null) => (id === null ? null : ref(id));
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  const reasonOf = ({ code, load, from, on }: DecisionRow["reason"]) => ({
    code,
    ...(load === undefined ? {} : { load }),
    ...(from === undefined ? {} : { from: ref(from) }),
    ...(on === undefined ? {} : { on }),
  });
  const told = (d: DecisionRow) => ({
    at: d.at.toISOString(),
    rung: d.rung,
    chosen: maybe(d.chosen_id),
    reason: reasonOf(d.reason),
    best: d.best.map((b) => ({ employee: ref(b.employeeId), load: b.load })),
    refusals: d.refusals,
  });

  const timeline: WhyItem[] = [];
  for (const e of found.entries) {
    const queue = { id: e.queue_id, name: e.queue_name };
    timeline.push({
      kind: "entered",
      at: e.began_at.toISOString(),
      entryId: e.id,
      queue,
      since: e.enqueued_at.toISOString(),
      priority: e.priority,
      identity: e.identity_result,
    });
    if (e.ended_at !== null)
      timeline.push({
        kind: "left",
        at: e.ended_at.toISOString(),
        entryId: e.id,
        queue,
        outcome: e.outcome ?? "",
        waitedMs: Math.max(0, e.ended_at.getTime() - e.enqueued_at.getTime()),
      });
  }
  for (const d of found.decisions) timeline.push({ kind: "decision", entryId: d.entry_id, ...told(d) });
  for (const o of found.offers)
    timeline.push({
      kind: "offer",
      at: o.created_at.toISOString(),
      offerId: o.id,
      entryId: o.entry_id,
      employee: ref(o.employee_id),
      rung: o.rung,
      by: maybe(o.by_id),
      endedAt: iso(o.ended_at),
      outcome: o.state,
      cause: o.cause,
    });
  for (const l of found.hops)
    timeline.push({
      kind: "hop",
      at: l.started_at.toISOString(),
      employee: maybe(l.employee_id),
      number: l.target,
      answeredAt: iso(l.answered_at),
      endedAt: iso(l.ended_at),
      cause: l.cause,
    });
  for (const a of found.assignments)
    timeline.push({ kind: "assigned", at: a.started_at.toISOString(), employee: ref(a.employee_id), endedAt: iso(a.ended_at), endReason: a.end_reason });
  timeline.sort((x, y) => (x.at === y.at ? ORDER[x.kind] - ORDER[y.kind] : x.at < y.at ? -1 : 1));

  const outcomeOf = (d: DecisionRow) =>
    found.offers.find((o) => o.entry_id === d.entry_id && o.employee_id === d.chosen_id && o.created_at.getTime() === d.at.getTime())?.state ?? null;
  return {
    timeline,
    summary: summaryOf(found),
    now: await nowOf(sql, dialogId, found, now),
    decisions: found.decisions.map((d) => ({ ...told(d), outcome: outcomeOf(d) })),
  };
}

type Evidence = Awaited<ReturnType<typeof readEvidence>>;

/** From the first place in a queue until somebody took it or it left for good. */
function summaryOf({ entries, offers }: Evidence): WhyStory["summary"] {
  const first = entries[0];
  if (first === undefined) return { since: null, until: null, waitedMs: null, asked: 0, outcome: null };
  const answered = entries.find((e) => e.outcome === "answered");
  const last = entries.at(-1);
  const end = answered?.ended_at ?? (last?.ended_at == null ? null : last.ended_at);
  return {
    since: first.enqueued_at.toISOString(),
    until: end?.toISOString() ?? null,
    waitedMs: end === null ? null : Math.max(0, end.getTime() - first.enqueued_at.getTime()),
    asked: new Set(offers.filter((o) => end === null || o.created_at <= end).map((o) => o.employee_id)).size,
    outcome: end === null ? null : ((answered ?? last)?.outcome ?? null),
  };
}

/** The open stay, and why nobody has it at this moment. */
async function nowOf(sql: Db, dialogId: Id, { entries }: Evidence, now: EpochMs): Promise<WhyStory["now"]> {
  const open = entries.find((e) => e.ended_at === null);
  if (open === undefined) return null;
  return {
    queue: { id: open.queue_id, name: open.queue_name },
    rung: open.rung,
    place: open.before + 1,
    waiting: open.waiting,
    refusals: await refusalsNow(sql, dialogId, now),
  };
}

/** What keeps the people of its queue from it, and how many of them each: judged by the router's core on a copy of its memory. */
async function refusalsNow(sql: Db, dialogId: Id, now: EpochMs): Promise<Record<string, number>> {
  const state = await copyOfMemory(sql, now);
  const entry = state.entries.get(dialogId);
  const counts: Record<string, number> = {};
  // It left while the tables were read.
  if (entry === undefined) return counts;
  for (const agent of state.agents.values()) {
    if (membershipOf(agent, entry.queueId)?.media[MEDIUM_INDEX[entry.medium]] !== true) continue;
    const refusal = refusalFor(state, entry, agent);
    if (refusal !== null) counts[refusal] = (counts[refusal] ?? 0) + 1;
  }
  return counts;
}
