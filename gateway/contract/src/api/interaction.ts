import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";

/** GET/POST /interactions · PATCH /interactions/:id · POST /interactions/:id/complete · /cancel */
export const InteractionView = z.object({
  id: Id,
  type: NamedRef.extend({ code: z.string() }),
  status: NamedRef,
  state: z.enum(["planned", "done", "failed", "cancelled"]),
  direction: z.enum(["in", "out", "both"]),
  subject: z.string(),
  description: z.string().nullable(),
  result: z.string().nullable(),
  plannedFrom: IsoTime.nullable(),
  plannedTo: IsoTime.nullable(),
  occurredFrom: IsoTime.nullable(),
  occurredTo: IsoTime.nullable(),
  customerId: Id.nullable(),
  contactId: Id.nullable(),
  leadId: Id.nullable(),
  interestId: Id.nullable(),
  dialogId: Id.nullable(),
  callId: Id.nullable(),
  executor: EmployeeRef.nullable(),
  version: z.number().int(),
});
export type InteractionView = z.infer<typeof InteractionView>;
export const InteractionBody = z.object({
  typeId: Id,
  direction: z.enum(["in", "out", "both"]).default("out"),
  subject: z.string().min(1).max(300),
  description: z.string().max(10_000).nullable().default(null),
  plannedFrom: IsoTime.nullable().default(null),
  minutes: z.number().int().min(1).max(1440).default(15),
  customerId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  leadId: Id.nullable().default(null),
  interestId: Id.nullable().default(null),
  executorId: Id.nullable().default(null),
});
export const InteractionQuery = PageQuery.extend({
  state: z.enum(["planned", "done", "failed", "cancelled"]).optional(),
  customerId: Id.optional(),
  leadId: Id.optional(),
  interestId: Id.optional(),
  executorId: Id.optional(),
});
export const InteractionPage = Page(InteractionView);
/** A planned one may be changed and moved; of a done one only text and result, by its author within 24 h. */
export const InteractionPatch = z.object({
  subject: z.string().min(1).max(300).optional(),
  description: z.string().max(10_000).nullable().optional(),
  result: z.string().max(10_000).nullable().optional(),
  plannedFrom: IsoTime.optional(),
  minutes: z.number().int().min(1).max(1440).optional(),
  executorId: Id.optional(),
  version: z.number().int(),
});
export const VersionBody = z.object({ version: z.number().int() });
export const CompleteBody = z.object({
  statusId: Id.nullable().default(null),
  result: z.string().max(10_000).nullable().default(null),
  version: z.number().int(),
  next: InteractionBody.nullable().default(null),
});
