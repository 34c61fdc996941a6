import type { Chat, Message, Update, User } from "@grammyjs/types";

/** What the bot's customers do, as the Bot API tells it (core.telegram.org/bots/api); checked against the published types. */
export interface Person {
  id: number;
  first_name: string;
  last_name?: string;
  username?: string;
  language_code?: string;
}
type Kind = "message" | "edited_message" | "my_chat_member" | "callback_query";
/** An update before Telegram has numbered it. */
export type Unnumbered = Omit<Update, "update_id"> & { [K in Kind]?: Update[K] };

export const userOf = (person: Person): User => ({ is_bot: false, ...person });
export const chatOf = (person: Person): Chat.PrivateChat => {
  const { language_code: _, ...shown } = person;
  return { ...shown, type: "private" };
};

interface Base {
  message_id: number;
  from: User;
  chat: Chat.PrivateChat;
  date: number;
}
const base = (person: Person, messageId: number, at = Date.now()): Base => ({
  message_id: messageId,
  from: userOf(person),
  chat: chatOf(person),
  date: Math.floor(at / 1_000),
});

export const text = (person: Person, messageId: number, words: string): Unnumbered => ({
  message: { ...base(person, messageId), text: words } satisfies Message.TextMessage & Base,
});

/** Sizes as Telegram's clients make them: a thumbnail first, the original last. */
export const photo = (person: Person, messageId: number, file: { fileId: string; bytes: number }, caption?: string): Unnumbered => ({
  message: {
    ...base(person, messageId),
    photo: [
      { file_id: `${file.fileId}-s`, file_unique_id: "AQADDRFrG9r-yUt4", file_size: 960, width: 42, height: 90 },
      { file_id: file.fileId, file_unique_id: "AQADDRFrG9r-yUt-", file_size: file.bytes, width: 591, height: 1280 },
    ],
    ...(caption === undefined ? {} : { caption }),
  } satisfies Message.PhotoMessage & Base,
});

export const contact = (person: Person, messageId: number, phone: string, owner: Person | null = person): Unnumbered => ({
  message: {
    ...base(person, messageId),
    contact: { phone_number: phone, first_name: (owner ?? person).first_name, ...(owner === null ? {} : { user_id: owner.id }) },
  } satisfies Message.ContactMessage & Base,
});

export const blocked = (person: Person, bot: User): Unnumbered => ({
  my_chat_member: {
    chat: chatOf(person),
    from: userOf(person),
    date: Math.floor(Date.now() / 1_000),
    old_chat_member: { user: bot, status: "member" },
    new_chat_member: { user: bot, status: "kicked", until_date: 0 },
  },
});

/** The next thing someone says in a group where the bot is. */
export const inGroup = (person: Person, messageId: number, groupId: number, words: string): Unnumbered => ({
  message: {
    message_id: messageId,
    from: userOf(person),
    chat: { id: groupId, type: "group", title: "Neighbours" },
    date: Math.floor(Date.now() / 1_000),
    text: words,
  } satisfies Update["message"],
});

export const pressed = (person: Person, messageId: number, bot: User, label: string, data: string): Unnumbered => ({
  callback_query: {
    id: "4382bfdwdsb323b2d9",
    from: userOf(person),
    chat_instance: "-3788751289",
    data,
    message: {
      message_id: messageId,
      from: bot,
      chat: chatOf(person),
      date: Math.floor(Date.now() / 1_000),
      text: "Shall we call you?",
      reply_markup: { inline_keyboard: [[{ text: label, callback_data: data }]] },
    } satisfies Message.TextMessage & { reply_markup: object },
  },
});
