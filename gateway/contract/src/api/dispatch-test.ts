import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef } from "./common.ts";

/**
 * POST /dispatch-test: "what would happen to this message?" (RG-08). Says whom the house would see in a caller or writer, which inquiry it
 * would make and to whom it would be offered; nothing is kept of it. For whoever sees channels and all customers.
 */
export const DispatchTestBody = z.object({
  channelId: Id,
  kind: z.enum(["phone", "email", "telegram", "viber", "vk", "site_visitor"]),
  value: z.string().trim().max(320),
  /** When it comes: deadlines and opening hours are those of that moment. */
  at: IsoTime.optional(),
});
export const DispatchTestResult = z.object({
  /** As it would be compared; null: withheld or unreadable. */
  value: z.string().nullable(),
  result: z.enum(["known", "lead", "ambiguous", "new", "hidden", "blocked"]),
  name: z.string(),
  customer: NamedRef.nullable(),
  contactId: Id.nullable(),
  leadId: Id.nullable(),
  candidates: z.array(z.object({ customerId: Id, contactId: Id.nullable(), name: z.string() })),
  /** A potential client would be made. */
  makesLead: z.boolean(),
  /** null: a blocked one makes none. */
  inquiry: z.object({ origin: z.string(), purpose: NamedRef.nullable(), source: NamedRef.nullable(), dueAt: IsoTime }).nullable(),
  /** First rung of the ladder, and who stands in when absent at that moment. */
  responsible: z.object({ employee: EmployeeRef, why: z.enum(["interest", "customer", "last_talked"]) }).nullable(),
  substitute: EmployeeRef.nullable(),
  /** Then the least loaded of the queue's members for this medium, then the queue itself. */
  queue: NamedRef.extend({ members: z.number().int(), open: z.boolean() }),
});
export type DispatchTestResult = z.infer<typeof DispatchTestResult>;
