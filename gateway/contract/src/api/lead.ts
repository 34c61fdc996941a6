import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery, patchOf } from "./common.ts";
import { ContactPoint, NewContactPoint } from "./contact-point.ts";
import { ContactBody, CustomerBody } from "./customer.ts";

/**
 * GET/POST /leads · GET/PATCH /leads/:id · POST /leads/:id/convert · /disqualify · /reopen · GET/PUT /leads/:id/answers ·
 * GET/POST /lead-questions · PATCH/DELETE /lead-questions/:id
 */
/** Where somebody came from, as the channel told it: name of the form or deep-link parameter, page, UTM tags without the prefix. First touch. */
export const OriginView = z.object({
  text: z.string().nullable(),
  page: z.string().nullable(),
  referrer: z.string().nullable(),
  utm: z.record(z.string(), z.string()),
});
export type OriginView = z.infer<typeof OriginView>;
export const LeadView = z.object({
  id: Id,
  contactName: z.string().nullable(),
  companyName: z.string().nullable(),
  note: z.string().nullable(),
  status: z.enum(["new", "in_work", "qualified", "converted", "disqualified"]),
  /** The first source; it stays whatever comes later (RG-16). */
  source: NamedRef.nullable(),
  lastSource: NamedRef.nullable(),
  lastSourceAt: IsoTime.nullable(),
  origin: OriginView.nullable(),
  responsible: EmployeeRef.nullable(),
  /** Deadlines in working time (RG-17): the first talk or answer, and the decision (converted or disqualified). */
  firstContactDueAt: IsoTime.nullable(),
  firstContactAt: IsoTime.nullable(),
  dueAt: IsoTime.nullable(),
  /** One of the two has passed unmet. */
  overdue: z.boolean(),
  noContact: z.boolean(),
  disqualifyReason: NamedRef.nullable(),
  disqualifyNote: z.string().nullable(),
  contactPoints: z.array(ContactPoint),
  convertedCustomerId: Id.nullable(),
  createdAt: IsoTime,
  version: z.number().int(),
});
export type LeadView = z.infer<typeof LeadView>;
export const LeadPage = Page(LeadView);
export const LeadQuery = PageQuery.extend({
  q: z.string().max(200).optional(),
  status: LeadView.shape.status.optional(),
  /** "nobody": leads that nobody answers for. */
  responsibleId: z.union([Id, z.literal("nobody")]).optional(),
  sourceId: Id.optional(),
  overdue: z.enum(["true"]).optional(),
  noContact: z.enum(["true"]).optional(),
  createdFrom: IsoTime.optional(),
  createdTo: IsoTime.optional(),
});
export const LeadBody = z.object({
  contactName: z.string().max(300).nullable().default(null),
  companyName: z.string().max(300).nullable().default(null),
  note: z.string().max(5000).nullable().default(null),
  sourceId: Id.nullable().default(null),
  responsibleId: Id.nullable().default(null),
  noContact: z.boolean().default(false),
  /** Left out: computed from the source's or the house's time for processing. */
  dueAt: IsoTime.nullable().default(null),
  contactPoints: z.array(NewContactPoint).default([]),
  /** "This is a different one": why, where a certain duplicate exists (rule B14). */
  differentReason: z.string().max(500).nullable().default(null),
});
export const LeadPatch = z.object({
  contactName: z.string().max(300).nullable().optional(),
  companyName: z.string().max(300).nullable().optional(),
  note: z.string().max(5000).nullable().optional(),
  responsibleId: Id.nullable().optional(),
  sourceId: Id.nullable().optional(),
  dueAt: IsoTime.optional(),
  noContact: z.boolean().optional(),
  /** "qualified" needs an answer to every required question of the checklist (RG-15). */
  status: z.enum(["new", "in_work", "qualified"]).optional(),
  differentReason: z.string().max(500).nullable().optional(),
  version: z.number().int(),
});
/**
 * What a refused conversion lacked, given with the next try: facts of the lead, of the new customer and of the new contact. A number or an
 * address comes to the lead and moves with its others.
 */
export const ConvertGiven = z
  .object({
    lead: patchOf(LeadBody.pick({ contactName: true, companyName: true, note: true, sourceId: true, responsibleId: true })),
    customer: patchOf(CustomerBody.pick({ legalName: true, taxId: true, statusId: true, regionId: true, industryId: true, sourceId: true, comment: true })),
    contact: patchOf(ContactBody.pick({ lastName: true, firstName: true, middleName: true, birthDate: true, position: true })).extend({
      gender: z.enum(["m", "f"]).optional(),
    }),
    phone: NewContactPoint.shape.value,
    email: NewContactPoint.shape.value,
  })
  .partial();
export type ConvertGiven = z.infer<typeof ConvertGiven>;
export const ConvertBody = z.object({
  customerId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  customer: CustomerBody.pick({ kind: true, name: true }).optional(),
  /** Make a new card although a card with the same number or address exists; otherwise the answer is `duplicate` with details.candidates. */
  confirmNew: z.boolean().default(false),
  /** Only qualified leads convert (RG-15): `true` qualifies it in the same step, if its checklist allows. */
  qualify: z.boolean().default(false),
  /** Of the customer and of the contact only where the conversion makes them: what is known already is edited on its own card. */
  given: ConvertGiven.optional(),
});
export const ConvertResult = z.object({ customerId: Id, contactId: Id.nullable() });

export const DisqualifyBody = z.object({ reasonId: Id, note: z.string().trim().max(2000).nullable().default(null), version: z.number().int() });
export const ReopenBody = z.object({ version: z.number().int() });
/** A question of the checklist by which leads are qualified (RG-15). */
export const LeadQuestionBody = z.object({
  name: z.string().trim().min(1).max(300),
  pos: z.number().int().min(0).default(0),
  required: z.boolean().default(false),
});
export const LeadQuestionPatch = patchOf(LeadQuestionBody);
export const LeadQuestionView = LeadQuestionBody.extend({ id: Id });
export type LeadQuestionView = z.infer<typeof LeadQuestionView>;
export const LeadQuestionList = z.array(LeadQuestionView);
/** The checklist of one lead: every question in use, and those answered before they went out of use. */
export const LeadAnswers = z.array(LeadQuestionView.extend({ answer: z.string().nullable(), by: EmployeeRef.nullable(), at: IsoTime.nullable() }));
export type LeadAnswers = z.infer<typeof LeadAnswers>;
/** An empty answer takes the kept one away. */
export const AnswersBody = z.object({ answers: z.array(z.object({ questionId: Id, answer: z.string().trim().max(2000) })).max(200) });
