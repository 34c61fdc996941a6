import type { Entity, Message, User } from "./update.ts";

/**
 * Text with its hidden links shown: `our price (https://…)`. Other formatting changes no words. Offsets and lengths are UTF-16
 * code units (core.telegram.org/bots/api#messageentity), as in JavaScript strings.
 */
export function withLinks(text: string, entities: readonly Entity[]): string {
  let out = text;
  const links = entities.filter((one) => one.type === "text_link" && one.url && one.offset + one.length <= text.length);
  // From the end, so that the offsets of those before stay true.
  for (const link of links.toSorted((a, b) => b.offset - a.offset)) {
    const end = link.offset + link.length;
    const words = text.slice(link.offset, end);
    if (words !== link.url) out = `${out.slice(0, end)} (${link.url})${out.slice(end)}`;
  }
  return out;
}

/** What the person is called, as Telegram's clients show it. */
export function nameOf(user: Pick<User, "first_name" | "last_name" | "username">): string | undefined {
  const name = [user.first_name, user.last_name].filter(Boolean).join(" ").trim();
  return name !== "" ? name : user.username ? `@${user.username}` : undefined;
}

/** A point as coordinates and a link to a map that needs no account. */
export function placeText(latitude: number, longitude: number, title?: string): string {
  const point = `${latitude}, ${longitude}`;
  const link = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
  return `📍 ${title === undefined ? point : `${title} (${point})`}\n${link}`;
}

/** Telegram leaves the plus out of phone numbers or writes it, depending on the sender's client. */
export function withPlus(phone: string): string {
  const digits = phone.replace(/[\s()-]/g, "");
  return /^\d{7,15}$/.test(digits) ? `+${digits}` : digits;
}

/** Whose words a forwarded message repeats; null when it is not forwarded. */
export function forwardedFrom(message: Message): string | null {
  const origin = message.forward_origin;
  if (!origin) return null;
  const name = origin.sender_user ? nameOf(origin.sender_user) : (origin.sender_user_name ?? origin.sender_chat?.title ?? origin.chat?.title);
  return `↪ ${name ?? "…"}`;
}

/** Bytes as people read them. */
export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MB`;
