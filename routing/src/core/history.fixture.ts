import type { ForwardOn } from "@kommutator/contract/dialog-event";
import { type EpochMs, type Id, MEDIA, type Medium } from "@kommutator/contract/ids";
import type { Requirement, RoutingInput } from "@kommutator/contract/routing-input";
import type { CoreInput } from "./event.ts";
import type { Emergency, Facts } from "./facts.ts";
import { hoursOf } from "./hours.ts";
import { START, Story, type StoryOptions } from "./story.fixture.ts";

/**
 * What can happen in a random history. Each happening is small enough to read when a history fails, and means something in
 * every state: an offer is named by its dialog (the newest, or an older one for what comes late), so that a history from
 * which happenings are taken out is still a history.
 */
export type Happening =
  | {
      do: "opens";
      dialog: Id;
      queue: Id;
      responsible: Id | null;
      why: "interest" | "customer" | "last_talked";
      substitute: Id | null;
      priority: number;
      identity: "known" | "new" | "blocked";
      /** Who calls or writes; the number called back is theirs. */
      person: (typeof CUSTOMERS)[number] | null;
      needs: keyof typeof NEEDS;
    }
  | { do: "asks for a callback"; dialog: Id }
  | {
      do: "identified";
      dialog: Id;
      responsible: Id | null;
      substitute: Id | null;
      priority?: number;
      person?: (typeof CUSTOMERS)[number];
      needs?: keyof typeof NEEDS;
      blocked?: true;
    }
  | { do: "rings" | "picked up" | "bridged"; dialog: Id; late: number }
  | { do: "leg ends"; dialog: Id; cause: LegEnd; late: number }
  | { do: "device lost"; dialog: Id }
  /** `by` null = the one who is asked. */
  | { do: "accepts" | "rejects"; dialog: Id; by: Id | null; late: number }
  | { do: "leaves" | "closes" | "writes" | "is answered"; dialog: Id }
  /** Back (`to` null): to the queue it came by, or to the named one. */
  | { do: "assigns"; dialog: Id; to: Id | null; from: Id | null | "anybody"; queue?: Id }
  /** Who has the talk hands it on: to a person through the queue, to the queue (`to` null), or outside (`queue` null). */
  | { do: "transfers"; dialog: Id; queue: Id | null; to: Id | null; stale: boolean }
  | { do: "dials"; agent: Id }
  | {
      do: "comes" | "connects" | "disconnects" | "phone on" | "phone off" | "phone engaged" | "available" | "pauses" | "logs out" | "finishes" | "extends";
      agent: Id;
    }
  | { do: "load"; agent: Id; planned: number; norm: number | null }
  | { do: "settings"; change: SettingsChange; agent: Id }
  | { do: "passes" | "oversleeps"; ms: number }
  | { do: "crashes" }
  | { do: "again" }
  | { do: "stray"; input: StrayInput };

export type LegEnd = Extract<RoutingInput, { kind: "leg.ended" }>["cause"];
export const SETTINGS = [
  "dismissed",
  "employed",
  "leaves sales",
  "joins sales",
  "one dialog",
  "three dialogs",
  "learns Kazakh",
  "forgets all skills",
  "forwards when busy",
  "forwards when not answering",
  "forwards when absent",
  "forwards always",
  "forwards always outside",
  "forwards nothing",
  "sales closes",
  "sales opens",
  "sales calls back",
  "sales counts priority for nothing",
  "emergency: sales is closed",
  "emergency: sales is announced",
  "emergency: sales goes to service",
  "emergency: service goes to sales",
  "emergency: the line goes outside",
  "emergency for a minute",
  "emergency is over",
] as const;
type SettingsChange = (typeof SETTINGS)[number];
/** What nobody sends who is in his right mind: names that do not exist, clocks that were not set. */
export const STRAY = [
  "unknown offer",
  "unknown employee",
  "unknown clock",
  "clock of nothing",
  "clock of nobody",
  "facts changed",
  "unknown dialog",
  "early clock",
] as const;
type StrayInput = (typeof STRAY)[number];

