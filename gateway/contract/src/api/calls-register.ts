import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef, Page, PageQuery } from "./common.ts";

/**
 * The register of all calls (CC-19) and its comparison with the telephone system's own records.
 * GET  /api/v1/calls?from=&to=&direction=&line=&channelId=&employeeId=&disposition=&number=      CallPage with totals over all pages
 *                                                   (right `call read`, in its scope), newest first
 * GET  /api/v1/calls/export?format=csv|xlsx&…      a file of the same filter (csv unless asked otherwise), at most 100,000 rows (right `call export`; audited)
 * GET  /api/v1/calls/differences?channelId=&day=    CallDifferences (right `call read` of all): the day in the company's zone
 * POST /api/v1/calls/differences/repair             {channelId, day} -> CallDifferences after the missing ones were imported (right `call edit` of all; audited)
 */
export const DISPOSITIONS = ["answered", "abandoned_queue", "no_answer", "busy", "failed", "congestion", "voicemail", "fallback", "blocked"] as const;
export const CallRow = z.object({
  id: Id,
  dialogId: Id,
  direction: z.enum(["in", "out", "internal"]),
  from: z.string().nullable(),
  to: z.string(),
  channel: NamedRef,
  /** The number of ours. */
  line: z.string().nullable(),
  queue: NamedRef.nullable(),
  startedAt: IsoTime,
  answeredAt: IsoTime.nullable(),
  endedAt: IsoTime.nullable(),
  /** Until somebody spoke, or it ended. */
  waitMs: z.number().int(),
  /** How long the phone of who answered rang. */
  ringMs: z.number().int().nullable(),
  talkMs: z.number().int(),
  /** null while it goes on. */
  disposition: z.enum(DISPOSITIONS).nullable(),
  answeredBy: EmployeeRef.nullable(),
  /** People who were rung or spoke, in order: the path of the call. */
  path: z.array(z.object({ employee: EmployeeRef.nullable(), number: z.string().nullable(), state: z.string(), cause: z.string().nullable() })),
  party: z.object({ name: z.string(), customerId: Id.nullable(), leadId: Id.nullable() }),
  interestId: Id.nullable(),
  /** By which people name it. */
  interestNumber: z.number().int().nullable(),
  recordingBlobId: Id.nullable(),
  source: z.enum(["live", "reconciled", "reconstructed"]),
});
export type CallRow = z.infer<typeof CallRow>;
const Filter = z.object({
  from: IsoTime.optional(),
  to: IsoTime.optional(),
  direction: z.enum(["in", "out", "internal"]).optional(),
  line: z.string().max(40).optional(),
  channelId: Id.optional(),
  /** Answered it, or was rung for it. */
  employeeId: Id.optional(),
  disposition: z.enum([...DISPOSITIONS, "missed"]).optional(),
  /** Digits of the other side's number. */
  number: z.string().max(40).optional(),
});
export const CallQuery = PageQuery.extend(Filter.shape);
export const CallExportQuery = Filter.extend({ format: z.enum(["csv", "xlsx"]).default("csv") });
export type CallFilter = z.infer<typeof Filter>;
export const CallTotals = z.object({
  calls: z.number().int(),
  incoming: z.number().int(),
  outgoing: z.number().int(),
  answered: z.number().int(),
  /** Incoming calls that ended without anybody answering. */
  missed: z.number().int(),
  talkMs: z.number().int(),
  averageWaitMs: z.number().nullable(),
});
export const CallPage = Page(CallRow).extend({ totals: CallTotals });

export const DifferencesQuery = z.object({ channelId: Id, day: z.iso.date() });
/** Both sides of one call as they stand. */
const Side = z.object({
  direction: z.enum(["in", "out"]),
  startedAt: IsoTime,
  answeredAt: IsoTime.nullable(),
  endedAt: IsoTime.nullable(),
  from: z.string().nullable(),
  to: z.string(),
});
export const CallDifferences = z.object({
  channel: NamedRef,
  day: z.iso.date(),
  /** Calls of the day on either side, incoming and outgoing, and those in which the two spoke. */
  pbx: z.object({ calls: z.number().int(), answered: z.number().int(), talkMs: z.number().int() }),
  register: z.object({ calls: z.number().int(), answered: z.number().int(), talkMs: z.number().int() }),
  /** In the telephone system's records, not in the register. */
  missing: z.array(Side.extend({ callKey: z.string() })),
  /** In the register, not in the records. */
  extra: z.array(Side.extend({ callKey: z.string(), callId: Id, dialogId: Id })),
  /** On both sides, but answered here and not there, or an end or answer that differs by more than 2 seconds. */
  differing: z.array(z.object({ callKey: z.string(), callId: Id, dialogId: Id, pbx: Side, register: Side })),
  /** (missing + extra + differing) / calls of the larger side; above 0.005 somebody should look. */
  share: z.number(),
});
export type CallDifferences = z.infer<typeof CallDifferences>;
