import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";
import { InteractionBody } from "./interaction.ts";
import { InterestRow } from "./interest.ts";
import { OriginView } from "./lead.ts";

/**
 * GET /inquiries?status= · POST /inquiries (a visitor, by hand) · GET /inquiries/summary · GET /inquiries/:id · GET /inquiries/:id/dispatches ·
 * GET /dialogs/:id/reception and GET /inquiries/:id/reception (get or start) · PUT /inquiries/:id/draft · POST /inquiries/:id/finish · /dispatch · /reject · /undo
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
  /** What the channel told of who it is: null and null when somebody came in person, a kind without a value when it is withheld. */
  identityKind: z.string().nullable(),
  identityValue: z.string().nullish(),
  attempts: z.number().int(),
  dispatchedTo: EmployeeRef.nullable(),
  /** Whose it is: to whom it was dispatched, else who receives it. */
  holder: EmployeeRef.nullable(),
  /** Handed to a queue: any of its members may take it. */
  dispatchedQueue: NamedRef.nullish(),
  /** The rule that acted on it, if one did. */
  rule: NamedRef.nullish(),
  claim: z.object({ id: Id, number: z.number().int(), title: z.string() }).nullish(),
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
const InquiryFilter = z.object({
  status: z.enum([...InquiryView.shape.status.options, "unprocessed"]).optional(),
  origin: InquiryView.shape.origin.optional(),
  /** Whose they are; "nobody": those that wait for anybody. */
  holder: z.union([Id, z.literal("nobody")]).optional(),
  queueId: Id.optional(),
  channelId: Id.optional(),
  /** Only those past their deadline. */
  overdue: z.enum(["true"]).optional(),
});
export const InquiryQuery = PageQuery.extend(InquiryFilter.shape);
const Backlog = z.object({
  count: z.number().int(),
  overdue: z.number().int(),
  /** Of `count`, from 0 to 1. */
  overdueShare: z.number(),
  /** Of the one that has waited longest in working time, and that time. */
  oldestAt: IsoTime.nullable(),
  oldestWorkS: z.number().int().nullable(),
});
/** What is not received yet (RG-11), among those one may see: all, by who holds it, by queue and by channel through which it came. Worst first. */
export const InquirySummary = Backlog.extend({
  byEmployee: z.array(Backlog.extend({ employee: EmployeeRef.nullable() })),
  byQueue: z.array(Backlog.extend({ queue: NamedRef.nullable() })),
  /** null: by no channel, in person. */
  byChannel: z.array(Backlog.extend({ channel: NamedRef.nullable() })),
});
export type InquirySummary = z.infer<typeof InquirySummary>;
/** Hands an open inquiry to a colleague or a queue, with a new deadline (RG-08). Exactly one of the two. */
export const DispatchBody = z.object({
  version: z.number().int(),
  employeeId: Id.nullable().default(null),
  queueId: Id.nullable().default(null),
  purposeId: Id.nullable().default(null),
  reason: z.string().trim().max(500).nullable().default(null),
});
/** Every hand-over of an inquiry, oldest first. */
export const DispatchHistory = z.array(
  z.object({
    id: Id,
    at: IsoTime,
    by: EmployeeRef.nullable(),
    rule: NamedRef.nullable(),
    from: EmployeeRef.nullable(),
    to: EmployeeRef.nullable(),
    queue: NamedRef.nullable(),
    purpose: NamedRef.nullable(),
    dueAt: IsoTime.nullable(),
    reason: z.string().nullable(),
  }),
);
export type DispatchHistory = z.infer<typeof DispatchHistory>;
/** Somebody came in or rang a private phone: an inquiry without a dialog, received by whoever writes it down (B1). */
export const ManualInquiryBody = z.object({ purposeId: Id.nullable().default(null) });
export const UndoBody = z.object({ version: z.number().int() });
/** The wizard's half-filled form; the last write wins and `version` stays. */
export const InquiryDraftBody = z.object({ draft: z.record(z.string(), z.unknown()), purposeId: Id.nullable().optional() });
/**
 * `purposeId` ranks the Interests for that purpose (the agent has chosen another one than suggested). The person is told only where there is
 * no dialog that knows it.
 */
export const ReceptionQuery = z.object({ purposeId: Id.optional(), customerId: Id.optional(), contactId: Id.optional(), leadId: Id.optional() });
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
  /** Whom the purpose's rule has go on with it, and why; null: no purpose yet, or one that is handed on or rejected. */
  proposed: z
    .object({
      purposeId: Id,
      employee: EmployeeRef.nullable(),
      queue: NamedRef.nullable(),
      why: z.enum(["fixed", "responsible", "me", "least_loaded", "queue"]),
    })
    .nullable(),
  /** Who else has this reception open at present; null: nobody. */
  openedBy: EmployeeRef.nullable(),
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
  dispatchQueueId: Id.nullable().default(null),
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
  /** Until when it can be taken back by POST /inquiries/:id/undo; null: not at all. */
  undoUntil: IsoTime.nullable(),
});
export const RejectBody = z.object({ version: z.number().int(), reason: z.string().min(1).max(500), blockIdentity: z.boolean().default(false) });
