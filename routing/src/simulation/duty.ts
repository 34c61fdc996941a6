import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { AgentFacts } from "../core/facts.ts";
import { covers, type Hours, hoursOf } from "../core/hours.ts";
import { agentId } from "./group.ts";
import type { Chance } from "./random.ts";

/** Who is at work when on the simulated day: own calendars with lunch and days off, absences, and who stands in. */

const HOUR = 3_600_000;
/** Lunch begins so long after the opening, for a third of the people at a time. */
const LUNCH_AFTER_MS = 4 * HOUR;
/** Who stands in for who stands in, so often at most (B8). */
const MAX_DEPTH = 5;

/** Somebody is away in the middle of the day: known beforehand, or told when it begins and when it ends. */
interface Away {
  agentId: Id;
  from: EpochMs;
  to: EpochMs;
  planned: boolean;
}

interface DutyPlan {
  agents: number;
  start: EpochMs;
  /** When the last ones go home. */
  end: EpochMs;
  lunchMs: number;
  offShare: number;
  awayShare: number;
}

export class Duty {
  readonly aways: readonly Away[];
  readonly #hours = new Map<Id, Hours>();
  readonly #away = new Map<Id, Away>();
  readonly #n: number;

  constructor(plan: DutyPlan, random: Chance) {
    const aways: Away[] = [];
    for (let n = 0; n < plan.agents; n++) {
      const id = agentId(n);
      const lunch = plan.start + LUNCH_AFTER_MS + (n % 3) * plan.lunchMs;
      const off = random.happens(plan.offShare);
      this.#hours.set(
        id,
        off
          ? []
          : hoursOf([
              [plan.start, lunch],
              [lunch + plan.lunchMs, plan.end],
            ]),
      );
      if (off || !random.happens(plan.awayShare)) continue;
      const from = plan.start + Math.round((0.5 + random.uniform() * 6) * HOUR);
      const away = { agentId: id, from, to: from + Math.round((0.5 + random.uniform() * 2) * HOUR), planned: random.happens(0.5) };
      aways.push(away);
      this.#away.set(id, away);
    }
    this.aways = aways;
    this.#n = plan.agents;
  }

  hoursOf(id: Id): Hours {
    return this.#hours.get(id) ?? [];
  }

  isAway(id: Id, now: EpochMs): boolean {
    const away = this.#away.get(id);
    return away !== undefined && away.from <= now && now < away.to;
  }

  /** At work by the own calendar and not away. */
  isOn(id: Id, now: EpochMs): boolean {
    return covers(this.hoursOf(id), now) && !this.isAway(id, now);
  }

  /** What the router is told of a person: what is planned all day long, what is not from its beginning to its end. */
  factsOf(facts: AgentFacts, now: EpochMs): AgentFacts {
    const away = this.#away.get(facts.id);
    let absent: Hours = [];
    if (away?.planned === true) absent = hoursOf([[away.from, away.to]]);
    else if (away !== undefined && this.isAway(facts.id, now)) absent = hoursOf([[away.from, Number.MAX_SAFE_INTEGER]]);
    return { ...facts, hours: this.hoursOf(facts.id), absent };
  }

  /** Who stands in for whoever is away: the next in the row, of one who is away too theirs, five steps at most, nobody twice; null: nobody. */
  standIn(id: Id, now: EpochMs): Id | null {
    const first = Number.parseInt(id.slice(-12), 16);
    for (let step = 1; step <= Math.min(MAX_DEPTH, this.#n - 1); step++) {
      const next = agentId((first + step) % this.#n);
      if (!this.isAway(next, now)) return next;
    }
    return null;
  }

  /** Ms at work between two moments, of all together. */
  workMs(from: EpochMs, to: EpochMs): number {
    let sum = 0;
    for (const [id, hours] of this.#hours) {
      const away = this.#away.get(id);
      for (let i = 0; i + 1 < hours.length; i += 2) {
        const [begins, ends] = [Math.max(from, hours[i] as number), Math.min(to, hours[i + 1] as number)];
        sum += Math.max(0, ends - begins);
        if (away !== undefined) sum -= Math.max(0, Math.min(ends, away.to) - Math.max(begins, away.from));
      }
    }
    return sum;
  }
}
