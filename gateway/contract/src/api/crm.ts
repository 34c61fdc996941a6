import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery, patchOf } from "./common.ts";

/**
 * Customers   GET/POST /customers · GET/PATCH /customers/:id · GET /customers/:id/feed · POST /customers/:id/contacts
 * Contacts    GET/PATCH /contacts/:id
 * Points      POST /contact-points · PATCH/DELETE /contact-points/:id
 * Leads       GET/POST /leads · GET/PATCH /leads/:id · GET /leads/:id/feed · POST /leads/:id/convert
 * Search      GET /search?q=     people by name, phone fragment, e-mail
 * Inquiries   GET /inquiries?status= · GET /inquiries/:id · GET /dialogs/:id/reception (get or start) · PUT /inquiries/:id/draft · POST /inquiries/:id/finish · /reject
 * Interests   GET/POST /interests · GET/PATCH /interests/:id · POST /interests/:id/stage · /close · /reopen
 * Interactions GET/POST /interactions · POST /interactions/:id/complete · /cancel
 * Card        GET /dialogs/:id/card    IncomingCard
 * Party       PATCH /dialogs/:id/party    PartyBody -> IncomingCard (choose among several, another person, link an Interest)
 * Catalogues  GET /catalogues (all in one, cached by the UI) · POST/PATCH/DELETE /catalogues/:name[/:id] (DELETE archives)
 * All under /api/v1. PATCH bodies carry `version`; a conflict answers 409 version_conflict with `details.current`.
 */
export const ContactPointKind = z.enum(["phone", "email", "telegram", "viber", "vk", "whatsapp", "skype", "icq", "site_visitor", "other"]);
export const ContactPoint = z.object({
  id: Id,
  kind: ContactPointKind,
  label: z.string().nullable(),
  raw: z.string(),
  value: z.string(),
  isShared: z.boolean(),
  verifiedAt: IsoTime.nullable(),
  bouncedAt: IsoTime.nullable(),
});
export type ContactPoint = z.infer<typeof ContactPoint>;
export const NewContactPoint = z.object({
  kind: ContactPointKind,
  value: z.string().min(1).max(300),
  label: z.enum(["mobile", "work", "home", "internal", "main", "other"]).nullable().default(null),
  isShared: z.boolean().default(false),
});

export const ContactPointBody = NewContactPoint.extend({
  customerId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  leadId: Id.nullable().default(null),
});
/** `verified: true` says that a person confirmed it; it fails with contact_point_taken when another card holds it verified. */
export const ContactPointPatch = z.object({
  label: NewContactPoint.shape.label.unwrap().optional(),
  isShared: z.boolean().optional(),
  verified: z.boolean().optional(),
});

export const ContactView = z.object({
  id: Id,
  name: z.string(),
  lastName: z.string().nullable(),
  firstName: z.string().nullable(),
  middleName: z.string().nullable(),
  position: z.string().nullable(),
  isPrimary: z.boolean(),
  leftAt: z.string().nullable(),
  contactPoints: z.array(ContactPoint),
  version: z.number().int(),
});
export const ContactBody = z.object({
  lastName: z.string().max(200).nullable().default(null),
  firstName: z.string().max(200).nullable().default(null),
  middleName: z.string().max(200).nullable().default(null),
  position: z.string().max(200).nullable().default(null),
  contactPoints: z.array(NewContactPoint).default([]),
});

export const ContactPatch = z.object({
  lastName: z.string().max(200).nullable().optional(),
  firstName: z.string().max(200).nullable().optional(),
  middleName: z.string().max(200).nullable().optional(),
  /** Position, primary mark and departure belong to the link with one company. */
  customerId: Id.optional(),
  position: z.string().max(200).nullable().optional(),
  isPrimary: z.boolean().optional(),
  leftAt: z.iso.date().nullable().optional(),
  version: z.number().int(),
});

export const CustomerRow = z.object({
  id: Id,
  code: z.string(),
  kind: z.enum(["company", "person"]),
  name: z.string(),
  responsible: EmployeeRef.nullable(),
  status: NamedRef.nullable(),
  isVip: z.boolean(),
  mainPhone: z.string().nullable(),
  mainEmail: z.string().nullable(),
  openInterests: z.number().int(),
  lastTouchAt: IsoTime.nullable(),
  createdAt: IsoTime,
});
export type CustomerRow = z.infer<typeof CustomerRow>;
export const CustomerPage = Page(CustomerRow);
export const CustomerQuery = PageQuery.extend({ q: z.string().max(200).optional(), responsibleId: Id.optional() });
export const CustomerView = CustomerRow.extend({
  legalName: z.string().nullable(),
  taxId: z.string().nullable(),
  regionId: Id.nullable(),
  industryId: Id.nullable(),
  sourceId: Id.nullable(),
  doNotContact: z.boolean(),
  comment: z.string().nullable(),
  contactPoints: z.array(ContactPoint),
  contacts: z.array(ContactView),
  mergedIntoId: Id.nullable(),
  version: z.number().int(),
});
export type CustomerView = z.infer<typeof CustomerView>;
export const CustomerBody = z.object({
  kind: z.enum(["company", "person"]),
  name: z.string().min(1).max(300),
  legalName: z.string().max(300).nullable().default(null),
  taxId: z.string().max(30).nullable().default(null),
  statusId: Id.nullable().default(null),
  regionId: Id.nullable().default(null),
  industryId: Id.nullable().default(null),
  sourceId: Id.nullable().default(null),
  responsibleId: Id.nullable().default(null),
  isVip: z.boolean().default(false),
  doNotContact: z.boolean().default(false),
  comment: z.string().max(5000).nullable().default(null),
  contactPoints: z.array(NewContactPoint).default([]),
});
export const CustomerPatch = patchOf(CustomerBody.omit({ contactPoints: true })).extend({ version: z.number().int() });

