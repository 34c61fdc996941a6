/**
 * Updates as their sources show them, to the letter: Telegram's own examples and what bots in the field have received. Some are
 * older than today's types, and so none is checked against them.
 */
export interface Case {
  name: string;
  source: string;
  update: object;
  /** What is reported, field by field; [] when nothing is. */
  events: object[];
  answerCallback?: string;
  refuse?: { chatId: number };
}

const GUIDE = "core.telegram.org/bots/webhooks#testing-your-bot-with-updates";
const chat = { last_name: "Test Lastname", id: 1111111, type: "private", first_name: "Test Firstname", username: "Testusername" };
const from = { last_name: "Test Lastname", id: 1111111, first_name: "Test Firstname", username: "Testusername" };
const head = { date: 1441645532, chat, message_id: 1365, from };
const message = (fields: object): object => ({ update_id: 10000, message: { ...head, ...fields } });
const received = (fields: object): object => ({
  kind: "message.received",
  eventKey: "u:10000:1441645532",
  occurredAt: 1_441_645_532_000,
  messageKey: "1365",
  thread: { key: "1111111" },
  from: { kind: "telegram", value: "1111111", displayName: "Test Firstname Test Lastname" },
  nature: "human",
  ...fields,
});
const file = (fields: object): object => ({ fileKey: "AwADBAADbXXXXXXXXXXXGBdhD2l6_XX", ...fields });
const FILE_ID = { file_id: "AwADBAADbXXXXXXXXXXXGBdhD2l6_XX" };

const guide: Omit<Case, "source">[] = [
  { name: "a text", update: message({ text: "/start" }), events: [received({ text: "/start" })] },
  {
    name: "a forwarded message",
    update: message({ forward_from: { last_name: "Forward Lastname", id: 222222, first_name: "Forward Firstname" }, forward_date: 1441645550, text: "/start" }),
    events: [received({ text: "/start" })],
  },
  {
    name: "a forwarded channel post",
    update: message({ forward_from: { id: -10000000000, type: "channel", title: "Test channel" }, forward_date: 1441645550, text: "/start" }),
    events: [received({ text: "/start" })],
  },
  {
    name: "a reply",
    update: message({
      text: "/start",
      reply_to_message: {
        date: 1441645000,
        chat: { last_name: "Reply Lastname", type: "private", id: 1111112, first_name: "Reply Firstname", username: "Testusername" },
        message_id: 1334,
        text: "Original",
      },
    }),
    events: [received({ text: "/start", replyTo: "1334" })],
  },
  {
    name: "an edited message",
    update: { update_id: 10000, edited_message: { ...head, text: "Edited text", edit_date: 1441646600 } },
    events: [
      {
        kind: "message.edited",
        eventKey: "u:10000:1441646600",
        occurredAt: 1_441_646_600_000,
        messageKey: "1365",
        thread: { key: "1111111" },
        text: "Edited text",
      },
    ],
  },
  {
    name: "a text in bold and italics",
    update: message({
      text: "Bold and italics",
      entities: [
        { type: "italic", offset: 9, length: 7 },
        { type: "bold", offset: 0, length: 4 },
      ],
    }),
    events: [received({ text: "Bold and italics" })],
  },
  {
    name: "a piece of music",
    update: message({ audio: { ...FILE_ID, duration: 243, mime_type: "audio/mpeg", file_size: 3897500, title: "Test music file" } }),
    events: [received({ text: "", files: [file({ name: "Test music file.mp3", mime: "audio/mpeg", bytes: 3_897_500, durationMs: 243_000 })] })],
  },
  {
    name: "a voice message",
    update: message({ voice: { ...FILE_ID, duration: 5, mime_type: "audio/ogg", file_size: 23000 } }),
    events: [received({ text: "", files: [file({ name: "voice-1365.ogg", mime: "audio/ogg", bytes: 23_000, durationMs: 5_000, voice: true })] })],
  },
  {
    name: "a document",
    update: message({ document: { ...FILE_ID, file_name: "Testfile.pdf", mime_type: "application/pdf", file_size: 536392 } }),
    events: [received({ text: "", files: [file({ name: "Testfile.pdf", mime: "application/pdf", bytes: 536_392 })] })],
  },
  {
    name: "an inline query",
    update: { update_id: 10000, inline_query: { id: 134567890097, from: { ...from, type: "private" }, query: "inline query", offset: "" } },
    events: [],
  },
  {
    name: "a chosen inline result",
    update: {
      update_id: 10000,
      chosen_inline_result: { result_id: "12", from: { ...from, type: "private" }, query: "inline query", inline_message_id: "1234csdbsk4839" },
    },
    events: [],
  },
  {
    name: "a button of an inline message, in a chat that we do not know",
    update: {
      update_id: 10000,
      callback_query: { id: "4382bfdwdsb323b2d9", from: { ...from, type: "private" }, data: "Data from button callback", inline_message_id: "1234csdbsk4839" },
    },
    events: [],
    answerCallback: "4382bfdwdsb323b2d9",
  },
];