export const CUSTOMERS = ["Madina", "Timur", "Zhanna"] as const;
const NUMBERS = { Madina: "+77010000001", Timur: "+77010000002", Zhanna: null } as const;
export const NEEDS = {
  nothing: undefined,
  Kazakh: [{ skillId: "kazakh", level: 2, relaxMs: 30_000 }],
  "a Kazakh lawyer": [
    { skillId: "law", level: 1, relaxMs: 60_000 },
    { skillId: "kazakh", level: 3, relaxMs: null },
  ],
} satisfies Record<string, Requirement[] | undefined>;

export const PEOPLE = ["Aigul", "Bolat", "Dana", "Erlan"] as const;
export const QUEUE_NAMES = ["sales", "service"] as const;
export const DIALOGS = ["call 1", "call 2", "call 3", "call 4", "chat 1", "chat 2", "letter 1", "letter 2", "message 1", "message 2"] as const;
const KINDS = { call: "voice", chat: "chat", message: "message", letter: "mail" } as const;
export const mediumOf = (dialog: Id): Medium => KINDS[dialog.split(" ")[0] as keyof typeof KINDS] ?? "voice";

/**
 * Four people: one in both queues, one in sales alone, one who takes no calls in sales, one with hours and an absence. Two
 * queues that overflow into each other; service closes in eleven minutes and announces nothing.
 */
export function company(options: StoryOptions = {}): Story {
  return new Story(
    {
      Aigul: { queues: { sales: {}, service: {} }, maxDialogs: 2, skills: { kazakh: 3 } },
      Bolat: { queues: { sales: { weight: 0.5 } }, maxDialogs: 3 },
      Dana: { queues: { sales: { media: ["chat", "message", "mail"] }, service: {} }, maxDialogs: 1, skills: { kazakh: 2, law: 4 } },
      Erlan: { queues: { service: {} }, hours: hoursOf([[START - 1, START + 400_000]]), absent: hoursOf([[START + 100_000, START + 160_000]]) },
    },
    {
      sales: { overflowQueueId: "service", announceMs: 90_000, callbackMs: 1_200_000 },
      service: {
        hours: hoursOf([[START - 1, START + 660_000]]),
        overflowQueueId: "sales",
        announceMs: 0,
        callbackMs: 600_000,
        onMaxWait: "callback",
        waitResponsibleMs: 40_000,
      },
    },
    options,
  );
}

/** Lets it happen. */
export function happen(s: Story, h: Happening): void {
  switch (h.do) {
    case "passes":
      s.pass(h.ms);
      return;
    case "oversleeps":
      // The engine was away: every clock that struck meanwhile is decided late, all at once, before anything else.
      s.now += h.ms;
      for (const due of s.state.deadlines.due(s.now, 1000)) s.input({ kind: "deadline", deadlineId: due.id, at: s.now });
      s.pass(0);
      return;
    case "crashes":
      s.crash();
      return;
    case "again":
      if (s.last !== null) s.input(s.last);
      return;
    case "comes":
      s.input({ kind: "agent.connection", employeeId: h.agent, online: true, at: s.now });
      s.input({ kind: "agent.phone", employeeId: h.agent, reachable: true, at: s.now });
      s.input({ kind: "agent.intent", employeeId: h.agent, intent: "available", reason: null, by: h.agent, at: s.now });
      return;
    case "dials": {
      const dialogId = `call of ${h.agent}`;
      s.dialogs.set(dialogId, { medium: "voice", open: true, queueId: null, awaiting: false });
      s.input({ kind: "dialog.assign", dialogId, employeeId: h.agent, by: h.agent, at: s.now });
      return;
    }
    case "opens":
      s.dialogs.set(h.dialog, { medium: mediumOf(h.dialog), open: true, queueId: h.queue, awaiting: true });
      break;
    case "closes": {
      const d = s.dialogs.get(h.dialog);
      if (d !== undefined) d.open = false;
      break;
    }
    case "settings":
      s.facts = changed(s.facts, h.change, h.agent, s.now);
      break;
    default:
  }
  s.input(inputOf(s, h));
}

type Single = Exclude<Happening, { do: "passes" | "oversleeps" | "crashes" | "again" | "comes" | "dials" }>;

