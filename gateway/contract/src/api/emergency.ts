import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef } from "./common.ts";

/**
 * The emergency switch of a queue, a channel or one number of a trunk (XS-01): closed, an announcement, or everybody sent elsewhere.
 * GET    /api/v1/emergency         EmergencyView[]: those in force, for everybody signed in (the banner)
 * POST   /api/v1/emergency         EmergencyBody -> 201 EmergencyView (right `queue edit` on the queue, or where the channel or the line leads);
 *                                  a second one for the same queue, channel or line ends the first
 * DELETE /api/v1/emergency/:id     204: ends it before its time
 * Sockets hear of each beginning and early end as `changed` with kind `emergency.changed`; `until` ends it without a word,
 * so a banner goes by its own clock.
 */
const MODES = ["closed", "announcement", "redirect"] as const;
export const EmergencyView = z.object({
  id: Id,
  queue: NamedRef.nullable(),
  channel: NamedRef.nullable(),
  /** Named by its number. */
  line: NamedRef.nullable(),
  mode: z.enum(MODES),
  redirectQueue: NamedRef.nullable(),
  redirectNumber: z.string().nullable(),
  note: z.string(),
  until: IsoTime,
  by: EmployeeRef,
  createdAt: IsoTime,
});
export type EmergencyView = z.infer<typeof EmergencyView>;
export const EmergencyBody = z
  .object({
    queueId: Id.optional(),
    channelId: Id.optional(),
    lineId: Id.optional(),
    mode: z.enum(MODES),
    /** With mode `redirect` one of the two. */
    redirectQueueId: Id.optional(),
    redirectNumber: z
      .string()
      .trim()
      .regex(/^\+?[0-9]{2,15}$/)
      .optional(),
    note: z.string().trim().max(500).default(""),
    /** At most 31 days ahead. */
    until: IsoTime,
  })
  .refine((b) => [b.queueId, b.channelId, b.lineId].filter((each) => each !== undefined).length === 1, {
    path: ["queueId"],
    message: "one of queueId, channelId and lineId",
  })
  .refine((b) => (b.mode === "redirect") === ((b.redirectQueueId === undefined) !== (b.redirectNumber === undefined)), {
    path: ["redirectQueueId"],
    message: "a redirect names a queue or a number, the other modes neither",
  });
export type EmergencyBody = z.infer<typeof EmergencyBody>;
