import type { RoutingInput } from "@kommutator/contract/routing-input";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { violations } from "./invariants.fixture.ts";
import { START, Story } from "./story.fixture.ts";

/** Histories per property; `RUNS=100000 npx vitest run histories` looks further. */
const RUNS = Number(process.env["RUNS"] ?? 2000);

const AGENTS = ["ann", "bek", "cid", "dee"] as const;
const DIALOGS = Array.from({ length: 8 }, (_, i) => `d${i}`);
const CAUSES = ["no-answer", "declined", "busy", "unreachable", "cancelled", "hung-up", "failed"] as const;

const agent = fc.constantFrom(...AGENTS);
const dialog = fc.constantFrom(...DIALOGS);

/** One step of a history, small enough to read when it fails. Offers are named by their dialog: "the newest" or "an older one" (late events). */
type Step =
  | {
      do: "open";
      dialog: string;
      medium: "voice" | "chat" | "mail";
      queue: "sales" | "service";
      responsible: string | null;
      substitute: string | null;
      priority: number;
    }
  | { do: "leg"; dialog: string; kind: "leg.ringing" | "leg.answered" | "leg.bridged"; late: number }
  | { do: "leg.ended"; dialog: string; cause: (typeof CAUSES)[number]; late: number }
  | { do: "leg.lost"; dialog: string }
  | { do: "accept" | "reject"; dialog: string; by: string | "the one asked"; late: number }
  | { do: "left" | "closed" | "in" | "out"; dialog: string }
  | { do: "assign"; dialog: string; to: string | null; from: string | null | "any" }
  | { do: "online" | "offline" | "phone" | "no phone" | "available" | "paused" | "logged_out" | "finish" | "extend"; agent: string }
  | { do: "load"; agent: string; planned: number; norm: number | null }
  | { do: "identify"; dialog: string; responsible: string }
  | { do: "pass"; ms: number }
  | { do: "sleep"; ms: number }
  | { do: "crash" }
  | { do: "facts" };

const late = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("open" as const),
      dialog,
      medium: fc.constantFrom("voice" as const, "voice" as const, "chat" as const, "mail" as const),
      queue: fc.constantFrom("sales" as const, "sales" as const, "service" as const),
      responsible: fc.option(agent),
      substitute: fc.option(agent),
      priority: fc.constantFrom(0, 0, 0, 10),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("leg" as const),
      dialog,
      kind: fc.constantFrom("leg.ringing" as const, "leg.answered" as const, "leg.bridged" as const),
      late,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("leg.ended" as const), dialog, cause: fc.constantFrom(...CAUSES), late }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leg.lost" as const), dialog }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constantFrom("accept" as const, "accept" as const, "reject" as const),
      dialog,
      by: fc.oneof({ weight: 5, arbitrary: fc.constant("the one asked") }, { weight: 1, arbitrary: agent }),
      late,
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("left" as const, "closed" as const, "in" as const, "out" as const), dialog }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("assign" as const), dialog, to: fc.option(agent), from: fc.oneof(fc.constant("any" as const), fc.option(agent)) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "online" as const,
        "online" as const,
        "offline" as const,
        "phone" as const,
        "phone" as const,
        "no phone" as const,
        "available" as const,
        "available" as const,
        "paused" as const,
        "logged_out" as const,
        "finish" as const,
        "extend" as const,
      ),
      agent,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("load" as const), agent, planned: fc.constantFrom(0, 40, 90), norm: fc.constantFrom(null, 0, 100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("identify" as const), dialog, responsible: agent }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.constantFrom(1, 3000, 5000, 10_000, 20_000, 30_000, 61_000, 300_000) }) },
  // the engine was away for a while: deadlines fire late, all at once, before anything else
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sleep" as const), ms: fc.constantFrom(5000, 60_000, 900_000) }) },
  { weight: 2, arbitrary: fc.constant({ do: "crash" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "facts" as const }) },
);

