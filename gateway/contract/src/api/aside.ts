import { z } from "zod";
import { EmployeeRef, Id, IsoTime } from "./common.ts";

/**
 * Inputs that the router set aside: deciding them, each alone, failed twice, and the others went on without them.
 * GET    /api/v1/routing/aside               AsideInput[], newest first, 200 at most; right `channel edit`, as all of these
 * POST   /api/v1/routing/aside/:inputId/retry    AsideOutcome: it comes before the router again
 * DELETE /api/v1/routing/aside/:inputId      204: nothing is to be done about it any more
 */
export const AsideInput = z.object({
  id: z.number().int(),
  /** A kind of routing-input.ts. */
  kind: z.string(),
  at: IsoTime,
  /** Why it failed: the program's own words, the first line of them. */
  error: z.string(),
  /** All of them, for whoever mends it. */
  details: z.string(),
  dialog: z.object({ id: Id, channelName: z.string(), openedAt: IsoTime, open: z.boolean() }).nullable(),
  employee: EmployeeRef.nullable(),
});
export type AsideInput = z.infer<typeof AsideInput>;
/** `aside`: it failed again and stands in the list anew; `waits`: the router has not come to it within ten seconds. */
export const AsideOutcome = z.object({ outcome: z.enum(["decided", "aside", "waits"]) });
export type AsideOutcome = z.infer<typeof AsideOutcome>;
export const AsideParams = z.object({ inputId: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });
