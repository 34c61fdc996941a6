import { z } from "zod";
import { EmployeeRef, Id, IsoTime, MediumSchema, NamedRef } from "./common.ts";
import { Why } from "./dialogs.ts";

/**
 * GET  /api/v1/dialogs/:id/why       WhyStory: why did this come to me, why is it waiting, why did this caller wait (XS-03).
 *                                    Rights of the dialog; what one may not see answers not_found.
 * POST /api/v1/routing/what-if       WhatIfBody -> WhatIf: what would happen now (or at `at`) if this number called this line.
 *                                    Writes nothing. Right `queue edit` on the queue.
 */

/** Why somebody was (not) chosen: DecisionReason's codes, and those of a rung that chose nobody (`nobody_ready`, `not_eligible`, `max_wait` …). */
export const WhyReason = z.object({
  code: z.string(),
  load: z.number().optional(),
  /** Whose forwarding brought it here, and upon what: busy, no_answer, absent, out_of_hours, always. */
  from: EmployeeRef.optional(),
  on: z.string().optional(),
});
/** The best of those who could have had it, least loaded first. */
export const WhyCandidate = z.object({ employee: EmployeeRef, load: z.number() });
/** How many of the queue's people could not have it, by reason: `in_call`, `wrapup`, `absent`, `lacks_skill` … */
export const WhyRefusals = z.record(z.string(), z.number().int());

/** One line of the timeline; they stand in the order in which they happened. */
export const WhyItem = z.discriminatedUnion("kind", [
  /** A stay in a queue began. `since`: the place it counts from (earlier than `at` when it came back or was moved on). */
  z.object({ kind: z.literal("entered"), at: IsoTime, entryId: Id, queue: NamedRef, since: IsoTime, priority: z.number().int(), identity: z.string() }),
  z.object({
    kind: z.literal("decision"),
    at: IsoTime,
    entryId: Id,
    rung: z.string(),
    chosen: EmployeeRef.nullable(),
    reason: WhyReason,
    best: z.array(WhyCandidate),
    refusals: WhyRefusals,
  }),
  z.object({
    kind: z.literal("offer"),
    at: IsoTime,
    offerId: Id,
    entryId: Id,
    employee: EmployeeRef,
    rung: z.string(),
    /** The person who gave it out by hand. */
    by: EmployeeRef.nullable(),
    /** null while it is open. */
    endedAt: IsoTime.nullable(),
    /** pending, presented, answered, accepted, rejected, timed_out, rescinded, failed */
    outcome: z.string(),
    cause: z.string().nullable(),
  }),
  /** Somebody was rung who was not offered it by the router: a transfer, a forwarding to another number, the own line of a callback. */
  z.object({
    kind: z.literal("hop"),
    at: IsoTime,
    employee: EmployeeRef.nullable(),
    number: z.string().nullable(),
    answeredAt: IsoTime.nullable(),
    endedAt: IsoTime.nullable(),
    cause: z.string().nullable(),
  }),
  z.object({ kind: z.literal("left"), at: IsoTime, entryId: Id, queue: NamedRef, outcome: z.string(), waitedMs: z.number().int() }),
  z.object({
    kind: z.literal("assigned"),
    at: IsoTime,
    employee: EmployeeRef,
    endedAt: IsoTime.nullable(),
    endReason: z.string().nullable(),
  }),
]);
export type WhyItem = z.infer<typeof WhyItem>;
/** Also the decisions alone, as the thread shows them between the messages. */
export const WhyStory = Why.extend({
  timeline: z.array(WhyItem),
  /** First come, first spoken to: for the headline "waited 2:10, three people were asked". */
  summary: z.object({
    since: IsoTime.nullable(),
    /** When somebody took it, or it left unanswered; null while it waits. */
    until: IsoTime.nullable(),
    waitedMs: z.number().int().nullable(),
    asked: z.number().int(),
    outcome: z.string().nullable(),
  }),
  /** Where it stands while it waits: its place (1 = next) among those of its medium, and why nobody has it this moment. */
  now: z.object({ queue: NamedRef, rung: z.string(), place: z.number().int(), waiting: z.number().int(), refusals: WhyRefusals }).nullable(),
});
export type WhyStory = z.infer<typeof WhyStory>;

export const WhatIfBody = z
  .object({
    /** The channel through which it would come; its line's or its own queue takes it. */
    channelId: Id.optional(),
    /** The number of ours that was dialled, when the channel has lines. */
    line: z.string().trim().max(40).optional(),
    /** Without a channel: straight into this queue, as a call unless `medium` says otherwise. */
    queueId: Id.optional(),
    medium: MediumSchema.optional(),
    number: z.string().trim().max(40).optional(),
    email: z.string().trim().max(320).optional(),
    /** The moment; now when left out. People's states are those of now, calendars and absences those of the moment. */
    at: IsoTime.optional(),
  })
  .refine((b) => (b.channelId === undefined) !== (b.queueId === undefined), { path: ["queueId"], message: "one of channelId and queueId" })
  .refine((b) => b.number === undefined || b.email === undefined, { path: ["email"], message: "number or email" });
export type WhatIfBody = z.infer<typeof WhatIfBody>;

/** One decision of the rehearsal. `afterMs`: since the beginning, if everybody asked before let it ring. */
export const WhatIfStep = z.object({
  afterMs: z.number().int(),
  queue: NamedRef,
  rung: z.string(),
  chosen: EmployeeRef.nullable(),
  reason: WhyReason,
  best: z.array(WhyCandidate),
  refusals: WhyRefusals,
  /** How long it would ring (lie in the list); null when nobody is asked. */
  offerMs: z.number().int().nullable(),
});
export const WhatIf = z.object({
  at: IsoTime,
  medium: MediumSchema,
  queue: NamedRef,
  who: z.object({
    result: z.string(),
    name: z.string(),
    customerId: Id.nullable(),
    leadId: Id.nullable(),
    isVip: z.boolean(),
    responsible: z.object({ employee: EmployeeRef, why: z.string() }).nullable(),
    substitute: EmployeeRef.nullable(),
  }),
  priority: z.number().int(),
  /** Skills that are asked for, and until when after the beginning (null = always). */
  requires: z.array(z.object({ skill: NamedRef, level: z.number().int(), relaxMs: z.number().int().nullable() })),
  /** How many of its medium would stand before it. */
  ahead: z.number().int(),
  steps: z.array(WhatIfStep),
  /** What becomes of it in the end if nobody answers. */
  end: z.object({
    kind: z.enum(["waits", "fallback", "callback", "redirected", "announcement", "closed", "acknowledged"]),
    number: z.string().nullable(),
    afterMs: z.number().int(),
  }),
});
export type WhatIf = z.infer<typeof WhatIf>;