export const LeadView = z.object({
  id: Id,
  contactName: z.string().nullable(),
  companyName: z.string().nullable(),
  note: z.string().nullable(),
  status: z.enum(["new", "in_work", "qualified", "converted", "disqualified"]),
  source: NamedRef.nullable(),
  responsible: EmployeeRef.nullable(),
  dueAt: IsoTime.nullable(),
  contactPoints: z.array(ContactPoint),
  convertedCustomerId: Id.nullable(),
  createdAt: IsoTime,
  version: z.number().int(),
});
export type LeadView = z.infer<typeof LeadView>;
export const LeadPage = Page(LeadView);
export const LeadQuery = PageQuery.extend({ q: z.string().max(200).optional(), status: LeadView.shape.status.optional(), responsibleId: Id.optional() });
export const LeadBody = z.object({
  contactName: z.string().max(300).nullable().default(null),
  companyName: z.string().max(300).nullable().default(null),
  note: z.string().max(5000).nullable().default(null),
  sourceId: Id.nullable().default(null),
  responsibleId: Id.nullable().default(null),
  noContact: z.boolean().default(false),
  contactPoints: z.array(NewContactPoint).default([]),
});
export const LeadPatch = z.object({
  contactName: z.string().max(300).nullable().optional(),
  companyName: z.string().max(300).nullable().optional(),
  note: z.string().max(5000).nullable().optional(),
  responsibleId: Id.nullable().optional(),
  status: z.enum(["new", "in_work", "qualified"]).optional(),
  version: z.number().int(),
});
export const ConvertBody = z.object({
  customerId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  customer: CustomerBody.pick({ kind: true, name: true }).optional(),
  /** Make a new card although a card with the same number or address exists; otherwise the answer is `duplicate` with details.candidates. */
  confirmNew: z.boolean().default(false),
});
export const ConvertResult = z.object({ customerId: Id, contactId: Id.nullable() });

export const FeedItem = z.object({
  id: z.string(),
  kind: z.enum(["call", "message", "dialog", "interaction", "interest", "inquiry", "owner", "stage", "lead"]),
  at: IsoTime,
  title: z.string(),
  text: z.string().nullable(),
  direction: z.enum(["in", "out", "both"]).nullable(),
  employee: EmployeeRef.nullable(),
  dialogId: Id.nullable(),
  interestId: Id.nullable(),
  callId: Id.nullable(),
  durationS: z.number().nullable(),
  recordingBlobId: Id.nullable(),
  channelKind: z.string().nullable(),
  state: z.string().nullable(),
});
export type FeedItem = z.infer<typeof FeedItem>;
export const FeedPage = Page(FeedItem);
/** GET /customers/:id/feed and /leads/:id/feed: `kind` is one or several of FeedItem's kinds, separated by commas. */
export const FeedQuery = PageQuery.extend({ kind: z.string().max(200).optional(), employeeId: Id.optional(), interestId: Id.optional() });
export const SearchHit = z.object({
  kind: z.enum(["customer", "contact", "lead"]),
  id: Id,
  customerId: Id.nullable(),
  name: z.string(),
  detail: z.string(),
  responsible: EmployeeRef.nullable(),
});
export const SearchQuery = z.object({ q: z.string().min(1).max(200), limit: z.coerce.number().int().min(1).max(50).default(20) });
export const SearchResult = z.object({ items: z.array(SearchHit) });

