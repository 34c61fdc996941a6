import type { Message, Update } from "@grammyjs/types";
import type { Case } from "./documented.fixture.ts";

/** What no source shows: made from the field tables of core.telegram.org/bots/api, checked against the published types. */
type Built = Omit<Case, "source" | "update"> & { update: Update };

const user = { id: 770111, is_bot: false, first_name: "Ажар", last_name: "Сұлтан", username: "azhar", language_code: "kk" } as const;
const chat = { id: 770111, type: "private", first_name: "Ажар", last_name: "Сұлтан", username: "azhar" } as const;
const bot = { id: 123456, is_bot: true, first_name: "Kommutator", username: "kommutator_test_bot" } as const;
const head = { message_id: 7, date: 1_760_000_000, chat, from: user };
const message = (fields: Partial<Message>): Update => ({ update_id: 500_000_001, message: { ...head, ...fields } as NonNullable<Update["message"]> });
const unique = "AgADAQAD";
const ID = { file_id: "BQACAgIAAxkBAAIB", file_unique_id: unique };
const said = (fields: object): object => ({ kind: "message.received", messageKey: "7", thread: { key: "770111" }, nature: "human", ...fields });
const place = { latitude: 43.238949, longitude: 76.889709 };
const map = "https://www.openstreetmap.org/?mlat=43.238949&mlon=76.889709#map=17/43.238949/76.889709";
const business = { ...head, business_connection_id: "Zc2yBQcAAUkFAAE" };

