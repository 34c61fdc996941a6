import { z } from "zod";

/** Callbacks as developers.viber.com, "Callbacks", has them. What is only decoration may be wrong without losing the message. */
const decoration = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const words = decoration(
  z
    .string()
    .transform((text) => text.trim())
    .pipe(z.string().min(1)),
);

/** A number of 19 digits, a string after exact-json.ts; a shorter one is still a number. */
const token = z.union([z.string().min(1).max(64), z.number().int()]).transform(String);
const userId = z.string().min(1).max(200);
const user = z.object({ id: userId, name: words });
/** "Epoch time of the event that triggered the callback", in milliseconds. */
const timestamp = decoration(z.coerce.number().int().positive().max(8.64e15));
const coordinate = z.coerce.number().min(-180).max(180);

const said = z.object({
  type: z.string().min(1).max(50),
  text: decoration(z.string()),
  media: decoration(z.string().max(4_000)),
  /** A small JPEG of a picture or film. */
  thumbnail: decoration(z.string().max(4_000)),
  tracking_data: decoration(z.string()),
  file_name: words,
  file_size: decoration(z.coerce.number().int().nonnegative()),
  /** The documentation says `file_size`; Viber's own library is tested with `size`. */
  size: decoration(z.coerce.number().int().nonnegative()),
  /** What to show instead of a carousel. */
  alt_text: words,
  /** Seconds. */
  duration: decoration(z.coerce.number().positive()),
  sticker_id: decoration(z.union([z.string(), z.number()]).transform(String)),
  location: decoration(z.object({ lat: coordinate, lon: coordinate, address: words })),
  contact: decoration(z.object({ name: words, phone_number: decoration(z.union([z.string().trim().min(1).max(40), z.number()]).transform(String)) })),
});
export type Said = z.infer<typeof said>;

const known = z.discriminatedUnion("event", [
  z.object({ event: z.literal("message"), timestamp, message_token: token, sender: user, message: said }),
  z.object({ event: z.enum(["delivered", "seen"]), timestamp, message_token: token, user_id: decoration(userId) }),
  z.object({ event: z.literal("failed"), timestamp, message_token: token, desc: words }),
  // Viber's own library reads these two without a token.
  z.object({ event: z.literal("subscribed"), timestamp, message_token: decoration(token), user }),
  z.object({ event: z.literal("unsubscribed"), timestamp, message_token: decoration(token), user_id: userId }),
  z.object({
    event: z.literal("conversation_started"),
    timestamp,
    user,
    context: decoration(
      z
        .string()
        .trim()
        .min(1)
        .transform((context) => context.slice(0, 200)),
    ),
    subscribed: decoration(z.boolean()),
  }),
  z.object({ event: z.enum(["webhook", "client_status"]), timestamp }),
]);
const KNOWN = ["message", "delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started", "webhook", "client_status"];

const unknown = z
  .object({
    event: z
      .string()
      .min(1)
      .refine((event) => !KNOWN.includes(event)),
    timestamp,
  })
  .transform(({ event, timestamp }) => ({ event: "unknown" as const, name: event.slice(0, 50), timestamp }));

/** One callback. Throws a ZodError naming the fields that are missing or wrong. */
export const callback = {
  parse(raw: unknown): Callback {
    const event = (raw as { event?: unknown } | null)?.event;
    return typeof event === "string" && event !== "" && !KNOWN.includes(event) ? unknown.parse(raw) : known.parse(raw);
  },
};
export type Callback = z.infer<typeof known> | z.infer<typeof unknown>;
