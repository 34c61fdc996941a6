import { commitWith } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Clock, Db, DecisionWithin, EmitEvents, Tx } from "@kommutator/contract/ports";
import type { PerformRouterCommand, RouterCommand, RoutingInput } from "@kommutator/contract/routing-input";
import { decide } from "../core/decide.ts";
import { Effects } from "../core/effects.ts";
import type { RouterEvent } from "../core/event.ts";
import type { Facts } from "../core/facts.ts";
import { ordersAgain } from "../core/restore.ts";
import type { RouterState } from "../core/state.ts";
import { commitDecision } from "./commit.ts";
import { Direct } from "./direct.ts";
import { Expected } from "./expected.ts";
import { readFacts } from "./facts.ts";
import { checkLease, Fenced, isInputsFault, type RouterLease } from "./faults.ts";
import { deleteInputs, InputIds, type PendingInput, pendingInputs, quarantine } from "./inputs.ts";
import { Looks, POLL_MS } from "./looks.ts";
import { readMemory } from "./memory.ts";
import { concernsUnknown, findDialogs, wantsFacts } from "./unknown.ts";
import { Waker } from "./waker.ts";
import { Within } from "./within.ts";

export interface EngineDeps {
  sql: Db;
  emit: EmitEvents;
  perform: PerformRouterCommand;
  /**
   * Told of the orders while their decision is being committed: what performing them needs may be looked up meanwhile, nothing may be done. With `tx`,
   * what is to be looked up stands in that transaction alone.
   */
  prepare?: ((commands: readonly RouterCommand[], tx?: Tx) => void) | undefined;
  clock: Clock;
  lease: RouterLease;
  note?: ((tx: Tx, dialogId: Id, note: { code: string; params: Record<string, unknown> }) => Promise<void>) | undefined;
  /** Alarms and losses; the gateway logs them. */
  onError?: ((what: string, error: unknown) => void) | undefined;
}

/** The most that one transaction decides: enough to spread its fixed cost, short enough that an answer does not wait long. */
const BATCH = 2000;
/** Without a lease, and after a failure of the database. */
const RETRY_MS = 50;
/** Inputs that changed nothing lie this long, so that one transaction takes many away. */
const SETTLED_MS = 250;
/** So many of them are taken away at once. */
const SETTLED_MAX = 1000;
const FACTS_EVERY_MS = 15 * 60_000;
/** As many connections as the engine has for itself. */
const WARM_CONNECTIONS = 3;
/** A deadline that was put aside fires again after this. */
const DEADLINE_ASIDE_MS = 60_000;

/**
 * The engine: while it holds the lease, it takes pending inputs as a batch in the order of their ids (deadlines that are due
 * come first, as inputs of their own), decides each in memory, commits everything they change in one transaction that checks
 * the lease, and only then gives the orders. Memory is a cache of the tables: after any failure it is dropped and read again.
 *
 * A failing batch is halved until the culprit stands alone; an input that fails alone twice goes to routing_quarantine with an
 * alarm, and the others go on. Failures of the database itself (lost connection, lease gone) are nobody's fault and only retried.
 */
export class Engine {
  private readonly deps: EngineDeps;
  private readonly waker = new Waker();
  private state: RouterState | null = null;
  private running: Promise<void> | null = null;
  private stopping = false;
  /** The orders of what is open are to be given again after the next reading of memory. */
  private again = true;
  private limit = BATCH;
  private factsDue: EpochMs = 0;
  private firstFacts: Facts | null = null;
  private readonly ids: InputIds;
  private readonly failures = new Map<string, number>();
  private readonly aside = new Map<string, EpochMs>();
  /**
   * Inputs that were decided and changed nothing (a customer's next message while the first still waits for its answer). Whoever decides
   * them again after a crash changes nothing either, so their rows go with the next commit, or by themselves after a moment.
   */
  private readonly settled = new Set<number>();
  private settledAt = 0;
  private readonly waiters = new Map<number, (outcome: "decided" | "aside") => void>();
  private readonly direct = new Direct();
  /** A decision that is being committed in somebody else's transaction: until it ends, nothing else is decided. */
  private guest: Promise<void> | null = null;
  /** Nothing is being worked on. */
  private resting = false;
  private readonly looks = new Looks(() => this.waker.wake());
  private readonly expected = new Expected();