const built: Built[] = [
  {
    name: "a photo with a caption: the largest, and the size that suits a thread",
    update: message({
      photo: [
        { ...ID, file_id: "tiny", file_size: 900, width: 90, height: 60 },
        { ...ID, file_id: "middle", file_size: 20_000, width: 320, height: 213 },
        { ...ID, file_id: "large", file_size: 90_000, width: 1280, height: 853 },
      ],
      caption: "Мынау бұзылған",
    }),
    events: [said({ text: "Мынау бұзылған", files: [{ fileKey: "large\nmiddle", name: "photo-7.jpg", mime: "image/jpeg", bytes: 90_000 }] })],
  },
  {
    name: "a hidden link is shown, counted in UTF-16 units after an emoji",
    update: message({ text: "👍 our price list", entities: [{ type: "text_link", offset: 7, length: 5, url: "https://shop.example/price" }] }),
    events: [said({ text: "👍 our price (https://shop.example/price) list" })],
  },
  {
    name: "a deep link: its parameter is the source",
    update: message({ text: "/start instagram_spring", entities: [{ type: "bot_command", offset: 0, length: 6 }] }),
    events: [said({ text: "/start", origin: { source: "instagram_spring" } })],
  },
  {
    name: "a video and its thumbnail",
    update: message({
      video: {
        ...ID,
        thumbnail: { ...ID, file_id: "thumb", width: 320, height: 180 },
        width: 640,
        height: 360,
        duration: 12,
        mime_type: "video/mp4",
        file_size: 2_000_000,
      } as NonNullable<Message["video"]>,
    }),
    events: [said({ files: [{ fileKey: `${ID.file_id}\nthumb`, name: "video-7.mp4", mime: "video/mp4", bytes: 2_000_000, durationMs: 12_000 }] })],
  },
  {
    name: "a round video",
    update: message({ video_note: { ...ID, length: 240, duration: 9, file_size: 300_000 } }),
    events: [said({ files: [{ name: "video-note-7.mp4", mime: "video/mp4", durationMs: 9_000 }] })],
  },
  {
    name: "an animation, which comes with a document that is the same file",
    update: message({
      animation: { ...ID, width: 320, height: 240, duration: 3, file_name: "cat.gif.mp4", mime_type: "video/mp4" },
      document: { ...ID, file_name: "cat.gif.mp4", mime_type: "video/mp4" },
    }),
    events: [said({ files: [{ name: "cat.gif.mp4", mime: "video/mp4", durationMs: 3_000 }] })],
  },
  {
    name: "a sticker",
    update: message({ sticker: { ...ID, type: "regular", width: 512, height: 512, is_animated: false, is_video: false, emoji: "😂", set_name: "Cats" } }),
    events: [said({ text: "😂", files: [{ name: "sticker-7.webp", mime: "image/webp" }] })],
  },
  {
    name: "an animated sticker",
    update: message({ sticker: { ...ID, type: "regular", width: 512, height: 512, is_animated: true, is_video: false, emoji: "👋" } }),
    events: [said({ text: "👋", files: [{ name: "sticker-7.tgs", mime: "application/x-tgsticker" }] })],
  },
  { name: "a place", update: message({ location: place }), events: [said({ text: `📍 43.238949, 76.889709\n${map}` })] },
  {
    name: "a venue, once",
    update: message({ location: place, venue: { location: place, title: "Көк базар", address: "Жібек жолы 53" } }),
    events: [said({ text: `📍 Көк базар, Жібек жолы 53 (43.238949, 76.889709)\n${map}` })],
  },
  {
    name: "the writer's own contact proves the number",
    update: message({ contact: { phone_number: "77011112233", first_name: "Ажар", last_name: "Сұлтан", user_id: user.id } }),
    events: [said({ text: "👤 Ажар Сұлтан: +77011112233", proves: { phone: "+77011112233", name: "Ажар Сұлтан" } })],
  },
  {
    name: "somebody else's contact proves nothing",
    update: message({ contact: { phone_number: "+7 701 111-22-33", first_name: "Бауыржан", user_id: 5 } }),
    events: [said({ text: "👤 Бауыржан: +77011112233" })],
  },
  {
    name: "an edited caption",
    update: {
      update_id: 500_000_001,
      edited_message: { ...head, edit_date: 1_760_000_100, photo: [{ ...ID, width: 10, height: 10 }], caption: "no, this one" } as NonNullable<
        Update["edited_message"]
      >,
    },
    events: [{ kind: "message.edited", messageKey: "7", text: "no, this one", occurredAt: 1_760_000_100_000 }],
  },
  {
    name: "a live location that moves says nothing new",
    update: {
      update_id: 500_000_001,
      edited_message: { ...head, edit_date: 1_760_000_100, location: { ...place, live_period: 900 } } as NonNullable<Update["edited_message"]>,
    },
    events: [],
  },
  {
    name: "a button under a message of ours",
    update: {
      update_id: 500_000_001,
      callback_query: {
        id: "4382bfdwdsb323b2d9",
        from: user,
        chat_instance: "-37",
        data: "call:yes",
        message: {
          message_id: 6,
          date: 1_760_000_000,
          chat,
          from: bot,
          text: "Shall we call?",
          reply_markup: { inline_keyboard: [[{ text: "Yes, please", callback_data: "call:yes" }]] },
        } as Message,
      },
    },
    events: [{ kind: "message.received", text: "Yes, please", messageKey: "cb:4382bfdwdsb323b2d9", replyTo: "6", thread: { key: "770111" } }],
    answerCallback: "4382bfdwdsb323b2d9",
  },
  {
    name: "a customer of a business account",
    update: { update_id: 500_000_001, business_message: { ...business, text: "Сәлем" } },
    events: [{ kind: "message.received", text: "Сәлем", nature: "human", thread: { key: "b:Zc2yBQcAAUkFAAE:770111" } }],
  },
  {
    name: "the owner of a business account answers in his own app",
    update: { update_id: 500_000_001, business_message: { ...business, from: { id: 42, is_bot: false, first_name: "Owner" }, text: "Hello" } },
    events: [{ kind: "message.received", text: "Hello", nature: "outside", from: { value: "42" } }],
  },
  {
    name: "what we ourselves sent for a business account",
    update: {
      update_id: 500_000_001,
      business_message: { ...business, from: { id: 42, is_bot: false, first_name: "Owner" }, sender_business_bot: bot, text: "Hello" },
    },
    events: [],
  },
  {
    name: "messages deleted in a business account",
    update: { update_id: 500_000_001, deleted_business_messages: { business_connection_id: "Zc2yBQcAAUkFAAE", chat, message_ids: [7, 8] } },
    events: [
      { kind: "message.deleted", messageKey: "7", thread: { key: "b:Zc2yBQcAAUkFAAE:770111" }, eventKey: "u:500000001:7" },
      { kind: "message.deleted", messageKey: "8", thread: { key: "b:Zc2yBQcAAUkFAAE:770111" }, eventKey: "u:500000001:8" },
    ],
  },
  {
    name: "a document above what bots may fetch",
    update: message({ document: { ...ID, file_name: "film.mkv", mime_type: "video/x-matroska", file_size: 700 * 1024 * 1024 }, caption: "see" }),
    events: [said({ text: "see\n📎 film.mkv (700 MB)", truncated: true })],
  },
];

export const constructed: Case[] = built.map((one) => ({ ...one, source: "constructed" }));
