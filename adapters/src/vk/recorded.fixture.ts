import type { Objects } from "vk-io";

/**
 * Events of communities to the letter: VK's own example, and what authors of bots have recorded and published. A recorded one is
 * named by the id that VK gave it.
 */
export interface EventCase {
  name: string;
  /** The page it comes from, or `constructed`. */
  source: string;
  event: Record<string, unknown>;
}

/** A value as the published types describe it, in any depth and however much of it there is. */
export type PartOf<T> = T extends readonly (infer One)[] ? PartOf<One>[] : T extends object ? { [Key in keyof T]?: PartOf<T[Key]> } : T;
type Message = PartOf<Objects.MessagesMessage>;

const EVENTS = "dev.vk.com/reference/community-events/json-schema";
const SCHEMA_40 = "github.com/VKCOM/vk-api-schema/issues/40";
const VKWAVE = "github.com/prostomarkeloff/vkwave, tests of bot events";

const OF_2020 = { button_actions: ["text", "vkpay", "open_app", "location", "open_link"], keyboard: true, inline_keyboard: true, lang_id: 0 };
const OF_2021 = {
  button_actions: ["text", "vkpay", "open_app", "location", "open_link", "callback", "intent_subscribe", "intent_unsubscribe"],
  keyboard: true,
  inline_keyboard: true,
  carousel: true,
  lang_id: 0,
};

/** The fields that every recorded message of those years carries with the same value. */
const PLAIN = { out: 0, fwd_messages: [], important: false, random_id: 0, attachments: [], is_hidden: false } satisfies Message;

interface Recorded {
  event_id: string;
  group_id: number;
  v?: string;
  type?: string;
  object: Record<string, unknown>;
}
const recorded = (name: string, { type = "message_new", ...rest }: Recorded): EventCase => ({
  name,
  source: `recorded by a bot's author, event ${rest.event_id}`,
  event: { type, ...rest },
});
const said = (message: Message, client_info: object = OF_2021) => ({ message: { ...PLAIN, ...message }, client_info });
/** A message in the conversation with one person, who is its sender too. */
const from = (id: number, message: Message, client_info?: object) => said({ from_id: id, peer_id: id, ...message }, client_info);

const BEFORE_5_103 = { date: 1_531_466_618, ...PLAIN } satisfies Message;

/** The copies of a photo as VK lists them: type, server, path, width, height. */
const sizes = (...all: [type: string, server: string, path: string, width: number, height: number][]) =>
  all.map(([type, server, path, width, height]) => ({ type, url: `https://${server}.userapi.com/${path}`, width, height }));

/** The photo of vkwave's message, its sizes as VK sent them. */
export const photo = {
  id: 457_239_018,
  album_id: -6,
  owner_id: 578_716_413,
  sizes: sizes(
    ["m", "sun9-60", "c206620/v206620889/3dc7e/1V1Vr0O4iHQ.jpg", 130, 123],
    ["o", "sun9-19", "c206620/v206620889/3dc80/HqP_QEDFMlQ.jpg", 130, 123],
    ["p", "sun9-23", "c206620/v206620889/3dc81/jQHNAzH9Mdo.jpg", 200, 189],
    ["q", "sun9-16", "c206620/v206620889/3dc82/PHCmaBA4Oh4.jpg", 320, 303],
    ["r", "sun9-36", "c206620/v206620889/3dc83/VngkKLfGEMA.jpg", 394, 373],
    ["s", "sun9-53", "c206620/v206620889/3dc7d/_BQKJGQpCGU.jpg", 75, 71],
    ["x", "sun9-34", "c206620/v206620889/3dc7f/nmakgKHhLi8.jpg", 394, 373],
  ),
  text: "",
  date: 1_579_116_704,
  post_id: 1,
} satisfies PartOf<Objects.PhotosPhoto>;

