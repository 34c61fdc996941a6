import type { EpochMs } from "@kommutator/contract/ids";
import { inCall, isAway, NONE, openDialogs, presentMembers, refusalHere, refusalOfAll } from "./eligibility.ts";
import { isCallback, setAlone } from "./entry-machine.ts";
import { covers, nextBorder } from "./hours.ts";
import { loadOf } from "./load.ts";
import type { Agent, AgentState, Intent, MediumIndex, QueueState } from "./model.ts";
import type { RouterState } from "./state.ts";
import { letGo } from "./wait-for-responsible.ts";

/**
 * The agent: three axes that are stored, one state that follows from them.
 *
 * - Connection: online; on losing the last connection `reconnecting` for 60 s (the grace), then offline. At the end of the
 *   grace (or on logging out) dialogs that wait for this agent's answer go back to the queue, offers are withdrawn.
 * - Intent: available, paused (with a reason; `auto` after two missed offers in a row), logged_out. Nothing but the agent,
 *   a supervisor or missed offers sets it: hours and absences only gate.
 * - Work: a live offer, a letter's offer, calls, a direct call of the phone (no offer brought it), open dialogs, wrap-up until, rest
 *   until (the phone failed).
 *
 * Derived, the first that holds: offline (logged out, or the grace is over) -> busy (in a call, direct ones too) -> wrapup -> offered
 * -> unreachable (reconnecting, or serves nothing but calls and the phone cannot ring) -> paused -> busy (all dialogs taken)
 * -> idle. So a pause asked for in a call shows after it, and whoever can take chats and letters is idle without a phone: what
 * exactly can be offered is said per medium by `refusals`.
 *
 * Every state that is not idle ends by itself: offered by the offer's deadline, wrapup and rest by their own, reconnecting by
 * the grace, a call by its dialog's end or the 30 s of a lost device, a direct call by the next word on the phone. Paused, offline
 * and a full list of dialogs are people's own doing and wait for people.
 *
 * The door: every change of an axis is followed by `refresh`, the only place that writes `refusals`, `state` and the indexes.
 */
export const MISSED_BEFORE_PAUSE = 2;
/** After a device failed to ring at all, calls go elsewhere for a while. */
export const REST_MS = 10_000;
/** An extended wrap-up ends at the latest so long after now. */
export const WRAPUP_LIMIT_MS = 600_000;

function derive(agent: Agent): AgentState {
  if (agent.intent === "logged_out" || (!agent.online && agent.offlineSince === null)) return "offline";
  if (inCall(agent)) return "busy";
  if (agent.wrapupUntil !== null) return "wrapup";
  if (agent.liveOffer !== null) return "offered";
  if (!agent.online || (!agent.phoneReachable && servesCallsAlone(agent))) return "unreachable";
  if (agent.intent === "paused") return "paused";
  return agent.facts.maxDialogs > 0 && openDialogs(agent) >= agent.facts.maxDialogs ? "busy" : "idle";
}

/** Are calls all that this agent is a member for, so that nothing comes without a phone? */
function servesCallsAlone(agent: Agent): boolean {
  let calls = false;
  for (const { media } of agent.memberships) {
    if (media[1] || media[2] || media[3]) return false;
    calls ||= media[0];
  }
  return calls;
}

/** Brings everything that follows from the axes up to date: refusals, counts, ready lists, the derived state and its log. */
export function refresh(state: RouterState, agent: Agent): void {
  let freed = false;
  const { facts, memberships, refusals } = agent;
  const before0 = refusals[0];
  const before1 = refusals[1];
  const before2 = refusals[2];
  const before3 = refusals[3];
  const away = refusalOfAll(agent);
  const now0 = away === NONE ? refusalHere(agent, 0) : away;
  const now1 = away === NONE ? refusalHere(agent, 1) : away;
  const now2 = away === NONE ? refusalHere(agent, 2) : away;
  const now3 = away === NONE ? refusalHere(agent, 3) : away;
  refusals[0] = now0;
  refusals[1] = now1;
  refusals[2] = now2;
  refusals[3] = now3;
  const changed = now0 !== before0 || now1 !== before1 || now2 !== before2 || now3 !== before3;
  for (const m of memberships) {
    const load = loadOf(agent.awaiting, agent.others, facts.maxDialogs, facts.planned, facts.norm, m.weight);
    const moved = load !== m.load || m.idleSince !== agent.lastAssignedAt;
    if (!moved && !changed) continue;
    for (let k = 0 as MediumIndex; k < 4; k++) {
      if (!m.media[k]) continue;
      const was = k === 0 ? before0 : k === 1 ? before1 : k === 2 ? before2 : before3;
      const is = refusals[k];
      if (was !== is) {
        const counts = m.queue.counts[k];
        counts[was] = (counts[was] ?? 0) - 1;
        counts[is] = (counts[is] ?? 0) + 1;
        if (is === NONE) freed = true;
        else if (k === 0 && isAway(is) && !isAway(was)) lastMayHaveLeft(state, m.queue);
      }
      if (m.listed[k] && (moved || is !== NONE)) {
        m.queue.ready[k].remove(m);
        m.listed[k] = false;
      }
    }
    m.load = load;
    m.idleSince = agent.lastAssignedAt;
    for (let k = 0 as MediumIndex; k < 4; k++)
      if (m.media[k] && refusals[k] === NONE && !m.listed[k]) {
        m.queue.ready[k].insert(m);
        m.listed[k] = true;
      }
  }
  if (agent.awaitedBy.length > 0) letGo(state, agent);
  if (freed) toMatch(state, agent);
  const derived = derive(agent);
  state.effects.changedAgent(agent);
  if (derived !== agent.state) {
    agent.state = derived;
    agent.stateSince = state.now;
    logSpan(state, agent);
  }
}

