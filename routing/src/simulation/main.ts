import { parseArgs } from "node:util";
import { type DayPlan, type Figures, simulateDay, USUAL_DAY } from "./day.ts";
import { agentsNeeded } from "./erlang.ts";

// `npm run simulate -- --agents 30 --calls 3000 --seed 7 [--json]`: a whole day with the core that runs in service, in a second.
const number = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    seed: number,
    agents: number,
    calls: number,
    talk: number,
    patience: number,
    wrapup: number,
    known: number,
    vips: number,
    skilled: number,
    missed: number,
    callbacks: number,
    target: number,
    lunch: number,
    off: number,
    away: number,
    letters: number,
    closes: number,
    json: { type: "boolean" },
  },
});
/** Seconds on the command line (lunch in minutes, the early closing in hours), ms inside; shares in percent. */
const given = (name: Exclude<keyof typeof values, "json">, factor: number, usual: number) => {
  const text = values[name];
  if (text === undefined) return usual;
  const value = Number(text) * factor;
  if (Number.isFinite(value) && value >= 0) return value;
  console.error(`--${name} must be a number that is not negative: ${text}`);
  process.exit(2);
};
const plan: DayPlan = {
  ...USUAL_DAY,
  seed: given("seed", 1, USUAL_DAY.seed),
  agents: Math.max(1, Math.round(given("agents", 1, USUAL_DAY.agents))),
  calls: given("calls", 1, USUAL_DAY.calls),
  talkMs: given("talk", 1000, USUAL_DAY.talkMs),
  patienceMs: given("patience", 1000, USUAL_DAY.patienceMs),
  wrapupMs: given("wrapup", 1000, USUAL_DAY.wrapupMs),
  knownShare: given("known", 0.01, USUAL_DAY.knownShare),
  vipShare: given("vips", 0.01, USUAL_DAY.vipShare),
  skilledShare: given("skilled", 0.01, USUAL_DAY.skilledShare),
  missShare: given("missed", 0.01, USUAL_DAY.missShare),
  callbackShare: given("callbacks", 0.01, USUAL_DAY.callbackShare),
  targetMs: given("target", 1000, USUAL_DAY.targetMs),
  lunchMs: given("lunch", 60_000, USUAL_DAY.lunchMs),
  offShare: given("off", 0.01, USUAL_DAY.offShare),
  awayShare: given("away", 0.01, USUAL_DAY.awayShare),
  letters: given("letters", 1, USUAL_DAY.letters),
  closesAfterMs: values.closes === undefined ? USUAL_DAY.closesAfterMs : given("closes", 3_600_000, 0),
};
const started = performance.now();
const report = simulateDay(plan);
const tookMs = Math.round(performance.now() - started);
if (values.json === true) console.log(JSON.stringify({ ...report, tookMs }));
else {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`.padStart(7);
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8);
  const line = (name: string, f: Figures) =>
    `${name.padEnd(7)}${String(f.calls).padStart(6)}${String(f.answered).padStart(9)}${String(f.gaveUp).padStart(8)}${String(f.fallback).padStart(9)}${String(f.calledBack).padStart(12)}${percent(f.withinTarget)}${seconds(f.meanWaitMs)}${seconds(f.longestWaitMs)}`;
  console.log("time    calls answered gave up fallback called back in time   wait longest");
  const start = report.halfHours[0]?.at ?? 0;
  for (const half of report.halfHours) {
    const minutes = 9 * 60 + (half.at - start) / 60_000;
    console.log(line(`${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`, half));
  }
  console.log(line("day", report.day));
  console.log(line("VIPs", report.vips));
  console.log(line("skill", report.skilled));
  const peak = Math.max(...report.halfHours.map((h) => h.calls)) / 1_800_000;
  console.log(
    `\n${plan.agents} agents, occupied ${percent(report.occupancy).trim()}; calls of the busiest ${report.callsPerAgent.most}, of the idlest ${report.callsPerAgent.least}`,
  );
  console.log(`own responsible reached by ${report.reachedOwn} of ${report.known} known callers; lost: ${report.lost}`);
  const { delegated, returned, done, elsewhere } = report.handOvers;
  console.log(
    `${report.away} people away for some hours: ${report.stoodIn} of ${report.ownAway} of their callers reached who stood in; of ${delegated} letters handed over ${done} were answered meanwhile, ${returned} taken back, ${elsewhere} elsewhere`,
  );
  console.log(`${report.letters.answered} of ${report.letters.came} letters answered; offers to somebody off duty: ${report.offDuty}`);
  console.log(`called back after ${(report.day.meanCallbackMs / 60_000).toFixed(1)} min on average; promised in vain: ${report.day.forgotten}`);
  console.log(
    `Erlang C asks for ${agentsNeeded(peak * (plan.talkMs + plan.wrapupMs), plan.talkMs + plan.wrapupMs, plan.targetMs, 0.8)} agents in the busiest half-hour (80 % within ${plan.targetMs / 1000} s)`,
  );
  console.log(`${report.events} events in ${tookMs} ms`);
}
