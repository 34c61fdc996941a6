import type { Objects } from "vk-io";
import { type EventCase, type PartOf, photo } from "./recorded.fixture.ts";

/**
 * What no source shows whole: events put together by us from the fields that VK's pages and its published types describe. Each names
 * the page whose fields it has.
 */
const EVENTS = "dev.vk.com/reference/community-events/json-schema";
const MESSAGE = "dev.vk.com/reference/objects/message";
const ATTACHMENTS = "dev.vk.com/reference/objects/attachments-message";

const GROUP = 191_949_777;
const IVAN = 578_716_413;

type Message = PartOf<Objects.MessagesMessage>;

const envelope = (type: string, object: unknown, event_id = "2e0cd793ca2c4c41b511dd8d97500523a7fc1b16") => ({
  group_id: GROUP,
  type,
  event_id,
  v: "5.199",
  object,
});

/** A message_new since 5.103: the message beside client_info. */
const message = (fields: Message): Record<string, unknown> =>
  envelope("message_new", {
    message: {
      date: 1_582_576_963,
      from_id: IVAN,
      id: 305,
      out: 0,
      peer_id: IVAN,
      text: "",
      conversation_message_id: 304,
      fwd_messages: [],
      important: false,
      random_id: 0,
      attachments: [],
      is_hidden: false,
      ...fields,
    } satisfies Message,
    client_info: { button_actions: ["text", "vkpay", "open_app", "location", "open_link"], keyboard: true, inline_keyboard: true, lang_id: 0 },
  });

const attachment = (type: string, item: object): Message => ({ attachments: [{ type, [type]: item }] as unknown as Objects.MessagesMessageAttachment[] });

