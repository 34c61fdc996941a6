import { z } from "zod";
import { Id, IsoTime } from "./common.ts";

/**
 * POST /contact-points · PATCH/DELETE /contact-points/:id. All of the CRM is under /api/v1; PATCH bodies carry `version` where the row has
 * one, and a conflict answers 409 version_conflict with `details.current`.
 */
export const ContactPointKind = z.enum(["phone", "email", "telegram", "viber", "vk", "whatsapp", "skype", "icq", "site_visitor", "other"]);
export const ContactPoint = z.object({
  id: Id,
  kind: ContactPointKind,
  label: z.string().nullable(),
  raw: z.string(),
  value: z.string(),
  /** The channel that alone knows this identity (a visitor's browser, a Viber id); null for what is known everywhere. */
  channelName: z.string().nullable(),
  /** When it came to the card. */
  since: IsoTime,
  isShared: z.boolean(),
  verifiedAt: IsoTime.nullable(),
  bouncedAt: IsoTime.nullable(),
  /** The channels on which this identity cannot be written to now (bot blocked, unsubscribed, messages denied), each with the channel's word for why. */
  unreachable: z.array(z.object({ channelId: Id, channelName: z.string(), reason: z.string(), at: IsoTime })),
  version: z.number().int(),
});
export type ContactPoint = z.infer<typeof ContactPoint>;
export const NewContactPoint = z.object({
  kind: ContactPointKind,
  value: z.string().min(1).max(300),
  label: z.enum(["mobile", "work", "home", "internal", "main", "other"]).nullable().default(null),
  isShared: z.boolean().default(false),
});
export const ContactPointBody = NewContactPoint.extend({
  customerId: Id.nullable().default(null),
  contactId: Id.nullable().default(null),
  leadId: Id.nullable().default(null),
  /** "This is a different one": why, where the point makes a certain duplicate of the card (rule B14). */
  differentReason: z.string().max(500).nullable().default(null),
});
/** `verified: true` says that a person confirmed it; it fails with contact_point_taken when another card holds it verified. */
export const ContactPointPatch = z.object({
  label: NewContactPoint.shape.label.unwrap().optional(),
  isShared: z.boolean().optional(),
  verified: z.boolean().optional(),
  /** As for a new point: one that is no longer shared may make a certain duplicate. */
  differentReason: z.string().max(500).nullable().optional(),
  version: z.number().int(),
});
