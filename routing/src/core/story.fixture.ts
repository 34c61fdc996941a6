import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { decide } from "./decide.ts";
import { hoursOf } from "./hours.ts";
import type {
  AgentFacts,
  AssignmentFields,
  CoreInput,
  Decision,
  DialogFacts,
  Effects,
  EntryFields,
  Facts,
  OfferFields,
  QueueFacts,
  RouterEvent,
} from "./model.ts";
import { type PresenceFields, type Rows, restore } from "./restore.ts";
import type { RouterState } from "./state.ts";

/**
 * Given / when / then for the pure core: names instead of ids, a clock that only moves when told, and a log of sentences.
 * It also keeps the tables as the shell would (last image of each row), so that a crash can be told: `crash()` throws the
 * memory away and restores it from the rows.
 */
export interface People {
  [name: string]: Partial<AgentFacts> & { queues?: Record<string, { media?: Medium[]; weight?: number }> };
}
export interface Queues {
  [name: string]: Partial<QueueFacts>;
}
export const ALWAYS = hoursOf([[0, Number.MAX_SAFE_INTEGER]]);
/** 2026-03-02 10:00 UTC, a Monday. */
export const START: EpochMs = Date.UTC(2026, 2, 2, 10);

const QUEUE: Omit<QueueFacts, "id"> = {
  hours: ALWAYS,
  ringMs: 20_000,
  ownerMs: 25_000,
  chatOfferMs: 45_000,
  mailOfferMs: 900_000,
  maxWaitMs: 300_000,
  messageSlaMs: 900_000,
  wrapupVoiceMs: 30_000,
  wrapupChatMs: 15_000,
  maxLeastLoaded: 3,
  overflowQueueId: null,
  record: true,
};

export type Step = (story: Story) => void;

export class Story {
  now = START;
  facts: Facts;
  state: RouterState;
  readonly log: string[] = [];
  readonly decisions: Decision[] = [];
  readonly commands: RouterCommand[] = [];
  readonly dialogs = new Map<Id, DialogFacts>();
  private mark = 0;
  private inputs = 0;
  // the tables
  readonly entries = new Map<Id, EntryFields>();
  readonly offers = new Map<Id, OfferFields>();
  readonly assignments = new Map<Id, AssignmentFields>();
  readonly presence = new Map<Id, PresenceFields>();

  constructor(people: People, queues: Queues = { sales: {} }) {
    this.facts = {
      agents: Object.entries(people).map(([id, { queues: _, ...f }]) => ({
        id,
        active: true,
        hours: ALWAYS,
        absent: [],
        maxDialogs: 5,
        planned: 0,
        norm: null,
        ...f,
      })),
      queues: Object.entries(queues).map(([id, q]) => ({ id, ...QUEUE, ...q })),
      members: Object.entries(people).flatMap(([employeeId, p]) =>
        Object.entries(p.queues ?? { [Object.keys(queues)[0] as string]: {} }).map(([queueId, m]) => ({
          queueId,
          employeeId,
          media: m.media ?? (["voice", "chat", "mail"] as const),
          weight: m.weight ?? 1,
        })),
      ),
    };
    this.state = restore(this.facts, this.rows(), this.now);
    this.input({ kind: "facts.read", facts: this.facts, at: this.now });
  }

  given(...steps: Step[]): this {
    for (const step of steps) step(this);
    return this;
  }

  when(...steps: Step[]): this {
    this.mark = this.log.length;
    return this.given(...steps);
  }

  /** What happened since the last `when`. */
  get happened(): string[] {
    return this.log.slice(this.mark);
  }

  /** These sentences, in this order (of one event: refusals, facts, notes, orders), among what happened since `when`. */
  // biome-ignore lint/suspicious/noThenProperty: given, when, then read as a sentence; a story is never awaited
  then(...sentences: string[]): this {
    let from = 0;
    const happened = this.happened;
    for (const sentence of sentences) {
      const at = happened.indexOf(sentence, from);
      if (at < 0) throw new Error(`expected "${sentence}"${from > 0 ? ` after "${happened[from - 1]}"` : ""}; what happened:\n  ${happened.join("\n  ")}`);
      from = at + 1;
    }
    return this;
  }

  never(...sentences: string[]): this {
    for (const sentence of sentences)
      if (this.happened.some((s) => s.startsWith(sentence))) throw new Error(`"${sentence}" must not happen; what happened:\n  ${this.happened.join("\n  ")}`);
    return this;
  }

  input(input: CoreInput): void {
    this.inputs++;
    const event = { id: this.inputs, now: this.now, input };
    const dialogId = (input as { dialogId?: Id }).dialogId;
    this.decide(dialogId === undefined ? event : { ...event, dialog: this.dialogs.get(dialogId) ?? null });
  }

  private decide(event: RouterEvent): void {
    const effects = decide(this.state, event);
    this.project(effects);
    this.tell(effects);
  }

  /** Moves the clock, deadlines firing on the way at their own times. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.state.deadlines.next();
      if (next === undefined || next.at > end) break;
      this.now = Math.max(this.now, next.at);
      this.input({ kind: "deadline", deadlineId: next.id, at: this.now });
    }
    this.now = end;
  }

  /** The process dies: memory is gone, the rows are there. */
  crash(): void {
    this.state = restore(this.facts, structuredClone(this.rows()), this.now);
    // From another range of ids: what comes after the crash has the ids it would have had.
    this.decide({ id: 1_000_000 + this.inputs, now: this.now, input: { kind: "facts.read", facts: this.facts, at: this.now } });
  }

