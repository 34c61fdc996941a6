import type { ForwardOn } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import { choose, membershipOf, record, refusalFor } from "./choice.ts";
import type { Refusal } from "./eligibility.ts";
import { endEntry } from "./entry-machine.ts";
import type { Forwarding } from "./facts.ts";
import type { Agent, Entry, ForwardHop, Membership } from "./model.ts";
import type { RouterState } from "./state.ts";

/**
 * Personal forwarding of calls (CC-18): when the person of a rung may not be rung, or did not answer, their own rule sends the
 * call to a colleague or to an outside number. The colleague's rule may send it on: five hops at most, and nobody twice; a
 * chain that would come back is cut, the decision says so, and the call goes on along the ladder. Written matters are not
 * forwarded: absence has its substitute.
 */
const MAX_FORWARDS = 5;

/** Which rule a refusal calls for. Whom the queue does not know at all, no rule can speak for. */
const ON: Partial<Record<Refusal, ForwardOn>> = {
  inactive: "absent",
  absent: "absent",
  out_of_hours: "out_of_hours",
  no_norm_today: "absent",
  logged_out: "absent",
  offline: "absent",
  reconnecting: "absent",
  paused: "absent",
  phone_unreachable: "absent",
  in_call: "busy",
  wrapup: "busy",
  resting: "no_answer",
  offered: "busy",
  at_capacity: "busy",
  cooling_down: "no_answer",
};

export function occasionOf(refusal: Refusal): ForwardOn | null {
  return ON[refusal] ?? null;
}

/** The rule of this person for a call; `always` before all others. */
export function ruleOf(agent: Agent | undefined, entry: Entry, on: ForwardOn | null): Forwarding | undefined {
  if (agent === undefined || entry.medium !== "voice" || agent.facts.forwardings.length === 0) return undefined;
  return agent.facts.forwardings.find((f) => f.on === "always") ?? (on === null ? undefined : agent.facts.forwardings.find((f) => f.on === on));
}

/**
 * Follows the forwarding of `from`, who was refused or did not answer on the occasion `on`, to whoever may be rung. Returns
 * whether the entry is taken care of: offered, or sent to an outside number.
 */
export function forward(state: RouterState, entry: Entry, rung: ForwardHop["rung"], from: Id, on: ForwardOn | null): boolean {
  let who = from;
  let occasion = on;
  for (;;) {
    const rule = ruleOf(state.agents.get(who), entry, occasion);
    if (rule === undefined) return false;
    const reason = { code: "forwarded", from: who, on: rule.on } as const;
    if (rule.toNumber !== null) {
      record(state, entry, "forward", null, reason, [], {});
      endEntry(state, entry, "redirected");
      state.order({ id: state.newCommandId(), kind: "redirect", dialogId: entry.dialogId, number: rule.toNumber });
      return true;
    }
    const to = rule.toEmployeeId;
    if (entry.forwarded.length >= MAX_FORWARDS || to === from || to === entry.responsibleId || wasAsked(entry, to)) {
      record(state, entry, "forward", null, { ...reason, code: "forward_loop" }, [{ employeeId: to, load: 0 }], {});
      return false;
    }
    entry.forwarded = [...entry.forwarded, { rung, from: who, on: rule.on, to }];
    state.effects.changedEntry(entry);
    const agent = state.agents.get(to);
    const always = ruleOf(agent, entry, null) !== undefined;
    const refusal = always ? null : refusalFor(state, entry, agent);
    if (!always && refusal === null) {
      const member = membershipOf(agent as Agent, entry.queueId) as Membership;
      entry.tried.push(to);
      choose(state, entry, member, "forward", { ...reason, load: member.load });
      return true;
    }
    if (refusal !== null) record(state, entry, "forward", null, { ...reason, code: "not_eligible" }, [{ employeeId: to, load: 0 }], { [refusal]: 1 });
    who = to;
    occasion = refusal === null ? null : occasionOf(refusal);
  }
}

function wasAsked(entry: Entry, who: Id): boolean {
  return entry.tried.includes(who) || entry.forwarded.some((hop) => hop.from === who || hop.to === who);
}

/** Whoever was rung by forwarding did not answer: their own rule comes next. Returns whether the entry is taken care of. */
export function forwardOn(state: RouterState, entry: Entry): boolean {
  const last = entry.forwarded.at(-1);
  return last !== undefined && entry.unanswered !== null && forward(state, entry, last.rung, last.to, entry.unanswered);
}
