import { z } from "zod";
import { MEDIA } from "../ids.ts";

/** Schemas shared by all routes. All ids are UUIDs, all times ISO 8601 in UTC. */
export const Id = z.uuid();
export const IsoTime = z.iso.datetime({ offset: true });
export const MediumSchema = z.enum(MEDIA);
export const Page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export const PageQuery = z.object({ cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });
/** Body of every error answer; `code` is one of ERRORS (errors.ts). */
export const ErrorBody = z.object({ code: z.string(), details: z.record(z.string(), z.unknown()).default({}) });
export const IdParams = z.object({ id: Id });
export const EmployeeRef = z.object({ id: Id, name: z.string() });
export type EmployeeRef = z.infer<typeof EmployeeRef>;
export const NamedRef = z.object({ id: Id, name: z.string() });

type Undefaulted<S extends z.ZodRawShape> = { [K in keyof S]: z.ZodOptional<S[K] extends z.ZodDefault<infer Inner> ? Inner : S[K]> };

/** The body of a PATCH: every field may be missing, and a missing one stays missing (zod's `partial()` would fill in the defaults and wipe the row). */
export function patchOf<S extends z.ZodRawShape>(body: z.ZodObject<S>): z.ZodObject<Undefaulted<S>> {
  const shape = Object.fromEntries(
    Object.entries(body.shape).map(([name, field]) => [
      name,
      (field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : (field as z.ZodType)).optional(),
    ]),
  );
  return z.object(shape) as unknown as z.ZodObject<Undefaulted<S>>;
}
