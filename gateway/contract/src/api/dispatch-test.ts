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
  /** Subject and text of the message; rules look for their words in it. */
  text: z.string().max(20_000).default(""),
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
  /** Rules in the order in which they were tried, up to the one that acts. */
  rules: z.array(NamedRef.extend({ applies: z.boolean(), why: z.enum(["applies", "channel", "sender", "words", "identity", "disabled"]) })),
  /** What the acting rule does; null: no rule acts, a human receives it. */
  outcome: z
    .object({
      action: z.enum(["suggest", "assign", "create_interest", "reject"]),
      purpose: NamedRef.nullable(),
      employee: EmployeeRef.nullable(),
      queue: NamedRef.nullable(),
      reason: z.string().nullable(),
      /** For create_interest: attached to this one, a new one (`null`), or several fit and a human decides. */
      interest: z.enum(["attach", "create", "human"]).nullable(),
      attachTo: z.object({ id: Id, number: z.number().int(), title: z.string() }).nullable(),
    })
    .nullable(),
  /** First rung of the ladder, and who stands in when absent at that moment. */
  responsible: z.object({ employee: EmployeeRef, why: z.enum(["interest", "customer", "last_talked"]) }).nullable(),
  substitute: EmployeeRef.nullable(),
  /** Then the least loaded of the queue's members for this medium, then the queue itself. */
  queue: NamedRef.extend({ members: z.number().int(), open: z.boolean() }),
});
export type DispatchTestResult = z.infer<typeof DispatchTestResult>;
