import { ChannelError, type Commands, type OutboundFile } from "@kommutator/contract/channel";
import type { Thread } from "./thread.ts";

/** core.telegram.org/bots/api#sendmessage, #sendphoto, #senddocument, #sendmediagroup. */
export const MAX_TEXT = 4_096;
export const MAX_CAPTION = 1_024;
export const MAX_FILE_BYTES = 50 * 1024 * 1024;
const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
const MAX_ALBUM = 10;
export const MAX_FILES = 10;

/** One request to the Bot API; `files` are uploaded with it, in the order of `media` or as the field that `upload` names. */
export interface Step {
  method: string;
  payload: Record<string, unknown>;
  upload?: string;
  files: OutboundFile[];
}

/** What a file is sent as. Albums mix photos and videos; audio and documents stay among themselves; the rest goes alone. */
interface Kind {
  method: string;
  field: "photo" | "video" | "audio" | "document" | "animation" | "voice";
  album: "seen" | "audio" | "document" | null;
}
const DOCUMENT: Kind = { method: "sendDocument", field: "document", album: "document" };

/** By MIME type and size; whatever Telegram would not show is a document. */
function kindOf(file: OutboundFile): Kind {
  const mime = file.mime.toLowerCase().split(";")[0]?.trim() ?? "";
  if (/^image\/(jpeg|png)$/.test(mime) && file.bytes <= MAX_PHOTO_BYTES) return { method: "sendPhoto", field: "photo", album: "seen" };
  if (mime === "image/gif") return { method: "sendAnimation", field: "animation", album: null };
  if (mime === "video/mp4") return { method: "sendVideo", field: "video", album: "seen" };
  if (/^audio\/(mpeg|mp4|x-m4a)$/.test(mime)) return { method: "sendAudio", field: "audio", album: "audio" };
  if (/^audio\/(ogg|opus)$/.test(mime)) return { method: "sendVoice", field: "voice", album: null };
  return DOCUMENT;
}

/**
 * The requests that bring one message to the customer, in order. Pure; throws `rejected` past Telegram's limits.
 *
 * One file and a text up to 1024 characters are one message; a longer text goes before its files as a message of its own.
 * Neighbouring files that an album can hold together are one album with the text below the first. The key of the whole is the
 * key of the first message: the one that carries the text. Ready answers hang on the last request, and because an album
 * carries none, files that come with ready answers go one by one. Every message without ready answers takes the keyboard of
 * an earlier one away, except an album, which cannot.
 */
export function toRequests(command: Commands["message.send"], thread: Thread): Step[] {
  const { text, files, quickAnswers = [], replyTo } = command;
  if (text.length > MAX_TEXT) throw new ChannelError("rejected", `The text is longer than ${MAX_TEXT} characters`);
  if (files.length > MAX_FILES) throw new ChannelError("rejected", `Telegram takes up to ${MAX_FILES} files at a time`);
  if (files.some((file) => file.bytes > MAX_FILE_BYTES)) throw new ChannelError("rejected", "A file is larger than the 50 MB that a bot may send");
  if (text.trim() === "" && files.length === 0) throw new ChannelError("rejected", "There is nothing to send: the text is empty");

  const address = {
    chat_id: thread.chatId,
    ...(thread.businessConnectionId === undefined ? {} : { business_connection_id: thread.businessConnectionId }),
  };
  const alone = text.trim() !== "" && (files.length === 0 || text.length > MAX_CAPTION);
  const steps: Step[] = alone ? [{ method: "sendMessage", payload: { ...address, text }, files: [] }] : [];
  let caption = alone || text.trim() === "" ? undefined : text;
  for (const run of runsOf(files, quickAnswers.length > 0)) {
    steps.push(fileStep(run, address, caption));
    caption = undefined;
  }
  const [first] = steps;
  // A number that is no message of theirs cannot be answered; the message itself must go all the same.
  if (first !== undefined && replyTo !== undefined && /^\d{1,15}$/.test(replyTo))
    first.payload["reply_parameters"] = { message_id: Number(replyTo), allow_sending_without_reply: true };
  // Business accounts show no keyboards (core.telegram.org/bots/api#sendmessage, reply_markup).
  const last = steps.at(-1);
  if (last !== undefined && last.method !== "sendMediaGroup" && thread.businessConnectionId === undefined)
    last.payload["reply_markup"] = keyboard(quickAnswers);
  return steps;
}

/** Files in their order, cut into what one request takes. */
function runsOf(files: OutboundFile[], oneByOne: boolean): { kind: Kind; file: OutboundFile }[][] {
  const runs: { kind: Kind; file: OutboundFile }[][] = [];
  for (const file of files) {
    const kind = kindOf(file);
    const run = runs.at(-1);
    const joins = !oneByOne && run !== undefined && kind.album !== null && run[0]?.kind.album === kind.album && run.length < MAX_ALBUM;
    if (joins) run.push({ kind, file });
    else runs.push([{ kind, file }]);
  }
  return runs;
}

function fileStep(run: { kind: Kind; file: OutboundFile }[], address: Record<string, unknown>, caption: string | undefined): Step {
  const files = run.map(({ file }) => file);
  const [first] = run;
  if (run.length === 1 && first !== undefined) {
    const { method, field } = first.kind;
    return { method, payload: { ...address, ...(caption === undefined ? {} : { caption }) }, upload: field, files };
  }
  const media = run.map(({ kind }, index) => ({ type: kind.field, ...(index === 0 && caption !== undefined ? { caption } : {}) }));
  return { method: "sendMediaGroup", payload: { ...address, media }, files };
}

const keyboard = (answers: string[]): object =>
  answers.length === 0 ? { remove_keyboard: true } : { keyboard: answers.map((text) => [{ text }]), one_time_keyboard: true, resize_keyboard: true };

/** A picture that Telegram cannot process as a photo (too long and thin, a format of its own) still goes as a document. */
export function asDocument(step: Step): Step | null {
  return step.method === "sendPhoto" ? { ...step, method: DOCUMENT.method, upload: DOCUMENT.field } : null;
}

/** A file name that cannot break out of the header of its part (RFC 7578, 4.2). */
export const safeName = (name: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const safe = name.replace(/[\u0000-\u001f\u007f"\\/]+/g, "_").trim();
  return safe === "" ? "file" : safe.slice(-200);
};