function company(): Story {
  return new Story(
    {
      ann: { queues: { sales: {}, service: {} }, maxDialogs: 2 },
      bek: { queues: { sales: { weight: 0.5 } }, maxDialogs: 3 },
      cid: { queues: { sales: { media: ["chat", "mail"] }, service: {} }, maxDialogs: 1 },
      dee: { queues: { service: {} }, hours: hoursOf([[START - 1, START + 400_000]]), absent: hoursOf([[START + 100_000, START + 160_000]]) },
    },
    { sales: { overflowQueueId: "service" }, service: { hours: hoursOf([[START - 1, START + 600_000]]) } },
  );
}

function take(s: Story, step: Step): unknown {
  const at = s.now;
  const offersOf = (d: string) => [...s.offers.values()].filter((o) => o.dialogId === d);
  const offerOf = (d: string, late: number) => {
    const all = offersOf(d);
    return all[Math.max(0, all.length - 1 - late)];
  };
  const put = (input: RoutingInput) => s.input(input);
  switch (step.do) {
    case "open":
      s.dialogs.set(step.dialog, { medium: step.medium, open: true, queueId: step.queue, awaiting: true });
      return put({
        kind: "dialog.opened",
        dialogId: step.dialog,
        channelId: "c",
        medium: step.medium,
        queueId: step.queue,
        callId: null,
        priority: step.priority,
        identity: "known",
        responsible: step.responsible === null ? null : { employeeId: step.responsible, why: "customer" },
        substituteId: step.substitute,
        at,
      });
    case "leg": {
      const offer = offerOf(step.dialog, step.late);
      return put({ kind: step.kind, dialogId: step.dialog, offerId: offer?.id ?? "none", at });
    }
    case "leg.ended":
      return put({ kind: "leg.ended", dialogId: step.dialog, offerId: offerOf(step.dialog, step.late)?.id ?? "none", cause: step.cause, at });
    case "leg.lost": {
      const a = s.state.assignments.get(step.dialog);
      return put({ kind: "leg.lost", dialogId: step.dialog, employeeId: a?.employeeId ?? "ann", at });
    }
    case "accept":
    case "reject": {
      const offer = offerOf(step.dialog, step.late);
      const employeeId = step.by === "the one asked" ? (offer?.employeeId ?? "ann") : step.by;
      return put({ kind: step.do === "accept" ? "offer.accept" : "offer.reject", offerId: offer?.id ?? "none", employeeId, at });
    }
    case "left":
      return put({ kind: "dialog.left", dialogId: step.dialog, at });
    case "closed": {
      const d = s.dialogs.get(step.dialog);
      if (d !== undefined) d.open = false;
      return put({ kind: "dialog.closed", dialogId: step.dialog, by: null, at });
    }
    case "in":
    case "out":
      return put({ kind: "dialog.message", dialogId: step.dialog, direction: step.do, at });
    case "assign":
      return put({ kind: "dialog.assign", dialogId: step.dialog, employeeId: step.to, by: "ann", ...(step.from === "any" ? {} : { from: step.from }), at });
    case "online":
    case "offline":
      return put({ kind: "agent.connection", employeeId: step.agent, online: step.do === "online", at });
    case "phone":
    case "no phone":
      return put({ kind: "agent.phone", employeeId: step.agent, reachable: step.do === "phone", at });
    case "available":
    case "paused":
    case "logged_out":
      return put({ kind: "agent.intent", employeeId: step.agent, intent: step.do, reason: null, by: step.agent, at });
    case "finish":
    case "extend":
      return put({ kind: "agent.wrapup", employeeId: step.agent, action: step.do, at });
    case "load":
      return put({ kind: "agent.load", employeeId: step.agent, plannedPoints: step.planned, normPoints: step.norm, at });
    case "identify":
      return put({
        kind: "dialog.identified",
        dialogId: step.dialog,
        identity: "known",
        responsible: { employeeId: step.responsible, why: "interest" },
        substituteId: null,
        at,
      });
    case "pass":
      return s.pass(step.ms);
    case "sleep": {
      s.now += step.ms;
      for (const due of s.state.deadlines.due(s.now, 1000)) s.input({ kind: "deadline", deadlineId: due.id, at: s.now });
      while ((s.state.deadlines.next()?.at ?? Number.POSITIVE_INFINITY) <= s.now) s.pass(0);
      return s.now;
    }
    case "crash":
      return s.crash();
    case "facts":
      return s.input({ kind: "facts.read", facts: s.facts, at });
  }
}

