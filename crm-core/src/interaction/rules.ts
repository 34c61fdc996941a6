import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { State } from "./types.ts";

/** How long the author may still put right the words of a done Interaction (IA-01). */
export const CORRECTION_MS = 24 * 3_600_000;

export interface InteractionRecord {
  id: Id;
  type_id: Id;
  status_id: Id;
  state: State;
  executor_id: Id | null;
  author_id: Id | null;
  call_id: Id | null;
  created_at: Date;
  ended_at: Date | null;
  version: number;
}

/** A locked row with what every change of it needs. */
export type Locked = InteractionRecord & {
  subject: string;
  interest_id: Id | null;
  customer_id: Id | null;
  contact_id: Id | null;
  lead_id: Id | null;
  planned_from: Date | null;
  planned_to: Date | null;
};

/**
 * What may be changed: everything of a planned one; of a done one only text and result, by whoever planned or did it, within 24 h
 * after it was said to be over; nothing of failed and cancelled ones. Throws validation naming the fields.
 */
export function checkPatch(item: InteractionRecord, patch: Record<string, unknown>, by: Id, now: number): void {
  if (item.state === "planned") return;
  const words = ["description", "result"];
  // The chain is no part of the Interaction itself: it may be joined later.
  const fields = Object.keys(patch).filter((key) => key !== "version" && key !== "about" && patch[key] !== undefined);
  if (fields.length === 0) return;
  const frozen = item.state === "done" ? fields.filter((f) => !words.includes(f)) : fields;
  if (frozen.length > 0) throw new AppError("validation", { fields: Object.fromEntries(frozen.map((f) => [f, "immutable"])) });
  const mine = item.author_id === by || item.executor_id === by;
  const late = now - (item.ended_at ?? item.created_at).getTime() > CORRECTION_MS;
  if (!mine || late) throw new AppError("validation", { fields: Object.fromEntries(fields.map((f) => [f, mine ? "too_late" : "not_author"])) });
}

/** Only what is planned can be completed or cancelled. */
export function checkPlanned(item: InteractionRecord): void {
  if (item.state !== "planned") throw new AppError("validation", { fields: { state: item.state } });
}

/** Clocks of browsers run ahead of ours by so much. */
const AHEAD_MS = 60_000;

/**
 * When it took place: from the time that was said, else it has just ended, and began when it was planned if that was within its usual length
 * before now; whoever completes it days late does not make it last for days. Throws validation for a time that has not come.
 */
export function tookPlace(now: number, o: { said: number | null; lengthMs: number; plannedFrom: number | null }): { from: Date; to: Date } {
  if (o.said !== null) {
    if (o.said > now + AHEAD_MS) throw new AppError("validation", { fields: { occurredFrom: "in_future" } });
    const from = Math.min(o.said, now);
    return { from: new Date(from), to: new Date(Math.min(from + o.lengthMs, now)) };
  }
  const earliest = now - o.lengthMs;
  return { from: new Date(o.plannedFrom !== null && o.plannedFrom > earliest && o.plannedFrom <= now ? o.plannedFrom : earliest), to: new Date(now) };
}
