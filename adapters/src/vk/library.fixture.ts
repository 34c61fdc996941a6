import type { Objects } from "vk-io";
import type { EventCase, PartOf } from "./recorded.fixture.ts";
import { DOC_OBJECT, PHOTO_OBJECT, VOICE_OBJECT } from "./upload.fixture.ts";

/**
 * What VK's own pages show whole, and what the authors of libraries have got from VK and keep among their tests. Of an attachment
 * alone the message around it is ours, and its source says so.
 */
const VKNET = "github.com/vknet/vk VkNet.Tests/TestData";
const SITE = 1_234;

const event = (name: string, file: string, type: string, object: object): EventCase => ({
  name,
  source: `${VKNET}/Categories/BotsLongPoll/GetBotsLongPollHistory_${file}.json`,
  event: { type, object, group_id: SITE },
});

/** An attachment as the library has it, in a message of ours. */
const attached = (name: string, file: string, ...attachments: { type: string }[]): EventCase => ({
  name,
  source: `${file.includes("/") ? file : `${VKNET}/Models/${file}.json`} (in a message of ours)`,
  event: {
    type: "message_new",
    object: {
      message: {
        date: 1_632_770_481,
        from_id: 12_345_678,
        id: 111,
        out: 0,
        peer_id: 12_345_678,
        text: "",
        conversation_message_id: 31,
        attachments: attachments as unknown as Objects.MessagesMessageAttachment[],
      } satisfies PartOf<Objects.MessagesMessage>,
    },
    group_id: SITE,
  },
});

