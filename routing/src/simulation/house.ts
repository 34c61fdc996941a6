import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Requirement } from "@kommutator/contract/routing-input";
import { decide } from "../core/decide.ts";
import { Effects } from "../core/effects.ts";
import type { CoreInput, DialogFacts } from "../core/event.ts";
import type { Facts } from "../core/facts.ts";
import { restore } from "../core/restore.ts";
import type { RouterState } from "../core/state.ts";
import { Agenda } from "./agenda.ts";

/** One caller of the simulation, from the first ring to the end. Times are in ms of the simulated clock. */
export interface Caller {
  n: number;
  dialogId: Id;
  queueId: Id;
  cameAt: EpochMs;
  answeredAt: EpochMs | null;
  agentId: Id | null;
  talkMs: number;
  /** When a call back was promised; null = never. */
  promisedAt: EpochMs | null;
  /** `promised` until somebody calls back; `forgotten` when nobody did in the queue's time. */
  outcome: "waiting" | "answered" | "gave-up" | "fallback" | "promised" | "called-back" | "forgotten";
}

/** How people behave: asked once for each caller, each ring. All times in ms. */
export interface Behaviour {
  talkMs(caller: Caller): number;
  /** How long the caller waits for a voice before hanging up; infinite = for ever. */
  patienceMs(caller: Caller): number;
  /** After how long the rung agent answers; null = lets it ring. */
  answerAfterMs(caller: Caller, agentId: Id): number | null;
  /** After how much waiting the caller asks to be called back; null, or left out, = never. */
  asksAfterMs?(caller: Caller): number | null;
}

/** How long the customer's phone rings when the caller is called back. */
const REACHED_AFTER_MS = 15_000;

type Happening =
  | { kind: "answer"; caller: Caller; offerId: Id }
  | { kind: "gives-up"; caller: Caller }
  | { kind: "asks"; caller: Caller }
  | { kind: "accepts"; caller: Caller; offerId: Id; agentId: Id }
  | { kind: "reached"; caller: Caller; agentId: Id }
  | { kind: "talk-ends"; caller: Caller }
  | { kind: "act"; act: () => void };

/**
 * A house without wires: the same pure core as in service, callers and agents played by `behaviour`, time that jumps from one
 * happening to the next. Devices answer as Asterisk reports them: ringing, answered, bridged, ended.
 */
export class SimulatedHouse {
  readonly state: RouterState;
  now: EpochMs;
  inputs = 0;
  readonly #behaviour: Behaviour;
  readonly #agenda = new Agenda<Happening>();
  readonly #callers = new Map<Id, Caller>();
  readonly #ringing = new Map<Id, Id>();
  /** Dialogs of calls back, by that of the caller who was promised one. */
  readonly #calledBack = new Map<Id, Id>();
  readonly #done: (caller: Caller) => void;
  readonly #listeners: ((effects: Effects) => void)[] = [];
  #n = 0;

  constructor(facts: Facts, start: EpochMs, behaviour: Behaviour, done: (caller: Caller) => void) {
    this.now = start;
    this.#behaviour = behaviour;
    this.#done = done;
    this.state = restore(
      facts,
      { version: 0, entries: [], offers: [], assignments: [], presence: [], recent: { starts: [], talks: [], left: [], calls: [] } },
      start,
    );
    this.input({ kind: "facts.read", facts, at: start });
  }

  /** Told of everything that each decision brought. */
  listen(listener: (effects: Effects) => void): void {
    this.#listeners.push(listener);
  }

  /** Callers who wait or talk now. */
  get present(): number {
    return this.#callers.size;
  }

  /** Something that the scenario does at a moment: a caller comes, an agent's shift begins. */
  at(moment: EpochMs, act: () => void): void {
    this.#agenda.put(moment, { kind: "act", act });
  }

  agentComes(agentId: Id): void {
    this.input({ kind: "agent.phone", employeeId: agentId, reachable: true, at: this.now });
    this.input({ kind: "agent.intent", employeeId: agentId, intent: "available", reason: null, by: agentId, at: this.now });
    this.input({ kind: "agent.connection", employeeId: agentId, online: true, at: this.now });
  }

  agentPauses(agentId: Id, reason: string): void {
    this.input({ kind: "agent.intent", employeeId: agentId, intent: "paused", reason, by: agentId, at: this.now });
  }

  /** `responsible` is rung first, as for a known customer; then `substitute`, who stands in. */
  callerComes(queueId: Id, responsible: Id | null, priority = 0, requires: Requirement[] = [], substitute: Id | null = null): void {
    const n = ++this.#n;
    const caller: Caller = {
      n,
      dialogId: `dddd0000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`,
      queueId,
      cameAt: this.now,
      answeredAt: null,
      agentId: null,
      talkMs: 0,
      promisedAt: null,
      outcome: "waiting",
    };
    this.#callers.set(caller.dialogId, caller);
    const patience = this.#behaviour.patienceMs(caller);
    if (Number.isFinite(patience)) this.#agenda.put(this.now + patience, { kind: "gives-up", caller });
    const asks = this.#behaviour.asksAfterMs?.(caller) ?? null;
    if (asks !== null) this.#agenda.put(this.now + asks, { kind: "asks", caller });
    this.input({
      kind: "dialog.opened",
      dialogId: caller.dialogId,
      channelId: "line",
      medium: "voice",
      queueId,
      callId: caller.dialogId,
      priority,
      identity: responsible === null ? "new" : "known",
      responsible: responsible === null ? null : { employeeId: responsible, why: "customer" },
      substituteId: substitute,
      number: numberOf(caller),
      requires,
      at: this.now,
    });
  }

