import { z } from "zod";

/**
 * Lists as files (IG-04). GET /exports/:list?format=csv|xlsx&… takes the list's own filters and obeys the list's own rights, narrowed to the
 * scope of the object's right `export`; rows come in the list's order, at most a sheet's million. Each is audited.
 */
export const EXPORT_LISTS = ["customers", "contacts", "leads", "interests", "interactions", "inquiries", "tasks"] as const;
export type ExportList = (typeof EXPORT_LISTS)[number];
export const ExportParams = z.object({ list: z.enum(EXPORT_LISTS) });
/** What else stands in the query is the list's filter. */
export const ExportQuery = z.looseObject({ format: z.enum(["csv", "xlsx"]).default("csv") });
