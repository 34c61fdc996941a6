import { createHash } from "node:crypto";
import { ChannelError, type ChannelLimits, type Commands } from "@kommutator/contract/channel";
import { Keyboard, type Params } from "vk-io";

/**
 * `messages.send` takes up to 9000 characters by its page, but refuses what is longer than its own clients allow (4096) with
 * error 914; files: ten a message, photos up to 50 MB, documents up to 200 MB (dev.vk.com/method/messages.send,
 * .../api/upload). We stay at 50 MB for every file: each is held in memory while it goes up.
 */
export const vkLimits: ChannelLimits = {
  textLength: 4_096,
  attachmentBytes: 50 * 1024 * 1024,
  replyWindowMs: null,
  canStart: false,
  // "Any, except MP3 and executable files" (dev.vk.com/api/upload/document-in-profile).
  attachments: { count: 10, refused: ["mp3", "exe", "msi", "bat", "cmd", "com", "scr", "pif", "cpl", "jar", "apk", "vbs", "js", "ps1", "sh", "dll"] },
  replies: true,
  // A keyboard has ten rows, a label 40 characters (dev.vk.com/api/bots/development/keyboard).
  quickAnswers: { count: 10, length: 40 },
};

/**
 * The number by which VK recognises a repeated request: 31 bits of a hash of the command's id, never 0, which would mean "do
 * not check". It counts per recipient, so that two commands meet in it once in two thousand million messages.
 */
export function randomIdOf(commandId: string): number {
  const bits = createHash("sha256").update(commandId).digest().readUInt32BE(0) & 0x7fffffff;
  return bits === 0 ? 1 : bits;
}

/** What must be true before anything is sent. Throws ChannelError `rejected` in words. */
export function check(command: Commands["message.send"]): void {
  if (peerOf(command.threadKey) === null) throw new ChannelError("rejected", "This dialog has no VK user to write to");
  if (command.text.trim() === "" && command.files.length === 0) throw new ChannelError("rejected", "VK takes no empty message");
  if (command.text.length > vkLimits.textLength) throw new ChannelError("rejected", `The text is longer than ${vkLimits.textLength} characters`);
  if (command.files.length > 10) throw new ChannelError("rejected", "VK takes at most 10 files in one message");
  const tooBig = command.files.find((file) => file.bytes > vkLimits.attachmentBytes);
  if (tooBig !== undefined) throw new ChannelError("rejected", `"${tooBig.name}" is larger than 50 MB`);
  const refused = command.files.find((file) => vkLimits.attachments?.refused?.some((ending) => file.name.toLowerCase().endsWith(`.${ending}`)));
  if (refused !== undefined) throw new ChannelError("rejected", `VK takes no MP3 and no executable files: "${refused.name}"`);
  const long = command.quickAnswers?.find((answer) => answer.length > 40);
  if (long !== undefined) throw new ChannelError("rejected", `A ready answer is longer than 40 characters: "${long}"`);
  if ((command.quickAnswers?.length ?? 0) > 10) throw new ChannelError("rejected", "VK shows at most 10 ready answers");
}

/**
 * Parameters of `messages.send`. With `peer_ids` the answer carries conversation_message_id, the one number that the
 * message's echo and its edits carry too; `attachments` are the names that the upload gave.
 */
export function toSend(command: Commands["message.send"], attachments: readonly string[]): Params.MessagesSendParams {
  const peerId = peerOf(command.threadKey) as number;
  const answered = conversationMessageIdOf(command.replyTo, peerId);
  return {
    peer_ids: peerId,
    random_id: randomIdOf(command.id),
    ...(command.text.trim() === "" ? {} : { message: command.text }),
    ...(attachments.length === 0 ? {} : { attachment: attachments.join(",") }),
    // A community knows its partner's messages by their number in the conversation alone: `reply_to` wants another one.
    ...(answered === null ? {} : { forward: JSON.stringify({ peer_id: peerId, conversation_message_ids: [answered], is_reply: true }) }),
    ...(command.quickAnswers === undefined || command.quickAnswers.length === 0 ? {} : { keyboard: keyboardOf(command.quickAnswers) }),
  };
}

/** One button a row, gone after it was pressed. */
function keyboardOf(answers: readonly string[]): string {
  const builder = Keyboard.builder().oneTime();
  for (const [index, label] of answers.entries()) builder.textButton({ label, payload: { answer: index } }).row();
  return String(builder);
}

/** Which kind of upload a file takes. */
export function uploadKind(file: { name: string; mime: string }): "photo" | "audio_message" | "doc" {
  const mime = file.mime.split(";")[0]?.trim().toLowerCase();
  if (mime === "image/jpeg" || mime === "image/png") return "photo";
  // Voice messages are OGG with Opus (dev.vk.com/api/upload: audio message).
  if (mime === "audio/ogg" || mime === "audio/opus") return "audio_message";
  return "doc";
}

/** The user a thread is with, or null. */
export const peerOf = (threadKey: string): number | null => (/^[1-9]\d{0,11}$/.test(threadKey) ? Number(threadKey) : null);

function conversationMessageIdOf(messageKey: string | undefined, peerId: number): number | null {
  const found = /^(\d+)_(\d+)$/.exec(messageKey ?? "");
  return found !== null && Number(found[1]) === peerId ? Number(found[2]) : null;
}