  /** Lets time pass up to `until`, or until nothing is left to happen. */
  run(until: EpochMs): void {
    for (;;) {
      const deadline = this.state.deadlines.next();
      const next = Math.min(deadline?.at ?? Number.POSITIVE_INFINITY, this.#agenda.nextAt ?? Number.POSITIVE_INFINITY);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if (deadline !== undefined && deadline.at === next) this.input({ kind: "deadline", deadlineId: deadline.id, at: this.now });
      else this.#happens(this.#agenda.take() as Happening);
    }
    if (Number.isFinite(until)) this.now = Math.max(this.now, until);
  }

  #happens(what: Happening): void {
    switch (what.kind) {
      case "act":
        what.act();
        return;
      case "answer": {
        const { caller, offerId } = what;
        if (this.#ringing.get(offerId) !== caller.dialogId) return;
        this.input({ kind: "leg.answered", dialogId: caller.dialogId, offerId, at: this.now });
        return;
      }
      case "gives-up": {
        const { caller } = what;
        if (caller.outcome !== "waiting") return;
        caller.outcome = "gave-up";
        this.#leave(caller);
        return;
      }
      case "asks":
        if (what.caller.outcome === "waiting")
          this.input({ kind: "callback.requested", dialogId: what.caller.dialogId, number: numberOf(what.caller), at: this.now });
        return;
      case "accepts":
        this.input({ kind: "offer.accept", offerId: what.offerId, employeeId: what.agentId, at: this.now });
        return;
      case "reached":
        this.#reached(what.caller, what.agentId);
        return;
      case "talk-ends":
        this.#leave(what.caller);
    }
  }

  /** The call back is a dialog of its own, which the agent who makes it has from the first moment. */
  #reached(caller: Caller, agentId: Id): void {
    const dialogId = caller.dialogId.replace(/^dddd/, "cccc");
    this.#calledBack.set(caller.dialogId, dialogId);
    const dialog = { medium: "voice", open: true, queueId: caller.queueId, awaiting: false } as const;
    this.input({ kind: "dialog.assign", dialogId, employeeId: agentId, by: agentId, at: this.now }, dialog);
    this.#talks(caller, agentId, "called-back");
  }

  #talks(caller: Caller, agentId: Id | null, outcome: "answered" | "called-back"): void {
    caller.outcome = outcome;
    caller.answeredAt = this.now;
    caller.agentId = agentId;
    caller.talkMs = this.#behaviour.talkMs(caller);
    this.#agenda.put(this.now + caller.talkMs, { kind: "talk-ends", caller });
  }

  #leave(caller: Caller): void {
    this.#callers.delete(caller.dialogId);
    this.input({ kind: "dialog.closed", dialogId: this.#calledBack.get(caller.dialogId) ?? caller.dialogId, by: null, at: this.now });
    this.#calledBack.delete(caller.dialogId);
    this.#done(caller);
  }

  /** One input, and at once what devices and callers do about its orders. */
  input(input: CoreInput, dialog: DialogFacts | null = null): void {
    const effects = decide(this.state, { id: ++this.inputs, now: this.now, input, dialog }, new Effects());
    for (const tell of this.#listeners) tell(effects);
    for (const command of effects.commands) {
      const caller = this.#callers.get(command.dialogId);
      if (command.kind === "ring") {
        if (caller === undefined) continue;
        this.#ringing.set(command.offerId, command.dialogId);
        this.input({ kind: "leg.ringing", dialogId: command.dialogId, offerId: command.offerId, at: this.now });
        const after = this.#behaviour.answerAfterMs(caller, command.employeeId);
        if (after !== null) this.#agenda.put(this.now + after, { kind: "answer", caller, offerId: command.offerId });
      } else if (command.kind === "cancel-ring") {
        this.#ringing.delete(command.offerId);
        this.input({ kind: "leg.ended", dialogId: command.dialogId, offerId: command.offerId, cause: command.reason, at: this.now });
      } else if (command.kind === "bridge") {
        this.#ringing.delete(command.offerId);
        const agentId = this.state.offers.get(command.offerId)?.employeeId ?? null;
        this.input({ kind: "leg.bridged", dialogId: command.dialogId, offerId: command.offerId, at: this.now });
        if (caller !== undefined && caller.outcome === "waiting") this.#talks(caller, agentId, "answered");
      } else if (command.kind === "announce" && command.say.what === "callback_promised" && caller !== undefined) {
        // Told so, the caller hangs up.
        caller.outcome = "promised";
        caller.promisedAt = this.now;
        this.input({ kind: "dialog.closed", dialogId: caller.dialogId, by: null, at: this.now });
      } else if (command.kind === "call-back" && caller !== undefined) {
        this.#agenda.put(this.now + REACHED_AFTER_MS, { kind: "reached", caller, agentId: command.employeeId });
      } else if (command.kind === "fallback" && caller !== undefined && caller.outcome === "waiting") {
        caller.outcome = "fallback";
        this.#leave(caller);
      }
    }
    for (const event of effects.events) {
      const caller = event.dialogId === null ? undefined : this.#callers.get(event.dialogId);
      if (caller?.outcome !== "promised") continue;
      if (event.kind === "offer.made") {
        const { offerId, employeeId: agentId } = event.payload as { offerId: Id; employeeId: Id };
        const after = this.#behaviour.answerAfterMs(caller, agentId);
        if (after !== null) this.#agenda.put(this.now + after, { kind: "accepts", caller, offerId, agentId });
      } else if (event.kind === "entry.ended" && (event.payload as { outcome: string }).outcome === "overflowed") {
        caller.outcome = "forgotten";
        this.#leave(caller);
      }
    }
  }
}

/** An outside number for each caller. */
function numberOf(caller: Caller): string {
  return `+7701${String(caller.n).padStart(7, "0")}`;
}