  rows(): Rows {
    const open = <T extends { endedAt: EpochMs | null }>(rows: Map<Id, T>) => [...rows.values()].filter((r) => r.endedAt === null);
    const assignments = open(this.assignments);
    const held = new Set(assignments.map((a) => a.entryId));
    return {
      version: this.state?.version ?? 0,
      entries: [...this.entries.values()].filter((e) => e.endedAt === null || held.has(e.id)),
      offers: open(this.offers),
      assignments,
      presence: [...this.presence.values()],
    };
  }

  offerOf(dialogId: Id): Id {
    return this.state.entries.get(dialogId)?.offer?.id ?? [...this.offers.values()].filter((o) => o.dialogId === dialogId).at(-1)?.id ?? "none";
  }

  stateOf(agent: Id): string {
    return this.state.agents.get(agent)?.state ?? "unknown";
  }

  private project(effects: Effects): void {
    const copy = <T extends { id: Id }>(to: Map<Id, T>, rows: Iterable<T>, fields: readonly (keyof T)[]) => {
      for (const row of rows) to.set(row.id, structuredClone(Object.fromEntries(fields.map((f) => [f, row[f]]))) as unknown as T);
    };
    copy(this.entries, effects.entries, ENTRY_FIELDS);
    copy(this.offers, effects.offers, OFFER_FIELDS);
    copy(this.assignments, effects.assignments, ASSIGNMENT_FIELDS);
    for (const a of effects.agents)
      this.presence.set(a.id, {
        employeeId: a.id,
        online: a.online,
        offlineSince: a.offlineSince,
        phoneReachable: a.phoneReachable,
        intent: a.intent,
        reason: a.reason,
        wrapupUntil: a.wrapupUntil,
        wrapupMs: a.wrapupMs,
        restUntil: a.restUntil,
        missed: a.missed,
        lastAssignedAt: a.lastAssignedAt,
        state: a.state,
        stateSince: a.stateSince,
      });
    for (const a of effects.loads) {
      const facts = this.facts.agents.find((f) => f.id === a.id);
      if (facts !== undefined) Object.assign(facts, { planned: a.facts.planned, norm: a.facts.norm });
    }
  }

  private tell(effects: Effects): void {
    this.decisions.push(...effects.decisions);
    this.commands.push(...effects.commands);
    for (const d of effects.decisions) if (d.chosenId === null) this.log.push(`${d.dialogId} finds nobody at ${d.rung} (${d.reason.code})`);
    for (const e of effects.events) {
      const p = e.payload as Record<string, unknown>;
      if (e.kind === "offer.made") {
        const reason = p["reason"] as { code: string };
        this.log.push(`${e.dialogId} is offered to ${p["employeeId"]} (${reason.code})`);
      } else if (e.kind === "offer.ended")
        this.log.push(`${p["employeeId"]}'s offer of ${e.dialogId} ${p["outcome"]}${p["cause"] === null ? "" : ` (${p["cause"]})`}`);
      else if (e.kind === "entry.queued") this.log.push(`${e.dialogId} enters ${p["queueId"]}`);
      else if (e.kind === "entry.ended") this.log.push(`${e.dialogId} leaves the queue: ${p["outcome"]}`);
      else if (e.kind === "dialog.assigned") this.log.push(`${p["employeeId"]} has ${e.dialogId}`);
      else if (e.kind === "dialog.unassigned") this.log.push(`${p["employeeId"]} loses ${e.dialogId} (${p["why"]})`);
      else if (e.kind === "presence.changed") this.log.push(`${p["employeeId"]} is ${this.stateOf(p["employeeId"] as Id)}`);
    }
    for (const n of effects.notes) this.log.push(`note in ${n.dialogId}: ${n.code}`);
    for (const c of effects.commands) {
      if (c.kind === "ring") this.log.push(`ring ${c.employeeId} for ${c.dialogId}, ${c.timeoutMs / 1000} s`);
      else if (c.kind === "cancel-ring") this.log.push(`stop ringing for ${c.dialogId} (${c.reason})`);
      else if (c.kind === "bridge") this.log.push(`bridge ${c.dialogId}`);
      else if (c.kind === "acknowledge") this.log.push(`acknowledge ${c.dialogId}: ${c.code}`);
      else this.log.push(`fallback for ${c.dialogId}`);
    }
  }
}

const ENTRY_FIELDS = [
  "id",
  "dialogId",
  "queueId",
  "medium",
  "priority",
  "identity",
  "responsibleId",
  "responsibleWhy",
  "substituteId",
  "rung",
  "tried",
  "leastLoadedTried",
  "hops",
  "acknowledged",
  "enqueuedAt",
  "deadlineAt",
  "aloneSince",
  "cooldowns",
  "endedAt",
  "outcome",
] as const satisfies readonly (keyof EntryFields)[];
const OFFER_FIELDS = [
  "id",
  "entryId",
  "dialogId",
  "employeeId",
  "medium",
  "rung",
  "reason",
  "by",
  "state",
  "cause",
  "commandId",
  "createdAt",
  "deadlineAt",
  "endedAt",
] as const satisfies readonly (keyof OfferFields)[];
const ASSIGNMENT_FIELDS = [
  "id",
  "dialogId",
  "employeeId",
  "entryId",
  "offerId",
  "queueId",
  "medium",
  "awaiting",
  "startedAt",
  "lostAt",
  "endedAt",
  "endReason",
] as const satisfies readonly (keyof AssignmentFields)[];
