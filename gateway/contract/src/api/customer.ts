import { z } from "zod";
import { LOCALES } from "./auth.ts";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery, patchOf } from "./common.ts";
import { ContactPoint, NewContactPoint } from "./contact-point.ts";

/**
 * GET/POST /customers · GET/PATCH /customers/:id · GET /customers/:id/history · POST /customers/:id/contacts · GET /contacts ·
 * GET/PATCH /contacts/:id. A card that was merged into another answers with its survivor.
 */
/** In which language a human is spoken to: a requirement for whoever answers, when there is a skill of that language. */
const Spoken = z.enum(LOCALES);
export const ContactView = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  lastName: z.string().nullable(),
  firstName: z.string().nullable(),
  middleName: z.string().nullable(),
  birthDate: z.string().nullable(),
  language: Spoken.nullable(),
  position: z.string().nullable(),
  role: z.string().nullable(),
  isPrimary: z.boolean(),
  leftAt: z.string().nullable(),
  contactPoints: z.array(ContactPoint),
  version: z.number().int(),
});
export const ContactBody = z.object({
  lastName: z.string().max(200).nullable().default(null),
  firstName: z.string().max(200).nullable().default(null),
  middleName: z.string().max(200).nullable().default(null),
  birthDate: z.iso.date().nullable().default(null),
  language: Spoken.nullable().default(null),
  position: z.string().max(200).nullable().default(null),
  role: z.string().max(100).nullable().default(null),
  contactPoints: z.array(NewContactPoint).default([]),
  /** A human whom the house knows already comes to work at this customer too: then only position and role are taken. */
  contactId: Id.nullable().default(null),
  /** "This is a different one": why, where a certain duplicate exists (rule B14). */
  differentReason: z.string().max(500).nullable().default(null),
});
/** The human on the own card: every company, past ones too. */
export const ContactCard = ContactView.extend({
  mergedFrom: z.array(Id),
  companies: z.array(
    z.object({
      customerId: Id,
      name: z.string(),
      position: z.string().nullable(),
      role: z.string().nullable(),
      isPrimary: z.boolean(),
      leftAt: z.string().nullable(),
    }),
  ),
});
export type ContactCard = z.infer<typeof ContactCard>;
export const ContactRow = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  customerId: Id,
  customerName: z.string(),
  position: z.string().nullable(),
  leftAt: z.string().nullable(),
  mainPhone: z.string().nullable(),
  mainEmail: z.string().nullable(),
  createdAt: IsoTime,
});
export type ContactRow = z.infer<typeof ContactRow>;
export const ContactPage = Page(ContactRow);
/** `q`: code, names with typos, company, any phone fragment from three digits on, e-mail (CB-04). */
export const ContactQuery = PageQuery.extend({ q: z.string().max(200).optional(), customerId: Id.optional(), gone: z.enum(["true", "false"]).optional() });
export const ContactPatch = z.object({
  lastName: z.string().max(200).nullable().optional(),
  firstName: z.string().max(200).nullable().optional(),
  middleName: z.string().max(200).nullable().optional(),
  birthDate: z.iso.date().nullable().optional(),
  language: Spoken.nullable().optional(),
  /** Position, role, primary mark and departure belong to the link with one company. */
  customerId: Id.optional(),
  position: z.string().max(200).nullable().optional(),
  role: z.string().max(100).nullable().optional(),
  isPrimary: z.boolean().optional(),
  leftAt: z.iso.date().nullable().optional(),
  /** "This is a different one": why, where the change makes a certain duplicate (rule B14). */
  differentReason: z.string().max(500).nullable().optional(),
  version: z.number().int(),
});
export const CustomerRow = z.object({
  id: Id,
  code: z.string(),
  kind: z.enum(["company", "person"]),
  name: z.string(),
  responsible: EmployeeRef.nullable(),
  status: NamedRef.extend({ color: z.string().nullable() }).nullable(),
  region: NamedRef.nullable(),
  industry: NamedRef.nullable(),
  isVip: z.boolean(),
  mainPhone: z.string().nullable(),
  mainEmail: z.string().nullable(),
  openInterests: z.number().int(),
  lastTouchAt: IsoTime.nullable(),
  createdAt: IsoTime,
});
export type CustomerRow = z.infer<typeof CustomerRow>;
export const CustomerPage = Page(CustomerRow);
/**
 * Any combination (CB-03). `q`: code, tax number, names with typos in either script, any phone fragment from three digits on, e-mail. A region
 * means everything inside it too. Days are whole days of the company's zone, both included.
 */
