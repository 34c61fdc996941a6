import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";

/**
 * Interactions (IA-01): done and planned contacts.
 * GET  /interactions              InteractionQuery -> InteractionPage, newest first (with `order=planned`: earliest first; or by a word)
 * GET  /interactions/count        InteractionFilter -> InteractionCount: what the register counts
 * GET  /interactions/in-work      InWorkQuery -> InWork: planned and not done, received and not processed, by day (IA-14)
 * POST /interactions              InteractionBody -> InteractionView
 * GET  /interactions/:id          InteractionDetail: the event card (IA-21)
 * PATCH /interactions/:id         InteractionPatch -> InteractionView
 * POST /interactions/:id/complete CompleteBody -> InteractionView · POST /interactions/:id/cancel VersionBody -> InteractionView
 * GET  /chain?object=&objectId=   Chain: everything of one subject, in order of time (IA-05)
 * GET/POST /saved-filters         filters of a register, everybody's own · PUT/DELETE /saved-filters/:id
 */
const State = z.enum(["planned", "done", "failed", "cancelled"]);
export const InteractionView = z.object({
  id: Id,
  type: NamedRef.extend({ code: z.string(), icon: z.string().nullable(), color: z.string().nullable() }),
  status: NamedRef,
  state: State,
  direction: z.enum(["in", "out", "both"]),
  subject: z.string(),
  description: z.string().nullable(),
  result: z.string().nullable(),
  place: z.string().nullable(),
  plannedFrom: IsoTime.nullable(),
  plannedTo: IsoTime.nullable(),
  occurredFrom: IsoTime.nullable(),
  occurredTo: IsoTime.nullable(),
  overdue: z.boolean(),
  customerId: Id.nullable(),
  contactId: Id.nullable(),
  leadId: Id.nullable(),
  interestId: Id.nullable(),
  dialogId: Id.nullable(),
  callId: Id.nullable(),
  /** Whom it is with; null where one may not see the card. */
  party: z.object({ kind: z.enum(["customer", "contact", "lead"]), id: Id, name: z.string() }).nullable(),
  executor: EmployeeRef.nullable(),
  version: z.number().int(),
});
export type InteractionView = z.infer<typeof InteractionView>;

/** What a chain is made of, and what an Interaction may be about. */
export const CHAIN_KINDS = ["interaction", "task", "interest", "dialog", "inquiry", "claim"] as const;
export const ChainRef = z.object({ kind: z.enum(CHAIN_KINDS), id: Id });
export const InteractionBody = z.object({
  typeId: Id,
  /** null: the type's default status, as far as it fits a planned (done) one. */
  statusId: Id.nullable().default(null),
  direction: z.enum(["in", "out", "both"]).default("out"),
  subject: z.string().min(1).max(300),
  description: z.string().max(10_000).nullable().default(null),
  result: z.string().max(10_000).nullable().default(null),
  place: z.string().max(500).nullable().default(null),
  plannedFrom: IsoTime.nullable().default(null),
  /** When a registered one took place; null: it has just ended. Never in the future, never with a plan. */
  occurredFrom: IsoTime.nullable().default(null),
  minutes: z.number().int().min(1).max(1440).nullable().default(null),
  customerId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  leadId: Id.nullable().default(null),
  interestId: Id.nullable().default(null),
  executorId: Id.nullable().default(null),
  /** The reply's original: its subject, its person and its Interest are inherited. */
  parentId: Id.nullable().default(null),
  /** The subject whose chain it joins. */
  about: ChainRef.nullable().default(null),
});
export const InteractionFilter = z.object({
  state: State.optional(),
  /** Several types or statuses, separated by commas. */
  typeId: z.string().max(2000).optional(),
  statusId: z.string().max(2000).optional(),
  customerId: Id.optional(),
  contactId: Id.optional(),
  leadId: Id.optional(),
  interestId: Id.optional(),
  executorId: Id.optional(),
  departmentId: Id.optional(),
  /** Taken place, or planned, in [from, to). */
  from: IsoTime.optional(),
  to: IsoTime.optional(),
  overdue: z.literal("true").optional(),
  /** Words of the subject. */
  q: z.string().trim().max(200).optional(),
});
/** By time, or by a word of the row with the earliest first (with a minus the other way round). */
export const INTERACTION_ORDERS = ["newest", "planned", "type", "-type", "subject", "-subject", "status", "-status", "executor", "-executor"] as const;
export const InteractionQuery = InteractionFilter.extend(PageQuery.shape).extend({ order: z.enum(INTERACTION_ORDERS).default("newest") });
export const InteractionPage = Page(InteractionView);
export const InteractionCount = z.object({ count: z.number().int() });
/** A planned one may be changed and moved; of a done one only text and result, by its author within 24 h. */
export const InteractionPatch = z.object({
  statusId: Id.optional(),
  subject: z.string().min(1).max(300).optional(),
  description: z.string().max(10_000).nullable().optional(),
  result: z.string().max(10_000).nullable().optional(),
  place: z.string().max(500).nullable().optional(),
  plannedFrom: IsoTime.optional(),
  minutes: z.number().int().min(1).max(1440).optional(),
  executorId: Id.optional(),
  interestId: Id.nullable().optional(),
  /** null: out of its chain. Also of a done one, by whoever may edit it. */
  about: ChainRef.nullable().optional(),
  version: z.number().int(),
});
export const VersionBody = z.object({ version: z.number().int() });
export const CompleteBody = z.object({
  statusId: Id.nullable().default(null),
  result: z.string().max(10_000).nullable().default(null),
  /** When it took place, and how long; null: it has just ended and took as long as it was planned. */
  occurredFrom: IsoTime.nullable().default(null),
  minutes: z.number().int().min(1).max(1440).nullable().default(null),
  version: z.number().int(),
  next: InteractionBody.nullable().default(null),
});

