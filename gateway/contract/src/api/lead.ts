import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";
import { ContactPoint, NewContactPoint } from "./contact-point.ts";
import { CustomerBody } from "./customer.ts";

/** GET/POST /leads · GET/PATCH /leads/:id · POST /leads/:id/convert */
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
  source: NamedRef.nullable(),
  origin: OriginView.nullable(),
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