export const CustomerQuery = PageQuery.extend({
  q: z.string().max(200).optional(),
  code: z.string().max(40).optional(),
  kind: z.enum(["company", "person"]).optional(),
  responsibleId: Id.or(z.literal("none")).optional(),
  regionId: Id.optional(),
  industryId: Id.optional(),
  statusId: Id.or(z.literal("none")).optional(),
  sourceId: Id.optional(),
  vip: z.enum(["true", "false"]).optional(),
  addedFrom: z.iso.date().optional(),
  addedTo: z.iso.date().optional(),
});
export type CustomerQuery = z.infer<typeof CustomerQuery>;
/** GET /customers/:id/history: who answered for the card and which status it had when, newest first; `to` null = now. */
export const CustomerHistory = z.object({
  owners: z.array(
    z.object({
      employee: EmployeeRef.nullable(),
      from: IsoTime,
      to: IsoTime.nullable(),
      reason: z.string(),
      note: z.string().nullable(),
      by: EmployeeRef.nullable(),
    }),
  ),
  statuses: z.array(
    z.object({
      status: NamedRef.extend({ color: z.string().nullable() }).nullable(),
      from: IsoTime,
      to: IsoTime.nullable(),
      by: EmployeeRef.nullable(),
    }),
  ),
});
export type CustomerHistory = z.infer<typeof CustomerHistory>;
export const CustomerView = CustomerRow.extend({
  legalName: z.string().nullable(),
  taxId: z.string().nullable(),
  regionId: Id.nullable(),
  industryId: Id.nullable(),
  sourceId: Id.nullable(),
  doNotContact: z.boolean(),
  comment: z.string().nullable(),
  portrait: z.record(z.string(), z.string()),
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
  /** Characteristics in the house's own words: name and value. */
  portrait: z.record(z.string().trim().min(1).max(80), z.string().trim().max(1000)).default({}),
  contactPoints: z.array(NewContactPoint).default([]),
  /** Why the responsible is who they are (CB-07); kept with the period. */
  ownerNote: z.string().max(500).nullable().default(null),
  /** "This is a different one": why, where a certain duplicate exists (rule B14). */
  differentReason: z.string().max(500).nullable().default(null),
});
export const CustomerPatch = patchOf(CustomerBody.omit({ contactPoints: true })).extend({
  ownerReason: z.enum(["manual", "transfer", "lost_to_pool"]).optional(),
  version: z.number().int(),
});
/**
 * POST /customers/assistant (CB-20): a new card, or one that the duplicate check showed (`customerId`), with a contact and optionally an
 * Interest, in one transaction. `interest.title` empty: the kind's name.
 */
export const AssistantBody = z.object({
  customerId: Id.nullable().default(null),
  customer: CustomerBody.nullable().default(null),
  contact: ContactBody.nullable().default(null),
  interest: z
    .object({
      kindId: Id,
      title: z.string().min(1).max(300),
      amount: z.number().min(0).nullable().default(null),
      expectedClose: z.iso.date().nullable().default(null),
      parallelReason: z.string().max(500).nullable().default(null),
    })
    .nullable()
    .default(null),
});
export const AssistantResult = z.object({ customerId: Id, contactId: Id.nullable(), interestId: Id.nullable() });