const forwardedPhoto = {
  id: 457_239_498,
  album_id: -15,
  owner_id: 578_716_413,
  sizes: sizes(
    ["m", "sun9-35", "c854128/v854128095/1e466e/VMLEDep08VE.jpg", 106, 130],
    ["o", "sun9-23", "c854128/v854128095/1e4671/JjKjO1FADdM.jpg", 130, 160],
    ["p", "sun9-57", "c854128/v854128095/1e4672/QfGZzArpY0o.jpg", 200, 246],
    ["q", "sun9-9", "c854128/v854128095/1e4673/AQQRKSJmK4o.jpg", 320, 393],
    ["r", "sun9-34", "c854128/v854128095/1e4674/LX2HRyrU0p0.jpg", 510, 627],
    ["s", "sun9-55", "c854128/v854128095/1e466d/hqLt9EKYNUo.jpg", 61, 75],
    ["x", "sun9-5", "c854128/v854128095/1e466f/m0EQYpPSYDQ.jpg", 491, 604],
    ["y", "sun9-42", "c854128/v854128095/1e4670/fmZMqDUIzzg.jpg", 650, 799],
  ),
  text: "",
  date: 1_581_199_955,
  access_key: "94a5e81e6c436a13ee",
} satisfies PartOf<Objects.PhotosPhoto>;

const vkwave = (name: string, type: string, event_id: string, object: object, group_id = 191_949_777): EventCase => ({
  name,
  source: VKWAVE,
  event: { type, object, group_id, event_id },
});

