import { z } from "zod";
import { EmployeeRef, Id, IsoTime, Page, PageQuery } from "./common.ts";
import { NewContactPoint } from "./contact-point.ts";

/**
 * POST /duplicates/check · GET /duplicates · POST /duplicates/decide (CB-12, rule B14). Only cards that one may read are named: what one may
 * not see answers like what does not exist.
 */
export const DuplicateCard = z.enum(["customer", "contact", "lead"]);
export type DuplicateCard = z.infer<typeof DuplicateCard>;
/** Signals of rule B14; `weight` is what the signal adds by itself (0 to 1). `different_*` are caps, not gains. */
export const DuplicateSignal = z.object({
  code: z.enum(["tax_id", "messenger", "email", "phone", "shared_phone", "name", "domain", "region", "different_tax_id", "different_birth_date"]),
  weight: z.number(),
  /** What both have: the number, the address; of names the two spellings. */
  value: z.string().nullable(),
});
export type DuplicateSignal = z.infer<typeof DuplicateSignal>;
export const DuplicateLevel = z.enum(["certain", "probable"]);
export const DuplicateRef = z.object({
  card: DuplicateCard,
  id: Id,
  /** The customer to open: itself, or the contact's company. */
  customerId: Id.nullable(),
  name: z.string(),
  detail: z.string(),
  responsible: EmployeeRef.nullable(),
  createdAt: IsoTime,
});
export const DuplicateCandidate = DuplicateRef.extend({ score: z.number(), level: DuplicateLevel, signals: z.array(DuplicateSignal) });
export type DuplicateCandidate = z.infer<typeof DuplicateCandidate>;
/** What has been typed so far; `id` is the card itself when it is being edited. */
export const DuplicateCheckBody = z.object({
  card: DuplicateCard,
  id: Id.nullable().default(null),
  kind: z.enum(["company", "person"]).default("company"),
  name: z.string().max(300).default(""),
  /** The company that a lead also names. */
  companyName: z.string().max(300).nullable().optional(),
  taxId: z.string().max(30).nullable().default(null),
  birthDate: z.iso.date().nullable().default(null),
  regionId: Id.nullable().default(null),
  contactPoints: z
    .array(NewContactPoint.partial({ label: true }))
    .max(50)
    .default([]),
});
export const DuplicateCheckResult = z.object({
  candidates: z.array(DuplicateCandidate),
  /** Companies whose people write from the same corporate domain: colleagues rather than the same person. */
  colleagues: z.array(DuplicateRef),
  /** Names much alike and nothing else in common: to look at, no hint of a twin. */
  similar: z.array(DuplicateRef),
  /** May this user say "this is a different one" where a certain duplicate exists? */
  mayDiffer: z.boolean(),
});
export const DuplicatePair = z.object({
  a: DuplicateRef,
  b: DuplicateRef,
  score: z.number(),
  level: DuplicateLevel,
  signals: z.array(DuplicateSignal),
  foundAt: IsoTime,
});
export type DuplicatePair = z.infer<typeof DuplicatePair>;
export const DuplicateQuery = PageQuery.extend({ card: DuplicateCard.optional(), level: DuplicateLevel.optional() });
export const DuplicatePage = Page(DuplicatePair);
/** "Not a duplicate", remembered until a signal field of either card changes. */
export const DuplicateDecision = z.object({ aId: Id, bId: Id, reason: z.string().max(500).nullable().default(null) });
