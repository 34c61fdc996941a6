import { chance } from "../simulation/random.ts";
import { company, type Happening, happen } from "./history.fixture.ts";
import { anyHappening } from "./random.fixture.ts";
import { sentenceOf } from "./sentences.fixture.ts";
import { shrink } from "./shrink.fixture.ts";
import type { RouterState } from "./state.ts";
import { type Broken, Watch } from "./watch.fixture.ts";

/** A history that broke a rule: as it was, and as a story that can be read. */
export interface Counterexample extends Broken {
  seed: number;
  happenings: readonly Happening[];
  story: string;
}

type Variation = (state: RouterState) => void;

/** Two people are at work when a history begins; being happenings, they leave the story when it is none of their business. */
const MORNING: readonly Happening[] = [
  { do: "comes", agent: "Aigul" },
  { do: "comes", agent: "Bolat" },
];

/**
 * Lives through `histories` random histories, one for each seed from `from` on, and looks after every decision whether all
 * rules hold. Returns the number of decisions, or the first counterexample, shrunk. `variation` bends each memory: that is how
 * a test breaks a rule on purpose.
 */
export function liveThrough(histories: number, from = 0, variation?: Variation): { events: number; counterexample: Counterexample | null } {
  let events = 0;
  for (let seed = from; seed < from + histories; seed++) {
    const { watch, happenings } = live(seed, variation);
    events += watch.events;
    if (watch.broken !== null) return { events, counterexample: counterexample(seed, watch.broken, happenings, variation) };
  }
  return { events, counterexample: null };
}

/** One history: half of them short, few long. */
function live(seed: number, variation?: Variation): { watch: Watch; happenings: Happening[] } {
  const c = chance(seed);
  const length = Math.min(120, 4 + Math.floor(c.exponential(13)));
  const watch = new Watch();
  const happenings: Happening[] = [];
  attempt(watch, () => {
    const story = company({ ...watch.options, silent: true, ...(variation === undefined ? {} : { variation }) });
    for (let i = 0; i < length && watch.broken === null; i++) {
      const next = MORNING[i] ?? anyHappening(c, story);
      happenings.push(next);
      happen(story, next);
      if (i % 24 === 23) watch.durable(story);
    }
    if (watch.broken === null) watch.durable(story);
    if (watch.broken === null && seed % 12 === 0) {
      happenings.push({ do: "passes", ms: 0 });
      watch.wayOut(story);
    }
  });
  return { watch, happenings };
}

/** Any input in any state neither throws nor breaks anything. */
function attempt(watch: Watch, what: () => void): void {
  try {
    what();
  } catch (error) {
    watch.found("total", error instanceof Error ? error.message : String(error));
  }
}

/** The same happenings again, looked at more closely, and told. */
export function replay(happenings: readonly Happening[], variation?: Variation): { broken: Broken | null; told: string[] } {
  const watch = new Watch();
  const told: string[] = [];
  attempt(watch, () => {
    const story = company({ ...watch.options, ...(variation === undefined ? {} : { variation }) });
    for (const [i, h] of happenings.entries()) {
      const before = story.log.length;
      const sentence = sentenceOf(story, h);
      told.push(`${String(i + 1).padStart(3)}. ${sentence}`);
      attempt(watch, () => happen(story, h));
      for (const line of story.log.slice(before)) told.push(`       ${line}`);
      if (watch.broken === null) watch.durable(story);
      if (watch.broken !== null) return;
    }
    watch.wayOut(story);
  });
  return { broken: watch.broken, told };
}

function counterexample(seed: number, broken: Broken, happenings: readonly Happening[], variation?: Variation): Counterexample {
  const least = shrink(happenings, (fewer) => replay(fewer, variation).broken?.rule === broken.rule, plainer);
  const { broken: last, told } = replay(least, variation);
  const { rule, what } = last ?? broken;
  return {
    seed,
    rule,
    what,
    happenings: least,
    story: [`broken: ${rule}: ${what}`, ...told, `(history ${seed}, ${happenings.length} happenings before it was shrunk)`].join("\n"),
  };
}

/** Nearer to the plainest happening of its kind: nobody responsible, no priority, no lateness, little time, the first names. */
function plainer(h: Happening): Happening[] {
  const out: Happening[] = [];
  const put = (change: Partial<Record<string, unknown>>) => {
    out.push({ ...h, ...change } as Happening);
  };
  if (h.do === "opens" || h.do === "identified") {
    if (h.responsible !== null) put({ responsible: null });
    if (h.substitute !== null) put({ substitute: null });
  }
  if (h.do === "opens") {
    if (h.priority > 0) put({ priority: 0 });
    if (h.identity !== "known") put({ identity: "known" });
    if (h.queue !== "sales") put({ queue: "sales" });
    if (h.why !== "interest") put({ why: "interest" });
    if (h.person !== null) put({ person: null });
    if (h.needs !== "nothing") put({ needs: "nothing" });
  }
  if ("late" in h && h.late > 0) put({ late: h.late - 1 });
  if ((h.do === "accepts" || h.do === "rejects") && h.by !== null) put({ by: null });
  if (h.do === "passes" || h.do === "oversleeps") for (const ms of [1, 1000, 5000, 10_000, 30_000]) if (ms < h.ms) put({ ms });
  if (h.do === "oversleeps") put({ do: "passes" });
  if (h.do === "transfers" && h.to !== null) put({ to: null });
  if (h.do === "assigns" && h.from !== "anybody") put({ from: "anybody" });
  return out;
}
