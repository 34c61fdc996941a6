import type { WhatIf, WhyItem, WhyStory } from "@kommutator/contract/api/routing-explain";

type Item<K extends WhyItem["kind"]> = Extract<WhyItem, { kind: K }>;
/** What a decision of the past and one of a rehearsal have in common. */
type Decided = Pick<Item<"decision">, "at" | "rung" | "chosen" | "reason" | "best" | "refusals"> & { entryId?: string };
type Decision = Item<"decision">;
type Offer = Item<"offer">;
type Person = { id: string; name: string };

/** What colours a line: red = lost or turned down, amber = waiting, green = taken, blue = asked right now. */
export type Tone = "calm" | "now" | "good" | "soon" | "late";

/** One line of the story. `key` is a text of `routing:story`; people, loads and refusals stand apart, so that a line is drawn, not parsed. */
export interface Step {
  id: string;
  at: string;
  tone: Tone;
  text: { key: string; params: Record<string, string | number> };
  /** Why: a text of `routing:reason`. */
  reason: { code: string; load: number | null } | null;
  /** How an offer ended: a text of `routing:outcome`; null while it is open or when there was none. */
  outcome: string | null;
  /** How long it rang, was waited, was talked; null where nothing lasts. */
  lastsMs: number | null;
  best: { employee: Person; load: number; chosen: boolean }[];
  refusals: [string, number][];
}

/** An offer belongs to the decision that made it: the same moment, but for what the tables round. */
const SAME_MS = 50;
/** Rungs that ask one named person. */
const NAMED = new Set(["responsible", "substitute", "forward"]);
/** Answering, leaving the queue and getting the dialog are one thing to a reader. */
const TOGETHER_MS = 3000;
const ms = (iso: string) => Date.parse(iso);
const between = (from: string, to: string | null, now: number) => (to === null ? now : ms(to)) - ms(from);

/** Refusals by how many people they concern, the most first. */
export function refusalsOf(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
}

function toneOf(outcome: string | null): Tone {
  if (outcome === null) return "now";
  return outcome === "accepted" ? "good" : outcome === "rescinded" ? "calm" : "late";
}

/** A decision together with the offer that came of it. */
function asked(decision: Decided, offer: Offer | undefined, now: number): Step {
  const name = decision.chosen?.name ?? "";
  const { from } = decision.reason;
  const outcome = offer === undefined || offer.endedAt === null ? null : offer.outcome;
  const step = blank(`${decision.entryId}-${decision.at}-${decision.rung}`, decision.at);
  // Given by hand, nobody is asked whether it suits: who was free does not matter.
  if (decision.rung === "manual" && offer === undefined) return { ...step, text: { key: "handed", params: { name } } };
  return {
    ...step,
    tone: offer === undefined ? "calm" : toneOf(outcome),
    text:
      from === undefined
        ? { key: "asked", params: { name } }
        : { key: decision.reason.code === "transferred" ? "handed_on" : "forwarded", params: { name, from: from.name } },
    reason: { code: decision.reason.code, load: decision.reason.load ?? null },
    outcome: offer !== undefined && offer.endedAt !== null && offer.outcome === "failed" && offer.cause !== null ? `failed_${offer.cause}` : outcome,
    lastsMs: offer === undefined ? null : between(offer.at, offer.endedAt, now),
    best: decision.best.map((each) => ({ ...each, chosen: each.employee.id === decision.chosen?.id })),
    refusals: refusalsOf(decision.refusals),
  };
}

/** A rung at which nobody was asked: the responsible could not, nobody is free, the wait is over. */
function passed(decision: Decided): Step {
  const { rung, reason, best, refusals } = decision;
  const step = blank(`${decision.entryId}-${decision.at}-${rung}-${reason.code}-${best[0]?.employee.id}`, decision.at);
  const named = best.length === 1 && reason.code !== "forward_loop" && NAMED.has(rung) ? best[0]?.employee.name : undefined;
  if (reason.code === "waits_for_responsible")
    return { ...step, tone: "soon", text: { key: "waits_for_responsible", params: { name: named ?? "" } }, refusals: refusalsOf(refusals) };
  if (named !== undefined) return { ...step, text: { key: `passed_${rung}`, params: { name: named } }, refusals: refusalsOf(refusals) };
  return {
    ...step,
    tone: reason.code === "nobody_ready" ? "soon" : rung === "overflow" ? "late" : "calm",
    text: { key: "decided", params: {} },
    reason: { code: reason.code, load: null },
    best: best.map((each) => ({ ...each, chosen: false })),
    refusals: refusalsOf(refusals),
  };
}

function blank(id: string, at: string): Step {
  return { id, at, tone: "calm", text: { key: "", params: {} }, reason: null, outcome: null, lastsMs: null, best: [], refusals: [] };
}

/**
 * The timeline as a person reads it: an offer stands with the decision that made it, "left the queue" with "got it". `now` is for
 * what still lasts. The order is the server's.
 */
