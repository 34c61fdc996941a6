import type { DecisionReason, NewDialogEvent, RungName } from "@kommutator/contract/dialog-event";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import type { Agent, AgentState, Assignment, Entry, Intent, Offer } from "./model.ts";

export interface Decision {
  /** Its id is `idOf(inputId, index)`, made when it is written. */
  index: number;
  entryId: Id;
  dialogId: Id;
  at: EpochMs;
  rung: RungName;
  chosenId: Id | null;
  reason: Omit<DecisionReason, "code"> & { code: DecisionReason["code"] | WaitCode };
  best: { employeeId: Id; load: number }[];
  refusals: Record<string, number>;
  version: number;
  inputId: number;
}

/** Why a rung chose nobody. */
export type WaitCode =
  | "not_eligible"
  | "nobody_ready"
  | "waits_for_responsible"
  | "forward_loop"
  | "max_wait"
  | "no_agent"
  | "out_of_hours"
  | "emergency"
  | "callback_promised";

export interface PresenceSpan {
  employeeId: Id;
  state: AgentState;
  intent: Intent;
  reason: string | null;
  from: EpochMs;
}

/** A system note for the thread: the code has a text on screen in each language. */
export interface Note {
  dialogId: Id;
  code: "returned_offline" | "returned_by_agent" | "returned_device_lost";
  employeeId: Id;
}

/** What one decision, or a batch of them, changes: rows to write, events to emit, commands to release after the commit. */
export class Effects {
  /** Left on what changed. An object of its own: a reference to the effects would keep every batch alive. */
  private readonly mark = {};
  readonly commands: RouterCommand[] = [];
  readonly events: NewDialogEvent[] = [];
  readonly decisions: Decision[] = [];
  readonly notes: Note[] = [];
  readonly spans: PresenceSpan[] = [];
  readonly entries: Entry[] = [];
  readonly offers: Offer[] = [];
  readonly assignments: Assignment[] = [];
  readonly agents: Agent[] = [];
  /** Agents whose P and N came anew. */
  readonly loads = new Set<Agent>();

  /** Nothing changed and nothing is to be said: the tables and the world may stay as they are. */
  isEmpty(): boolean {
    const { commands, events, decisions, notes, spans, entries, offers, assignments, agents, loads } = this;
    return [commands, events, decisions, notes, spans, entries, offers, assignments, agents].every((list) => list.length === 0) && loads.size === 0;
  }

  /** Each changed object stands in its list once; a mark on it says so (a set would cost as much as the decision). */
  changedEntry(entry: Entry): void {
    if (entry.changedIn !== this.mark) {
      entry.changedIn = this.mark;
      this.entries.push(entry);
    }
  }
  changedOffer(offer: Offer): void {
    if (offer.changedIn !== this.mark) {
      offer.changedIn = this.mark;
      this.offers.push(offer);
    }
  }
  changedAssignment(assignment: Assignment): void {
    if (assignment.changedIn !== this.mark) {
      assignment.changedIn = this.mark;
      this.assignments.push(assignment);
    }
  }
  changedAgent(agent: Agent): void {
    if (agent.changedIn !== this.mark) {
      agent.changedIn = this.mark;
      this.agents.push(agent);
    }
  }
}