/** The one input that most happenings are. */
function inputOf(s: Story, h: Single | Extract<Happening, { agent: Id }>): CoreInput {
  const at = s.now;
  switch (h.do) {
    case "opens":
      return {
        kind: "dialog.opened",
        dialogId: h.dialog,
        channelId: "line",
        medium: mediumOf(h.dialog),
        queueId: h.queue,
        callId: null,
        priority: h.priority,
        identity: h.identity,
        responsible: h.responsible === null ? null : { employeeId: h.responsible, why: h.why },
        substituteId: h.substitute,
        person: h.person,
        number: h.person === null ? null : NUMBERS[h.person],
        requires: NEEDS[h.needs],
        at,
      };
    case "asks for a callback":
      return { kind: "callback.requested", dialogId: h.dialog, number: "+77010000009", at };
    case "identified":
      return {
        kind: "dialog.identified",
        dialogId: h.dialog,
        identity: h.blocked === true ? "blocked" : "known",
        responsible: h.responsible === null ? null : { employeeId: h.responsible, why: "interest" },
        substituteId: h.substitute,
        priority: h.priority,
        person: h.person,
        requires: h.needs === undefined ? undefined : (NEEDS[h.needs] ?? []),
        at,
      };
    case "rings":
      return { kind: "leg.ringing", dialogId: h.dialog, offerId: offerOf(s, h.dialog, h.late).id, at };
    case "picked up":
      return { kind: "leg.answered", dialogId: h.dialog, offerId: offerOf(s, h.dialog, h.late).id, at };
    case "bridged":
      return { kind: "leg.bridged", dialogId: h.dialog, offerId: offerOf(s, h.dialog, h.late).id, at };
    case "leg ends":
      return { kind: "leg.ended", dialogId: h.dialog, offerId: offerOf(s, h.dialog, h.late).id, cause: h.cause, at };
    case "device lost":
      return { kind: "leg.lost", dialogId: h.dialog, employeeId: s.state.assignments.get(h.dialog)?.employeeId ?? "Aigul", at };
    case "accepts":
    case "rejects": {
      const offer = offerOf(s, h.dialog, h.late);
      return { kind: h.do === "accepts" ? "offer.accept" : "offer.reject", offerId: offer.id, employeeId: h.by ?? offer.employeeId, at };
    }
    case "leaves":
      return { kind: "dialog.left", dialogId: h.dialog, at };
    case "closes":
      return { kind: "dialog.closed", dialogId: h.dialog, by: null, at };
    case "writes":
    case "is answered":
      return { kind: "dialog.message", dialogId: h.dialog, direction: h.do === "writes" ? "in" : "out", at };
    case "assigns":
      return {
        kind: "dialog.assign",
        dialogId: h.dialog,
        employeeId: h.to,
        queueId: h.queue,
        by: "Aigul",
        ...(h.from === "anybody" ? {} : { from: h.from }),
        at,
      };
    case "transfers": {
      const from = h.stale ? "nobody" : (s.state.assignments.get(h.dialog)?.employeeId ?? "Aigul");
      const to = h.queue === null ? { number: "+77010000009" } : { queueId: h.queue, employeeId: h.to };
      return { kind: "dialog.transfer", dialogId: h.dialog, to, by: from, from, at };
    }
    case "connects":
    case "disconnects":
      return { kind: "agent.connection", employeeId: h.agent, online: h.do === "connects", at };
    case "phone on":
    case "phone off":
    case "phone engaged":
      return { kind: "agent.phone", employeeId: h.agent, reachable: h.do !== "phone off", directCall: h.do === "phone engaged", at };
    case "available":
    case "pauses":
    case "logs out": {
      const intent = ({ available: "available", pauses: "paused", "logs out": "logged_out" } as const)[h.do];
      return { kind: "agent.intent", employeeId: h.agent, intent, reason: h.do === "pauses" ? "lunch" : null, by: h.agent, at };
    }
    case "finishes":
    case "extends":
      return { kind: "agent.wrapup", employeeId: h.agent, action: h.do === "finishes" ? "finish" : "extend", at };
    case "load":
      return { kind: "agent.load", employeeId: h.agent, plannedPoints: h.planned, normPoints: h.norm, at };
    case "settings":
      return { kind: "facts.read", facts: s.facts, at };
    case "stray":
      return strayInput(s, h.input);
    default:
      throw new Error(`"${h.do}" is more than one input`);
  }
}

/** The newest offer of a dialog, or the `late`-th before it. */
export function offerOf(s: Story, dialog: Id, late: number): { id: Id; employeeId: Id } {
  let found: { id: Id; employeeId: Id } = { id: "none", employeeId: "Aigul" };
  const all = [...s.tables.offers.values()].filter((o) => o.dialogId === dialog);
  if (all.length > 0) found = all[Math.max(0, all.length - 1 - late)] ?? found;
  return found;
}

