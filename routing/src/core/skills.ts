import type { EpochMs } from "@kommutator/contract/ids";
import type { Requirement } from "@kommutator/contract/routing-input";
import { Deadline } from "./deadlines.ts";
import type { Agent, Entry, Needs } from "./model.ts";
import type { RouterState } from "./state.ts";

/**
 * Skills and languages that a dialog asks for. Each requirement is in force until the dialog has waited `relaxMs` since it
 * came; then it is dropped, so that the wait for somebody rare ends. The responsible is exempt: the customer talks with that
 * person already. Waiting entries with equal needs stand in one list (waiting-room.ts), so an agent who becomes ready passes
 * over all whom he cannot serve at once.
 */
export const NO_REQUIREMENTS: readonly Requirement[] = Object.freeze([]);
/** Most entries need nothing special: they share this one and are asked by identity. */
export const NO_NEEDS: Needs = Object.freeze({ key: "", list: NO_REQUIREMENTS });

/** What of the requirements is in force at `now`, in the order of the skills' ids. */
export function needsAt(requires: readonly Requirement[], since: EpochMs, now: EpochMs): Needs {
  if (requires === NO_REQUIREMENTS) return NO_NEEDS;
  const list = requires.filter((r) => r.relaxMs === null || since + r.relaxMs > now).sort((a, b) => (a.skillId < b.skillId ? -1 : 1));
  return list.length === 0 ? NO_NEEDS : { key: list.map((r) => `${r.skillId}:${r.level}`).join(), list };
}

/** Has the agent every skill that is needed, at the level that is needed? */
export function hasSkills(agent: Agent, needs: Needs): boolean {
  for (const r of needs.list) if ((agent.facts.skills[r.skillId] ?? 0) < r.level) return false;
  return true;
}

/** It asks for something else from now on. Only while it stands in no list. */
export function needAnew(state: RouterState, entry: Entry, requires: readonly Requirement[]): void {
  entry.requires = requires.length === 0 ? NO_REQUIREMENTS : requires;
  entry.needs = NO_NEEDS;
  if (entry.relax !== null) state.deadlines.clear(entry.relax);
  relaxNeeds(state, entry);
}

/** Drops what the entry has waited long enough for, and sets the clock for the next. Only while it stands in no list. */
export function relaxNeeds(state: RouterState, entry: Entry): void {
  if (entry.requires === NO_REQUIREMENTS) return;
  entry.needs = needsAt(entry.requires, entry.enqueuedAt, state.now);
  let next = Number.POSITIVE_INFINITY;
  for (const r of entry.needs.list) if (r.relaxMs !== null) next = Math.min(next, entry.enqueuedAt + r.relaxMs);
  if (next < Number.POSITIVE_INFINITY) {
    entry.relax ??= new Deadline("relax", entry.id);
    state.deadlines.set(entry.relax, next);
  } else if (entry.relax !== null) state.deadlines.clear(entry.relax);
}
