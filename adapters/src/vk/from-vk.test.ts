import type { ChannelEvent } from "@kommutator/contract/channel";
import { withPreview } from "@kommutator/contract/preview";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { API, type AudioMessageAttachment, MessageContext, PhotoAttachment, UpdateSource, Upload } from "vk-io";
import { countCases } from "../../../tests/support/cases.ts";
import { CONSTRUCTED } from "./events.fixture.ts";
import { type Facts, fromVk, type Translation, unreadable } from "./from-vk.ts";
import { OF_LIBRARIES } from "./library.fixture.ts";
import { photo, RECORDED } from "./recorded.fixture.ts";

/** The size of the sample photo that a thread shows: 394 points wide. */
const SMALL = "https://sun9-34.userapi.com/c206620/v206620889/3dc7f/nmakgKHhLi8.jpg";
const NOW = 1_800_000_000_000;
const INCOMING = [...RECORDED, ...OF_LIBRARIES, ...CONSTRUCTED];
const facts: Facts = {
  groupId: 191_949_777,
  now: NOW,
  nameOf: (id) => (id === 578_716_413 ? "Иван Петров" : undefined),
  isOurs: ({ randomId, adminId }) => randomId === 777 && adminId === undefined,
};

const THREAD = { key: "578716413" };
const FROM = { kind: "vk", value: "578716413", displayName: "Иван Петров" };
const text = (value: string, more: object = {}) => [{ kind: "message.received", nature: "human", text: value, ...more }];

