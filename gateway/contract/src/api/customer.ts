import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery, patchOf } from "./common.ts";
import { ContactPoint, NewContactPoint } from "./contact-point.ts";

/** GET/POST /customers · GET/PATCH /customers/:id · POST /customers/:id/contacts · GET/PATCH /contacts/:id */
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
