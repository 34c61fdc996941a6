import { z } from "zod";
import { Id, patchOf } from "./common.ts";

/**
 * Telephone lines of a voice channel: what a call to this number of ours brings along, before the channel's own.
 *
 * GET/POST /api/v1/channels/:id/lines · PATCH/DELETE /api/v1/lines/:id (DELETE takes the line out of use; its calls keep it). Right: `channel`.
 */
const LineKey = z.object({ key: z.string().regex(/^[0-9*#]$/), purposeId: Id });
export const LineView = z.object({
  id: Id,
  channelId: Id,
  /** E.164, or a short number as it is dialled. */
  number: z.string(),
  /** null: the channel's. */
  queueId: Id.nullable(),
  purposeId: Id.nullable(),
  sourceId: Id.nullable(),
  /** ISO 3166 alpha-2: tells national forms of the numbers that come in on this line. null: the company's. */
  country: z.string().nullable(),
  /** The menu: which key of a waiting caller says what they call for. It goes before `purposeId`. */
  keys: z.array(LineKey),
  version: z.number().int(),
});
export type LineView = z.infer<typeof LineView>;
export const LineBody = z.object({
  number: z.string().trim().min(1).max(40),
  queueId: Id.nullable().default(null),
  purposeId: Id.nullable().default(null),
  sourceId: Id.nullable().default(null),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable()
    .default(null),
  keys: z.array(LineKey).max(12).default([]),
});
export type LineBody = z.infer<typeof LineBody>;
export const LinePatch = patchOf(LineBody).extend({ version: z.number().int() });
