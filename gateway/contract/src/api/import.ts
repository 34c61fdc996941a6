import { z } from "zod";
import { EmployeeRef, Id, IsoTime, Page, PageQuery, patchOf } from "./common.ts";

/**
 * Files with many cards (IG-04): upload, mapping, dry run, bringing in, report, undo. Right `import create` and the right to create the cards.
 * POST /imports?object=&name=     the bytes as application/octet-stream -> ImportView (columns, samples, a suggested mapping)
 * GET  /imports                   ImportPage, newest first, in the scope of `import read` · GET /imports/:id
 * PATCH /imports/:id              ImportPatch: another encoding, separator or sheet reads the columns anew
 * POST /imports/:id/check · /run · /stop · /undo   ImportAction: dry run, bringing in, halting, taking back (right `import delete`)
 * GET  /imports/:id/rows          ImportRowPage, in the order of the file · GET /imports/:id/report?format=   every row with what became of it
 * GET/POST /import-profiles · DELETE /import-profiles/:id   mappings to use again
 */
export const IMPORT_OBJECTS = ["customer", "contact", "lead"] as const;
export const ImportObject = z.enum(IMPORT_OBJECTS);
export type ImportObject = z.infer<typeof ImportObject>;
export const IMPORT_STATES = ["draft", "checking", "checked", "running", "done", "undoing", "undone", "failed"] as const;
export const ROW_STATES = ["new", "ready", "duplicate", "faulty", "created", "filled", "skipped", "undone", "kept"] as const;
export type RowState = (typeof ROW_STATES)[number];
export const IMPORT_FIELDS = {
  customer: [
    ..."name kind legalName taxId status region industry source responsible comment phone email".split(" "),
    ..."contactName contactPosition contactPhone contactEmail".split(" "),
  ],
  contact: "company lastName firstName middleName fullName position birthDate phone email".split(" "),
  lead: "contactName companyName note source responsible phone email".split(" "),
} satisfies Record<ImportObject, string[]>;

export const ImportOptions = z.object({
  encoding: z.enum(["utf-8", "windows-1251", "utf-16le"]).default("utf-8"),
  separator: z.enum([",", ";", "\t", "|"]).default(","),
  /** The name of the sheet; null: the first. */
  sheet: z.string().max(100).nullable().default(null),
  /** Does the first row name the columns? */
  header: z.boolean().default(true),
  /** What becomes of a row whose card exists: nothing, its empty fields are filled in, or a second card is made (needs the right to say so). */
  onDuplicate: z.enum(["skip", "fill", "create"]).default("skip"),
  /** The kind of customers when no column tells. */
  kind: z.enum(["company", "person"]).default("company"),
  /** Who answers for the cards (of contacts: for the companies that are made) when no column tells; null: nobody (a lead: who brings them in). */
  responsibleId: Id.nullable().default(null),
  /** Contacts whose company the house does not know: it is made with the first of them. */
  makeCompanies: z.boolean().default(false),
  /** Rows without required fields are let through and marked incomplete (right `import edit`, rule B7). */
  letIncomplete: z.boolean().default(false),
});
export type ImportOptions = z.infer<typeof ImportOptions>;
/** Field of each column, by its number in the file ("0" is the first); columns that are missing are not brought in. */
export const ImportMapping = z.record(z.string().regex(/^\d{1,3}$/), z.string().max(40));
export type ImportMapping = z.infer<typeof ImportMapping>;
export const ImportCounts = z.object(Object.fromEntries(ROW_STATES.map((s) => [s, z.number().int()])) as Record<RowState, z.ZodNumber>);
export const ImportView = z.object({
  id: Id,
  object: ImportObject,
  fileName: z.string(),
  format: z.enum(["csv", "xlsx"]),
  state: z.enum(IMPORT_STATES),
  /** Why it failed: a code of ImportFault. */
  fault: z.string().nullable(),
  options: ImportOptions,
  sheets: z.array(z.string()),
  columns: z.array(z.object({ title: z.string(), samples: z.array(z.string()) })),
  mapping: ImportMapping,
  fields: z.array(z.string()),
  /** Rows of the file; 0 before the dry run. */
  total: z.number().int(),
  counts: ImportCounts,
  createdBy: EmployeeRef,
  createdAt: IsoTime,
  startedAt: IsoTime.nullable(),
  finishedAt: IsoTime.nullable(),
  version: z.number().int(),
});
export type ImportView = z.infer<typeof ImportView>;
export const ImportPage = Page(ImportView);
export const ImportUploadQuery = z.object({ object: ImportObject, name: z.string().trim().min(1).max(200) });
/** Only what is named changes. */
export const ImportPatch = z.object({ options: patchOf(ImportOptions).optional(), mapping: ImportMapping.optional(), version: z.number().int() });
export const ImportAction = z.object({ version: z.number().int() });
/** One fault of a row: the field, what is wrong (a code with a text in each language) and the value that was read. */
export const ImportFault = z.object({ field: z.string(), code: z.string(), value: z.string().nullable() });
export type ImportFault = z.infer<typeof ImportFault>;
export const ImportRow = z.object({
  n: z.number().int(),
  state: z.enum(ROW_STATES),
  cells: z.array(z.string()),
  faults: z.array(ImportFault),
  /** The card that the row repeats, when one may see it; `row`: an earlier row of the same file. */
  twin: z.object({ kind: z.enum(["customer", "contact", "lead", "row"]), id: z.string(), name: z.string() }).nullable(),
  card: z.object({ kind: z.enum(["customer", "contact", "lead"]), id: Id }).nullable(),
});
export type ImportRow = z.infer<typeof ImportRow>;
export const ImportRowPage = Page(ImportRow);
export const ImportRowQuery = PageQuery.extend({ state: z.enum(ROW_STATES).optional() });
export const ImportReportQuery = z.object({ format: z.enum(["csv", "xlsx"]).default("csv") });
export const ImportProfile = z.object({ id: Id, object: ImportObject, name: z.string(), options: ImportOptions, mapping: z.record(z.string(), z.string()) });
export type ImportProfile = z.infer<typeof ImportProfile>;
export const ImportProfileQuery = z.object({ object: ImportObject.optional() });
/** `mapping` of a profile: the field of each column's title, so that it fits a file whose columns stand elsewhere. */
export const ImportProfileBody = z.object({
  object: ImportObject,
  name: z.string().trim().min(1).max(100),
  options: ImportOptions,
  mapping: z.record(z.string().max(200), z.string().max(40)),
});