  constructor(deps: EngineDeps) {
    this.deps = deps;
    this.ids = new InputIds(deps.sql);
  }

  start(): void {
    this.stopping = false;
    this.running ??= this.run();
  }

  /** Ends after the batch in progress. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.looks.stop();
    this.waker.wake();
    await this.running;
    this.running = null;
    this.state = null;
    this.direct.giveBack();
  }

  wake(): void {
    this.looks.now();
  }

  /** The same for inputs that hardly ever change anything. */
  wakeSoon(): void {
    this.looks.soon();
  }

  /**
   * Decides an input of this process without a row of its own: it stands when its decision does. Resolves with "elsewhere" when this
   * engine does not decide (or no longer, before it took the input): then the input belongs into the table. Rejects when the commit
   * failed and nobody knows whether it stands.
   */
  decideHere(input: RoutingInput): Promise<"decided" | "aside" | "elsewhere"> {
    if (!this.decides() || this.stopping) return Promise.resolve("elsewhere");
    const told = this.direct.put(input);
    this.waker.wake();
    return told;
  }

  /** Inputs were inserted in a transaction of this process that is not committed yet. */
  expect(ids: readonly number[]): void {
    this.expected.announce(ids);
    this.waker.wake();
  }

  /** Calls back when the engine of this process has committed the input (or put it aside). */
  onDecided(inputId: number, tell: (outcome: "decided" | "aside") => void): void {
    this.waiters.set(inputId, tell);
  }

  /** Is it this node's engine that decides now? */
  decides(): boolean {
    return this.running !== null && this.deps.lease.holds();
  }

  forget(inputId: number): void {
    this.waiters.delete(inputId);
  }

