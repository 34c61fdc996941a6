import type { Commands, OutboundFile } from "@kommutator/contract/channel";
import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { parseViberConfig } from "./config.ts";
import { EXAMPLES, type Example, NOT_OURS } from "./examples.fixture.ts";
import { ViberRefusal } from "./statuses.ts";
import { toViber, toWelcome, viberLimits } from "./to-viber.ts";

const config = parseViberConfig({
  token: "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9",
  publicUrl: "https://house.example",
  senderName: "John McClane",
  senderAvatar: "https://avatar.example.com",
});
const MB = 1024 * 1024;
const file = (name: string, mime: string, bytes: number): OutboundFile => ({ name, mime, bytes, read: async () => new Uint8Array(bytes) });
type Said = Partial<Pick<Commands["message.send"], "to" | "text" | "files" | "quickAnswers">>;
const bodies = (said: Said) =>
  toViber({ to: { kind: "viber", value: "01234567890A=" }, text: "", files: [], ...said }, config, (name) => `https://house.example/f/${name}`);

/** The head of every example of the page. */
const head = { receiver: "01234567890A=", min_api_version: 1, sender: { name: "John McClane", avatar: "https://avatar.example.com" } };
const PAGE = "developers.viber.com/docs/api/rest-bot-api";
const WELCOME = { source: "creators.viber.com/docs/bots-api/events/conversation-started (the welcome message)" };
/** Our links carry the file's own name; the example's address has another one. */
const withName = (example: Example): Example => ({ ...example, body: { ...example.body, media: "http://www.images.com/name_of_file.doc" } });
const button = (text: string, shown = text) => ({ Columns: 6, Rows: 1, ActionType: "reply", ActionBody: text, Text: shown, TextSize: "regular" });

