import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Effects } from "./effects.ts";
import type { AssignmentFields, EntryFields, OfferFields } from "./model.ts";
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
    for (const row of effects.entries) this.entries.set(row.id, ENTRY(row));
    for (const row of effects.offers) this.offers.set(row.id, OFFER(row));
    for (const row of effects.assignments) this.assignments.set(row.id, ASSIGNMENT(row));
    for (const agent of effects.agents) this.presence.set(agent.id, { employeeId: agent.id, ...AXES(agent) });
  }

  /** What a node that takes over reads; copied, as it would come from the database. */
  rows(version: number): Rows {
    const assignments = open(this.assignments);
    const held = new Set(assignments.map((a) => a.entryId));
    return {
      version,
      entries: [...this.entries.values()].filter((e) => e.endedAt === null || held.has(e.id)).map(ENTRY),
      offers: open(this.offers).map(OFFER),
      assignments: assignments.map(ASSIGNMENT),
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
    const ends = ["answered", "abandoned", "overflowed"];
    return {
      calls: calls
        .filter((e) => e.person !== null && ends.includes(e.outcome as string))
        .map((e) => ({ entryId: e.id, person: e.person as string, at: e.endedAt as EpochMs, answered: e.outcome === "answered" })),
      starts: calls.filter((e) => e.outcome === "answered").map((e) => ({ queueId: e.queueId, at: e.endedAt as EpochMs })),
      talks: talks.map((a) => ({ queueId: a.queueId as Id, at: a.endedAt as EpochMs, ms: (a.endedAt as EpochMs) - a.startedAt })),
      left: calls
        .filter((e) => e.outcome === "abandoned" && e.person !== null && !later(e))
        .map((e) => ({ entryId: e.id, person: e.person as string, queueId: e.queueId, enqueuedAt: e.enqueuedAt, at: e.endedAt as EpochMs })),
    };
  }
}

function open<T extends { endedAt: EpochMs | null }>(rows: Map<Id, T>): T[] {
  const out: T[] = [];
  for (const row of rows.values()) if (row.endedAt === null) out.push(row);
  return out;
}

type Copied = "value" | "list" | "object";

/**
 * The images of a table's rows: its columns by name (one that is missing does not compile), lists and objects copied, one level
 * deep as columns go. Made into a function of its own for each table: tens of millions of images are made.
 */
function image<T extends object>(columns: Record<keyof T, Copied>): (row: T) => T {
  const copy = (name: string, how: Copied) => (how === "value" ? `row.${name}` : how === "list" ? `row.${name}.slice()` : `{ ...row.${name} }`);
  const fields = Object.entries<Copied>(columns).map(([name, how]) => `${name}: ${copy(name, how)}`);
  return new Function("row", `return { ${fields.join(", ")} };`) as (row: T) => T;
}

const ENTRY = image<EntryFields>({
  id: "value",
  dialogId: "value",
  queueId: "value",
  channelId: "value",
  lineId: "value",
  medium: "value",
  priority: "value",
  identity: "value",
  responsibleId: "value",
  responsibleWhy: "value",
  substituteId: "value",
  rung: "value",
  tried: "list",
  leastLoadedTried: "value",
  hops: "value",
  acknowledged: "value",
  enqueuedAt: "value",
  deadlineAt: "value",
  aloneSince: "value",
  cooldowns: "object",
  person: "value",
  requires: "list",
  callerNumber: "value",
  callbackNumber: "value",
  waitsUntil: "value",
  announceAt: "value",
  forwarded: "list",
  endedAt: "value",
  outcome: "value",
});
const OFFER = image<OfferFields>({
  id: "value",
  entryId: "value",
  dialogId: "value",
  employeeId: "value",
  medium: "value",
  rung: "value",
  reason: "object",
  by: "value",
  state: "value",
  cause: "value",
  commandId: "value",
  createdAt: "value",
  deadlineAt: "value",
  endedAt: "value",
});
const ASSIGNMENT = image<AssignmentFields>({
  id: "value",
  dialogId: "value",
  employeeId: "value",
  entryId: "value",
  offerId: "value",
  queueId: "value",
  medium: "value",
  awaiting: "value",
  startedAt: "value",
  lostAt: "value",
  endedAt: "value",
  endReason: "value",
});
const AXES = image<Omit<PresenceFields, "employeeId">>({
  online: "value",
  offlineSince: "value",
  phoneReachable: "value",
  directCall: "value",
  intent: "value",
  reason: "value",
  wrapupUntil: "value",
  wrapupMs: "value",
  restUntil: "value",
  missed: "value",
  lastAssignedAt: "value",
  state: "value",
  stateSince: "value",
});
