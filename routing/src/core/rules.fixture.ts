import type { Medium } from "@kommutator/contract/ids";
import type { Requirement, RoutingInput } from "@kommutator/contract/routing-input";
import type { Emergency, Facts, Forwarding } from "./facts.ts";
import { answers, calls, closes, passes } from "./steps.fixture.ts";
import type { Step } from "./story.fixture.ts";

/** Steps of the rules beyond the ladder: who calls and what they need, callbacks, forwarding, switches thrown. */

interface Caller {
  queue?: string;
  channel?: string;
  line?: string;
  medium?: Medium;
  person?: string;
  number?: string;
  requires?: Requirement[];
  priority?: number;
  responsible?: string;
  substitute?: string;
}

/** Somebody comes, described as far as it matters. */
export const comes =
  (dialogId: string, from: Caller = {}): Step =>
  (s) => {
    const medium = from.medium ?? "voice";
    const queueId = from.queue ?? (s.facts.queues[0]?.id as string);
    s.dialogs.set(dialogId, { medium, open: true, queueId, awaiting: true });
    const input: Extract<RoutingInput, { kind: "dialog.opened" }> = {
      kind: "dialog.opened",
      dialogId,
      channelId: from.channel ?? "line",
      lineId: from.line ?? null,
      medium,
      queueId,
      callId: null,
      priority: from.priority ?? 0,
      identity: "known",
      responsible: from.responsible === undefined ? null : { employeeId: from.responsible, why: "customer" },
      substituteId: from.substitute ?? null,
      person: from.person ?? null,
      number: from.number ?? null,
      requires: from.requires ?? [],
      at: s.now,
    };
    s.input(input);
  };

/** The waiting caller presses the key. */
export const asksToBeCalled =
  (dialogId: string, number = "+77010000001"): Step =>
  (s) =>
    s.input({ kind: "callback.requested", dialogId, number, at: s.now });

const changes =
  (change: (facts: Facts) => Facts): Step =>
  (s) => {
    s.facts = change(s.facts);
    s.input({ kind: "facts.read", facts: s.facts, at: s.now });
  };

/** Somebody throws the switch; without arguments, all are ended. */
export const emergency = (...switches: Partial<Emergency>[]): Step =>
  changes((facts) => ({
    ...facts,
    emergencies: switches.map((e) => ({
      queueId: null,
      channelId: null,
      lineId: null,
      mode: e.redirectQueueId === undefined && e.redirectNumber === undefined ? "closed" : "redirect",
      redirectQueueId: null,
      redirectNumber: null,
      untilMs: null,
      ...e,
    })),
  }));

/** The administrator changes a queue. */
export const setsQueue = (id: string, change: Partial<Facts["queues"][number]>): Step =>
  changes((facts) => ({ ...facts, queues: facts.queues.map((q) => (q.id === id ? { ...q, ...change } : q)) }));

/** To a colleague (a name) or to a number. */
export const to = (on: Forwarding["on"], target: string): Forwarding =>
  target.startsWith("+") ? { on, toEmployeeId: null, toNumber: target } : { on, toEmployeeId: target, toNumber: null };

/** The queue serves so many calls, one every `every`; each talk lasts `talk`. One agent, free and without wrap-up, does it. */
export const serves =
  (count: number, talk: Parameters<typeof passes>[0], every: Parameters<typeof passes>[0]): Step =>
  (s) => {
    for (let i = 0; i < count; i++) s.given(calls(`past-${i}`), answers(`past-${i}`), passes(talk), closes(`past-${i}`), passes(every));
  };