describe("what is said to Viber", () => {
  const picture = file("img.jpg", "image/jpeg", 10_000);
  const video = file("video.mp4", "video/mp4", 10_000);
  const doc = file("name_of_file.doc", "application/msword", 10_000);
  const examples: { says: string; example: Example; files?: OutboundFile[] }[] = [
    { says: "a text", example: EXAMPLES.text },
    { says: "a picture with its text", example: EXAMPLES.picture, files: [picture] },
    { says: "a video", example: EXAMPLES.video, files: [video] },
    { says: "a file named as it is", example: withName(EXAMPLES.file), files: [doc] },
    { says: "a text of the newer pages", example: EXAMPLES.creators },
    { says: "what the Python library sends", example: EXAMPLES.sender },
    { says: "a text of the Python library", example: EXAMPLES.pythonText },
    { says: "a text in Hebrew", example: EXAMPLES.pythonUnicode },
    { says: "a picture of the Python library", example: EXAMPLES.pythonPicture, files: [picture] },
    { says: "a video of the Python library", example: EXAMPLES.pythonVideo, files: [video] },
    { says: "a file of the Python library", example: withName(EXAMPLES.pythonFile), files: [doc] },
  ];
  const cases: { says: string; source: string; said: Said; expected: Record<string, unknown>[] }[] = [
    {
      says: "a picture without a text: the field stays, empty",
      source: `constructed, by the rule of ${PAGE}#picture-message`,
      said: { files: [file("img.png", "image/png", 10_000)] },
      expected: [{ ...head, type: "picture", text: "", media: "https://house.example/f/img.png" }],
    },
    {
      says: "a keyboard of ready answers",
      source: "constructed, with the fields of developers.viber.com/docs/tools/keyboards",
      said: { text: "Which day?", quickAnswers: ["Monday", "Tuesday <or> & later"] },
      expected: [
        {
          ...head,
          type: "text",
          text: "Which day?",
          keyboard: {
            Type: "keyboard",
            DefaultHeight: false,
            Buttons: [button("Monday"), button("Tuesday <or> & later", "Tuesday &lt;or&gt; &amp; later")],
          },
        },
      ],
    },
    {
      says: "a text with a file, which can have none: two messages, the keyboard below the last",
      source: "constructed",
      said: { text: "The contract", files: [file("contract.pdf", "application/pdf", 7)], quickAnswers: ["Agreed"] },
      expected: [
        { ...head, type: "text", text: "The contract" },
        {
          ...head,
          type: "file",
          media: "https://house.example/f/contract.pdf",
          size: 7,
          file_name: "contract.pdf",
          keyboard: { Type: "keyboard", DefaultHeight: false, Buttons: [button("Agreed")] },
        },
      ],
    },
    {
      says: "a text too long for a caption goes before its picture",
      source: `constructed, by the limits of ${PAGE}#picture-message (768 characters)`,
      said: { text: "x".repeat(769), files: [file("img.jpg", "image/jpeg", 7)] },
      expected: [
        { ...head, type: "text", text: "x".repeat(769) },
        { ...head, type: "picture", text: "", media: "https://house.example/f/img.jpg" },
      ],
    },
    {
      says: "a picture above 1 MB goes as a file",
      source: `constructed, by the limits of ${PAGE}#picture-message (1 MB)`,
      said: { files: [file("big.jpg", "image/jpeg", MB + 1)] },
      expected: [{ ...head, type: "file", media: "https://house.example/f/big.jpg", size: MB + 1, file_name: "big.jpg" }],
    },
    {
      says: "a video above 26 MB goes as a file",
      source: `constructed, by the limits of ${PAGE}#video-message (26 MB)`,
      said: { files: [file("long.mp4", "video/mp4", 26 * MB + 1)] },
      expected: [{ ...head, type: "file", media: "https://house.example/f/long.mp4", size: 26 * MB + 1, file_name: "long.mp4" }],
    },
    {
      says: "the address of a pasted picture gets the ending that Viber asks for",
      source: `constructed, by the limits of ${PAGE}#picture-message (last path segment)`,
      said: { text: "look", files: [file("image", "image/png", 7)] },
      expected: [{ ...head, type: "picture", text: "look", media: "https://house.example/f/image.png" }],
    },
    {
      says: "a name of 300 characters keeps its end",
      source: `constructed, by the limits of ${PAGE}#file-message (256 characters)`,
      said: { files: [file(`${"n".repeat(300)}.xlsx`, "application/vnd.ms-excel", 7)] },
      expected: [
        {
          ...head,
          type: "file",
          media: `https://house.example/f/${"n".repeat(241)}.xlsx`,
          size: 7,
          file_name: `${"n".repeat(241)}.xlsx`,
        },
      ],
    },
  ];
  it("in ten cases at least, half of them Viber's own", () => countCases("viber", "outgoing", [...examples.map(({ example }) => example), WELCOME, ...cases]));
  it.each(cases)("$says ($source)", ({ said, expected }) => expect(bodies(said)).toEqual(expected));

  it.each(examples)("$says, as Viber itself has it ($example.source)", ({ example, files = [] }) => {
    const { receiver = null, sender = { name: "", avatar: "" }, text = "", media } = example.body as Example["body"] & { text?: string };
    const to = { kind: "viber", value: receiver } as const;
    const [body, ...more] = toViber(
      { to, text, files },
      { ...config, senderName: sender.name, senderAvatar: sender.avatar },
      (name) => `http://www.images.com/${name}`,
    );
    expect(more).toEqual([]);
    const theirs = Object.fromEntries(Object.entries(example.body).filter(([name]) => !NOT_OURS.includes(name)));
    // The default of the field, which we say too.
    expect(body).toEqual({ min_api_version: 1, ...theirs });
    expect(media === undefined || String(media).endsWith(files[0]?.name ?? "?")).toBe(true);
  });

  it(`the welcome has no receiver (${WELCOME.source})`, () => {
    const plain = { ...config, senderName: "Viber Bot", senderAvatar: "http://avatar.example.com" };
    expect(toWelcome("Hello World", plain)).toEqual({ type: "text", text: "Hello World", sender: { name: "Viber Bot", avatar: "http://avatar.example.com" } });
  });

  it("without an avatar the field is left out", () => {
    const [body] = toViber({ to: { kind: "viber", value: "a" }, text: "x", files: [] }, { ...config, senderAvatar: "" }, String);
    expect(body?.["sender"]).toEqual({ name: "John McClane" });
  });
});