/** What each case must come to: the events, as far as they are named here. */
const EXPECTED: Record<string, object[] | ((translation: Translation) => void)> = {
  "a text": [
    {
      kind: "message.received",
      eventKey: "message_new:578716413_304",
      messageKey: "578716413_304",
      occurredAt: 1_582_576_963_000,
      thread: THREAD,
      from: FROM,
      nature: "human",
      text: "Добрый день! Есть ли доставка?",
    },
  ],
  "a greeting": [
    {
      kind: "message.received",
      eventKey: "message_new:83083975_81",
      messageKey: "83083975_81",
      occurredAt: 1_658_042_320_000,
      thread: { key: "83083975" },
      from: { kind: "vk", value: "83083975" },
      nature: "human",
      text: "привет",
    },
  ],
  "a greeting with a capital letter": text("Добрый день!", { messageKey: "326596496_9" }),
  "a text whose number in the conversation is another than its id": text("ПриВеТ", { messageKey: "228970688_127" }),
  "a question of one word": text("где"),
  "a text with a space": text("Проба 2", { messageKey: "270344325_94" }),
  "a text of digits": text("32423", { messageKey: "96348546_54" }),
  "a text of one letter": text("f", { thread: { key: "260931038" } }),
  "a word in a chat of several people": [],
  "the community is invited to a chat": [],
  "the community is mentioned in a chat": [],
  typing: (translation) => expect(translation).toEqual({ events: [], typing: "260931038" }),
  "typing, before 5.131": (translation) => expect(translation).toEqual({ events: [], typing: "578716413" }),
  "a callback button in a chat": (translation) => expect(translation).toEqual({ events: [] }),
  "a callback button of a bot's settings in a chat": (translation) => expect(translation).toEqual({ events: [] }),
  "a command in a chat": [],
  "a story in a chat": [],
  "the community's settings are changed": [],
  "a comment on a photo": [],
  "a vote in a poll": [],
  "somebody is blocked": [],
  "a text in the form before 5.103": [
    { kind: "message.received", eventKey: "message_new:463526827_38", messageKey: "463526827_38", text: "тест", from: { kind: "vk", value: "463526827" } },
  ],
  "a message in a chat of several people": [],
  "an answer sent by an API or by VK itself": [{ kind: "message.received", nature: "outside", messageKey: "463526827_39", text: "тест" }],
  "an answer that an employee typed in VK": [
    { kind: "message.received", nature: "outside", messageKey: "578716413_305", thread: THREAD, from: FROM, text: "Да, по всему городу" },
  ],
  "the echo of our own message": [],
  "a photo with its original": text("", { files: [expect.objectContaining({ fileKey: withPreview("https://sun9-1.userapi.com/s/v1/ig2/orig.jpg", SMALL) })] }),
  "a document": text("", {
    files: [{ name: "Договор.pdf", mime: "application/pdf", bytes: 14_854, fileKey: "https://vk.com/doc578716413_619304812?hash=abc&dl=GU3TQNZRGY2DCMY" }],
  }),
  "a voice message": text("", {
    files: [
      {
        name: "voice213461412_567682037.ogg",
        mime: "audio/ogg",
        voice: true,
        durationMs: 2_000,
        fileKey: "https://psv4.userapi.com/c619228//u213461412/audiomsg/d1/d9dfe160e4.ogg",
      },
    ],
  }),
  "a sticker": text("", { files: [{ name: "sticker9046.png", mime: "image/png", fileKey: "https://vk.com/sticker/1-9046-256" }] }),
  "a place": text("Я здесь\n📍 Almaty, Kazakhstan\nhttps://www.openstreetmap.org/?mlat=43.238949&mlon=76.889709#map=16/43.238949/76.889709"),
  "a video": text("🎬 Обзор\nhttps://vk.com/video-1_456239017"),
  "a link": text("вот\n🔗 Кресло\nhttps://shop.example/item/1"),
  "a post of a wall": text("📰 Решили провести лето?\nhttps://vk.com/wall1_45616"),
  "a product": text("🛒 Кресло, 15 000 ₸\nhttps://vk.com/market?w=product-191949777_12"),
  "a story": text("📷\nhttps://vk.com/story-30316056_456254525"),
  "an attachment nobody knows yet": text("[hologram]"),
  "a forwarded photo beside a photo": text("bruh", {
    quoted: "> meh",
    from: FROM,
    files: [
      {
        name: "photo578716413_457239018.jpg",
        mime: "image/jpeg",
        fileKey: withPreview("https://sun9-36.userapi.com/c206620/v206620889/3dc83/VngkKLfGEMA.jpg", SMALL),
      },
      {
        name: "photo578716413_457239498.jpg",
        mime: "image/jpeg",
        fileKey: withPreview(
          "https://sun9-42.userapi.com/c854128/v854128095/1e4670/fmZMqDUIzzg.jpg",
          "https://sun9-5.userapi.com/c854128/v854128095/1e466f/m0EQYpPSYDQ.jpg",
        ),
      },
    ],
  }),
  "a forwarded message alone": ({ events }) => {
    expect(events[0]).toMatchObject({ text: "", quoted: "> Заказ 17 не пришёл", files: [{ fileKey: withPreview(photo.sizes[4]?.url as string, SMALL) }] });
  },
  "an answer to an earlier message": text("да", { replyTo: "578716413_301", quoted: "> Привезти завтра?" }),
  "a deep link": text("Здравствуйте", { origin: { source: "spring_sale", referrer: "vk_ads" } }),
  "a button of a keyboard": text("Начать"),
  "a mention and control characters": text("Наш магазин, ау\nвы где"),
  "a message of which VK shows bots a part": text("начало", { truncated: true }),
  "a vanishing message": text("", { truncated: true }),
  "an edited message": [
    {
      kind: "message.edited",
      messageKey: "578716413_304",
      thread: THREAD,
      text: "Есть ли доставка в Алматы?",
      occurredAt: 1_582_577_100_000,
      eventKey: expect.stringMatching(/.{8,}/),
    },
  ],
  "messages denied": [
    {
      kind: "identity.state",
      eventKey: "08fd9e8f52a43c6966f7c117d5e402ab39cc4017",
      identity: FROM,
      thread: THREAD,
      reachable: false,
      reason: "denied",
    },
  ],
  "messages allowed": [{ kind: "identity.state", identity: FROM, thread: THREAD, reachable: true }],
  "a callback button": (translation) => {
    expect(translation.events).toMatchObject(text("Позвоните мне", { messageKey: "578716413_press_9f1c2b3a4d5e", replyTo: "578716413_301" }));
    expect(translation.pressed).toEqual({ eventId: "9f1c2b3a4d5e", userId: 578_716_413, peerId: 578_716_413 });
  },
  read: (translation) => expect(translation.read).toMatchObject({ peerId: 578_716_413, upTo: 306 }),
  "something else of the community": [],
  "a post on the community's wall": [],
  "somebody joins the community": [],
  "a photo of VK's own page": text("", {
    files: [expect.objectContaining({ name: "photo-218252175_457239023.jpg", mime: "image/jpeg", fileKey: expect.stringContaining("size=2560x1704") })],
  }),
  "a document of VK's own page": text("", { files: [expect.objectContaining({ name: "Первые шаги.pdf", mime: "application/pdf", bytes: 14_854 })] }),
  "a voice message of VK's own page": text("", {
    files: [expect.objectContaining({ name: "voice743784474_657681015.ogg", mime: "audio/ogg", voice: true, durationMs: 3_000 })],
  }),
  "a sticker of 5.190 and later, without its pictures": text("🎟 9046"),
  "an edited answer of the community's": [
    { kind: "message.edited", messageKey: "123_791", thread: { key: "123" }, text: "test1", occurredAt: 1_533_397_838_000 },
  ],
  "an answer typed in VK by its author himself": [{ kind: "message.received", nature: "outside", messageKey: "123_792", text: "test" }],
  "a callback button that carries nothing": (translation) => {
    expect(translation.events).toMatchObject(text("🔘", { messageKey: "123456789_press_feleyinek", replyTo: "123456789_1234" }));
    expect(translation.pressed).toEqual({ eventId: "feleyinek", userId: 123_456_789, peerId: 123_456_789 });
  },
  "a document in the form before 5.80": text("", {
    messageKey: "207690737_id1193",
    from: { kind: "vk", value: "207690737" },
    files: [expect.objectContaining({ name: "PDF.pdf", mime: "application/pdf", bytes: 4_967_272 })],
  }),
  "a drawing and an episode of a podcast": text("🎵 Городские сказки – Меня учили быть светлым магом\nhttps://vk.com/podcast-74962618_456240245", {
    files: [expect.objectContaining({ name: "graffiti504736359_474544454.png", mime: "image/png" })],
  }),
  "a voice message that VK has written out": text("🎙 demo message", {
    files: [expect.objectContaining({ name: "voice987655443_123456789.ogg", voice: true, durationMs: 25_000 })],
  }),
  "a playlist": text("🎵 Вечеринка в разгаре\nhttps://vk.com/music/playlist/-28905875_85412375"),
  "money sent": text("💰 300 руб. И еще раз"),
  "a call inside VK": text("📞"),
};

