import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery, patchOf } from "./common.ts";

/** GET/POST /interests · GET/PATCH /interests/:id · POST /interests/:id/stage · /close · /reopen */
export const InterestRow = z.object({
  id: Id,
  number: z.number().int(),
  title: z.string(),
  kind: NamedRef,
  status: z.enum(["open", "won", "lost", "cancelled"]),
  stage: NamedRef.nullable(),
  stageEnteredAt: IsoTime.nullable(),
  customer: NamedRef.nullable(),
  leadId: Id.nullable(),
  responsible: EmployeeRef.nullable(),
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  expectedClose: z.string().nullable(),
  createdAt: IsoTime,
  lastActivityAt: IsoTime.nullable(),
  nextStepAt: IsoTime.nullable(),
  version: z.number().int(),
});
export type InterestRow = z.infer<typeof InterestRow>;
export const InterestPage = Page(InterestRow);
export const InterestQuery = PageQuery.extend({
  status: z.enum(["open", "won", "lost", "cancelled"]).optional(),
  kindId: Id.optional(),
  responsibleId: Id.optional(),
  customerId: Id.optional(),
  leadId: Id.optional(),
  q: z.string().max(200).optional(),
});
export const InterestView = InterestRow.extend({
  contactId: Id.nullable(),
  purposeId: Id.nullable(),
  sourceId: Id.nullable(),
  processMode: z.enum(["typical", "manual", "none"]),
  lossReasonId: Id.nullable(),
  closedAt: IsoTime.nullable(),
  stageHistory: z.array(z.object({ stage: NamedRef, from: IsoTime, to: IsoTime.nullable(), by: EmployeeRef.nullable() })),
});
export type InterestView = z.infer<typeof InterestView>;
export const InterestBody = z.object({
  kindId: Id,
  title: z.string().min(1).max(300),
  customerId: Id.nullable().default(null),
  leadId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  purposeId: Id.nullable().default(null),
  sourceId: Id.nullable().default(null),
  responsibleId: Id.nullable().default(null),
  amount: z.number().min(0).nullable().default(null),
  currency: z.string().length(3).nullable().default(null),
  expectedClose: z.iso.date().nullable().default(null),
  fromDialogId: Id.nullable().default(null),
  parallelReason: z.string().max(500).nullable().default(null),
});
export const InterestPatch = patchOf(
  InterestBody.pick({ title: true, responsibleId: true, amount: true, currency: true, expectedClose: true, contactId: true }),
).extend({ version: z.number().int() });
export const StageBody = z.object({ stageId: Id, version: z.number().int(), reason: z.string().max(500).nullable().default(null) });
export const CloseBody = z.object({
  status: z.enum(["won", "lost", "cancelled"]),
  lossReasonId: Id.nullable().default(null),
  comment: z.string().max(2000).nullable().default(null),
  plannedInteractions: z.enum(["keep", "cancel"]).nullable().default(null),
  version: z.number().int(),
});
