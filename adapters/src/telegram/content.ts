import type { MessageReceived, RemoteFile } from "@kommutator/contract/channel";
import { sizeForThread, withPreview } from "@kommutator/contract/preview";
import { forwardedFrom, megabytes, nameOf, placeText, withLinks, withPlus } from "./readable.ts";
import type { FileInfo, Message } from "./update.ts";

/** Bots cannot fetch more (core.telegram.org/bots/api#getfile). */
export const MAX_FETCH_BYTES = 20 * 1024 * 1024;

export interface Content {
  text: string;
  files: RemoteFile[];
  truncated: boolean;
  proves?: MessageReceived["proves"];
}

/** Service messages that tell an agent nothing: they make no message of ours. */
const SILENT = [
  "pinned_message",
  "message_auto_delete_timer_changed",
  "write_access_allowed",
  "chat_background_set",
  "boost_added",
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_closed",
  "forum_topic_reopened",
  "connected_website",
];

/** Fields that say something about a message without being its content. */
const ABOUT =
  /^(message_|date$|edit_date|chat$|from$|sender_|receiver_|author_|business_|text$|entities|caption|reply_|quote$|external_reply|forward_|via_bot|media_group_id|has_|is_|show_|link_preview|effect_id|paid_star_count|direct_messages_topic|guest_|ephemeral_)/;

/** What a message says, in words and files; null when it says nothing to an agent. */
export function contentOf(message: Message): Content | null {
  if (SILENT.some((kind) => message[kind] !== undefined)) return null;
  const words = withLinks(message.text ?? message.caption ?? "", message.entities ?? message.caption_entities ?? []);
  const { contact } = message;
  const file = fileOf(message);
  const fits = file === null || (file.bytes ?? 0) <= MAX_FETCH_BYTES;
  const lines = [forwardedFrom(message), words, ...otherWords(message), fits ? null : `📎 ${file.name} (${megabytes(file.bytes ?? 0)})`].filter(
    (line) => line !== null && line !== "",
  );
  if (lines.length === 0 && file === null) lines.push(unknownKind(message));
  // The number of somebody else proves nothing about the writer.
  const own = contact && contact.user_id != null && contact.user_id === message.from?.id ? contact : null;
  return {
    text: lines.join("\n"),
    files: file !== null && fits ? [file] : [],
    truncated: !fits,
    ...(own === null ? {} : { proves: { phone: withPlus(own.phone_number), name: nameOf(own) } }),
  };
}

/** Content that has no text field of its own, as one line each. Signs instead of words: they need no translation. */
function otherWords(message: Message): string[] {
  const { sticker, contact, venue, location, dice, poll, checklist } = message;
  return [
    sticker?.emoji ?? "",
    contact ? `👤 ${[nameOf(contact), withPlus(contact.phone_number)].filter(Boolean).join(": ")}` : "",
    // A venue carries its location once more beside it, for older bots.
    venue
      ? placeText(venue.location.latitude, venue.location.longitude, [venue.title, venue.address].filter(Boolean).join(", "))
      : location
        ? placeText(location.latitude, location.longitude)
        : "",
    dice ? `${dice.emoji} ${dice.value}` : "",
    poll ? [`📊 ${poll.question}`, ...poll.options.map((option) => `– ${option.text}`)].join("\n") : "",
    checklist ? [`☑ ${checklist.title}`, ...checklist.tasks.map((task) => `– ${task.text}`)].join("\n") : "",
  ];
}

/** Better a strange line than silence: the agent can ask. */
function unknownKind(message: Message): string {
  const kinds = Object.keys(message).filter((key) => !ABOUT.test(key) && message[key] != null);
  return `[Telegram shows something here that cannot be shown in this window: ${kinds.join(", ").slice(0, 200) || "an empty message"}]`;
}

/** The file of a message: Telegram's messages carry one at most. An animation comes with a document that is the same file. */
function fileOf(message: Message): RemoteFile | null {
  const { message_id: id, photo, voice, audio, video, video_note: note, animation, document } = message;
  // A sticker is small as it is.
  const sticker = message.sticker && { ...message.sticker, thumbnail: null };
  const largest = photo?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  if (largest !== undefined) return remote({ ...largest, thumbnail: sizeForThread(photo ?? []) }, `photo-${id}.jpg`, "image/jpeg");
  if (voice) return { ...remote(voice, `voice-${id}.ogg`, "audio/ogg"), voice: true };
  if (audio) return remote(audio, [audio.performer, audio.title].filter(Boolean).join(" – ") || `audio-${id}`, "audio/mpeg");
  if (note) return remote(note, `video-note-${id}.mp4`, "video/mp4");
  if (animation) return remote(animation, `animation-${id}.mp4`, "video/mp4");
  if (video) return remote(video, `video-${id}.mp4`, "video/mp4");
  if (document) return remote(document, `document-${id}`, "application/octet-stream");
  if (sticker?.is_animated) return remote(sticker, `sticker-${id}.tgs`, "application/x-tgsticker");
  if (sticker) return sticker.is_video ? remote(sticker, `sticker-${id}.webm`, "video/webm") : remote(sticker, `sticker-${id}.webp`, "image/webp");
  return null;
}

/** Pictures and films have a place in the thread; sound and documents are shown by their names. */
const hasPlace = (mime: string): boolean => /^(image|video)\//.test(mime);

const EXTENSIONS: Record<string, string> = { "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a", "audio/ogg": ".ogg", "audio/flac": ".flac" };

function remote(info: Pick<FileInfo, "file_id"> & Partial<FileInfo>, fallback: string, mime: string): RemoteFile {
  const type = info.mime_type || mime;
  const name = info.file_name || (fallback.includes(".") && !/^audio/.test(type) ? fallback : `${fallback.replace(/\.ogg$/, "")}${EXTENSIONS[type] ?? ""}`);
  return {
    name,
    mime: type,
    fileKey: withPreview(info.file_id, hasPlace(type) ? info.thumbnail?.file_id : undefined),
    ...(info.file_size == null ? {} : { bytes: info.file_size }),
    ...(info.duration == null ? {} : { durationMs: Math.round(info.duration * 1_000) }),
  };
}