const Point = z.object({ kind: z.string(), value: z.string(), label: z.string().nullable() });
/** The event card: everything of one contact in one place. What one may not see is null or absent. */
export const InteractionDetail = InteractionView.extend({
  prompt: z.string().nullable(),
  statuses: z.array(NamedRef.extend({ state: State })),
  executorPosition: z.string().nullable(),
  author: EmployeeRef.nullable(),
  participants: z.array(z.object({ id: Id, name: z.string(), kind: z.enum(["employee", "contact"]) })),
  client: z.object({ customer: NamedRef.nullable(), contact: NamedRef.nullable(), lead: NamedRef.nullable(), points: z.array(Point) }),
  interest: NamedRef.nullable(),
  parent: z.object({ id: Id, subject: z.string() }).nullable(),
  /** What its chain is about, and how many links the chain has. */
  chain: ChainRef.extend({ name: z.string(), links: z.number().int() }).nullable(),
  files: z.number().int(),
  tasks: z.number().int(),
  reschedules: z.number().int(),
  /** What it weighs in its executor's load (B2): by the stage of its Interest now while it is planned, as it was at its end from then on. */
  loadPoints: z.number(),
  /** When its executor is reminded; null when there is nothing to be reminded of. */
  remindAt: IsoTime.nullable(),
  /** What the person who asks may do now. */
  actions: z.array(z.enum(["edit", "complete", "reschedule", "cancel", "correct", "call", "write"])),
});
export type InteractionDetail = z.infer<typeof InteractionDetail>;

export const InWorkQuery = z.object({
  executorId: Id.optional(),
  departmentId: Id.optional(),
  days: z.coerce.number().int().min(1).max(92).default(14),
  limit: z.coerce.number().int().min(1).max(10_000).default(500),
});
/** `day` is local to the company; what is overdue stands under the day it was due. */
export const InWorkItem = z.object({
  kind: z.enum(["interaction", "inquiry"]),
  id: Id,
  at: IsoTime,
  day: z.string(),
  overdue: z.boolean(),
  title: z.string(),
  type: NamedRef.extend({ icon: z.string().nullable(), color: z.string().nullable() }).nullable(),
  party: z.string().nullable(),
  employee: EmployeeRef.nullable(),
  version: z.number().int(),
});
export type InWorkItem = z.infer<typeof InWorkItem>;
/** Overdue first, then by time; counts for each employee over the same filter. `more`: there are more than are listed. */
export const InWork = z.object({
  items: z.array(InWorkItem),
  employees: z.array(z.object({ employee: EmployeeRef.nullable(), overdue: z.number().int(), total: z.number().int() })),
  more: z.boolean(),
});

export const ChainQuery = z.object({ object: z.enum(CHAIN_KINDS), objectId: Id });
/** One link; those that one may not see are absent. */
export const ChainItem = z.object({
  kind: z.enum(CHAIN_KINDS),
  id: Id,
  at: IsoTime,
  title: z.string(),
  state: z.string().nullable(),
  employee: EmployeeRef.nullable(),
  isSubject: z.boolean(),
  /** Where the card of an inquiry, or of a claim that came by one, is. */
  inquiryId: Id.nullable(),
});
export const Chain = z.object({ items: z.array(ChainItem) });

export const SAVED_LISTS = ["interactions", "in-work", "tasks", "customers", "interests"] as const;
export const SavedFilterQuery = z.object({ list: z.enum(SAVED_LISTS) });
export const SavedFilterBody = SavedFilterQuery.extend({ name: z.string().trim().min(1).max(100), filter: z.record(z.string(), z.string().max(2000)) });
export const SavedFilter = SavedFilterBody.extend({ id: Id });
export const SavedFilters = z.object({ items: z.array(SavedFilter) });