describe("events of a community", () => {
  it.each(INCOMING)("$name ($source)", ({ name, event }) => {
    const expected = EXPECTED[name];
    const translation = fromVk(event, facts);
    if (typeof expected === "function") return expected(translation);
    expect(translation.events).toHaveLength(expected?.length ?? -1);
    expect(translation.events).toMatchObject(expected as ChannelEvent[]);
  });

  it("are twenty cases at least, half of them to the letter", () => {
    countCases("vk", "incoming", INCOMING);
    expect(Object.keys(EXPECTED).sort()).toEqual(INCOMING.map((one) => one.name).sort());
  });

  it.each(RECORDED.filter((one) => one.event["type"] === "message_new"))("vk-io reads the same in: $name", ({ event }) => {
    const { message = event["object"], client_info } = event["object"] as { message?: object; client_info?: object };
    const context = new MessageContext({
      api: new API({ token: "none" }),
      upload: new Upload({ api: new API({ token: "none" }) }),
      source: UpdateSource.WEBHOOK,
      updateType: "message_new",
      groupId: Number(event["group_id"]),
      state: {},
      payload: { message, client_info } as never,
    });
    const [ours] = fromVk(event, facts).events;
    expect(ours !== undefined).toBe(context.isUser && context.isDM);
    if (ours?.kind !== "message.received") return;
    expect(ours.messageKey).toBe(`${context.peerId}_${context.conversationMessageId}`);
    expect(ours.from.value).toBe(String(context.senderId));
    expect(ours.occurredAt).toBe(context.createdAt * 1_000);
    expect(ours.text).toBe(context.text ?? "");
    const theirs = [...context.attachments, ...context.forwards.flatMap((one) => one.attachments)];
    expect(ours.files?.length ?? 0).toBe(theirs.length);
    expect(ours.files?.map((one) => "fileKey" in one && one.fileKey.split("\n")[0]) ?? []).toEqual(
      theirs.map((one) => (one instanceof PhotoAttachment ? one.largeSizeUrl : (one as AudioMessageAttachment).oggUrl)),
    );
  });

  it.each([
    [{ type: "message_new", object: {} }, /peer_id/],
    [{ type: "message_new", object: { message: { peer_id: 5, from_id: 5, text: "x" } } }, /conversation_message_id/],
    [{ type: "message_deny", object: { user_id: "nobody" } }, /no user/],
    [{ type: "message_event", object: { user_id: 1, peer_id: 1 } }, /event_id/],
  ])("%j is said to be unreadable, and why", (event, words) => {
    expect(() => fromVk(event, facts)).toThrow(words);
  });

  it("keeps no secret in the error list", () => {
    const event = unreadable({ type: "message_new", secret: "hush", object: {} }, new Error("no peer"), NOW);
    expect(JSON.stringify(event)).not.toContain("hush");
    expect(event.eventKey).toBe(unreadable({ type: "message_new", secret: "other", object: {} }, new Error("no peer"), NOW).eventKey);
  });

  it("nothing that an event may hold does more than be refused in words, or leaves a text that no store takes", () => {
    const [sample] = INCOMING;
    const types = fc.constantFrom(...INCOMING.map((one) => String(one.event["type"])));
    const anything = fc.jsonValue({ noUnicodeString: false, maxDepth: 6 });
    const id = fc.oneof(fc.integer(), fc.constant(578_716_413), anything);
    const message = fc.dictionary(
      fc.constantFrom("peer_id", "from_id", "conversation_message_id", "date", "text", "attachments", "fwd_messages", "reply_message", "geo", "payload", "ref"),
      fc.oneof(id, anything),
    );
    const event = fc.record(
      { type: types, object: fc.oneof(anything, message, fc.record({ message })), event_id: fc.oneof(fc.string({ unit: "binary" }), anything) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, event, fc.constant(sample?.event)), (update) => {
        let events: ChannelEvent[];
        try {
          events = fromVk(update, facts).events;
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
          events = [unreadable(update, error, NOW)];
        }
        expect(JSON.stringify(events)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      }),
      { numRuns: 1_000 },
    );
  });

  it("a depth without end is cut, not followed", () => {
    const deep = JSON.parse(`{"type":"message_deny","object":{"user_id":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`) as unknown;
    expect(() => fromVk(deep, facts)).toThrow(/no user/);
    expect(JSON.stringify(unreadable(deep, new Error("no user"), NOW)).length).toBeLessThan(1_000);
  });

  it("a forward without text or files of its own is the message itself", () => {
    const event = {
      type: "message_new",
      object: {
        message: { peer_id: 5, from_id: 5, conversation_message_id: 1, text: "", fwd_messages: [{ text: "Заказ 17", fwd_messages: [{ text: "глубже" }] }] },
      },
    };
    expect(fromVk(event, facts).events[0]).toMatchObject({ text: "> Заказ 17\n> > глубже" });
  });
});
