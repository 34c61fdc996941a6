import { randomUUID } from "node:crypto";
import type { ApiMethods } from "@grammyjs/types";
import type { Commands, OutboundFile } from "@kommutator/contract/channel";
import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { asDocument, safeName, toRequests } from "./to-telegram.ts";

type Send = Commands["message.send"];
const MB = 1024 * 1024;
const file = (name: string, mime: string, bytes = 1_000): OutboundFile => ({ name, mime, bytes, read: async () => new Uint8Array(bytes) });
const command = (fields: Partial<Send>): Send => ({
  id: randomUUID(),
  threadKey: "1111111",
  to: { kind: "telegram", value: "1111111" },
  text: "",
  files: [],
  references: [],
  ...fields,
});
const requests = (fields: Partial<Send>, thread = { chatId: 1111111 }) =>
  toRequests(command(fields), thread).map(({ method, payload, upload, files }) => ({
    method,
    ...payload,
    ...(upload ? { upload } : {}),
    files: files.map((one) => one.name),
  }));

const gone = { remove_keyboard: true } as const;
const jpeg = file("a.jpg", "image/jpeg");
const png = file("b.png", "image/png");
const mp4 = file("c.mp4", "video/mp4");
const pdf = file("d.pdf", "application/pdf");
const docx = file("e.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
const ogg = file("f.ogg", "audio/ogg; codecs=opus");

/** As much of a request as a case names, in the types of the Bot API (@grammyjs/types); files are named by their file names. */
type Request = { [Method in keyof Api]: { method: Method; files?: string[]; upload?: string } & PartOf<Parameters<Api[Method]>[0]> }[keyof Api];
type Api = Pick<
  ApiMethods<string>,
  "sendMessage" | "sendPhoto" | "sendDocument" | "sendVideo" | "sendVoice" | "sendAudio" | "sendAnimation" | "sendMediaGroup"
>;
type PartOf<T> = T extends readonly (infer One)[] ? PartOf<One>[] : T extends object ? { [Key in keyof T]?: PartOf<T[Key]> } : T;

/** Each with the section of core.telegram.org/bots/api that describes the request. */
const cases: [string, string, Partial<Send>, Request[]][] = [
  ["a text", "#sendmessage", { text: "Сәлем!" }, [{ method: "sendMessage", chat_id: 1111111, text: "Сәлем!", reply_markup: gone }]],
  [
    "an answer to a message of theirs, which may be gone by now",
    "#replyparameters",
    { text: "yes", replyTo: "1334" },
    [{ method: "sendMessage", reply_parameters: { message_id: 1334, allow_sending_without_reply: true } }],
  ],
  ["an answer to a pressed button answers no message", "#replyparameters", { text: "yes", replyTo: "cb:77" }, [{ method: "sendMessage", text: "yes" }]],
  [
    "ready answers",
    "#replykeyboardmarkup",
    { text: "Shall we call?", quickAnswers: ["Yes", "No"] },
    [{ method: "sendMessage", reply_markup: { keyboard: [[{ text: "Yes" }], [{ text: "No" }]], one_time_keyboard: true, resize_keyboard: true } }],
  ],
  ["a photo with a text", "#sendphoto", { text: "this one", files: [jpeg] }, [{ method: "sendPhoto", upload: "photo", caption: "this one", files: ["a.jpg"] }]],
  [
    "a photo above 10 MB goes as a document",
    "#sendphoto",
    { files: [file("big.jpg", "image/jpeg", 11 * MB)] },
    [{ method: "sendDocument", upload: "document" }],
  ],
  ["a document", "#senddocument", { files: [pdf] }, [{ method: "sendDocument", upload: "document", files: ["d.pdf"] }]],
  ["a video", "#sendvideo", { files: [mp4] }, [{ method: "sendVideo", upload: "video" }]],
  ["a voice message", "#sendvoice", { files: [ogg] }, [{ method: "sendVoice", upload: "voice" }]],
  ["a piece of music", "#sendaudio", { files: [file("g.mp3", "audio/mpeg")] }, [{ method: "sendAudio", upload: "audio" }]],
  ["a moving picture", "#sendanimation", { files: [file("h.gif", "image/gif")] }, [{ method: "sendAnimation", upload: "animation" }]],
  [
    "a text too long for a photo goes before it",
    "#sendphoto",
    { text: "x".repeat(1_025), files: [jpeg], replyTo: "5" },
    [
      { method: "sendMessage", text: "x".repeat(1_025), reply_parameters: { message_id: 5, allow_sending_without_reply: true } },
      { method: "sendPhoto", files: ["a.jpg"] },
    ],
  ],
  [
    "photos and videos are one album, the text below the first",
    "#sendmediagroup",
    { text: "all of it", files: [jpeg, png, mp4] },
    [{ method: "sendMediaGroup", media: [{ type: "photo", caption: "all of it" }, { type: "photo" }, { type: "video" }], files: ["a.jpg", "b.png", "c.mp4"] }],
  ],
  [
    "documents are an album of their own, and a voice message stands alone",
    "#sendmediagroup",
    { files: [jpeg, pdf, docx, ogg] },
    [{ method: "sendPhoto" }, { method: "sendMediaGroup", media: [{ type: "document" }, { type: "document" }] }, { method: "sendVoice", reply_markup: gone }],
  ],
  [
    "with ready answers files go one by one, because an album carries no keyboard",
    "#sendmediagroup",
    { files: [jpeg, png], quickAnswers: ["OK"] },
    [{ method: "sendPhoto" }, { method: "sendPhoto", reply_markup: { keyboard: [[{ text: "OK" }]], one_time_keyboard: true, resize_keyboard: true } }],
  ],
];

describe("what we send is what the Bot API asks for", () => {
  it("in ten cases at least", () =>
    countCases(
      "telegram",
      "outgoing",
      cases.map(([, section]) => ({ source: `core.telegram.org/bots/api${section}` })),
    ));

  it.each(cases)("%s (core.telegram.org/bots/api%s)", (_name, _page, fields, expected) => {
    const made = requests(fields);
    expect(made).toMatchObject(expected);
    expect(made).toHaveLength(expected.length);
    for (const request of made) expect(request).toMatchObject({ chat_id: 1111111 });
    // The reply and the words go once.
    expect(made.filter((request) => "reply_parameters" in request).length).toBe(fields.replyTo?.startsWith("cb:") === false ? 1 : 0);
  });

  it("for a business account, and without a keyboard there", () => {
    const [request] = toRequests(command({ text: "hello" }), { chatId: 5, businessConnectionId: "Zc2yBQcAAUkFAAE" });
    expect(request?.payload).toEqual({ chat_id: 5, business_connection_id: "Zc2yBQcAAUkFAAE", text: "hello" });
  });

  it("a picture that is refused as a photo goes as a document, and nothing else does", () => {
    const [photo] = toRequests(command({ files: [jpeg], text: "x" }), { chatId: 5 });
    expect(photo && asDocument(photo)).toMatchObject({ method: "sendDocument", upload: "document", payload: { caption: "x" } });
    const [text] = toRequests(command({ text: "x" }), { chatId: 5 });
    expect(text && asDocument(text)).toBeNull();
  });
});

describe("what Telegram would refuse is refused here", () => {
  it.each([
    ["a text of 4097 characters", { text: "x".repeat(4_097) }, /longer than 4096/],
    ["eleven files", { files: Array.from({ length: 11 }, () => pdf) }, /up to 10 files/],
    ["a file above 50 MB", { files: [file("film.mkv", "video/x-matroska", 51 * MB)] }, /50 MB/],
    ["nothing", { text: " \n " }, /nothing to send/],
  ])("%s", (_name, fields, words) => {
    expect(() => requests(fields)).toThrow(expect.objectContaining({ code: "rejected", message: expect.stringMatching(words) }));
  });
});

it.each([
  ["Договор № 5.pdf", "Договор № 5.pdf"],
  ['a"\r\nContent-Type: text/html\r\n\r\n.pdf', "a_Content-Type: text_html_.pdf"],
  ["../../etc/passwd", ".._.._etc_passwd"],
  ["\u0000", "_"],
  ["", "file"],
])("the file name %j goes as %j", (name, safe) => expect(safeName(name)).toBe(safe));