  /**
   * Reads everything once and forgets it: who waits for another node's duties then has its connections open, its statements planned and its
   * code compiled when its turn comes. Cold, the first decision after a take-over came a second later.
   */
  async warmUp(): Promise<void> {
    const { sql, clock } = this.deps;
    const now = clock.now();
    await Promise.all(Array.from({ length: WARM_CONNECTIONS }, async () => readMemory(sql, await readFacts(sql, now), now)));
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.guest;
      if (!this.deps.lease.holds()) {
        this.drop();
        this.again = true;
        this.direct.giveBack();
        await this.waker.wait(RETRY_MS);
        continue;
      }
      try {
        const worked = await this.round();
        if (!worked && performance.now() - this.settledAt > SETTLED_MS) await this.sweep();
        if (!worked && !this.stopping) await this.idle();
      } catch (error) {
        this.lost(error);
        if (!this.stopping) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    await this.guest;
  }

  /** A commit failed. Whether it stands is not known, nor whether the channels have its orders. */
  private lost(error: unknown): void {
    this.drop();
    this.again = true;
    if (error instanceof Fenced) this.direct.putBack();
    else this.direct.fail(error);
    this.looks.again();
    if (!this.stopping) this.deps.onError?.("the router's round failed; its memory is read again", error);
  }

  private drop(): void {
    this.state = null;
    this.settled.clear();
  }

  /**
   * Decides inputs whose dialog stands in a transaction that is not committed yet (DecideWithin in contract/ports.ts). Only when nothing else waits or is
   * being decided: whoever asks holds locks, and must not wait for us; and what was there before (a changed setting) must not be overtaken.
   */
  decideWithin(inputs: readonly RoutingInput[]): DecisionWithin | null {
    const { state } = this;
    if (!this.resting || this.guest !== null || state === null || !this.decides() || this.stopping) return null;
    if (this.looks.mayPend() || this.direct.waits() || this.expected.any()) return null;
    const now = Math.max(this.deps.clock.now(), state.now);
    const due = state.deadlines.next();
    if ((due !== undefined && due.at <= now) || this.firstFacts !== null || now >= this.factsDue || wantsFacts(state, inputs)) return null;
    if (inputs.some((input) => concernsUnknown(state, input)) || !this.ids.hasAtHand(inputs.length)) return null;
    const events = inputs.map((input) => ({ id: this.ids.atHand(), now, input }));
    const effects = new Effects();
    try {
      for (const event of events) decide(state, event, effects);
    } catch {
      // Which of them it was is found out in the ordinary way, where it is put aside.
      this.drop();
      return null;
    }
    const engine = {
      ...this.deps,
      settled: [...this.settled],
      version: state.version,
      stands: () => {
        if (!effects.isEmpty()) this.settled.clear();
        this.release(effects.commands);
      },
      lost: (error: unknown) => this.lost(error),
    };
    const within = new Within(engine, events, effects);
    this.guest = within.ended.finally(() => {
      this.guest = null;
    });
    return within;
  }

  /** Takes away the rows of inputs that changed nothing. */
  private async sweep(): Promise<void> {
    if (this.settled.size === 0) return;
    const ids = [...this.settled];
    await this.deps.sql.begin((tx) => commitWith(tx, [checkLease(this.deps.lease, tx), deleteInputs(tx, ids)]));
    for (const id of ids) this.settled.delete(id);
  }

  private async idle(): Promise<void> {
    await this.ids.keepInHand();
    const next = this.state?.deadlines.next();
    let ms = POLL_MS;
    if (next !== undefined) ms = Math.min(ms, Math.max(1, next.at - this.deps.clock.now()));
    if (this.settled.size > 0) ms = Math.min(ms, Math.max(1, this.settledAt + SETTLED_MS - performance.now()));
    ms = Math.min(ms, this.expected.nextLook());
    this.resting = true;
    const woken = await this.waker.wait(ms);
    this.resting = false;
    if (!woken) this.looks.again();
  }

  /** One batch. Returns whether there was anything to do. */
  private async round(): Promise<boolean> {
    const state = this.state ?? (await this.read());
    const now = Math.max(this.deps.clock.now(), state.now);
    const events = this.dueDeadlines(state, now);
    let rows: PendingInput[] = [];
    if (events.length < this.limit && this.looks.due()) {
      this.looks.begin();
      rows = await pendingInputs(this.deps.sql, this.limit - events.length, this.settled);
      this.expected.seen(rows);
      if (rows.length === this.limit - events.length) this.looks.again();
    }
    const direct = this.direct.take(this.limit - events.length);
    for (const one of direct) one.id ||= await this.ids.next();
    // Looked at again: nothing is decided at a time at which it had not come yet, however long the reading took.
    const taken = Math.max(this.deps.clock.now(), now);
    for (const { id, input } of [...rows, ...direct]) events.push({ id, now: taken, input });
    const factsEvent = await this.factsEvent(state, [...rows, ...direct], now);
    if (factsEvent !== null) events.unshift(factsEvent);
    if (events.length === 0) return false;
    for (const event of events) if (event.id === 0) event.id = await this.ids.next();
    await findDialogs(this.deps.sql, state, events);
    await this.settleBatch(state, events, rows);
    return true;
  }

  private async read(): Promise<RouterState> {
    const now = this.deps.clock.now();
    const facts = await readFacts(this.deps.sql, now);
    const { state, orders } = await readMemory(this.deps.sql, facts, now);
    this.state = state;
    this.firstFacts = facts;
    if (this.again) this.release(ordersAgain(state, orders, now));
    this.again = false;
    return state;
  }

  private dueDeadlines(state: RouterState, now: EpochMs): RouterEvent[] {
    const next = state.deadlines.next();
    if (next === undefined || next.at > now) return [];
    const due = state.deadlines.due(now, this.limit + this.aside.size).map((d) => d.id);
    const free = due.filter((id) => (this.aside.get(id) ?? 0) <= now).slice(0, this.limit);
    return free.map((deadlineId) => ({ id: 0, now, input: { kind: "deadline", deadlineId, at: now } }));
  }

  /**
   * Facts are read first, when the memory is new, when somebody changed them, when an input names a queue or a person not known yet, and now and then.
   * Those the memory was read with are not for what came while it was read: who was employed in that moment is not in them.
   */
  private async factsEvent(state: RouterState, rows: readonly Pick<PendingInput, "input">[], now: EpochMs): Promise<RouterEvent | null> {
    const ofMemory = this.firstFacts;
    this.firstFacts = null;
    const told = wantsFacts(
      state,
      rows.map((row) => row.input),
    );
    if (ofMemory === null && !told && now < this.factsDue) return null;
    const facts = told || ofMemory === null ? await readFacts(this.deps.sql, now) : ofMemory;
    this.factsDue = now + FACTS_EVERY_MS;
    return { id: 0, now, input: { kind: "facts.read", facts, at: now } };
  }

  private async settleBatch(state: RouterState, events: RouterEvent[], rows: readonly PendingInput[]): Promise<void> {
    const effects = new Effects();
    try {
      for (const event of events) decide(state, event, effects);
      if (
        effects.isEmpty() &&
        events.every((e) => e.id !== 0 && e.input.kind !== "facts.read" && e.input.kind !== "deadline") &&
        this.settled.size < SETTLED_MAX
      ) {
        if (this.settled.size === 0) this.settledAt = performance.now();
        for (const row of rows) this.settled.add(row.id);
      } else {
        if (effects.commands.length > 0) this.deps.prepare?.(effects.commands);
        await this.commit(state, effects, [...rows.map((r) => r.id), ...this.settled]);
        this.settled.clear();
      }
    } catch (error) {
      this.drop();
      // transaction_timeout: too much for one transaction on a machine this slow.
      if ((error as { code?: unknown }).code === "25P04") this.limit = Math.max(1, this.limit >>> 1);
      if (!isInputsFault(error)) throw error;
      this.direct.putBack();
      await this.blame(events, error);
      return;
    }
    this.limit = Math.min(BATCH, this.limit * 2);
    this.release(effects.commands);
    for (const row of rows) this.decided(row.id);
    this.direct.settle();
  }

  private release(commands: readonly RouterCommand[]): void {
    for (const command of commands) {
      try {
        this.deps.perform(command);
      } catch (error) {
        this.deps.onError?.(`the order ${command.kind} ${command.id} was not taken`, error);
      }
    }
  }

  private decided(id: number, outcome: "decided" | "aside" = "decided"): void {
    this.failures.delete(String(id));
    const tell = this.waiters.get(id);
    if (tell !== undefined) {
      this.waiters.delete(id);
      tell(outcome);
    }
  }

  private commit(state: RouterState, effects: Effects, done: readonly number[]): Promise<void> {
    return commitDecision(this.deps, effects, state.version, done);
  }

  private async blame(events: readonly RouterEvent[], error: unknown): Promise<void> {
    const suspects = events.filter((e) => e.input.kind !== "facts.read");
    if (suspects.length > 1) {
      this.limit = Math.max(1, suspects.length >>> 1);
      return;
    }
    const alone = suspects[0];
    if (alone === undefined) throw error;
    const key = alone.input.kind === "deadline" ? alone.input.deadlineId : String(alone.id);
    const times = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, times);
    this.limit = 1;
    if (times < 2) return;
    this.failures.delete(key);
    if (alone.input.kind === "deadline") this.aside.set(key, this.deps.clock.now() + DEADLINE_ASIDE_MS);
    await this.deps.sql.begin(async (tx) => {
      await checkLease(this.deps.lease, tx);
      await quarantine(tx, alone.id, alone.input, error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    this.deps.onError?.(`the router put input ${alone.id} (${alone.input.kind}) aside: it failed twice`, error);
    this.decided(alone.id, "aside");
    this.direct.setAside(alone.id);
  }
}
