import { z } from "zod";

/**
 * What we read of Telegram's Update (core.telegram.org/bots/api#update): everything else passes by unseen, so that a new field
 * of Telegram's breaks nothing. Telegram itself sends null where its documentation promises a string (a deleted name).
 */
const id = z.number().int().refine(Number.isSafeInteger);
const text = z.string();
const seconds = z.number().min(0).max(1e11);

const user = z.object({
  id,
  first_name: text.nullish(),
  last_name: text.nullish(),
  username: text.nullish(),
  language_code: text.nullish(),
  title: text.nullish(),
});
const chat = z.object({ id, type: text.nullish(), title: text.nullish(), first_name: text.nullish(), last_name: text.nullish() });
const entity = z.object({ type: text, offset: z.number().int().min(0), length: z.number().int().min(0), url: text.nullish() });
const file = z.object({
  file_id: text.min(1),
  file_size: z.number().nullish(),
  file_name: text.nullish(),
  mime_type: text.nullish(),
  duration: z.number().nullish(),
  title: text.nullish(),
  performer: text.nullish(),
  /** Decoration: a malformed one loses no message. */
  thumbnail: z
    .object({ file_id: text.min(1) })
    .nullish()
    .catch(undefined),
});
const place = z.object({ latitude: z.number(), longitude: z.number() });
const button = z.object({ text, callback_data: text.nullish() });
const origin = z.object({
  sender_user: user.nullish(),
  sender_user_name: text.nullish(),
  sender_chat: z.object({ title: text.nullish() }).nullish(),
  chat: z.object({ title: text.nullish() }).nullish(),
});

const message = z.looseObject({
  message_id: id,
  date: seconds,
  edit_date: seconds.nullish(),
  chat,
  from: user.nullish(),
  business_connection_id: text.nullish(),
  sender_business_bot: user.nullish(),
  text: text.nullish(),
  entities: z.array(entity).nullish(),
  caption: text.nullish(),
  caption_entities: z.array(entity).nullish(),
  reply_to_message: z.object({ message_id: id }).nullish(),
  quote: z.object({ text }).nullish(),
  forward_origin: origin.nullish(),
  photo: z.array(z.object({ file_id: text.min(1), width: z.number(), height: z.number(), file_size: z.number().nullish() })).nullish(),
  voice: file.nullish(),
  audio: file.nullish(),
  video: file.nullish(),
  video_note: file.nullish(),
  animation: file.nullish(),
  document: file.nullish(),
  sticker: file.extend({ emoji: text.nullish(), is_animated: z.boolean().nullish(), is_video: z.boolean().nullish() }).nullish(),
  location: place.nullish(),
  venue: z.object({ location: place, title: text, address: text.nullish() }).nullish(),
  contact: z.object({ phone_number: text, first_name: text.nullish(), last_name: text.nullish(), user_id: id.nullish() }).nullish(),
  dice: z.object({ emoji: text, value: z.number() }).nullish(),
  poll: z.object({ question: text, options: z.array(z.object({ text })) }).nullish(),
  checklist: z.object({ title: text, tasks: z.array(z.object({ text })) }).nullish(),
});

const update = z.object({
  update_id: id.min(0),
  message: message.nullish(),
  edited_message: message.nullish(),
  business_message: message.nullish(),
  edited_business_message: message.nullish(),
  deleted_business_messages: z.object({ business_connection_id: text, chat, message_ids: z.array(id) }).nullish(),
  callback_query: z
    .object({
      id: text.min(1),
      from: user,
      data: text.nullish(),
      message: z
        .object({
          message_id: id,
          chat,
          business_connection_id: text.nullish(),
          reply_markup: z.object({ inline_keyboard: z.array(z.array(button)) }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  my_chat_member: z.object({ chat, from: user, date: seconds, new_chat_member: z.object({ status: text }) }).nullish(),
});

export type Update = z.infer<typeof update>;
export type Message = z.infer<typeof message>;
export type User = z.infer<typeof user>;
export type Entity = z.infer<typeof entity>;
export type FileInfo = z.infer<typeof file>;

/** Deeper than any honest update; what is nested deeper is not walked through. */
const MAX_DEPTH = 60;

/** The update with every string fit for a database, or the reason why it cannot be read. Never throws. */
export function readUpdate(raw: unknown): { update: Update; error?: undefined } | { update?: undefined; error: string } {
  try {
    const parsed = update.safeParse(cleaned(raw, 0));
    if (parsed.success) return { update: parsed.data };
    const [issue] = parsed.error.issues;
    return { error: `Telegram's update cannot be read: ${issue?.path.join(".") || "the whole"}: ${issue?.message ?? "malformed"}` };
  } catch (error) {
    return { error: `Telegram's update cannot be read: ${(error as Error).message}` };
  }
}

/** PostgreSQL stores neither U+0000 nor half of a surrogate pair; Telegram sends neither, a forger may. */
export function cleaned(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new Error("it is nested too deeply");
  if (typeof value === "string") {
    const whole = /[\ud800-\udfff]/.test(value) ? Buffer.from(value, "utf8").toString("utf8") : value;
    return whole.includes("\0") ? whole.replaceAll("\0", "") : whole;
  }
  if (Array.isArray(value)) return value.map((one) => cleaned(one, depth + 1));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [cleaned(key, depth + 1) as string, cleaned(one, depth + 1)]));
  return value;
}