function strayInput(s: Story, what: StrayInput): CoreInput {
  const at = s.now;
  switch (what) {
    case "unknown offer":
      return { kind: "offer.accept", offerId: "nothing", employeeId: "Aigul", at };
    case "unknown employee":
      return { kind: "agent.intent", employeeId: "nobody", intent: "available", reason: null, by: "nobody", at };
    case "unknown clock":
      return { kind: "deadline", deadlineId: "teatime:Aigul", at };
    case "clock of nothing":
      return { kind: "deadline", deadlineId: "", at };
    case "clock of nobody":
      return { kind: "deadline", deadlineId: "wrapup:nobody", at };
    case "facts changed":
      return { kind: "facts.changed", what: "employee", id: "nobody", at };
    case "unknown dialog":
      return { kind: "dialog.assign", dialogId: "nothing", employeeId: "nobody", by: "nobody", at };
    case "early clock":
      return { kind: "deadline", deadlineId: s.state.deadlines.next()?.id ?? "grace:Aigul", at };
  }
}

function changed(facts: Facts, change: SettingsChange, id: Id, now: EpochMs): Facts {
  const person = (f: Partial<Facts["agents"][number]>): Facts => ({ ...facts, agents: facts.agents.map((a) => (a.id === id ? { ...a, ...f } : a)) });
  const sales = (f: Partial<Facts["queues"][number]>): Facts => ({ ...facts, queues: facts.queues.map((q) => (q.id === "sales" ? { ...q, ...f } : q)) });
  const others = facts.members.filter((m) => m.employeeId !== id || m.queueId !== "sales");
  const next = PEOPLE[(PEOPLE.indexOf(id as "Aigul") + 1) % PEOPLE.length] as Id;
  const forwards = (on: ForwardOn): Facts => person({ forwardings: [{ on, toEmployeeId: next, toNumber: null }] });
  const emergency = (e: Partial<Emergency>): Facts => ({
    ...facts,
    emergencies: [{ queueId: "sales", channelId: null, lineId: null, mode: "closed", redirectQueueId: null, redirectNumber: null, untilMs: null, ...e }],
  });
  switch (change) {
    case "dismissed":
      return person({ active: false });
    case "employed":
      return person({ active: true });
    case "one dialog":
      return person({ maxDialogs: 1 });
    case "three dialogs":
      return person({ maxDialogs: 3 });
    case "leaves sales":
      return { ...facts, members: others };
    case "joins sales":
      return { ...facts, members: [...others, { queueId: "sales", employeeId: id, media: [...MEDIA], weight: 1 }] };
    case "learns Kazakh":
      return person({ skills: { kazakh: 3, law: 1 } });
    case "forgets all skills":
      return person({ skills: {} });
    case "forwards when busy":
      return forwards("busy");
    case "forwards when not answering":
      return forwards("no_answer");
    case "forwards when absent":
      return forwards("absent");
    case "forwards always":
      return forwards("always");
    case "forwards always outside":
      return person({ forwardings: [{ on: "always", toEmployeeId: null, toNumber: "+77010000000" }] });
    case "forwards nothing":
      return person({ forwardings: [] });
    case "sales closes":
      return sales({ hours: [] });
    case "sales opens":
      return sales({ hours: [0, Number.MAX_SAFE_INTEGER] });
    case "sales calls back":
      return sales({ onMaxWait: "callback", overflowQueueId: null });
    case "sales counts priority for nothing":
      return sales({ priorityStepMs: 0 });
    case "emergency: sales is closed":
      return emergency({});
    case "emergency: sales is announced":
      return emergency({ mode: "announcement" });
    case "emergency: sales goes to service":
      return emergency({ mode: "redirect", redirectQueueId: "service" });
    case "emergency: service goes to sales":
      return emergency({ mode: "redirect", queueId: "service", redirectQueueId: "sales" });
    case "emergency: the line goes outside":
      return emergency({ mode: "redirect", queueId: null, channelId: "line", redirectNumber: "+77010000000" });
    case "emergency for a minute":
      return emergency({ untilMs: now + 60_000 });
    case "emergency is over":
      return { ...facts, emergencies: [] };
  }
}
