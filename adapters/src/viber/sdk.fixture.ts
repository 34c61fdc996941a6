import { expect } from "vitest";
import type { CallbackCase } from "./callbacks.fixture.ts";

/**
 * Callbacks as Viber's own libraries are tested with them: the Node one carries real callbacks to the letter, the Python one a
 * callback of each event, whose timestamp is the moment of the test (so here it is ours).
 */
const NODE = "github.com/Viber/viber-bot-node test/message/message-factory-test.js";
const PYTHON = "github.com/Viber/viber-bot-python tests/api/viber_requests";

const AVATAR = "https://share.viber.com/download_photo?dlid=66adab37fe13aa4a731249d8a10a2fb8e5c339765661876e3d963083369a6a06%26fltp=jpg%26imsz=0000";
const HEAD = `"event":"message","timestamp":1479039750092,"message_token":4978563241957515056,"sender":{"id":"xWxFWBYHceVLi80yULnRkw==","name":"Idan Harel","avatar":"${AVATAR}"}`;

/** A message of Idan's, as the Node library has it. */
const idan = (test: string, says: string, message: string, content: Record<string, unknown>): CallbackCase => ({
  says,
  source: `${NODE} ${test}`,
  body: `{${HEAD},"message":${message}}`,
  expected: {
    kind: "event",
    event: {
      kind: "message.received",
      eventKey: "message:4978563241957515056",
      messageKey: "4978563241957515056",
      occurredAt: 1479039750092,
      thread: { key: "xWxFWBYHceVLi80yULnRkw==" },
      from: { kind: "viber", value: "xWxFWBYHceVLi80yULnRkw==", displayName: "Idan Harel" },
      nature: "human",
      ...content,
    },
  },
});

const AT = 1_479_039_750_092;
const TOKEN = "912661846655238145";
const receipt = (event: string, said: Record<string, unknown>, userId: string | undefined) => ({
  kind: "state",
  userId,
  event: { kind: "message.state", eventKey: `${event}:${TOKEN}`, messageKey: TOKEN, occurredAt: AT, ...said },
});
/** What has no token of Viber's has a key of its own bytes. */
const identity = (key: string, more: Record<string, unknown>) => ({
  kind: "event",
  event: { kind: "identity.state", eventKey: expect.stringMatching(key), occurredAt: AT, thread: { key: "01234567890A=" }, ...more },
});

