import { z } from "zod";

/** Schemas shared by all routes. All ids are UUIDs, all times ISO 8601 in UTC. */
export const Id = z.uuid();
export const IsoTime = z.iso.datetime({ offset: true });
export const MediumSchema = z.enum(["voice", "chat", "mail"]);
export const Page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export const PageQuery = z.object({ cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });
/** Body of every error answer; `code` is one of ERRORS (errors.ts). */
export const ErrorBody = z.object({ code: z.string(), details: z.record(z.string(), z.unknown()).default({}) });
export const IdParams = z.object({ id: Id });
export const EmployeeRef = z.object({ id: Id, name: z.string() });
export type EmployeeRef = z.infer<typeof EmployeeRef>;
export const NamedRef = z.object({ id: Id, name: z.string() });