/** The rows must tell the same story as the memory: an entry has one winner, ever. */
function rowViolations(s: Story): string[] {
  const out: string[] = [];
  const won = new Map<string, string>();
  for (const o of s.offers.values()) {
    if (o.state !== "accepted") continue;
    if (won.has(o.entryId)) out.push(`entry ${o.entryId} was won twice`);
    won.set(o.entryId, o.employeeId);
  }
  const holders = new Map<string, number>();
  for (const a of s.assignments.values()) if (a.endedAt === null) holders.set(a.dialogId, (holders.get(a.dialogId) ?? 0) + 1);
  for (const [d, n] of holders) if (n > 1) out.push(`${d} is held ${n} times`);
  for (const o of s.offers.values())
    if (o.endedAt === null && s.state.offers.get(o.id) === undefined) out.push(`the row of ${o.dialogId}'s offer is open, the memory knows nothing`);
  for (const e of s.entries.values())
    if (e.endedAt === null && s.state.entryById.get(e.id) === undefined) out.push(`the row of ${e.dialogId}'s entry is open, the memory knows nothing`);
  return out;
}

const readable = (steps: readonly Step[]) =>
  steps.map((s) =>
    Object.values(s)
      .filter((v) => v !== null)
      .join(" "),
  );

test(`the invariants hold after every event of ${RUNS} random histories with crashes, late and duplicated inputs`, () => {
  let events = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const s = company();
      for (const who of AGENTS.slice(0, 2)) {
        take(s, { do: "online", agent: who });
        take(s, { do: "phone", agent: who });
        take(s, { do: "available", agent: who });
      }
      for (let i = 0; i < steps.length; i++) {
        const one = steps[i] as Step;
        const waiting = new Map([...s.state.entries.values()].filter((e) => e.listed).map((e) => [e.id, e]));
        const offersBefore = s.offers.size;
        take(s, one);
        events++;
        const wrong = [...violations(s.state), ...rowViolations(s)];
        // Nobody of the same priority is overtaken: an offer out of the queue goes to the entry that is served first among those this agent may have.
        if (one.do !== "pass" && one.do !== "sleep") {
          for (const o of [...s.offers.values()].slice(offersBefore)) {
            if (o.rung === "manual") continue;
            for (const [id, e] of waiting) {
              if (id === o.entryId || !e.listed || e.endedAt !== null) continue;
              const agent = s.state.agents.get(o.employeeId);
              const mine = s.entries.get(o.entryId);
              const medium = { voice: 0, chat: 1, mail: 2 }[e.medium] as 0 | 1 | 2;
              const serves = agent?.memberships.some((m) => m.queue.facts.id === e.queueId && m.media[medium]) ?? false;
              const cools = (e.cooldowns[o.employeeId] ?? 0) > s.now;
              const sameMedium = e.medium === o.medium;
              if (mine !== undefined && serves && !cools && sameMedium && e.priority === mine.priority && e.enqueuedAt < mine.enqueuedAt)
                wrong.push(`${o.dialogId} overtook ${e.dialogId} at ${o.employeeId}`);
            }
          }
        }
        if (wrong.length > 0)
          throw new Error(`${wrong.join("; ")}\n  after:\n  ${readable(steps.slice(0, i + 1)).join("\n  ")}\n  log:\n  ${s.log.slice(-12).join("\n  ")}`);
      }
    }),
    { numRuns: RUNS, ...(process.env["SEED"] === undefined ? {} : { seed: Number(process.env["SEED"]) }) },
  );
  expect(events).toBeGreaterThan(RUNS);
}, 600_000);

test("the same history decides the same, with or without crashes between the events", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const calm = steps.filter((one) => one.do !== "crash");
      const run = (crashing: boolean) => {
        const s = company();
        for (const one of calm) {
          take(s, one);
          if (crashing) s.crash();
        }
        return { log: s.log, commands: s.commands.map(({ id: _, ...c }) => ({ ...c, offerId: "" })) };
      };
      const plain = run(false);
      expect(run(false)).toEqual(plain);
      expect(run(true)).toEqual(plain);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}, 600_000);
