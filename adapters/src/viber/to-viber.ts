import { ChannelError, type ChannelLimits, type Commands, type OutboundFile } from "@kommutator/contract/channel";
import FileMessage from "viber-bot/lib/message/file-message.js";
import PictureMessage from "viber-bot/lib/message/picture-message.js";
import TextMessage from "viber-bot/lib/message/text-message.js";
import VideoMessage from "viber-bot/lib/message/video-message.js";
import type { ViberConfig } from "./config.ts";
import { wellFormed } from "./exact-json.ts";

const MB = 1024 * 1024;
/** developers.viber.com, "Message types": lengths in characters, sizes in bytes. */
const TEXT_LENGTH = 7_000;
const CAPTION_LENGTH = 768;
const PICTURE_BYTES = MB;
const VIDEO_BYTES = 26 * MB;
const FILE_BYTES = 50 * MB;
const FILE_NAME_LENGTH = 256;
/** "The keyboard can contain up to 12 rows"; one answer is one row. A button's text may have 250 characters. */
const QUICK_ANSWERS = { count: 12, length: 250 };
/** A session: the customer's message and the 24 hours after it (help.viber.com, "Bot commercial model"). */
const SESSION_MS = 24 * 3_600_000;

/** What Viber lets this bot do, for the composer. A picture above 1 MB and a video above 26 MB go as files. */
export const viberLimits = (config: Pick<ViberConfig, "paidMessages">): ChannelLimits => ({
  textLength: TEXT_LENGTH,
  attachmentBytes: FILE_BYTES,
  replyWindowMs: config.paidMessages ? null : SESSION_MS,
  canStart: false,
  attachments: { count: 1 },
  quickAnswers: QUICK_ANSWERS,
});

type Send = Pick<Commands["message.send"], "to" | "text" | "files" | "quickAnswers">;
/** Where Viber will fetch a file under this name. */
type Link = (name: string) => string;

/**
 * The bodies of `send_message` that carry one message of ours: one, or two when a text goes with a file that cannot
 * have it as its caption (the text first). Throws `rejected` naming what Viber does not take.
 */
export function toViber(command: Send, config: ViberConfig, link: Link): Record<string, unknown>[] {
  const { to, text, files, quickAnswers = [] } = command;
  if (to.kind !== "viber" || to.value === null) throw new ChannelError("rejected", "This is no Viber user of this bot.");
  if (text.length > TEXT_LENGTH) throw new ChannelError("rejected", `The text is longer than ${TEXT_LENGTH} characters.`);
  const [file, second] = files;
  if (second !== undefined) throw new ChannelError("rejected", "Viber takes one file with a message. Send the others one by one.");
  if (text.trim() === "" && file === undefined) throw new ChannelError("rejected", "The message is empty.");
  const keyboard = keyboardOf(quickAnswers);
  const bodies = file === undefined ? [new TextMessage(text, keyboard)] : withFile(file, text, keyboard, link);
  return bodies.map((body) => {
    body.verifyMessage();
    // The package writes null for what is not there; Viber wants the field left out.
    const own = Object.fromEntries(Object.entries(body.toJson()).filter(([, value]) => value !== null && value !== undefined));
    // A picture's text "can be an empty string if irrelevant", but has to be there.
    if (own["type"] === "picture") own["text"] ??= "";
    return { receiver: to.value, min_api_version: 1, sender: senderOf(config), ...own, ...(body.keyboard === null ? {} : { keyboard: body.keyboard }) };
  });
}

/** The answer to `conversation_started`: one message to somebody who has not subscribed yet (creators.viber.com, "The welcome message"). */
export const toWelcome = (greeting: string, config: ViberConfig): Record<string, unknown> => ({
  sender: senderOf(config),
  ...new TextMessage(greeting).toJson(),
});

const senderOf = ({ senderName, senderAvatar }: ViberConfig): Record<string, string> => ({
  name: senderName,
  ...(senderAvatar === "" ? {} : { avatar: senderAvatar }),
});

function withFile(file: OutboundFile, text: string, keyboard: object | null, link: Link): InstanceType<typeof TextMessage>[] {
  if (file.bytes === 0) throw new ChannelError("rejected", `The file ${file.name} is empty.`);
  if (file.bytes > FILE_BYTES) throw new ChannelError("rejected", `The file ${file.name} is larger than 50 MB.`);
  const mime = file.mime.toLowerCase().split(";")[0]?.trim() ?? "";
  const before = text.trim() === "" ? [] : [new TextMessage(text)];
  if ((mime === "image/jpeg" || mime === "image/png") && file.bytes <= PICTURE_BYTES) {
    const url = link(named(file.name, mime === "image/png" ? [".png"] : [".jpg", ".jpeg"]));
    return text.length <= CAPTION_LENGTH ? [new PictureMessage(url, text, null, keyboard)] : [...before, new PictureMessage(url, "", null, keyboard)];
  }
  if (mime === "video/mp4" && file.bytes <= VIDEO_BYTES)
    return [...before, new VideoMessage(link(named(file.name, [".mp4"])), file.bytes, null, null, null, keyboard)];
  const name = shortName(file.name);
  return [...before, new FileMessage(link(name), file.bytes, name, keyboard)];
}

/** "The URL must have a resource with a .jpeg, .png … file extension as the last path segment." */
const named = (name: string, endings: string[]): string =>
  endings.some((ending) => name.toLowerCase().endsWith(ending)) ? shortName(name) : `${shortName(name)}${endings[0]}`;

/** The end of a long name stays: it says what the file is. */
const shortName = (name: string): string => (name.trim() === "" ? "file" : wellFormed(name.slice(-(FILE_NAME_LENGTH - 10))));

/** Ready answers below the chat (developers.viber.com, "Keyboards"): a touch sends the text as the customer's own message. */
function keyboardOf(answers: readonly string[]): object | null {
  if (answers.length === 0) return null;
  if (answers.length > QUICK_ANSWERS.count) throw new ChannelError("rejected", `Viber shows at most ${QUICK_ANSWERS.count} ready answers.`);
  if (answers.some((answer) => answer.trim() === "" || answer.length > QUICK_ANSWERS.length))
    throw new ChannelError("rejected", `A ready answer has 1 to ${QUICK_ANSWERS.length} characters.`);
  return {
    Type: "keyboard",
    DefaultHeight: false,
    Buttons: answers.map((answer) => ({ Columns: 6, Rows: 1, ActionType: "reply", ActionBody: answer, Text: escapeHtml(answer), TextSize: "regular" })),
  };
}

/** Buttons show HTML. */
const escapeHtml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
