import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";
import { InteractionBody } from "./interaction.ts";
import { InterestRow } from "./interest.ts";
import { OriginView } from "./lead.ts";

/**
 * GET /inquiries?status= · GET /inquiries/:id · GET /dialogs/:id/reception (get or start) · PUT /inquiries/:id/draft ·
 * POST /inquiries/:id/finish · /reject
 */
export const InquiryView = z.object({
  id: Id,
  number: z.number().int(),
  dialogId: Id.nullable(),
  callId: Id.nullable(),
  origin: z.enum(["call", "missed_call", "message", "email", "form", "manual"]),
  receivedAt: IsoTime,
  status: z.enum(["new", "in_wizard", "dispatched", "processed", "rejected"]),
  purposeId: Id.nullable(),
  suggestedPurposeId: Id.nullable(),
  party: z.object({ name: z.string(), customerId: Id.nullable(), contactId: Id.nullable(), leadId: Id.nullable() }),
  /** First touch of the dialog: the catalogue's source, and what the channel told. */
  source: NamedRef.nullable(),
  sourceOrigin: OriginView.nullable(),
  /** The caller's number (a missed call), to be called back; null when withheld. */
  identityValue: z.string().nullish(),
  attempts: z.number().int(),
  dispatchedTo: EmployeeRef.nullable(),
  dueAt: IsoTime.nullable(),
  interestId: Id.nullable(),
  draft: z.record(z.string(), z.unknown()).nullable(),
  processedBy: EmployeeRef.nullable(),
  processedAt: IsoTime.nullable(),
  rejectReason: z.string().nullish(),
  version: z.number().int(),
});
export type InquiryView = z.infer<typeof InquiryView>;
export const InquiryPage = Page(InquiryView);
export const InquiryQuery = PageQuery.extend({
  status: z.enum([...InquiryView.shape.status.options, "unprocessed"]).optional(),
  origin: InquiryView.shape.origin.optional(),
});
/** The wizard's half-filled form; the last write wins and `version` stays. */
export const InquiryDraftBody = z.object({ draft: z.record(z.string(), z.unknown()), purposeId: Id.nullable().optional() });
/** `purposeId` ranks the Interests for that purpose (the agent has chosen another one than suggested). */
export const ReceptionQuery = z.object({ purposeId: Id.optional() });
/** What the wizard opens with (B1 step 0): prefilled, ranked, usable by Ctrl+Enter at once for a known caller. */
export const Reception = z.object({
  inquiry: InquiryView,
  identity: z.object({
    result: z.string(),
    value: z.string().nullable(),
    kind: z.string(),
    candidates: z.array(z.object({ customerId: Id, contactId: Id.nullable(), name: z.string() })),
  }),
  interests: z.array(InterestRow.extend({ score: z.number(), preselected: z.boolean(), recentlyLost: z.boolean() })),
});
export type Reception = z.infer<typeof Reception>;
export const FinishBody = z.object({
  version: z.number().int(),
  purposeId: Id,
  who: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("customer"), customerId: Id, contactId: Id.nullable() }),
    z.object({ kind: z.literal("lead"), leadId: Id }),
    z.object({
      kind: z.literal("new-lead"),
      contactName: z.string().max(300).nullable(),
      companyName: z.string().max(300).nullable(),
      phone: z.string().max(50).nullable(),
      email: z.string().max(200).nullable(),
    }),
  ]),
  dispatchTo: Id.nullable().default(null),
  interest: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("existing"), interestId: Id, reopen: z.boolean().default(false) }),
    z.object({ kind: z.literal("new"), title: z.string().max(300).nullable(), interestKindId: Id.nullable(), parallelReason: z.string().max(500).nullable() }),
    z.object({ kind: z.literal("none") }),
  ]),
  note: z.string().max(10_000).nullable().default(null),
  next: InteractionBody.nullable().default(null),
});
export type FinishBody = z.infer<typeof FinishBody>;
export const FinishResult = z.object({
  inquiry: InquiryView,
  interestId: Id.nullable(),
  interactionId: Id.nullable(),
  customerId: Id.nullable(),
  leadId: Id.nullable(),
});
export const RejectBody = z.object({ version: z.number().int(), reason: z.string().min(1).max(500), blockIdentity: z.boolean().default(false) });
