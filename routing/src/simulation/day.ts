import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { Effects } from "../core/effects.ts";
import { hoursOf } from "../core/hours.ts";
import type { RouterState } from "../core/state.ts";
import { Duty } from "./duty.ts";
import { agentId, oneGroup, QUEUE, SKILL } from "./group.ts";
import { type Caller, SimulatedHouse } from "./house.ts";
import { type HandOvers, Letters } from "./letters.ts";
import { chance } from "./random.ts";

/** A day to be lived through. Times in ms; the day begins at `start`. */
export interface DayPlan {
  seed: number;
  agents: number;
  /** Callers of the whole day; spread over it with a peak before noon and one after lunch. */
  calls: number;
  talkMs: number;
  /** Mean patience of a waiting caller. */
  patienceMs: number;
  wrapupMs: number;
  /** Share of callers who have a responsible of their own. */
  knownShare: number;
  /** Share of callers who are VIPs, with their place in the queue. */
  vipShare: number;
  /** Share of callers who need the skill that every third agent has. */
  skilledShare: number;
  /** Share of rings that an agent lets pass. */
  missShare: number;
  /** Share of callers who ask to be called back when nobody has answered after half a minute or so. */
  callbackShare: number;
  targetMs: number;
  /** How long each agent is at lunch by the own calendar, a third of them at a time. */
  lunchMs: number;
  /** Share of agents whose own calendar has a day off. */
  offShare: number;
  /** Share of agents who are away for some hours in the middle of the day; somebody stands in, and hands back. */
  awayShare: number;
  /** Letters of the whole day, half of them of known customers. */
  letters: number;
  /** The eve of a holiday: the house closes so long after it opened. null = an ordinary day. */
  closesAfterMs: number | null;
  start: EpochMs;
}

/** One half-hour, or the whole day, in figures. Waits in ms. */
export interface Figures {
  calls: number;
  answered: number;
  gaveUp: number;
  fallback: number;
  /** Promised a call, and called. */
  calledBack: number;
  /** Promised a call that nobody made in the queue's time. */
  forgotten: number;
  /** Share of the calls answered within the target. */
  withinTarget: number;
  meanWaitMs: number;
  longestWaitMs: number;
  /** From the promise to the talk. */
  meanCallbackMs: number;
}

export interface DayReport {
  plan: DayPlan;
  events: number;
  day: Figures;
  vips: Figures;
  /** Of those who needed the skill. */
  skilled: Figures;
  /** Answered by somebody who lacks the skill that was needed: must be 0. */
  unskilled: number;
  halfHours: ({ at: EpochMs } & Figures)[];
  /** Talk time over time at work. */
  occupancy: number;
  /** Calls of the busiest and of the idlest agent of those who had no day off. */
  callsPerAgent: { most: number; least: number };
  /** Known callers who reached their own responsible. */
  reachedOwn: number;
  known: number;
  /** Callers whose own responsible was away, and how many of them reached whoever stands in. */
  ownAway: number;
  stoodIn: number;
  /** People who were away in the middle of the day, and what became of what they handed over. */
  away: number;
  handOvers: HandOvers;
  letters: { came: number; answered: number };
  /** Offers to somebody at lunch, on a day off or away: must be 0. */
  offDuty: number;
  /** Callers whose end nobody knows: must be 0. */
  lost: number;
}

/** A VIP's priority, as ingest gives it. */
const VIP = 10;

/** Whose customer a caller is, and who stands in when that one is away. */
interface Own {
  ownId: Id | null;
  standInId: Id | null;
  ownAway: boolean;
}
const NOBODYS: Own = { ownId: null, standInId: null, ownAway: false };
const HALF_HOUR = 1_800_000;
/** Ten working hours in half-hours: two humps, as service desks have them. */
const SHAPE = [2, 4, 6, 8, 9, 10, 10, 9, 7, 5, 5, 7, 9, 9, 8, 7, 6, 4, 3, 2];