export const sdkCases: CallbackCase[] = [
  idan("testBuildTextMessageSanity", "a word", '{"text":"Hi","type":"text","tracking_data":"{}"}', { text: "Hi", raw: { tracking_data: "{}" } }),
  idan(
    "testBuildRichMediaMessageSanity",
    "a carousel, which no workspace can show",
    '{"rich_media":{"ButtonsGroupColumns":6,"ButtonsGroupRows":5,"BgColor":"#FFFFFF","Buttons":[{"ActionBody":"https://shpp.io/118AY5234?r=true","ActionType":"open-url","BgMediaType":"picture","Image":"https://d2c9czzhg5xt5t.cloudfront.net/brand-logos/adidas-1.png","BgColor":"#000000","TextOpacity":60,"Rows":4,"Columns":6}],"DefaultHeight":true},"type":"rich_media","tracking_data":"{}","alt_text":"please upgrade now!"}',
    { text: "❓ Viber: rich_media\nplease upgrade now!", raw: { tracking_data: "{}" } },
  ),
  idan("testBuildUrlMessageSanity", "a link", '{"media":"http://viber.com","type":"url","tracking_data":"{}"}', {
    text: "http://viber.com",
    raw: { tracking_data: "{}" },
  }),
  idan(
    "testBuildContactMessageSanity",
    "somebody else's contact: shown, and claimed for nobody",
    '{"type":"contact","contact":{"name":"idan","phone_number":"97245611234"}}',
    { text: "👤 idan: 97245611234" },
  ),
  idan("testBuildFileMessageSanity", "a file whose size is called size", '{"media":"http://viber.com","type":"file","size":1234,"file_name":"test.com"}', {
    text: "",
    files: [{ name: "test.com", mime: "application/octet-stream", fileKey: "http://viber.com", bytes: 1_234 }],
  }),
  idan("testBuildLocationMessageSanity", "a place that is nowhere on Earth", '{"type":"location","location":{"lat":1234,"lon":4312}}', { text: "📍 ?" }),
  idan(
    "testBuildPictureMessageSanity",
    "a picture whose address has no ending",
    '{"type":"picture","text":"hello","media":"http://viber.com","thumbnail":"http://viber.com/thumb.png"}',
    { text: "hello", files: [{ name: "picture.jpg", mime: "image/jpeg", fileKey: "http://viber.com\nhttp://viber.com/thumb.png" }] },
  ),
  idan(
    "testBuildVideoMessageSanity",
    "a video with its size and length",
    '{"type":"video","media":"http://viber.com","thumbnail":"http://viber.com/thumb.png","size":1234,"duration":123}',
    { text: "", files: [{ name: "video.mp4", mime: "video/mp4", fileKey: "http://viber.com\nhttp://viber.com/thumb.png", bytes: 1_234, durationMs: 123_000 }] },
  ),
  idan("testBuildStickerMessageSanity", "a sticker by its number", '{"type":"sticker","sticker_id":5536}', { text: "🎟 5536" }),
  {
    says: "delivered into a chat",
    source: `${PYTHON}/test_viber_delivered_request.py`,
    body: `{"event":"delivered","timestamp":${AT},"message_token":"${TOKEN}","user_id":"01234567890A=","chat_id":"3456675689-45345-35346235"}`,
    expected: receipt("delivered", { state: "delivered" }, "01234567890A="),
  },
  {
    says: "seen, its token a string",
    source: `${PYTHON}/test_viber_seen_request.py`,
    body: `{"event":"seen","timestamp":${AT},"message_token":"${TOKEN}","user_id":"01234567890A="}`,
    expected: receipt("seen", { state: "read" }, "01234567890A="),
  },
  {
    says: "failed, its token a string",
    source: `${PYTHON}/test_viber_failed_request.py`,
    body: `{"event":"failed","timestamp":${AT},"message_token":"${TOKEN}","user_id":"01234567890A=","desc":"failure desc"}`,
    expected: receipt("failed", { state: "failed", failure: "failure desc" }, undefined),
  },
  {
    says: "subscribed, without a token",
    source: `${PYTHON}/test_viber_subscribed_request.py`,
    body: `{"event":"subscribed","timestamp":${AT},"user":{"id":"01234567890A=","name":"viberUser","avatar":"http://avatar_url","country":"IL","language":"en"}}`,
    expected: identity("^subscribed:[0-9a-f]{40}$", { identity: { kind: "viber", value: "01234567890A=", displayName: "viberUser" }, reachable: true }),
  },
  {
    says: "unsubscribed, without a token",
    source: `${PYTHON}/test_viber_unsubscribed_request.py`,
    body: `{"event":"unsubscribed","timestamp":${AT},"user_id":"01234567890A="}`,
    expected: identity("^unsubscribed:[0-9a-f]{40}$", { identity: { kind: "viber", value: "01234567890A=" }, reachable: false, reason: "unsubscribed" }),
  },
  {
    says: "a conversation opened again by a subscriber",
    source: `${PYTHON}/test_viber_conversation_started_request.py`,
    body: `{"event":"conversation_started","timestamp":${AT},"message_token":"${TOKEN}","type":"open","context":"context info","subscribed":true,"user":{"id":"01234567890A=","name":"viberUser","avatar":"http://avatar_url","country":"IL","language":"en"}}`,
    expected: { kind: "opened", userId: "01234567890A=", context: "context info", subscribed: true, at: AT },
  },
  {
    says: "a conversation opened, not said whether by a subscriber",
    source: `${PYTHON}/test_viber_conversation_started_request.py test_missing_user_optional_params`,
    body: `{"event":"conversation_started","timestamp":${AT},"message_token":"${TOKEN}","type":"open","context":"context info","user":{"id":"01234567890A=","name":"viberUser"}}`,
    expected: { kind: "opened", userId: "01234567890A=", context: "context info", subscribed: false, at: AT },
  },
  {
    says: "the verifying call, its time and token exchanged",
    source: "github.com/Viber/viber-bot-python tests/api/test_api.py test_verify_signature",
    body: '{"event":"webhook","timestamp":4977069964384421269,"message_token":1478683725125}',
    expected: { kind: "nothing", what: "webhook" },
  },
];

/** The token of the bot, and the signature that Viber's library makes of the last body with it. */
export const SIGNED = {
  token: "44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3",
  body: sdkCases.at(-1)?.body ?? "",
  signature: "d21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef",
};