export const StageView = z.object({
  id: Id,
  name: z.string(),
  pos: z.number().int(),
  plannedSeconds: z.number().nullable(),
  instruction: z.string().nullable(),
  requiresNextStep: z.boolean(),
});
export const PurposeView = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  outcome: z.enum(["interest", "claim", "service_task", "information", "transfer", "reject"]),
  interestKindId: Id.nullable(),
  queueId: Id.nullable(),
  dispatch: z.enum(["owner_then_least_loaded", "least_loaded", "fixed", "queue"]),
  fixedEmployeeId: Id.nullable(),
  slaS: z.number().nullable(),
  archived: z.boolean(),
});
export const Catalogues = z.object({
  purposes: z.array(PurposeView),
  interestKinds: z.array(
    z.object({
      id: Id,
      code: z.string(),
      name: z.string(),
      processMode: z.enum(["typical", "manual", "none"]),
      stages: z.array(StageView),
      archived: z.boolean(),
    }),
  ),
  lossReasons: z.array(NamedRef.extend({ kind: z.enum(["deal_lost", "demand_unmet", "lead_disqualified"]), archived: z.boolean() })),
  interactionTypes: z.array(
    z.object({
      id: Id,
      code: z.string(),
      name: z.string(),
      icon: z.string().nullable(),
      color: z.string().nullable(),
      statuses: z.array(z.object({ id: Id, code: z.string(), name: z.string(), state: z.string() })),
    }),
  ),
  sources: z.array(NamedRef),
  customerStatuses: z.array(NamedRef.extend({ color: z.string().nullable() })),
  regions: z.array(NamedRef),
  industries: z.array(NamedRef),
  employees: z.array(EmployeeRef.extend({ departmentId: Id, extension: z.string().nullable(), state: z.string() })),
  departments: z.array(NamedRef),
  queues: z.array(NamedRef),
});
export type Catalogues = z.infer<typeof Catalogues>;

/** Bodies of POST /catalogues/:name; PATCH takes any part of them. */
export const CatalogueBodies = {
  purposes: PurposeView.omit({ id: true, archived: true }).extend({
    interestKindId: Id.nullable().default(null),
    queueId: Id.nullable().default(null),
    dispatch: PurposeView.shape.dispatch.default("owner_then_least_loaded"),
    fixedEmployeeId: Id.nullable().default(null),
    slaS: z.number().int().positive().nullable().default(null),
  }),
  "interest-kinds": z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200), processMode: z.enum(["typical", "manual", "none"]) }),
  stages: z.object({
    kindId: Id,
    name: z.string().min(1).max(200),
    pos: z.number().int().min(0),
    plannedSeconds: z.number().int().positive().nullable().default(null),
    instruction: z.string().max(5000).nullable().default(null),
    requiresNextStep: z.boolean().default(false),
    allowBack: z.boolean().default(false),
    isOptional: z.boolean().default(false),
  }),
  "loss-reasons": z.object({ name: z.string().min(1).max(200), kind: z.enum(["deal_lost", "demand_unmet", "lead_disqualified"]) }),
  "interaction-types": z.object({
    code: z.string().min(1).max(50),
    name: z.string().min(1).max(200),
    icon: z.string().max(50).nullable().default(null),
    color: z.string().max(30).nullable().default(null),
    countsAsTouch: z.boolean().default(true),
    defaultMinutes: z.number().int().min(1).max(1440).default(15),
  }),
  sources: z.object({ name: z.string().min(1).max(200) }),
  "customer-statuses": z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200), color: z.string().max(30).nullable().default(null) }),
  regions: z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200), parentId: Id.nullable().default(null) }),
  industries: z.object({ code: z.string().min(1).max(50), name: z.string().min(1).max(200) }),
} as const;
export type CatalogueName = keyof typeof CatalogueBodies;

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
  attempts: z.number().int(),
  dispatchedTo: EmployeeRef.nullable(),
  dueAt: IsoTime.nullable(),
  interestId: Id.nullable(),
  draft: z.record(z.string(), z.unknown()).nullable(),
  processedBy: EmployeeRef.nullable(),
  processedAt: IsoTime.nullable(),
  version: z.number().int(),
});
export type InquiryView = z.infer<typeof InquiryView>;
export const InquiryPage = Page(InquiryView);
export const InquiryQuery = PageQuery.extend({ status: z.enum([...InquiryView.shape.status.options, "unprocessed"]).optional() });
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

/** The incoming-call card (CC-15). */
export const IncomingCard = z.object({
  dialogId: Id,
  number: z.string().nullable(),
  identityKind: z.string(),
  party: z.object({
    result: z.string(),
    name: z.string(),
    customer: NamedRef.nullable(),
    contact: NamedRef.nullable(),
    lead: NamedRef.nullable(),
    isVip: z.boolean(),
    candidates: z.array(z.object({ customerId: Id, contactId: Id.nullable(), name: z.string() })),
  }),
  responsible: EmployeeRef.nullable(),
  openInterests: z.array(InterestRow),
  lastInteractions: z.array(FeedItem),
  unansweredMessages: z.number().int(),
});
export type IncomingCard = z.infer<typeof IncomingCard>;

/**
 * Who a dialog is with and what it is about. Keys left out stay. A new person clears the Interest unless one is given.
 * `verify` marks the dialog's number or address as proven to be this person's (C2).
 */
export const PartyBody = z.object({
  customerId: Id.nullable().optional(),
  contactId: Id.nullable().optional(),
  leadId: Id.nullable().optional(),
  interestId: Id.nullable().optional(),
  verify: z.boolean().default(false),
});
