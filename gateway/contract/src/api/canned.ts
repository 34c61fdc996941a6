import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, patchOf } from "./common.ts";

/**
 * Canned answers (XA-05): personal ones, which are their writer's alone, and shared ones, of a department (and those below it) or of all.
 * GET    /canned-answers?q=&scope=&folder=   CannedList: found by two letters of title, shortcut, tags or text, in either script
 * POST   /canned-answers                     CannedBody -> CannedAnswer; a shared one needs the right `canned`
 * PATCH  /canned-answers/:id                 CannedPatch -> CannedAnswer
 * DELETE /canned-answers/:id                 204 (archived)
 * POST   /canned-answers/:id/render          RenderBody -> Rendered; counts as a use
 */
export const CANNED_VARIABLES = [
  "customer.name",
  "contact.firstName",
  "agent.name",
  "agent.firstName",
  "company.name",
  "interest.title",
  "today",
  "greeting",
] as const;
export type CannedVariable = (typeof CANNED_VARIABLES)[number];

export const CannedScope = z.enum(["personal", "department", "all"]);
export const CannedAnswer = z.object({
  id: Id,
  scope: CannedScope,
  department: NamedRef.nullable(),
  title: z.string(),
  /** Typed after "/" in the composer; unique among the personal ones of one person, the ones of a department, the ones of all. */
  shortcut: z.string().nullable(),
  body: z.string(),
  folder: z.string().nullable(),
  tags: z.array(z.string()),
  /** Variables of the text that no dialog will ever fill. */
  unknown: z.array(z.string()),
  uses: z.number().int(),
  lastUsedAt: IsoTime.nullable(),
  createdBy: EmployeeRef,
  changedAt: IsoTime,
  mayEdit: z.boolean(),
  version: z.number().int(),
});
export type CannedAnswer = z.infer<typeof CannedAnswer>;
export const CannedList = z.object({
  items: z.array(CannedAnswer),
  /** The folders in use, whatever was searched for. */
  folders: z.array(z.string()),
});
export const CannedQuery = z.object({
  q: z.string().max(100).optional(),
  scope: CannedScope.optional(),
  folder: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(200),
});
export const CannedBody = z.object({
  scope: CannedScope.default("personal"),
  /** With scope `department` alone. */
  departmentId: Id.nullable().default(null),
  title: z.string().trim().min(1).max(200),
  shortcut: z
    .string()
    .trim()
    .regex(/^[^\s/]{1,40}$/)
    .nullable()
    .default(null),
  body: z.string().trim().min(1).max(10_000),
  folder: z.string().trim().min(1).max(100).nullable().default(null),
  tags: z.array(z.string().trim().min(1).max(50)).max(10).default([]),
});
export const CannedPatch = patchOf(CannedBody).extend({ version: z.number().int() });
/** Without a dialog (a first message to somebody) the variables of the other side are empty. */
export const RenderBody = z.object({ dialogId: Id.nullable().default(null) });
/** Unknown and empty variables stay in `text` as they are written, so that nothing is sent before they are filled. */
export const Rendered = z.object({ text: z.string(), unknown: z.array(z.string()), empty: z.array(z.string()) });
export type Rendered = z.infer<typeof Rendered>;