export const USUAL_DAY: DayPlan = {
  seed: 1,
  agents: 30,
  calls: 3_000,
  talkMs: 210_000,
  patienceMs: 180_000,
  wrapupMs: 20_000,
  knownShare: 0.4,
  vipShare: 0.05,
  skilledShare: 0.1,
  missShare: 0.03,
  callbackShare: 0.2,
  targetMs: 20_000,
  lunchMs: 2_700_000,
  offShare: 0.05,
  awayShare: 0.1,
  letters: 300,
  closesAfterMs: null,
  start: Date.UTC(2026, 0, 5, 4),
};

/** Of those who serve, the last are at work so long after the last caller of an ordinary day came. */
const LATE_MS = 18_000_000;
/** How long a letter takes from taking it to answering it. */
const LETTER_MS = 1_200_000;

/**
 * Lives through one day of a contact centre with the same core that runs in service. The same plan gives the same report. `watch` sees the
 * router after each decision.
 */
export function simulateDay(plan: DayPlan, watch?: (state: RouterState, effects: Effects) => void): DayReport {
  const random = chance(plan.seed);
  // Who they are is drawn apart: the same seed brings the same callers at the same moments, whatever the shares.
  const kinds = chance(plan.seed + 1);
  const vips = new Set<number>();
  const skilled = new Set<number>();
  const callers: (Caller & Own)[] = [];
  const own = new Map<number, Own>();
  const talked = new Map<string, number>();
  let talkTotal = 0;
  const close = plan.start + SHAPE.length * HALF_HOUR;
  const end = close + LATE_MS;
  const duty = new Duty({ ...plan, end }, chance(plan.seed + 2));
  const hours = hoursOf([[plan.start, plan.closesAfterMs === null ? close : plan.start + plan.closesAfterMs]]);
  const group = oneGroup(plan.agents, { hours, wrapupVoiceMs: plan.wrapupMs, maxWaitMs: 600_000 }, ["voice", "mail"]);
  const facts = (now: EpochMs) => ({ ...group, agents: group.agents.map((a) => duty.factsOf(a, now)) });
  const house = new SimulatedHouse(
    facts(plan.start),
    plan.start,
    {
      talkMs: () => random.lognormal(plan.talkMs, 0.9),
      patienceMs: () => random.exponential(plan.patienceMs),
      answerAfterMs: () => (random.happens(plan.missShare) ? null : 2_000 + random.exponential(3_000)),
      asksAfterMs: () => (random.happens(plan.callbackShare) ? 15_000 + random.exponential(15_000) : null),
    },
    (caller) => {
      callers.push({ ...caller, ...(own.get(caller.n) ?? NOBODYS) });
      if (caller.agentId === null) return;
      talked.set(caller.agentId, (talked.get(caller.agentId) ?? 0) + 1);
      talkTotal += caller.talkMs;
    },
  );
  let offDuty = 0;
  house.listen((effects) => {
    for (const offer of effects.offers) if (offer.createdAt === house.now && offer.endedAt === null && !duty.isOn(offer.employeeId, house.now)) offDuty++;
    watch?.(house.state, effects);
  });
  const letters = new Letters(house, duty, chance(plan.seed + 3), LETTER_MS);
  for (let n = 0; n < plan.agents; n++) house.agentComes(agentId(n));
  for (const away of duty.aways) {
    const told = (what: () => void) => () => {
      if (!away.planned) house.input({ kind: "facts.read", facts: facts(house.now), at: house.now });
      what();
    };
    house.at(
      away.from,
      told(() => letters.goesAway(away.agentId)),
    );
    house.at(
      away.to,
      told(() => letters.comesBack(away.agentId)),
    );
  }
  const weight = SHAPE.reduce((a, b) => a + b, 0);
  let come = 0;
  for (const [slot, share] of SHAPE.entries()) {
    const rate = (plan.calls * share) / weight / HALF_HOUR;
    const end = plan.start + (slot + 1) * HALF_HOUR;
    for (let at = plan.start + slot * HALF_HOUR + random.exponential(1 / rate); at < end; at += random.exponential(1 / rate)) {
      const responsible = random.happens(plan.knownShare) ? agentId(Math.floor(random.uniform() * plan.agents)) : null;
      const n = ++come;
      if (kinds.happens(plan.vipShare)) vips.add(n);
      if (kinds.happens(plan.skilledShare)) skilled.add(n);
      house.at(at, () => {
        const ownAway = responsible !== null && duty.isAway(responsible, house.now);
        const standInId = ownAway ? duty.standIn(responsible, house.now) : null;
        own.set(n, { ownId: responsible, standInId, ownAway });
        house.callerComes(QUEUE, responsible, vips.has(n) ? VIP : 0, skilled.has(n) ? [{ skillId: SKILL, level: 1, relaxMs: null }] : [], standInId);
      });
    }
  }
  const writers = chance(plan.seed + 4);
  for (let n = 0; n < plan.letters; n++) {
    const responsible = writers.happens(0.5) ? agentId(Math.floor(writers.uniform() * plan.agents)) : null;
    house.at(plan.start + writers.uniform() * (close - plan.start), () => letters.comes(responsible));
  }
  // An agent whom missed calls have paused comes back after five minutes, as people do.
  const back = () => {
    for (const agent of house.state.agents.values()) if (agent.intent === "paused") house.agentComes(agent.id);
    if (house.now < close) house.at(house.now + 300_000, back);
  };
  house.at(plan.start + 300_000, back);
  // The last ones are still served: five hours are more than any wait, any promise and nearly any talk.
  house.run(end);

  const figures = (of: readonly Caller[]): Figures => {
    const answered = of.filter((c) => c.outcome === "answered");
    const waits = answered.map((c) => (c.answeredAt as number) - c.cameAt);
    const back = of.filter((c) => c.outcome === "called-back");
    return {
      calls: of.length,
      answered: answered.length,
      gaveUp: of.filter((c) => c.outcome === "gave-up").length,
      fallback: of.filter((c) => c.outcome === "fallback").length,
      calledBack: back.length,
      forgotten: of.filter((c) => c.outcome === "forgotten").length,
      withinTarget: of.length === 0 ? 1 : waits.filter((w) => w <= plan.targetMs).length / of.length,
      meanWaitMs: waits.length === 0 ? 0 : waits.reduce((a, b) => a + b, 0) / waits.length,
      longestWaitMs: waits.reduce((a, b) => Math.max(a, b), 0),
      meanCallbackMs: back.length === 0 ? 0 : back.reduce((sum, c) => sum + (c.answeredAt as number) - (c.promisedAt as number), 0) / back.length,
    };
  };
  const counts = group.agents.filter((a) => duty.hoursOf(a.id).length > 0).map((a) => talked.get(a.id) ?? 0);
  const known = callers.filter((c) => c.ownId !== null);
  return {
    plan,
    events: house.inputs,
    day: figures(callers),
    vips: figures(callers.filter((c) => vips.has(c.n))),
    skilled: figures(callers.filter((c) => skilled.has(c.n))),
    unskilled: callers.filter(
      (c) => skilled.has(c.n) && c.agentId !== null && c.agentId !== c.ownId && house.state.agents.get(c.agentId)?.facts.skills[SKILL] === undefined,
    ).length,
    halfHours: SHAPE.map((_, slot) => {
      const at = plan.start + slot * HALF_HOUR;
      return { at, ...figures(callers.filter((c) => c.cameAt >= at && c.cameAt < at + HALF_HOUR)) };
    }),
    occupancy: talkTotal / duty.workMs(plan.start, close),
    callsPerAgent: { most: Math.max(...counts), least: Math.min(...counts) },
    reachedOwn: known.filter((c) => c.agentId === c.ownId).length,
    known: known.length,
    ownAway: known.filter((c) => c.ownAway).length,
    stoodIn: known.filter((c) => c.ownAway && c.agentId === c.standInId).length,
    away: duty.aways.length,
    handOvers: letters.handOvers,
    letters: { came: letters.came, answered: letters.answered },
    offDuty,
    lost: come - callers.length - house.present,
  };
}
