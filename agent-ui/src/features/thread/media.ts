import type { Attachment } from "@kommutator/contract/api/dialogs";

export type MediaKind = "image" | "sticker" | "voice" | "audio" | "video" | "document";

/** Pictures a browser shows by itself; SVG is a document, because it can carry script. */
const PICTURE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

/** "sticker.png", "sticker-7.webp", "sticker9046.png": as the adapters call them. */
const STICKER = /^sticker(?![a-z])/i;

/** How a file is shown, from its type and not from its name, which is the sender's; only a sticker is told by it. */
export function mediaKindOf(file: Pick<Attachment, "mime" | "name" | "voice">): MediaKind {
  const mime = (file.mime.split(";")[0] ?? "").trim().toLowerCase();
  if (PICTURE.test(mime)) return STICKER.test(file.name) ? "sticker" : "image";
  if (mime.startsWith("audio/")) return file.voice ? "voice" : "audio";
  if (file.voice && mime === "application/ogg") return "voice";
  if (mime.startsWith("video/")) return STICKER.test(file.name) ? "sticker" : "video";
  return "document";
}

/** A picture above this size that has no small one beside it is loaded when somebody asks for it. */
const LOADED_BYTES = 2 * 1024 * 1024;

/** What stands in a picture's place: the small one of its provider, the picture itself, or a button that shows it. */
export const placeOf = (file: Pick<Attachment, "bytes" | "preview">): "preview" | "whole" | "button" =>
  file.preview ? "preview" : file.bytes <= LOADED_BYTES ? "whole" : "button";

/** Names that an office computer runs when they are opened. */
const PROGRAM = /\.(exe|msi|com|scr|pif|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|lnk|reg|cpl|apk|dmg|pkg|iso|img)$/i;

/** Whether opening the file would start it: said beside it, for it came from outside. */
export const isProgram = (file: Pick<Attachment, "name" | "mime">): boolean =>
  PROGRAM.test(file.name.trim()) || /^application\/(x-msdownload|x-msdos-program|vnd\.microsoft\.portable-executable|x-sh)\b/i.test(file.mime);

/** A picture of the thread, as the lightbox walks through them. */
export interface Picture {
  blobId: string;
  name: string;
  bytes: number;
  at: string;
}

/** All pictures of the loaded messages, in the thread's order. */
export function picturesOf(messages: readonly { at: string; deletedAt: string | null; attachments: readonly Attachment[] }[]): Picture[] {
  return messages.flatMap((message) =>
    message.deletedAt !== null
      ? []
      : message.attachments.flatMap((file) =>
          file.state === "stored" && file.blobId !== null && mediaKindOf(file) === "image"
            ? [{ blobId: file.blobId, name: file.name, bytes: file.bytes, at: message.at }]
            : [],
        ),
  );
}

/** Links that point at a place on a map: shown with a pin. */
export const isPlace = (link: string): boolean =>
  /^https:\/\/((maps\.google\.com|maps\.apple\.com|(www\.)?openstreetmap\.org)[/?]|(www\.)?google\.com\/maps|(maps\.)?yandex\.(ru|kz|com)\/maps|2gis\.(ru|kz)\/)/i.test(
    link,
  );
