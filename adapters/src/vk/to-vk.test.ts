import { ChannelError, type Commands } from "@kommutator/contract/channel";
import { describe, expect, it } from "vitest";
import type { Params } from "vk-io";
import { countCases } from "../../../tests/support/cases.ts";
import { faultIn, toVkError } from "./errors.ts";
import { check, randomIdOf, toSend, uploadKind } from "./to-vk.ts";

type Send = Commands["message.send"];
const ID = "6f1c2b3a-4d5e-4f60-8a1b-2c3d4e5f6071";
const command = (fields: Partial<Send> = {}): Send => ({
  id: ID,
  threadKey: "578716413",
  to: { kind: "vk", value: "578716413" },
  text: "Да, доставим завтра",
  files: [],
  references: [],
  ...fields,
});
const file = (name: string, bytes = 10, mime = "application/pdf") => ({ name, mime, bytes, read: async () => new Uint8Array(bytes) });

const SEND = "dev.vk.com/method/messages.send";
const KEYBOARD = "dev.vk.com/api/bots/development/keyboard";
/** The first 31 bits of the command id's SHA-256, by sha256sum(1). */
const RANDOM_ID = 1_328_497_110;

const requests: { name: string; source: string; command: Send; attachments?: string[]; expected: Params.MessagesSendParams }[] = [
  { name: "a text", source: SEND, command: command(), expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, message: "Да, доставим завтра" } },
  {
    name: "a text of several lines and signs of its own",
    source: SEND,
    command: command({ text: "Цена: 5 < 6 & 7\n«ок» 👍" }),
    expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, message: "Цена: 5 < 6 & 7\n«ок» 👍" },
  },
  {
    name: "a photo alone",
    source: SEND,
    command: command({ text: " " }),
    attachments: ["photo100172_166443618"],
    expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, attachment: "photo100172_166443618" },
  },
  {
    name: "a text with several files",
    source: SEND,
    command: command(),
    attachments: ["photo1_2_key", "doc1_3"],
    expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, message: "Да, доставим завтра", attachment: "photo1_2_key,doc1_3" },
  },
  {
    name: "an answer to a message",
    source: SEND,
    command: command({ replyTo: "578716413_304" }),
    expected: {
      peer_ids: 578_716_413,
      random_id: RANDOM_ID,
      message: "Да, доставим завтра",
      forward: '{"peer_id":578716413,"conversation_message_ids":[304],"is_reply":true}',
    },
  },
  {
    name: "an answer to a message of another dialog",
    source: "constructed",
    command: command({ replyTo: "5_304" }),
    expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, message: "Да, доставим завтра" },
  },
  {
    name: "ready answers",
    source: KEYBOARD,
    command: command({ quickAnswers: ["Да", "Нет"] }),
    expected: {
      peer_ids: 578_716_413,
      random_id: RANDOM_ID,
      message: "Да, доставим завтра",
      keyboard:
        '{"buttons":[[{"color":"secondary","action":{"label":"Да","payload":"{\\"answer\\":0}","type":"text"}}],[{"color":"secondary","action":{"label":"Нет","payload":"{\\"answer\\":1}","type":"text"}}]],"one_time":true}',
    },
  },
  {
    name: "no ready answers",
    source: KEYBOARD,
    command: command({ quickAnswers: [] }),
    expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, message: "Да, доставим завтра" },
  },
  {
    name: "a voice note alone",
    source: "dev.vk.com/api/upload/voice-message-to-private",
    command: command({ text: "" }),
    attachments: ["audio_message-204_5_c2f"],
    expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, attachment: "audio_message-204_5_c2f" },
  },
  {
    name: "a document that answers a message",
    source: SEND,
    command: command({ text: "Счёт", replyTo: "578716413_12" }),
    attachments: ["doc-204_77_key"],
    expected: {
      peer_ids: 578_716_413,
      random_id: RANDOM_ID,
      message: "Счёт",
      attachment: "doc-204_77_key",
      forward: '{"peer_id":578716413,"conversation_message_ids":[12],"is_reply":true}',
    },
  },
  {
    name: "a text at the limit",
    source: SEND,
    command: command({ text: "я".repeat(4_096) }),
    expected: { peer_ids: 578_716_413, random_id: RANDOM_ID, message: "я".repeat(4_096) },
  },
];