const built: EventCase[] = [
  { name: "a text", source: EVENTS, event: message({ text: "Добрый день! Есть ли доставка?" }) },
  {
    name: "an answer that an employee typed in VK",
    source: "dev.vk.com/reference/objects/message (admin_author_id)",
    event: envelope("message_reply", {
      date: 1_582_577_000,
      from_id: -GROUP,
      id: 306,
      peer_id: IVAN,
      text: "Да, по всему городу",
      conversation_message_id: 305,
      random_id: 1_845_310_177,
      admin_author_id: 100,
      attachments: [],
    } satisfies Message),
  },
  {
    name: "the echo of our own message",
    source: "dev.vk.com/reference/objects/message (random_id)",
    event: envelope("message_reply", {
      date: 1_582_577_001,
      from_id: -GROUP,
      id: 307,
      peer_id: IVAN,
      text: "Да",
      conversation_message_id: 306,
      random_id: 777,
    } satisfies Message),
  },
  {
    name: "a photo with its original",
    source: "dev.vk.com/reference/objects/photo",
    event: message(
      attachment("photo", { ...photo, orig_photo: { type: "base", url: "https://sun9-1.userapi.com/s/v1/ig2/orig.jpg", width: 1_000, height: 900 } }),
    ),
  },
  {
    name: "a document",
    source: "dev.vk.com/reference/objects/doc",
    event: message(
      attachment("doc", {
        id: 619_304_812,
        owner_id: IVAN,
        title: "Договор",
        size: 14_854,
        ext: "pdf",
        date: 1_582_576_900,
        type: 1,
        url: "https://vk.com/doc578716413_619304812?hash=abc&dl=GU3TQNZRGY2DCMY",
        access_key: "key",
      } satisfies Partial<Objects.DocsDoc>),
    ),
  },
  {
    name: "a sticker",
    source: "dev.vk.com/reference/objects/sticker",
    event: message(
      attachment("sticker", {
        inner_type: "base_sticker_new",
        sticker_id: 9_046,
        product_id: 279,
        images: [64, 128, 256, 352, 512].map((width) => ({ url: `https://vk.com/sticker/1-9046-${width}`, width, height: width })),
        images_with_background: [64, 128, 256, 352, 512].map((width) => ({ url: `https://vk.com/sticker/1-9046-${width}b`, width, height: width })),
        is_allowed: true,
      }),
    ),
  },
  {
    name: "a sticker of 5.190 and later, without its pictures",
    source: "dev.vk.com/reference/objects/sticker (below 5.190: images)",
    event: message(attachment("sticker", { product_id: 279, sticker_id: 9_046, is_allowed: true })),
  },
  {
    name: "a place",
    source: `${MESSAGE} (geo)`,
    event: message({
      text: "Я здесь",
      geo: {
        type: "point",
        coordinates: { latitude: 43.238949, longitude: 76.889709 },
        place: { title: "Almaty, Kazakhstan", country: "Kazakhstan", city: "Almaty" },
      } as unknown as Objects.BaseGeo,
    }),
  },
  {
    name: "a video",
    source: ATTACHMENTS,
    event: message(attachment("video", { id: 456_239_017, owner_id: -1, title: "Обзор", duration: 61, access_key: "k" })),
  },
  {
    name: "a link",
    source: ATTACHMENTS,
    event: message({ text: "вот", ...attachment("link", { url: "https://shop.example/item/1", title: "Кресло", caption: "shop.example" }) }),
  },
  {
    name: "a post of a wall",
    source: ATTACHMENTS,
    event: message(attachment("wall", { id: 45_616, from_id: 1, to_id: 1, text: "Решили провести лето?", date: 1_582_576_000 })),
  },
  {
    name: "a product",
    source: "dev.vk.com/reference/objects/market-item",
    event: message(
      attachment("market", { id: 12, owner_id: -GROUP, title: "Кресло", price: { amount: "1500000", currency: { id: 398, name: "KZT" }, text: "15 000 ₸" } }),
    ),
  },
  {
    name: "a story",
    source: "github.com/VKCOM/vk-api-schema/issues/225",
    event: message(
      attachment("story", { id: 456_254_525, owner_id: -30_316_056, can_see: 0, date: 1_654_582_084, expires_at: 1_654_668_484, is_one_time: false }),
    ),
  },
  { name: "an attachment nobody knows yet", source: "constructed", event: message(attachment("hologram", { id: 1 })) },
  {
    name: "a forwarded message alone",
    source: MESSAGE,
    event: message({ fwd_messages: [{ date: 1, from_id: 5, text: "Заказ 17 не пришёл", attachments: [{ type: "photo", photo }] }] as never }),
  },
  {
    name: "an answer to an earlier message",
    source: `${MESSAGE} (reply_message)`,
    event: message({
      text: "да",
      reply_message: {
        date: 1_582_576_949,
        from_id: -GROUP,
        text: "Привезти завтра?",
        attachments: [],
        conversation_message_id: 301,
        peer_id: IVAN,
        id: 302,
      } as never,
    }),
  },
  { name: "a deep link", source: `${MESSAGE} (ref, ref_source)`, event: message({ text: "Здравствуйте", ref: "spring_sale", ref_source: "vk_ads" }) },
  {
    name: "a button of a keyboard",
    source: "dev.vk.com/api/bots/development/keyboard",
    event: message({ text: "Начать", payload: '{"command":"start"}' }),
  },
  { name: "a mention and control characters", source: "constructed", event: message({ text: "[club191949777|Наш магазин], ау\u0000\u0007\r\nвы где" }) },
  {
    name: "a message of which VK shows bots a part",
    source: "dev.vk.com/reference/objects/message (is_cropped)",
    event: message({ text: "начало", is_cropped: true }),
  },
  { name: "a vanishing message", source: "constructed", event: message({}) },
  {
    name: "an edited message",
    source: EVENTS,
    event: envelope("message_edit", {
      date: 1_582_576_963,
      update_time: 1_582_577_100,
      from_id: IVAN,
      id: 305,
      peer_id: IVAN,
      text: "Есть ли доставка в Алматы?",
      conversation_message_id: 304,
      attachments: [],
    } satisfies Message),
  },
  {
    name: "a callback button",
    source: EVENTS,
    event: envelope("message_event", {
      user_id: IVAN,
      peer_id: IVAN,
      event_id: "9f1c2b3a4d5e",
      payload: { label: "Позвоните мне" },
      conversation_message_id: 301,
    }),
  },
  {
    name: "read",
    source: "constructed",
    event: envelope("message_read", { from_id: IVAN, peer_id: IVAN, read_message_id: 307, conversation_message_id: 306 }),
  },
];

export const CONSTRUCTED: EventCase[] = built.map((one) => ({
  ...one,
  source: one.source === "constructed" ? one.source : `constructed, with the fields of ${one.source}`,
}));
