import { type EpochMs, type Id, MEDIA, type Medium } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { decide } from "./decide.ts";
import type { Decision, Effects } from "./effects.ts";
import type { CoreInput, DialogFacts, RouterEvent } from "./event.ts";
import type { AgentFacts, Facts, QueueFacts } from "./facts.ts";
import { restore } from "./restore.ts";
import type { RouterState } from "./state.ts";
import { Tables } from "./tables.fixture.ts";
import { sentencesOf } from "./telling.fixture.ts";
import { USUAL_AGENT, USUAL_QUEUE } from "./usual.ts";

export interface People {
  [name: string]: Partial<AgentFacts> & { queues?: Record<string, { media?: Medium[]; weight?: number }> };
}
export interface Queues {
  [name: string]: Partial<QueueFacts>;
}
/** 2026-03-02 10:00 UTC, a Monday. */
export const START: EpochMs = Date.UTC(2026, 2, 2, 10);

export interface StoryOptions {
  /** Called on each new memory: a test that wants a broken rule bends it here. */
  variation?: (state: RouterState) => void;
  /** No log: the many histories that go well are told to nobody. */
  silent?: boolean;
  before?: (story: Story) => void;
  after?: (story: Story, event: RouterEvent, effects: Effects) => void;
}

export type Step = (story: Story) => void;

/**
 * Given / when / then for the pure core: names instead of ids, a clock that only moves when told, and a log of sentences.
 * It also keeps the tables as the shell would, so that a crash can be told: `crash()` throws the memory away and restores it
 * from the rows.
 */
export class Story {
  now = START;
  facts: Facts;
  state: RouterState;
  readonly log: string[] = [];
  readonly decisions: Decision[] = [];
  readonly commands: RouterCommand[] = [];
  readonly dialogs = new Map<Id, DialogFacts>();
  readonly tables = new Tables();
  private readonly options: StoryOptions;
  /** The last input, for what comes twice. */
  last: CoreInput | null = null;
  private mark = 0;
  private inputs = 0;
  private crashes = 0;

  constructor(people: People, queues: Queues = { sales: {} }, options: StoryOptions = {}) {
    this.options = options;
    this.facts = {
      agents: Object.entries(people).map(([id, { queues: _, ...f }]) => ({
        id,
        ...USUAL_AGENT,
        ...f,
      })),
      queues: Object.entries(queues).map(([id, q]) => ({ id, ...USUAL_QUEUE, ...q })),
      members: Object.entries(people).flatMap(([employeeId, p]) =>
        Object.entries(p.queues ?? { [Object.keys(queues)[0] as string]: {} }).map(([queueId, m]) => ({
          queueId,
          employeeId,
          media: m.media ?? MEDIA,
          weight: m.weight ?? 1,
        })),
      ),
      emergencies: [],
      graceMs: 60_000,
    };
    this.state = this.awake();
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
    this.last = input;
    const event = { id: this.inputs, now: this.now, input };
    const dialogId = (input as { dialogId?: Id }).dialogId;
    this.decide(dialogId === undefined ? event : { ...event, dialog: this.dialogs.get(dialogId) ?? null });
  }

  private decide(event: RouterEvent): void {
    this.options.before?.(this);
    const effects = decide(this.state, event);
    this.tables.apply(effects);
    for (const a of effects.loads) {
      const facts = this.facts.agents.find((f) => f.id === a.id);
      if (facts !== undefined) Object.assign(facts, { planned: a.facts.planned, norm: a.facts.norm });
    }
    if (this.options.silent !== true) {
      this.decisions.push(...effects.decisions);
      this.commands.push(...effects.commands);
      this.log.push(...sentencesOf(effects, (id) => this.stateOf(id)));
    }
    this.options.after?.(this, event, effects);
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
    this.state = this.awake();
    // From another range of ids: what comes after the crash has the ids it would have had.
    this.crashes++;
    this.decide({ id: 1_000_000_000 + this.crashes, now: this.now, input: { kind: "facts.read", facts: this.facts, at: this.now } });
  }

  /** A memory made of the rows as they are now; what follows from them comes with the first `facts.read`. */
  private awake(): RouterState {
    const state = restore(this.facts, this.tables.rows(this.state?.version ?? 0), this.now);
    this.options.variation?.(state);
    return state;
  }

  /** The memory that a node would have that takes over now; nothing of it happens in the story. */
  takenOver(): RouterState {
    const state = restore(this.facts, this.tables.rows(this.state.version), this.now);
    decide(state, { id: 2_000_000_000, now: this.now, input: { kind: "facts.read", facts: this.facts, at: this.now } });
    return state;
  }

  offerOf(dialogId: Id): Id {
    return this.state.entries.get(dialogId)?.offer?.id ?? [...this.tables.offers.values()].findLast((o) => o.dialogId === dialogId)?.id ?? "none";
  }

  stateOf(agent: Id): string {
    return this.state.agents.get(agent)?.state ?? "unknown";
  }
}