describe("messages.send", () => {
  it("has ten cases at least, half of them documented", () => countCases("vk", "outgoing", requests));

  it.each(requests)("$name ($source)", ({ command: given, attachments, expected }) => {
    expect(() => check(given.text.trim() === "" ? { ...given, files: [file("a.png")] } : given)).not.toThrow();
    expect(toSend(given, attachments ?? [])).toEqual(expected);
  });

  it("a command has one number for ever, of 31 bits and never 0", () => {
    expect(randomIdOf(ID)).toBe(randomIdOf(ID));
    const numbers = Array.from({ length: 2_000 }, (_, index) => randomIdOf(`command ${index}`));
    expect(new Set(numbers).size).toBe(2_000);
    for (const number of numbers) expect(number > 0 && number <= 0x7fffffff && Number.isInteger(number)).toBe(true);
  });

  it.each<[string, Partial<Send>, RegExp]>([
    ["no user", { threadKey: "2000000001x" }, /no VK user/],
    ["nothing to say", { text: "  " }, /empty/],
    ["a text of 4097 characters", { text: "я".repeat(4_097) }, /longer than 4096/],
    ["eleven files", { files: Array.from({ length: 11 }, () => file("a.pdf")) }, /at most 10/],
    ["a file of 51 MB", { files: [file("big.zip", 51 * 1024 * 1024)] }, /"big.zip" is larger/],
    ["an MP3", { files: [file("song.mp3")] }, /MP3/],
    ["a program", { files: [file("setup.EXE")] }, /executable/],
    ["a ready answer of 41 characters", { quickAnswers: ["x".repeat(41)] }, /40 characters/],
    ["eleven ready answers", { quickAnswers: Array.from({ length: 11 }, (_, i) => `${i}`) }, /at most 10/],
  ])("%s is refused before anything is sent", (_name, fields, words) => {
    expect(() => check(command(fields))).toThrow(words);
    expect(() => check(command(fields))).toThrow(ChannelError);
  });

  it.each([
    ["image/jpeg", "photo"],
    ["image/png", "photo"],
    ["image/gif", "doc"],
    ["audio/ogg; codecs=opus", "audio_message"],
    ["application/pdf", "doc"],
  ])("%s goes up as %s (dev.vk.com/api/upload)", (mime, kind) => expect(uploadKind({ name: "a", mime })).toBe(kind));
});

/** dev.vk.com/reference/errors and dev.vk.com/method/messages.send */
describe("errors", () => {
  it.each<[number, string, string, RegExp]>([
    [1, "Unknown error occurred", "unreachable", /fault of its own/],
    [5, "User authorization failed: invalid access_token (4).", "bad-credentials", /token/],
    [6, "Too many requests per second", "rate-limited", /20 requests/],
    [7, "Permission to perform this action is denied", "rejected", /lacks the right/],
    [9, "Flood control", "rate-limited", /flood/],
    [10, "Internal server error", "unreachable", /fault of its own/],
    [14, "Captcha needed", "rejected", /captcha/],
    [27, "Group authorization failed", "bad-credentials", /token/],
    [29, "Rate limit reached", "rate-limited", /limit/],
    [900, "Can't send messages for users from blacklist", "rejected", /black list/],
    [901, "Can't send messages for users without permission", "rejected", /must write first/],
    [902, "Can't send messages to this user due to their privacy settings", "rejected", /privacy/],
    [911, "Keyboard format is invalid", "rejected", /ready answers/],
    [914, "Message is too long", "rejected", /too long/],
    [100, "One of the parameters specified was missing or invalid", "rejected", /error 100/],
  ])("%i %s", (code, message, expected, words) => {
    const error = toVkError({ code, message });
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(words);
    expect(error.message).toContain(message);
    if (expected === "rate-limited") expect(error.retryAfterMs).toBeGreaterThan(0);
  });

  it("are found in both forms: of a call, and of one recipient of messages.send", () => {
    expect(faultIn({ error_code: 901, error_msg: "no" })).toEqual({ code: 901, message: "no" });
    expect(faultIn({ code: 901, description: "no" })).toEqual({ code: 901, message: "no" });
    expect(faultIn("no")).toEqual({ code: 0, message: "no" });
    expect(faultIn(undefined)).toBeNull();
  });
});
