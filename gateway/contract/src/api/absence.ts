import { z } from "zod";
import { EmployeeRef, Id, IsoTime } from "./common.ts";

/**
 * Absences, who stands in, and handing back (AD-07, B8).
 * GET  /api/v1/absences?employeeId=&from=&to=       AbsenceView[] (right `employee read`; one's own always), newest first
 * POST /api/v1/absences                             AbsenceBody -> 201 AbsenceView. Planned ones of oneself, anything of others with right
 *                                                   `employee assign`. Overlap with another: `duplicate`
 * PATCH /api/v1/absences/:id                        AbsencePatch -> AbsenceView: longer (nothing moves), shorter (hand-back now), another substitute
 * POST /api/v1/absences/:id/return                  AbsenceView: back before the time, state `returning`
 * POST /api/v1/absences/:id/cancel                  AbsenceView: one that has not begun
 * GET  /api/v1/absences/:id/handover                Handover: what was delegated and what became of it
 * POST /api/v1/absences/:id/take-back               TakeBackBody -> Handover (the employee or their head): all, or some; `keep` leaves with the substitute
 * GET  /api/v1/employees/:id/substitute             PersonalSubstitute
 * PUT  /api/v1/employees/:id/substitute             {substituteId} -> PersonalSubstitute (one's own, or right `employee assign`)
 *
 * Who stands in: the person named in the absence, else the personal substitute, else the head of the department, else the least loaded
 * of the department; who is absent too is followed to theirs, five steps at most, nobody twice; else nobody, and the queue has it.
 */
export const AbsenceView = z.object({
  id: Id,
  employee: EmployeeRef,
  kind: z.enum(["planned", "unplanned"]),
  reason: z.string().nullable(),
  from: IsoTime,
  /** null = nobody knows yet. */
  to: IsoTime.nullable(),
  /** The person named. */
  substitute: EmployeeRef.nullable(),
  /** Who stands in this moment (or would at its beginning). */
  standIn: EmployeeRef.nullable(),
  state: z.enum(["scheduled", "active", "returning", "closed", "cancelled"]),
  /** Everything is taken back by itself at the end. */
  autoReturn: z.boolean(),
  delegated: z.object({ open: z.number().int(), total: z.number().int() }),
});
export type AbsenceView = z.infer<typeof AbsenceView>;
export const AbsenceQuery = z.object({
  employeeId: Id.optional(),
  from: IsoTime.optional(),
  to: IsoTime.optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(500),
});
export const AbsenceBody = z
  .object({
    employeeId: Id,
    kind: z.enum(["planned", "unplanned"]).default("planned"),
    reason: z.string().trim().max(500).nullable().default(null),
    /** Unplanned: now when left out. */
    from: IsoTime.optional(),
    to: IsoTime.nullable().default(null),
    substituteId: Id.nullable().default(null),
    autoReturn: z.boolean().default(false),
  })
  .refine((b) => b.kind === "unplanned" || b.from !== undefined, { path: ["from"], message: "required" });
export type AbsenceBody = z.infer<typeof AbsenceBody>;
export const AbsencePatch = z.object({
  reason: z.string().trim().max(500).nullable().optional(),
  from: IsoTime.optional(),
  to: IsoTime.nullable().optional(),
  substituteId: Id.nullable().optional(),
  autoReturn: z.boolean().optional(),
});

export const DELEGATED = ["dialog", "inquiry", "interaction", "task", "interest", "claim"] as const;
export const HandoverItem = z.object({
  id: Id,
  kind: z.enum(DELEGATED),
  objectId: Id,
  /** What it is about: the customer's name, the Interaction's subject, the task's title, number and title of the Interest or the claim. */
  title: z.string(),
  dueAt: IsoTime.nullable(),
  substitute: EmployeeRef.nullable(),
  delegatedAt: IsoTime,
  /** null while it is still to be decided; then returned, kept, done_by_substitute, reassigned_elsewhere, cancelled. */
  outcome: z.string().nullable(),
  /** May be taken back, and is offered so. */
  preselected: z.boolean(),
});
export const Handover = z.object({
  absence: AbsenceView,
  items: z.array(HandoverItem),
  /** The report of a closed absence; counts of what has been settled so far before. */
  report: z.object({
    delegated: z.number().int(),
    doneBySubstitute: z.number().int(),
    returned: z.number().int(),
    kept: z.number().int(),
    elsewhere: z.number().int(),
  }),
});
export type Handover = z.infer<typeof Handover>;
/** Ids of HandoverItems. `take: "all"` takes what is preselected. What is named in neither stays to be decided. */
export const TakeBackBody = z.object({ take: z.union([z.literal("all"), z.array(Id).max(5000)]), keep: z.array(Id).max(5000).default([]) });
export const PersonalSubstitute = z.object({ substitute: EmployeeRef.nullable() });
export const SubstituteBody = z.object({ substituteId: Id.nullable() });