export function stepsOf(timeline: readonly WhyItem[], now: number): Step[] {
  const used = new Set<WhyItem>();
  const offerOf = (decision: Decision): Offer | undefined => {
    const found = timeline.find(
      (item): item is Offer =>
        item.kind === "offer" &&
        !used.has(item) &&
        item.entryId === decision.entryId &&
        item.employee.id === decision.chosen?.id &&
        Math.abs(ms(item.at) - ms(decision.at)) <= SAME_MS,
    );
    if (found !== undefined) used.add(found);
    return found;
  };
  const answerOf = (left: Item<"left">): Item<"assigned"> | undefined => {
    if (left.outcome !== "answered") return undefined;
    const found = timeline.find(
      (item): item is Item<"assigned"> => item.kind === "assigned" && !used.has(item) && Math.abs(ms(item.at) - ms(left.at)) <= TOGETHER_MS,
    );
    if (found !== undefined) used.add(found);
    return found;
  };
  // Pairs first: an offer or an assignment may stand before its partner by a hair.
  const offers = new Map(timeline.flatMap((item) => (item.kind === "decision" && item.chosen !== null ? [[item, offerOf(item)] as const] : [])));
  const answers = new Map<WhyItem, Item<"assigned"> | undefined>(timeline.flatMap((item) => (item.kind === "left" ? [[item, answerOf(item)] as const] : [])));

  return timeline.flatMap((item, index) => {
    if (used.has(item)) return [];
    if (item.kind === "decision") return [item.chosen === null ? passed(item) : asked(item, offers.get(item), now)];
    return [fact(item, index, answers.get(item), now)];
  });
}

/** Everything that is no decision. `answer`: who got what left the queue. */
function fact(item: Exclude<WhyItem, Decision>, index: number, answer: Item<"assigned"> | undefined, now: number): Step {
  const step = blank(`${item.kind}-${index}`, item.at);
  switch (item.kind) {
    case "entered": {
      const keptMs = ms(item.at) - ms(item.since);
      const key = index === 0 ? "entered" : keptMs > 1000 ? "moved" : "entered_again";
      return { ...step, text: { key: item.priority > 0 ? `${key}_vip` : key, params: { queue: item.queue.name } } };
    }
    case "offer": {
      const outcome = item.endedAt === null ? null : item.outcome;
      const { name } = item.employee;
      const text = item.by === null ? { key: "asked", params: { name } } : { key: "given", params: { name, by: item.by.name } };
      return { ...step, tone: toneOf(outcome), text, outcome, lastsMs: between(item.at, item.endedAt, now) };
    }
    case "hop": {
      const open = item.endedAt === null && item.answeredAt === null;
      return {
        ...step,
        tone: item.answeredAt !== null ? "good" : open ? "now" : "late",
        text: { key: "hop", params: { name: item.employee?.name ?? item.number ?? "" } },
        outcome: item.answeredAt !== null ? "accepted" : open ? null : `failed_${item.cause ?? "failed"}`,
        lastsMs: between(item.at, item.answeredAt ?? item.endedAt, now),
      };
    }
    case "left":
      if (answer !== undefined) return { ...step, tone: "good", text: { key: "taken", params: { name: answer.employee.name } }, lastsMs: item.waitedMs };
      return {
        ...step,
        tone: item.outcome === "abandoned" ? "late" : item.outcome === "answered" ? "good" : "calm",
        text: { key: `left_${item.outcome}`, params: { queue: item.queue.name } },
        lastsMs: item.waitedMs,
      };
    case "assigned":
      return { ...step, tone: "good", text: { key: "assigned", params: { name: item.employee.name } } };
  }
}

/** The rehearsal of "what would happen now", as the same lines; an offer is as long as it would ring. */
export function rehearsedSteps(answer: WhatIf): (Step & { afterMs: number })[] {
  return answer.steps.map((each, index) => {
    const decided: Decided = { ...each, at: new Date(ms(answer.at) + each.afterMs).toISOString() };
    const step = each.chosen === null ? passed(decided) : asked(decided, undefined, 0);
    return {
      ...step,
      id: `${index}`,
      afterMs: each.afterMs,
      tone: each.chosen === null ? step.tone : "calm",
      outcome: each.offerMs === null ? null : "would_ring",
      lastsMs: each.offerMs,
    };
  });
}

/** What the reader asks: mine now -> "why did this come to me"; waits -> "why is this waiting"; else "why did this person wait". */
export function questionOf(story: WhyStory, meId: string): "mine" | "waiting" | "waited" {
  const last = story.timeline.findLast((item): item is Item<"assigned"> => item.kind === "assigned");
  const offered = story.timeline.findLast((item): item is Offer => item.kind === "offer");
  if (last?.endedAt === null && last.employee.id === meId) return "mine";
  if (offered?.endedAt === null && offered.employee.id === meId) return "mine";
  return story.now === null ? "waited" : "waiting";
}
