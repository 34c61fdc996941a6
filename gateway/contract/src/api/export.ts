import { z } from "zod";
import type { AccessObject } from "../access.ts";

/**
 * Lists as files (IG-04). GET /exports/:list?format=csv|xlsx&… takes the list's own filters and obeys the list's own rights, narrowed to the
 * scope of the objects' right `export`; rows come in the list's order, at most a sheet's million. Each is audited. The first object's right
 * is a must; of the further ones a list has only what may be exported. The register of calls is GET /calls/export.
 */
export const EXPORTS = {
  customers: ["customer"],
  contacts: ["customer"],
  leads: ["lead"],
  duplicates: ["customer", "lead"],
  interests: ["interest"],
  "loss-reasons": ["interest"],
  "stage-times": ["interest"],
  interactions: ["interaction"],
  "in-work": ["interaction", "inquiry"],
  inquiries: ["inquiry"],
  tasks: ["task"],
  dialogs: ["dialog"],
  employees: ["employee"],
  absences: ["employee"],
  "presence-log": ["board"],
  departments: ["department"],
  roles: ["role"],
  audit: ["audit"],
  "blocked-numbers": ["channel"],
  "canned-answers": ["canned"],
  /** One catalogue: `of` names it. */
  catalogues: ["catalogue"],
} as const satisfies Record<string, readonly [AccessObject, ...AccessObject[]]>;
export type ExportList = keyof typeof EXPORTS;
export const EXPORT_LISTS = Object.keys(EXPORTS) as [ExportList, ...ExportList[]];
export const ExportParams = z.object({ list: z.enum(EXPORT_LISTS) });
/** What else stands in the query is the list's filter. */
export const ExportQuery = z.looseObject({ format: z.enum(["csv", "xlsx"]).default("csv") });