export const RECORDED: EventCase[] = [
  recorded("a greeting", {
    group_id: 102_260_837,
    event_id: "0a844246825213d6a2e28e7dbedfae1bfa6c0c03",
    v: "5.131",
    object: from(83_083_975, { date: 1_658_042_320, id: 81, conversation_message_id: 81, text: "привет" }),
  }),
  recorded("a greeting with a capital letter", {
    group_id: 202_308_925,
    event_id: "810c3002e50fb85d205fdbbfa23c03a7dd05706b",
    object: from(
      326_596_496,
      { date: 1_612_685_621, id: 9, conversation_message_id: 9, text: "Добрый день!" },
      {
        ...OF_2021,
        button_actions: ["text", "vkpay", "open_app", "location", "open_link", "open_photo", "callback", "intent_subscribe", "intent_unsubscribe"],
      },
    ),
  }),
  recorded("a text whose number in the conversation is another than its id", {
    group_id: 193_668_024,
    event_id: "b0c936fa537622981a096bd5e38a252e7cac0d20",
    object: from(228_970_688, { date: 1_586_054_794, id: 135, conversation_message_id: 127, text: "ПриВеТ" }, OF_2020),
  }),
  recorded("a question of one word", {
    group_id: 93_989_305,
    event_id: "9a6484bad8ff5362256f480100dd92d45e2480b9",
    v: "5.131",
    object: from(5_958_128, { date: 1_666_022_407, id: 331, conversation_message_id: 331, text: "где" }),
  }),
  recorded("a text with a space", {
    group_id: 220_983_890,
    event_id: "23f650e33d5d7f12b27932535f8fbf2fc03b479f",
    v: "5.131",
    object: from(270_344_325, { date: 1_686_813_143, id: 95, conversation_message_id: 94, text: "Проба 2" }),
  }),
  recorded("a text of digits", {
    group_id: 215_289_898,
    event_id: "31bc3069e21ae1a5adec6b92f5153050caaa573e",
    v: "5.131",
    object: from(96_348_546, { date: 1_660_376_082, id: 57, conversation_message_id: 54, text: "32423" }),
  }),
  recorded("a text of one letter", {
    group_id: 222_124_211,
    event_id: "3ab8212dc2ace626a4ba98a084cd1fa2bcd9b7db",
    v: "5.131",
    object: from(260_931_038, { date: 1_692_707_958, id: 20, conversation_message_id: 14, text: "f" }),
  }),
  recorded("a word in a chat of several people", {
    group_id: 222_124_211,
    event_id: "8d52b027845f0e551154fb04576da6e3efeafd4c",
    v: "5.131",
    object: said({ date: 1_692_707_952, from_id: 260_931_038, id: 0, peer_id: 2_000_000_001, conversation_message_id: 14, text: "a" }),
  }),
  recorded("the community is invited to a chat", {
    group_id: 222_124_211,
    event_id: "63f241f6a99dd0982312bbd9744a7c4bc3224ba4",
    v: "5.131",
    object: said({
      date: 1_692_707_996,
      from_id: 260_931_038,
      id: 0,
      peer_id: 2_000_000_002,
      conversation_message_id: 2,
      text: "",
      action: { type: "chat_invite_user", member_id: -222_124_211 },
    }),
  }),
  recorded("the community is mentioned in a chat", {
    group_id: 222_124_211,
    event_id: "944db9eb58837e5168281c32774afb3b788f16f2",
    v: "5.131",
    object: said({
      date: 1_692_708_041,
      from_id: 260_931_038,
      id: 0,
      peer_id: 2_000_000_002,
      conversation_message_id: 4,
      text: "[club222124211|@public222124211]",
    }),
  }),
  recorded("typing", {
    type: "message_typing_state",
    group_id: 222_124_211,
    event_id: "d82dd58b8c4ee71baf24f3a88f1bd14968db5c1e",
    v: "5.131",
    object: { state: "typing", from_id: 260_931_038, to_id: -222_124_211 },
  }),
  recorded("a callback button in a chat", {
    type: "message_event",
    group_id: 203_076_503,
    event_id: "9f5a072b366f9529355236c6704e2465c9da9903",
    object: { user_id: 159_526_068, peer_id: 2_000_000_001, event_id: "1776a756b921", payload: { payload: "week" }, conversation_message_id: 130 },
  }),
  recorded("a callback button of a bot's settings in a chat", {
    type: "message_event",
    group_id: 196_756_261,
    event_id: "a5aa88e27d13a7a5ce66464732c55fe8e93faaf9",
    object: { user_id: 418_618, peer_id: 2_000_000_003, event_id: "19d28efbff4b", payload: { settings: "anti_spam" }, conversation_message_id: 286_292 },
  }),
  recorded("a command in a chat", {
    group_id: 203_076_503,
    event_id: "7abe0d3c6fc52decf7cd5b6a0ea552687fc8c70d",
    object: said(
      { date: 1_615_631_085, from_id: 159_526_068, id: 0, peer_id: 2_000_000_001, conversation_message_id: 115, text: "week" },
      { ...OF_2021, carousel: false },
    ),
  }),
  recorded("a story in a chat", {
    group_id: 193_804_496,
    event_id: "5bc800714b87af89b7b9ee731e8759acd3b415a7",
    v: "5.131",
    object: said({
      date: 1_654_600_682,
      from_id: 568_712_822,
      id: 0,
      peer_id: 2_000_000_288,
      conversation_message_id: 754_115,
      text: "",
      attachments: [
        {
          type: "story",
          story: { id: 456_254_525, owner_id: -30_316_056, can_see: 0, date: 1_654_582_084, expires_at: 1_654_668_484, is_one_time: false },
        },
      ],
    }),
  }),
  {
    name: "a voice message",
    source: "github.com/oybek/vk4s, EventParseSpec",
    event: {
      type: "message_new",
      object: {
        message: {
          ...PLAIN,
          date: 1_599_546_317,
          from_id: 213_461_412,
          id: 9_784,
          peer_id: 213_461_412,
          text: "",
          conversation_message_id: 8_266,
          attachments: [
            {
              type: "audio_message",
              audio_message: {
                id: 567_682_037,
                owner_id: 213_461_412,
                duration: 2,
                waveform: [1, 2, 3],
                link_ogg: "https://psv4.userapi.com/c619228//u213461412/audiomsg/d1/d9dfe160e4.ogg",
                link_mp3: "https://psv4.userapi.com/c619228//u213461412/audiomsg/d1/d9dfe160e4.mp3",
                access_key: "c32bc578e803704830",
              },
            },
          ],
        } satisfies Message,
      },
    },
  },
  vkwave(
    "a forwarded photo beside a photo",
    "message_new",
    "2e0cd793ca2c4c41b511dd8d97500523a7fc1b16",
    from(
      578_716_413,
      {
        date: 1_582_576_963,
        id: 305,
        text: "bruh",
        conversation_message_id: 304,
        fwd_messages: [
          {
            date: 1_582_576_949,
            from_id: 578_716_413,
            text: "meh",
            attachments: [{ type: "photo", photo: forwardedPhoto }],
            conversation_message_id: 303,
            peer_id: 578_716_413,
            id: 304,
          },
        ],
        attachments: [{ type: "photo", photo }],
      },
      OF_2020,
    ),
  ),
  vkwave("typing, before 5.131", "message_typing_state", "514f17d95071fa73607a7e3f122b29f03008abc5", {
    state: "typing",
    from_id: 578_716_413,
    to_id: -191_949_777,
  }),
  vkwave("messages denied", "message_deny", "08fd9e8f52a43c6966f7c117d5e402ab39cc4017", {
    user_id: 578_716_413,
  } satisfies PartOf<Objects.CallbackMessageDeny>),
  vkwave("messages allowed", "message_allow", "235695438e43d0765f36efd3355a96ae14556bff", {
    user_id: 578_716_413,
    key: "",
  } satisfies PartOf<Objects.CallbackMessageAllowObject>),
  vkwave("the community's settings are changed", "group_change_settings", "bda43f669fa88d77c7e97941e13c8bf4f8d3c24d", {
    user_id: 578_716_413,
    changes: { video: { old_value: 2, new_value: 1 }, audio: { old_value: 1, new_value: 0 } },
  }),
  vkwave("a comment on a photo", "photo_comment_new", "08c7a3b598c159427a79421fa51e60423066c5c6", {
    id: 1,
    from_id: 578_716_413,
    parents_stack: [],
    date: 1_582_726_164,
    text: "а",
    thread: { count: 0 },
    photo_owner_id: -191_949_777,
    photo_id: 457_239_017,
  } satisfies PartOf<Objects.CallbackPhotoComment>),
  vkwave("a vote in a poll", "poll_vote_new", "5f4ee3420044c3459922b36832c24d0d545af232", {
    owner_id: -191_949_777,
    poll_id: 364_694_272,
    option_id: 1_220_489_985,
    user_id: 578_716_413,
  } satisfies PartOf<Objects.CallbackPollVoteNew>),
  vkwave("somebody is blocked", "user_block", "300e2ce7ce7b7328e89ee284f8fb14a0722e4b50", {
    admin_id: 578_716_413,
    user_id: 349_964_901,
    unblock_date: 1_583_437_741,
    reason: 2,
    comment: "BAN",
  } satisfies PartOf<Objects.CallbackUserBlock>),
  {
    name: "a text in the form before 5.103",
    source: SCHEMA_40,
    event: {
      type: "message_new",
      object: { ...BEFORE_5_103, from_id: 463_526_827, id: 42, out: 1, peer_id: 463_526_827, text: "тест", conversation_message_id: 38 } satisfies Message,
      group_id: 168_230_748,
    },
  },
  {
    name: "a message in a chat of several people",
    source: SCHEMA_40,
    event: {
      type: "message_new",
      object: {
        ...BEFORE_5_103,
        date: 1_531_466_636,
        from_id: 463_526_827,
        id: 0,
        peer_id: 2_000_000_001,
        text: "тест",
        conversation_message_id: 69,
      } satisfies Message,
      group_id: 168_230_748,
    },
  },
  {
    name: "an answer sent by an API or by VK itself",
    source: SCHEMA_40,
    event: {
      type: "message_reply",
      object: { ...BEFORE_5_103, from_id: -168_230_748, id: 43, peer_id: 463_526_827, text: "тест", conversation_message_id: 39 } satisfies Message,
      group_id: 168_230_748,
    },
  },
  { name: "something else of the community", source: EVENTS, event: { type: "group_join", object: { user_id: 1, join_type: "approved" }, group_id: 1 } },
];