export const OF_LIBRARIES: EventCase[] = [
  {
    name: "a post on the community's wall",
    source: "dev.vk.com/ru/api/bots-long-poll/getting-started (the format of the data)",
    event: {
      type: "wall_post_new",
      event_id: "c68dfb983247fea8ac98ea0ea59717df71d8064f",
      v: "5.131",
      object: {
        id: 28,
        from_id: -123_456,
        owner_id: -123_456,
        date: 1_519_631_591,
        marked_as_ads: 0,
        post_type: "post",
        text: "Post text",
        can_edit: 1,
        created_by: 564_321,
        can_delete: 1,
        comments: { count: 0 },
      },
      group_id: 123_456,
    },
  },
  {
    name: "somebody joins the community",
    source: "dev.vk.com/ru/api/bots-long-poll/getting-started (types of events)",
    event: {
      type: "group_join",
      event_id: "c68dfb983247fea8ac98ea0ea59717df71d8064f",
      v: "5.131",
      object: { user_id: 1, join_type: "approved" },
      group_id: 1,
    },
  },
  attached("a photo of VK's own page", "dev.vk.com/ru/api/upload/photo-in-message", { type: "photo", photo: PHOTO_OBJECT } as { type: string }),
  attached("a document of VK's own page", "dev.vk.com/ru/api/upload/document-in-profile", { type: "doc", doc: DOC_OBJECT } as { type: string }),
  attached("a voice message of VK's own page", "dev.vk.com/ru/api/upload/audio-record", { type: "audio_message", audio_message: VOICE_OBJECT } as {
    type: string;
  }),
  event("an edited answer of the community's", "MessageEditTest", "message_edit", {
    date: 1_533_397_838,
    from_id: 123,
    id: 791,
    out: 1,
    peer_id: 123,
    text: "test1",
    conversation_message_id: 791,
    fwd_messages: [],
    update_time: 1_533_397_838,
    important: false,
    random_id: 0,
    attachments: [],
    is_hidden: false,
  }),
  event("an answer typed in VK by its author himself", "MessageReplyTest", "message_reply", {
    date: 1_533_397_818,
    from_id: 123,
    id: 830,
    out: 1,
    peer_id: 123,
    text: "test",
    conversation_message_id: 792,
    fwd_messages: [],
    important: false,
    random_id: 0,
    attachments: [],
    admin_author_id: 123,
    is_hidden: false,
  }),
  event("a callback button that carries nothing", "MessageEventTest", "message_event", {
    conversation_message_id: 1_234,
    user_id: 123_456_789,
    peer_id: 123_456_789,
    event_id: "feleyinek",
    payload: "{}",
  }),
  {
    name: "a document in the form before 5.80",
    source: "a developer's route kept in a public repository (the callback of a message with PDF.pdf, 12 March 2018)",
    event: {
      type: "message_new",
      object: {
        id: 1_193,
        date: 1_520_871_169,
        out: 0,
        user_id: 207_690_737,
        read_state: 0,
        title: "",
        body: "",
        attachments: [
          {
            type: "doc",
            doc: {
              id: 446_688_146,
              owner_id: 207_690_737,
              title: "PDF.pdf",
              size: 4_967_272,
              ext: "pdf",
              url: "https://vk.com/doc207690737_446688146?hash=46c657e80431c00b41&dl=GIYDONRZGA3TGNY:1520871169:78bbda10d17923d21a&api=1&no_preview=1",
              date: 1_497_029_386,
              type: 1,
              access_key: "df36717f54f744ef6d",
            },
          },
        ],
      },
      group_id: 152_165_726,
    },
  },
  attached(
    "a drawing and an episode of a podcast",
    "graffiti_attachment",
    {
      type: "graffiti",
      graffiti: {
        id: 474_544_454,
        owner_id: 504_736_359,
        url: "https://vk.ru/doc504736359_474544454?hash=2b027a86a8be92f175&dl=GUYDINZTGYZTKOI:1569328866:2c6255c9b65cbedf0b&api=1&no_preview=1",
        width: 633,
        height: 720,
        access_key: "a2e272f6980d5a1d54",
      },
    } as { type: string },
    {
      type: "podcast",
      podcast: {
        artist: "Городские сказки",
        id: 456_240_245,
        owner_id: -74_962_618,
        title: "Меня учили быть светлым магом",
        duration: 256,
        track_code: "80dad436K-416uvfsu8yFbunAcAdNnM",
        url: "https://sun9-23.ru/a7EFUdMesbg.jpg",
        date: 1_588_169_909,
        lyrics_id: 447_241_065,
        no_search: 1,
      },
    } as { type: string },
  ),
  attached("a voice message that VK has written out", "audio_message_with_transcription", {
    type: "audio_message",
    audio_message: {
      id: 123_456_789,
      owner_id: 987_655_443,
      duration: 25,
      waveform: [0, 0, 1, 31, 26, 8, 2, 4, 5, 1, 2, 2, 2, 3, 1, 6, 10],
      link_ogg: "https://psv4.userapi.com/c205420//u111874665/audiomsg/d12/794c8440a8.ogg",
      link_mp3: "https://psv4.userapi.com/c205420//u111874665/audiomsg/d12/794c8440a8.mp3",
      access_key: "d11e675f1ef73c0375",
      transcript: "demo message",
      transcript_state: "done",
    },
  } as { type: string }),
  attached("a playlist", "audio_playlist_attachment", {
    type: "audio_playlist",
    audio_playlist: {
      id: 85_412_375,
      owner_id: -28_905_875,
      type: 0,
      title: "Вечеринка в разгаре",
      genres: [],
      count: 15,
      is_following: false,
      followers: 46_168,
      plays: 1_519_827,
      create_time: 1_528_218_042,
      update_time: 1_545_063_651,
      access_key: "5e0f55237d68cae71e",
      album_type: "playlist",
    },
  } as { type: string }),
  attached("money sent", "money_transfer_attachment", {
    type: "money_transfer",
    money_transfer: {
      id: 10_263_042,
      from_id: 62_103_461,
      to_id: 286_927_336,
      status: 1,
      date: 1_526_637_398,
      amount: { amount: "30000", currency: { id: 643, name: "RUB" }, text: "300 руб." },
      comment: "И еще раз",
    },
  } as { type: string }),
  attached("a call inside VK", "message_with_call", {
    type: "call",
    call: { initiator_id: 12_345_678, receiver_id: 2_012_345_678, state: "reached", time: 1_632_770_481, duration: 30, video: true },
  } as { type: string }),
];