const person = { id: 2000000, first_name: "Firstname", last_name: "Lastname" };
const ourBot = { id: 2000001, is_bot: true, first_name: "My Bot", username: "MyBot" };
const member = (before: object, after: object): object => ({
  update_id: 276740005,
  my_chat_member: {
    chat: { ...person, type: "private" },
    from: { ...person, is_bot: false, language_code: "en" },
    date: 1656768003,
    old_chat_member: { user: ourBot, ...before },
    new_chat_member: { user: ourBot, ...after },
  },
});
const state = {
  kind: "identity.state",
  eventKey: "u:276740005:1656768003",
  identity: { kind: "telegram", value: "2000000", displayName: "Firstname Lastname" },
  thread: { key: "2000000" },
};
const kicked = { status: "kicked", until_date: 0 };

const photoId = "AgACAgIAAxkBAAPSaXi6LvfAHrXKcbxL-8wAAQrOGFPyAAINEWsb2v7JS4eHbP1KjpIRAQADAgAD";

const field: Case[] = [
  {
    name: "the customer blocks the bot",
    source: "github.com/irazasyed/telegram-bot-sdk/pull/977",
    update: member({ status: "member" }, kicked),
    events: [{ ...state, reachable: false, reason: "blocked" }],
  },
  {
    name: "the customer lets the bot write again",
    source: "github.com/irazasyed/telegram-bot-sdk/pull/977",
    update: member(kicked, { status: "member" }),
    events: [{ ...state, reachable: true }],
  },
  {
    name: "a shared contact of somebody whose name is null",
    source: "github.com/tdlib/telegram-bot-api/issues/778",
    update: {
      update_id: 111,
      message: {
        message_id: 111,
        from: { id: 11111, is_bot: false, first_name: null, language_code: "ru" },
        chat: { id: 1111, first_name: null, type: "private" },
        date: 1757477109,
        contact: { phone_number: "1111", first_name: null, user_id: 11111 },
      },
    },
    events: [{ kind: "message.received", messageKey: "111", from: { kind: "telegram", value: "11111" }, text: "👤 1111", proves: { phone: "1111" } }],
  },
  {
    name: "a photo of an album: the largest of its sizes",
    source: "github.com/defstudio/telegraph/issues/753",
    update: {
      update_id: 63218709,
      message: {
        message_id: 210,
        from: { id: 52107, is_bot: false, first_name: "A.", last_name: "G.", username: "W....o", language_code: "ru" },
        chat: { id: 52107, first_name: "A.", last_name: "G.", username: "W....o", type: "private" },
        date: 1769519662,
        media_group_id: "14156157298135530",
        photo: [
          { file_id: `${photoId}cwADOAQ`, file_unique_id: "AQADDRFrG9r-yUt4", file_size: 960, width: 42, height: 90 },
          { file_id: `${photoId}bQADOAQ`, file_unique_id: "AQADDRFrG9r-yUty", file_size: 11270, width: 148, height: 320 },
          { file_id: `${photoId}eAADOAQ`, file_unique_id: "AQADDRFrG9r-yUt9", file_size: 40823, width: 369, height: 800 },
          { file_id: `${photoId}eQADOAQ`, file_unique_id: "AQADDRFrG9r-yUt-", file_size: 67498, width: 591, height: 1280 },
        ],
      },
    },
    events: [
      {
        kind: "message.received",
        text: "",
        files: [{ fileKey: `${photoId}eQADOAQ\n${photoId}eAADOAQ`, name: "photo-210.jpg", mime: "image/jpeg", bytes: 67_498 }],
      },
    ],
  },
  {
    name: "a member leaves a group: the group is refused",
    source: "github.com/hdghg/cjbot/issues/24",
    update: {
      update_id: 934699,
      message: {
        message_id: 65670,
        from: { id: 129653438, first_name: "\u53cb\u9054", username: "hedlx" },
        chat: { id: -1001043020159, title: "s@", type: "supergroup" },
        date: 1470416657,
        left_chat_participant: { id: 239738122, first_name: "gw", username: "s_gateway_bot" },
        left_chat_member: { id: 239738122, first_name: "gw", username: "s_gateway_bot" },
      },
    },
    events: [],
    refuse: { chatId: -1001043020159 },
  },
  {
    name: "a command sent by way of another bot",
    source: "github.com/akbarjoudi/yii2-bot-telegram/pull/59",
    update: {
      update_id: 866518442,
      message: {
        message_id: 57,
        from: {
          id: 737751672,
          is_bot: false,
          first_name: "\u0410\u0440\u0442\u0451\u043c",
          last_name: "\u0421\u043e\u043a\u043e\u043b\u043e\u0432\u0441\u043a\u0438\u0439",
          language_code: "ru",
        },
        chat: {
          id: 737751672,
          first_name: "\u0410\u0440\u0442\u0451\u043c",
          last_name: "\u0421\u043e\u043a\u043e\u043b\u043e\u0432\u0441\u043a\u0438\u0439",
          type: "private",
        },
        date: 1698856451,
        text: "/cb501481",
        entities: [{ offset: 0, length: 9, type: "bot_command" }],
        via_bot: { id: 6077343007, is_bot: true, first_name: "23452345234_bot", username: "ervtwevrvwercvtsrerybnrty_bot" },
      },
    },
    events: [{ kind: "message.received", text: "/cb501481", from: { kind: "telegram", value: "737751672", displayName: "Артём Соколовский" } }],
  },
  {
    name: "a text with a language of two parts",
    source: "github.com/irazasyed/telegram-bot-sdk/issues/408",
    update: {
      update_id: 123456,
      message: {
        message_id: 123456,
        from: { id: 123456, first_name: "Ivanilson", username: "ivanilsonmelo", language_code: "en-CA" },
        chat: { id: 123456789, first_name: "Ivanilson", username: "ivanilsonmelo", type: "private" },
        date: 1498509110,
        text: "hello",
      },
    },
    events: [{ kind: "message.received", text: "hello", thread: { key: "123456789" } }],
  },
  {
    name: "a button of an inline message, as a library shows it",
    source: "github.com/python-telegram-bot/python-telegram-bot/issues/2055",
    update: {
      update_id: 919458969,
      callback_query: {
        id: "3840023343991832218",
        chat_instance: "4639674142813626973",
        data: "vote_8_15",
        inline_message_id: "BAAAACAAAAB9J6um0irmoyJeMuk",
        from: { id: 894075106, first_name: "حامی", is_bot: false, last_name: "ادمود", username: "admood_ads", language_code: "en" },
      },
    },
    events: [],
    answerCallback: "3840023343991832218",
  },
];

export const documented: Case[] = [...guide.map((one) => ({ ...one, source: GUIDE })), ...field];
