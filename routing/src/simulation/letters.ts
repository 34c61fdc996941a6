import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Duty } from "./duty.ts";
import { QUEUE } from "./group.ts";
import type { SimulatedHouse } from "./house.ts";
import type { Chance } from "./random.ts";

/** Whoever cannot answer a letter at its moment looks at it again after this. */
const LATER_MS = 300_000;

/** What became of what was handed over in an absence, as its list tells at the return (B8). */
export interface HandOvers {
  delegated: number;
  returned: number;
  done: number;
  elsewhere: number;
}

interface Delegation {
  dialogId: Id;
  to: Id | null;
}

/**
 * Letters beside the calls: taken from the list, answered between talks, handed to whoever stands in when their owner goes away in the
 * middle of the day, and taken back at the return by the CRM's rules: open ones that the substitute or nobody has.
 */
export class Letters {
  came = 0;
  answered = 0;
  readonly handOvers: HandOvers = { delegated: 0, returned: 0, done: 0, elsewhere: 0 };
  readonly #house: SimulatedHouse;
  readonly #duty: Duty;
  readonly #random: Chance;
  readonly #meanMs: number;
  readonly #open = new Set<Id>();
  readonly #delegated = new Map<Id, Delegation[]>();

  constructor(house: SimulatedHouse, duty: Duty, random: Chance, meanMs: number) {
    this.#house = house;
    this.#duty = duty;
    this.#random = random;
    this.#meanMs = meanMs;
    house.listen(({ events }) => {
      for (const e of events) {
        if (e.dialogId === null || !this.#open.has(e.dialogId)) continue;
        const { employeeId, offerId } = e.payload as { employeeId: Id; offerId: Id };
        if (e.kind === "offer.made") this.#later(20_000 + random.exponential(60_000), () => this.#accept(offerId, employeeId));
        else if (e.kind === "dialog.assigned") this.#work(e.dialogId, employeeId);
      }
    });
  }

  /** Letters that wait for an answer. */
  get open(): number {
    return this.#open.size;
  }

  /** A letter of somebody's customer; of one who is away it is for whoever stands in, and written down. */
  comes(responsible: Id | null): void {
    const { now } = this.#house;
    const dialogId = `eeee0000-0000-4000-8000-${(++this.came).toString(16).padStart(12, "0")}`;
    this.#open.add(dialogId);
    const away = responsible !== null && this.#duty.isAway(responsible, now);
    const substituteId = away ? this.#duty.standIn(responsible, now) : null;
    if (away) this.#writeDown(responsible, { dialogId, to: substituteId });
    this.#house.input({
      kind: "dialog.opened",
      dialogId,
      channelId: "mailbox",
      medium: "mail",
      queueId: QUEUE,
      callId: null,
      priority: 0,
      identity: responsible === null ? "new" : "known",
      responsible: responsible === null ? null : { employeeId: responsible, why: "customer" },
      substituteId,
      at: now,
    });
  }

  /** The absence begins: what is in hand goes to whoever stands in, or with nobody back to the queue. */
  goesAway(agentId: Id): void {
    const { state, now } = this.#house;
    const to = this.#duty.standIn(agentId, now);
    const held = [...(state.agents.get(agentId)?.assignments ?? [])].filter((a) => a.medium === "mail").map((a) => a.dialogId);
    for (const dialogId of held) {
      this.#writeDown(agentId, { dialogId, to });
      this.#give(dialogId, to, agentId, agentId);
    }
  }

  /** The absence is over: what is open still and nobody else has comes back. */
  comesBack(agentId: Id): void {
    for (const { dialogId, to } of this.#delegated.get(agentId) ?? []) {
      const holder = this.#holder(dialogId);
      if (!this.#open.has(dialogId)) this.handOvers.done++;
      else if (holder !== null && holder !== to && holder !== agentId) this.handOvers.elsewhere++;
      else {
        if (holder !== agentId) this.#give(dialogId, agentId, holder, agentId);
        if (this.#holder(dialogId) === agentId) this.handOvers.returned++;
      }
    }
    this.#delegated.delete(agentId);
  }

  #writeDown(agentId: Id, delegation: Delegation): void {
    this.handOvers.delegated++;
    const all = this.#delegated.get(agentId);
    if (all === undefined) this.#delegated.set(agentId, [delegation]);
    else all.push(delegation);
  }

  #holder(dialogId: Id): Id | null {
    return this.#house.state.assignments.get(dialogId)?.employeeId ?? null;
  }

  #give(dialogId: Id, employeeId: Id | null, from: Id | null, by: Id): void {
    this.#house.input({ kind: "dialog.assign", dialogId, employeeId, by, from, at: this.#house.now });
  }

  #later(ms: EpochMs, act: () => void): void {
    this.#house.at(this.#house.now + ms, act);
  }

  #accept(offerId: Id, employeeId: Id): void {
    if (this.#house.state.offers.has(offerId) && this.#duty.isOn(employeeId, this.#house.now))
      this.#house.input({ kind: "offer.accept", offerId, employeeId, at: this.#house.now });
  }

  #work(dialogId: Id, employeeId: Id): void {
    this.#later(this.#random.lognormal(this.#meanMs, 0.7), () => this.#answer(dialogId, employeeId));
  }

  #answer(dialogId: Id, employeeId: Id): void {
    const { state, now } = this.#house;
    if (this.#holder(dialogId) !== employeeId) return;
    if (!this.#duty.isOn(employeeId, now) || (state.agents.get(employeeId)?.calls ?? 0) > 0) {
      this.#later(LATER_MS, () => this.#answer(dialogId, employeeId));
      return;
    }
    this.#house.input({ kind: "dialog.message", dialogId, direction: "out", at: now });
    this.#open.delete(dialogId);
    this.answered++;
    this.#house.input({ kind: "dialog.closed", dialogId, by: employeeId, at: now });
  }
}
