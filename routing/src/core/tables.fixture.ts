import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { AssignmentFields, Effects, EntryFields, OfferFields } from "./model.ts";
import type { PresenceFields, Recent, Rows } from "./restore.ts";

/**
 * The tables as the shell would leave them: the last image of each row, copied field by field, so that whatever the memory
 * changes without saying so is missing here.
 */
export class Tables {
  readonly entries = new Map<Id, EntryFields>();
  readonly offers = new Map<Id, OfferFields>();
  readonly assignments = new Map<Id, AssignmentFields>();
  readonly presence = new Map<Id, PresenceFields>();

  apply(effects: Effects): void {
    for (const row of effects.entries) this.entries.set(row.id, image(row, ENTRY));
    for (const row of effects.offers) this.offers.set(row.id, image(row, OFFER));
    for (const row of effects.assignments) this.assignments.set(row.id, image(row, ASSIGNMENT));
    for (const agent of effects.agents) this.presence.set(agent.id, { ...image<Omit<PresenceFields, "employeeId">>(agent, AXES), employeeId: agent.id });
  }

  /** What a node that takes over reads; copied, as it would come from the database. */
  rows(version: number): Rows {
    const assignments = open(this.assignments);
    const held = new Set(assignments.map((a) => a.entryId));
    return {
      version,
      entries: [...this.entries.values()].filter((e) => e.endedAt === null || held.has(e.id)).map((e) => image(e, ENTRY)),
      offers: open(this.offers).map((o) => image(o, OFFER)),
      assignments: assignments.map((a) => image(a, ASSIGNMENT)),
      presence: [...this.presence.values()].map((p) => ({ ...p })),
      recent: this.recent(),
    };
  }

  /** Without the bounds in time and number that the shell's statements have: the memory keeps to them itself. */
  private recent(): Recent {
    const all = [...this.entries.values()];
    const calls = all.filter((e) => e.medium === "voice" && e.endedAt !== null);
    const talks = [...this.assignments.values()].filter((a) => a.medium === "voice" && a.endedAt !== null && a.queueId !== null);
    const later = (e: EntryFields) => all.some((o) => o.person === e.person && o.queueId === e.queueId && o.id > e.id);
    return {
      starts: calls.filter((e) => e.outcome === "answered").map((e) => ({ queueId: e.queueId, at: e.endedAt as EpochMs })),
      talks: talks.map((a) => ({ queueId: a.queueId as Id, at: a.endedAt as EpochMs, ms: (a.endedAt as EpochMs) - a.startedAt })),
      left: calls
        .filter((e) => e.outcome === "abandoned" && e.person !== null && !later(e))
        .map((e) => ({ person: e.person as string, queueId: e.queueId, enqueuedAt: e.enqueuedAt, at: e.endedAt as EpochMs })),
    };
  }
}

function open<T extends { endedAt: EpochMs | null }>(rows: Map<Id, T>): T[] {
  const out: T[] = [];
  for (const row of rows.values()) if (row.endedAt === null) out.push(row);
  return out;
}

/** Lists and objects are copied one level deep: that is as deep as columns go. */
function image<T extends object>(row: T, fields: readonly (keyof T)[]): T {
  const out = {} as T;
  for (const field of fields) {
    const value = row[field];
    out[field] = (typeof value !== "object" || value === null ? value : Array.isArray(value) ? value.slice() : { ...value }) as T[typeof field];
  }
  return out;
}

/** The names of all columns: a field that is missing here does not compile. */
const columns = <T>(names: Record<keyof T, true>) => Object.keys(names) as (keyof T)[];

const ENTRY = columns<EntryFields>({
  id: true,
  dialogId: true,
  queueId: true,
  medium: true,
  priority: true,
  identity: true,
  responsibleId: true,
  responsibleWhy: true,
  substituteId: true,
  rung: true,
  tried: true,
  leastLoadedTried: true,
  hops: true,
  acknowledged: true,
  enqueuedAt: true,
  deadlineAt: true,
  aloneSince: true,
  cooldowns: true,
  person: true,
  requires: true,
  callerNumber: true,
  callbackNumber: true,
  waitsUntil: true,
  announceAt: true,
  forwarded: true,
  endedAt: true,
  outcome: true,
});
const OFFER = columns<OfferFields>({
  id: true,
  entryId: true,
  dialogId: true,
  employeeId: true,
  medium: true,
  rung: true,
  reason: true,
  by: true,
  state: true,
  cause: true,
  commandId: true,
  createdAt: true,
  deadlineAt: true,
  endedAt: true,
});
const ASSIGNMENT = columns<AssignmentFields>({
  id: true,
  dialogId: true,
  employeeId: true,
  entryId: true,
  offerId: true,
  queueId: true,
  medium: true,
  awaiting: true,
  startedAt: true,
  lostAt: true,
  endedAt: true,
  endReason: true,
});
const AXES = columns<Omit<PresenceFields, "employeeId">>({
  online: true,
  offlineSince: true,
  phoneReachable: true,
  intent: true,
  reason: true,
  wrapupUntil: true,
  wrapupMs: true,
  restUntil: true,
  missed: true,
  lastAssignedAt: true,
  state: true,
  stateSince: true,
});