/** Asks for the oldest waiting entry for this agent once the event is handled. */
export function toMatch(state: RouterState, agent: Agent): void {
  if (agent.toMatch) return;
  agent.toMatch = true;
  state.toMatch.push(agent);
}

function logSpan(state: RouterState, agent: Agent): void {
  state.effects.spans.push({ employeeId: agent.id, state: agent.state, intent: agent.intent, reason: agent.reason, from: state.now });
  tell(state, agent);
}

function tell(state: RouterState, agent: Agent): void {
  state.emit({ kind: "presence.changed", dialogId: null, payload: { employeeId: agent.id } });
}

/** When nobody who serves calls is left, callers in the queue get the fallback in 5 s rather than after the whole wait. */
function lastMayHaveLeft(state: RouterState, queue: QueueState): void {
  if (queue.waiting[0].size === 0 || presentMembers(queue, 0) > 0) return;
  for (const entry of queue.waiting[0].toArray()) if (!isCallback(entry)) setAlone(state, entry, state.now);
}

/**
 * Is the agent gone for good from a dialog held since then? Without a page past the grace; or logged out after it came. (Who is logged out with
 * the page open and takes a dialog by hand is at work on it.)
 */
export function isGone(agent: Agent, since: EpochMs): boolean {
  if (!agent.online && agent.offlineSince === null) return true;
  return agent.intent === "logged_out" && since <= agent.stateSince;
}

// ---------------------------------------------------------------- what happens to the axes

/** Reads hours and absences at `now` and sets the clock for their next border. */
export function passGate(state: RouterState, agent: Agent): void {
  const { facts } = agent;
  agent.inHours = covers(facts.hours, state.now);
  agent.absent = covers(facts.absent, state.now);
  const borders = [nextBorder(facts.hours, state.now), nextBorder(facts.absent, state.now)].filter((b): b is EpochMs => b !== null);
  if (borders.length === 0) state.deadlines.clear(agent.gate);
  else state.deadlines.set(agent.gate, Math.min(...borders));
}

export function connected(state: RouterState, agent: Agent): void {
  state.deadlines.clear(agent.grace);
  agent.online = true;
  agent.offlineSince = null;
  refresh(state, agent);
}

/** The last connection is gone: 60 s (a setting) to come back. */
export function disconnected(state: RouterState, agent: Agent): void {
  if (!agent.online) return;
  agent.online = false;
  agent.offlineSince = state.now;
  state.deadlines.set(agent.grace, state.now + state.graceMs);
  refresh(state, agent);
}

/** The grace is over: offline for good, until a connection comes. */
export function graceOver(state: RouterState, agent: Agent): void {
  agent.offlineSince = null;
  state.deadlines.clear(agent.grace);
  refresh(state, agent);
}

/** The phone registered or is gone, is engaged or free again. The screens hear of it even when the state that they show stays. */
export function setPhone(state: RouterState, agent: Agent, reachable: boolean, directCall: boolean): void {
  const changed = reachable !== agent.phoneReachable || directCall !== agent.directCall;
  const shown = agent.state;
  agent.phoneReachable = reachable;
  agent.directCall = directCall;
  if (reachable && agent.restUntil !== null) endRest(state, agent);
  else refresh(state, agent);
  if (changed && agent.state === shown) tell(state, agent);
}

export function setIntent(state: RouterState, agent: Agent, intent: Intent, reason: string | null): void {
  const changed = intent !== agent.intent || reason !== agent.reason;
  const shown = agent.state;
  agent.intent = intent;
  agent.reason = reason;
  if (intent === "available") agent.missed = 0;
  refresh(state, agent);
  if (changed && agent.state === shown) {
    // the same state under another intent or reason is a line of its own in the time sheet
    agent.stateSince = state.now;
    logSpan(state, agent);
  }
}

export function startWrapup(state: RouterState, agent: Agent, ms: number): void {
  if (ms <= 0) return;
  agent.wrapupMs = ms;
  agent.wrapupUntil = Math.max(agent.wrapupUntil ?? 0, state.now + ms);
  state.deadlines.set(agent.wrapup, agent.wrapupUntil);
}

export function endWrapup(state: RouterState, agent: Agent): void {
  if (agent.wrapupUntil === null) return;
  agent.wrapupUntil = null;
  state.deadlines.clear(agent.wrapup);
  refresh(state, agent);
}

/** One more period of the same length, at most ten minutes from now. */
export function extendWrapup(state: RouterState, agent: Agent): void {
  if (agent.wrapupUntil === null) return;
  agent.wrapupUntil = Math.min(agent.wrapupUntil + Math.max(agent.wrapupMs, 15_000), state.now + WRAPUP_LIMIT_MS);
  state.deadlines.set(agent.wrapup, agent.wrapupUntil);
  refresh(state, agent);
}

/** Calls go elsewhere for so long; nothing else does. */
export function startRest(state: RouterState, agent: Agent, ms: number = REST_MS): void {
  agent.restUntil = Math.max(agent.restUntil ?? 0, state.now + ms);
  state.deadlines.set(agent.rest, agent.restUntil);
}

export function endRest(state: RouterState, agent: Agent): void {
  agent.restUntil = null;
  state.deadlines.clear(agent.rest);
  refresh(state, agent);
}

/** An offer rang and nobody answered; the second in a row pauses the agent. */
export function missedOffer(agent: Agent): void {
  agent.missed++;
  if (agent.missed >= MISSED_BEFORE_PAUSE && agent.intent === "available") {
    agent.intent = "paused";
    agent.reason = "auto";
  }
}