describe("what Viber does not take is refused before it is sent", () => {
  const refused: [string, Said, RegExp][] = [
    ["nothing at all", { text: "  " }, /empty/],
    ["a text of 7,001 characters", { text: "x".repeat(7_001) }, /7000/],
    ["two files", { files: [file("a", "text/plain", 1), file("b", "text/plain", 1)] }, /one file/],
    ["a file above 50 MB", { files: [file("a.zip", "application/zip", 50 * MB + 1)] }, /50 MB/],
    ["an empty file", { files: [file("a.txt", "text/plain", 0)] }, /a\.txt is empty/],
    ["thirteen ready answers", { text: "x", quickAnswers: Array.from({ length: 13 }, String) }, /12/],
    ["a ready answer of 251 characters", { text: "x", quickAnswers: ["y".repeat(251)] }, /250/],
    ["somebody of another channel", { text: "x", to: { kind: "telegram", value: "1" } }, /no Viber user/],
    ["somebody withheld", { text: "x", to: { kind: "viber", value: null } }, /no Viber user/],
  ];
  it.each(refused)("%s", (_name, said, words) => {
    expect(() => bodies(said)).toThrow(expect.objectContaining({ code: "rejected", message: expect.stringMatching(words) }));
  });

  it("the limits say the same, and the session of 24 hours unless the house pays", () => {
    expect(viberLimits({ paidMessages: false })).toMatchObject({ textLength: 7_000, attachmentBytes: 50 * MB, canStart: false, replyWindowMs: 86_400_000 });
    expect(viberLimits({ paidMessages: true }).replyWindowMs).toBeNull();
  });
});

describe("Viber's refusals in words (developers.viber.com, error codes)", () => {
  const statuses: [number, string, string, RegExp][] = [
    [1, "invalidUrl", "rejected", /public https address/],
    [2, "invalidAuthToken", "bad-credentials", /token/],
    [3, "badData", "rejected", /malformed/],
    [5, "receiverNotRegistered", "rejected", /no Viber account/],
    [6, "notSubscribed", "rejected", /not subscribed.*write first/],
    [7, "publicAccountBlocked", "rejected", /blocked/],
    [10, "webhookNotSet", "unreachable", /webhook/],
    [11, "receiverNoSuitableDevice", "rejected", /devices/],
    [12, "tooManyRequests", "rate-limited", /100 an hour/],
    [23, "freeMessagesExceeded", "rejected", /free messages/],
    [24, "noBalance", "rejected", /balance/],
    [99, "General error", "rejected", /General error, status 99/],
  ];
  it.each(statuses)("%i %s", (status, said, code, words) => {
    const error = new ViberRefusal(status, said);
    expect(error).toMatchObject({ code, status, message: expect.stringMatching(words) });
    expect(error.message).toContain(`Viber: ${said}, status ${status}`);
    expect(error.retryAfterMs).toBe(code === "rate-limited" ? 60_000 : undefined);
  });
});

describe("the settings", () => {
  it("name every fault at once", () => {
    const faults = (() => {
      try {
        parseViberConfig({ token: "", publicUrl: "http://house.example", senderName: "n".repeat(29), mediaHosts: "*", apiUrl: "ftp://x" });
        return [];
      } catch (error) {
        return (error as { issues: { path: string[] }[] }).issues.map((issue) => issue.path[0]);
      }
    })();
    expect(faults.sort()).toEqual(["apiUrl", "mediaHosts", "publicUrl", "senderName", "token"]);
  });
  it("take an address with a slash at its end, and several hosts", () => {
    const read = parseViberConfig({
      token: "t",
      publicUrl: "https://house.example/base/",
      senderName: "n",
      mediaHosts: "*.viber.com, cdn.example",
      apiUrl: "",
    });
    expect(read).toMatchObject({ publicUrl: "https://house.example/base", mediaHosts: ["*.viber.com", "cdn.example"], apiUrl: "https://chatapi.viber.com/pa" });
  });
});
