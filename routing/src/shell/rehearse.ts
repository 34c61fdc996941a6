import { randomUUID } from "node:crypto";
import type { Db } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { RouterCommand, RoutingInput } from "@kommutator/contract/routing-input";
import type { Deadline } from "../core/deadlines.ts";
import { decide } from "../core/decide.ts";
import { type Decision, Effects } from "../core/effects.ts";
import type { CoreInput } from "../core/event.ts";
import type { RouterState } from "../core/state.ts";
import { readFacts } from "./facts.ts";
import { readMemory } from "./memory.ts";

/** Ids of the rehearsal's events lie above all that the table will ever give (idOf takes up to 2^53). */
const FIRST_EVENT = 2 ** 52;
/** Where a rehearsal stops: what waits for ever, or goes round and round, is told as far as this. */
const MAX_STEPS = 40;
const MAX_EVENTS = 400;

/** A decision about the rehearsed dialog, with the queue of its entry and how long the offer would stand. */
export interface RehearsedStep {
  decision: Decision;
  queueId: Id;
  offerMs: number | null;
}
export interface Rehearsal {
  steps: RehearsedStep[];
  /** The orders about the dialog, in order, but ringing. */
  orders: RouterCommand[];
  /** It waits on: nothing more happens to it by the clock (or the rehearsal was cut off). */
  waits: boolean;
  /** It waits for somebody to make a promised callback. */
  callback: string | null;
  /** The moment of the last decision. */
  at: EpochMs;
}

type Opened = Omit<Extract<RoutingInput, { kind: "dialog.opened" }>, "kind" | "dialogId" | "at" | "callId">;

/** The router's memory as the tables have it now, for the moment `at`: a copy, on whichever node. */
export async function copyOfMemory(sql: Db, at: EpochMs): Promise<RouterState> {
  const facts = await readFacts(sql, at);
  const { state } = await readMemory(sql, facts, at);
  decide(state, { id: FIRST_EVENT, now: at, input: { kind: "facts.read", facts, at } });
  return state;
}

/**
 * Plays a made-up dialog through the pure core on a copy of the memory, as if everybody asked let it ring: whatever clock of its own runs
 * off next is the next event. Everybody else stays as they are. Changes the copy, writes nothing.
 */
export function rehearse(state: RouterState, opened: Opened, at: EpochMs): Rehearsal {
  const dialogId = randomUUID();
  const result: Rehearsal = { steps: [], orders: [], waits: true, callback: null, at };
  const queues = new Map<Id, Id>();
  let input: CoreInput = { kind: "dialog.opened", dialogId, callId: null, at, ...opened };
  let now = at;
  for (let n = 1; n <= MAX_EVENTS && result.steps.length < MAX_STEPS; n++) {
    const effects = new Effects();
    decide(state, { id: FIRST_EVENT + n, now, input }, effects);
    note(result, effects, dialogId, queues);
    const entry = state.entries.get(dialogId);
    if (entry === undefined) {
      result.waits = false;
      return result;
    }
    result.callback = entry.callbackNumber;
    if (result.callback !== null) return result;
    const next = earliest([entry.offer?.deadline ?? null, entry.wait, entry.retry, entry.relax]);
    if (next === null) return result;
    now = Math.max(now, next.at);
    input = { kind: "deadline", deadlineId: next.id, at: now };
  }
  return result;
}

function note(result: Rehearsal, effects: Effects, dialogId: Id, queues: Map<Id, Id>): void {
  for (const e of effects.entries) if (e.dialogId === dialogId) queues.set(e.id, e.queueId);
  for (const decision of effects.decisions) {
    if (decision.dialogId !== dialogId) continue;
    const offer = effects.offers.find((o) => o.entryId === decision.entryId && o.employeeId === decision.chosenId && o.createdAt === decision.at);
    result.steps.push({ decision, queueId: queues.get(decision.entryId) ?? "", offerMs: offer === undefined ? null : offer.deadlineAt - offer.createdAt });
    result.at = decision.at;
  }
  for (const c of effects.commands) if (c.dialogId === dialogId && c.kind !== "ring" && c.kind !== "cancel-ring" && c.kind !== "bridge") result.orders.push(c);
}

function earliest(deadlines: readonly (Deadline | null | undefined)[]): Deadline | null {
  let first: Deadline | null = null;
  for (const d of deadlines) if (d?.isSet() === true && (first === null || d.at < first.at)) first = d;
  return first;
}
