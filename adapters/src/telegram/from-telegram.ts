import type { ChannelEvent, MessageReceived, RawIdentity } from "@kommutator/contract/channel";
import { contentOf } from "./content.ts";
import { nameOf } from "./readable.ts";
import { type Thread, threadKey } from "./thread.ts";
import type { Message, Update, User } from "./update.ts";

/** What an update means: what is reported, and what Telegram wants done about it besides. */
export interface Translation {
  events: ChannelEvent[];
  /** The button pressed spins until this callback query is answered. */
  answerCallback?: string;
  /** A group in which the bot was spoken to or to which it was added. */
  refuse?: { chatId: number; language: string | undefined };
}

/**
 * The only updates we ask for. Ordinary bots are never told that a message was deleted; business bots are, and there it is
 * shown. Channel posts, inline queries, reactions and the rest are not asked for.
 */
export const ALLOWED_UPDATES = [
  "message",
  "edited_message",
  "callback_query",
  "my_chat_member",
  "business_connection",
  "business_message",
  "edited_business_message",
  "deleted_business_messages",
] as const;

/** Translates one update. Pure; `now` (ms) dates what Telegram does not date. */
export function fromUpdate(update: Update, bot: { id: number }, now: number): Translation {
  const { message, edited_message: edited, callback_query: pressed, my_chat_member: member } = update;
  if (message) return isPrivate(message.chat) ? received(update, message) : refusal(message.chat, message.from ?? undefined);
  if (edited) return isPrivate(edited.chat) ? changed(update, edited) : { events: [] };
  if (pressed) return buttonPressed(update, pressed, now);
  if (member) return membership(update, member);
  const { business_message: business, edited_business_message: businessEdited, deleted_business_messages: deleted } = update;
  // What we sent ourselves on behalf of the account is stored already.
  if (business) return business.sender_business_bot?.id === bot.id ? { events: [] } : received(update, business);
  if (businessEdited) return businessEdited.sender_business_bot?.id === bot.id ? { events: [] } : changed(update, businessEdited);
  if (!deleted) return { events: [] };
  const thread = { key: threadKey({ chatId: deleted.chat.id, businessConnectionId: deleted.business_connection_id }) };
  return {
    events: deleted.message_ids.map((one) => ({
      kind: "message.deleted",
      eventKey: `${eventKey(update)}:${one}`,
      occurredAt: now,
      messageKey: String(one),
      thread,
    })),
  };
}

/**
 * `at` is part of it because Telegram chooses update ids anew after a week without any: a number may come twice, for two
 * different updates (core.telegram.org/bots/api#update).
 */
const eventKey = (update: Update, at?: number): string => `u:${update.update_id}${at === undefined ? "" : `:${at}`}`;

/** A chat without a type comes from older servers: there positive ids are people. */
const isPrivate = (chat: Message["chat"]): boolean => (chat.type ? chat.type === "private" : chat.id > 0);

const threadOf = (message: Pick<Message, "chat" | "business_connection_id">): Thread => ({
  chatId: message.chat.id,
  ...(message.business_connection_id ? { businessConnectionId: message.business_connection_id } : {}),
});

const identity = (user: User): RawIdentity => ({ kind: "telegram", value: String(user.id), displayName: nameOf(user) });

function received(update: Update, message: Message): Translation {
  const content = contentOf(message);
  if (content === null) return { events: [] };
  const from = message.from ?? message.chat;
  // t.me/<bot>?start=<parameter> arrives as text (core.telegram.org/bots/features#deep-linking).
  const start = /^\/start(?:@\w+)?\s+(\S{1,256})\s*$/.exec(content.text);
  const event: MessageReceived = {
    kind: "message.received",
    eventKey: eventKey(update, message.date),
    occurredAt: message.date * 1_000,
    messageKey: String(message.message_id),
    thread: { key: threadKey(threadOf(message)) },
    from: identity(from),
    text: start === null ? content.text : "/start",
    // In a business account's chats its owner writes too, in his own app.
    nature: message.business_connection_id && from.id !== message.chat.id ? "outside" : "human",
    ...(content.files.length === 0 ? {} : { files: content.files }),
    ...(content.truncated ? { truncated: true } : {}),
    ...(content.proves === undefined ? {} : { proves: content.proves }),
    ...(message.quote ? { quoted: message.quote.text } : {}),
    ...(message.reply_to_message ? { replyTo: String(message.reply_to_message.message_id) } : {}),
    ...(start?.[1] === undefined ? {} : { origin: { source: start[1] } }),
  };
  return { events: [event] };
}

function changed(update: Update, message: Message): Translation {
  // A live location is edited every few seconds, and nothing of it was said anew.
  const content = message.location ? null : contentOf(message);
  if (content === null) return { events: [] };
  const at = message.edit_date ?? message.date;
  const key = threadKey(threadOf(message));
  return {
    events: [
      {
        kind: "message.edited",
        eventKey: eventKey(update, at),
        occurredAt: at * 1_000,
        messageKey: String(message.message_id),
        thread: { key },
        text: content.text,
      },
    ],
  };
}

/**
 * A button under a message of the chat becomes what the customer said by pressing it: the button's words. A button of a message
 * sent by way of inline mode stands in a chat that we do not know: it is calmed and nothing more.
 */
function buttonPressed(update: Update, pressed: NonNullable<Update["callback_query"]>, now: number): Translation {
  const { message, from, id, data } = pressed;
  if (!message || !isPrivate(message.chat)) return { events: [], answerCallback: id };
  const chosen = message.reply_markup?.inline_keyboard.flat().find((one) => one.callback_data && one.callback_data === data);
  const event: MessageReceived = {
    kind: "message.received",
    eventKey: `${eventKey(update)}:${id}`,
    occurredAt: now,
    messageKey: `cb:${id}`,
    thread: { key: threadKey(threadOf(message)) },
    from: identity(from),
    text: chosen?.text ?? data ?? "[A button was pressed]",
    nature: "human",
    replyTo: String(message.message_id),
  };
  return { events: [event], answerCallback: id };
}

function membership(update: Update, member: NonNullable<Update["my_chat_member"]>): Translation {
  const { status } = member.new_chat_member;
  if (!isPrivate(member.chat)) return /^(member|administrator|restricted)$/.test(status) ? refusal(member.chat, member.from) : { events: [] };
  const blocked = status === "kicked";
  return {
    events: [
      {
        kind: "identity.state",
        eventKey: eventKey(update, member.date),
        occurredAt: member.date * 1_000,
        identity: identity(member.from),
        thread: { key: String(member.chat.id) },
        reachable: !blocked,
        ...(blocked ? { reason: "blocked" as const } : {}),
      },
    ],
  };
}

function refusal(chat: Message["chat"], from: User | undefined): Translation {
  if (chat.type === "channel") return { events: [] };
  return { events: [], refuse: { chatId: chat.id, language: from?.language_code ?? undefined } };
}
