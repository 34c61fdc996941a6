import type { RemoteFile } from "@kommutator/contract/channel";
import { sizeForThread, withPreview } from "@kommutator/contract/preview";
import { either, int, type Loose, list, obj, str } from "./loose.ts";

/** What the attachments of a message come to: files to fetch, and lines to read for what has no file. */
export interface Attached {
  files: RemoteFile[];
  lines: string[];
}

const SITE = "https://vk.com";
/** A message carries ten attachments, forwarded ones theirs besides; more is a flood. */
const MAX_FILES = 30;

/** Attachments of a message and its place (dev.vk.com/reference/objects/attachments-message, .../objects/geo). */
export function attached(message: Loose): Attached {
  const result: Attached = { files: [], lines: [] };
  for (const attachment of list(message["attachments"])) {
    const type = str(attachment["type"]);
    const item = obj(attachment[type]);
    const read = READERS[type];
    const found = read === undefined ? { line: `[${type.slice(0, 40) || "?"}]` } : read(item);
    if (found.file !== undefined && result.files.length < MAX_FILES) result.files.push(found.file);
    if (found.line !== undefined && found.line !== "") result.lines.push(found.line.slice(0, 2_000));
  }
  const place = placeOf(obj(message["geo"]));
  if (place !== "") result.lines.push(place);
  return result;
}

interface Found {
  file?: RemoteFile | undefined;
  line?: string | undefined;
}

const READERS: Record<string, (item: Loose) => Found> = {
  photo: (photo) =>
    fileOr(
      largest([obj(photo["orig_photo"]), ...list(photo["sizes"])]),
      { name: `photo${idOf(photo)}.jpg`, mime: "image/jpeg" },
      smallOf(list(photo["sizes"])),
    ),
  doc: (doc) => {
    const extension = str(doc["ext"])
      .toLowerCase()
      .replace(/[^a-z0-9]/g, "");
    const title = either(doc["title"], `doc${idOf(doc)}`)
      .replace(/[\n\t/\\]/g, " ")
      .slice(0, 180);
    const name = extension === "" || title.toLowerCase().endsWith(`.${extension}`) ? title : `${title}.${extension}`;
    const mime = MIMES[extension] ?? "application/octet-stream";
    // Only pictures and films have a place in the thread.
    const small = /^(image|video)\//.test(mime) ? smallOf(list(obj(obj(doc["preview"])["photo"])["sizes"])) : undefined;
    return fileOr(str(doc["url"]), { name, mime, bytes: int(doc["size"]) }, small);
  },
  audio_message: (voice) => {
    const ogg = str(voice["link_ogg"]);
    const seconds = int(voice["duration"]);
    const heard = str(voice["transcript_state"]) === "done" ? str(voice["transcript"]).trim() : "";
    const format = ogg !== "" ? { name: `voice${idOf(voice)}.ogg`, mime: "audio/ogg" } : { name: `voice${idOf(voice)}.mp3`, mime: "audio/mpeg" };
    const found = fileOr(ogg !== "" ? ogg : str(voice["link_mp3"]), {
      ...format,
      voice: true,
      durationMs: seconds === undefined ? undefined : seconds * 1_000,
    });
    // What VK has understood of it, to be read and found.
    return heard === "" ? found : { ...found, line: [found.line, `🎙 ${heard}`].filter((part) => part !== undefined).join("\n") };
  },
  sticker: (sticker) => {
    const images = [...list(sticker["images"]), ...list(sticker["images_with_background"])].filter((image) => (int(image["width"]) ?? 0) <= 256);
    const picture = largest(images);
    // Since 5.190 there are none (dev.vk.com/reference/objects/sticker): its number is all that is told.
    if (picture === "") return { line: `🎟 ${int(sticker["sticker_id"]) ?? "?"}` };
    return fileOr(picture, { name: `sticker${int(sticker["sticker_id"]) ?? ""}.png`, mime: "image/png" });
  },
  graffiti: (graffiti) => fileOr(str(graffiti["url"]), { name: `graffiti${idOf(graffiti)}.png`, mime: "image/png" }),
  gift: (gift) => fileOr(either(gift["thumb_256"], gift["thumb_96"]), { name: `gift${int(gift["id"]) ?? ""}.png`, mime: "image/png" }),
  audio: (audio) => ({ line: `🎵 ${piece(audio)}` }),
  podcast: (podcast) => ({ line: titled("🎵", piece(podcast), `${SITE}/podcast${idOf(podcast)}`) }),
  audio_playlist: (playlist) => ({ line: titled("🎵", str(playlist["title"]), `${SITE}/music/playlist/${idOf(playlist)}`) }),
  money_transfer: (money) => ({ line: ["💰", str(obj(money["amount"])["text"]), str(money["comment"])].filter((part) => part !== "").join(" ") }),
  money_request: (money) => ({ line: ["💰", str(obj(money["amount"])["text"]), "?"].filter((part) => part !== "").join(" ") }),
  // The player's page: VK gives bots no address of the video itself.
  video: (video) => ({ line: titled("🎬", str(video["title"]), `${SITE}/video${idOf(video)}`) }),
  link: (link) => ({ line: titled("🔗", str(link["title"]), str(link["url"])) }),
  wall: (post) => ({
    line: titled(
      "📰",
      str(post["text"]).slice(0, 300),
      `${SITE}/wall${int(post["owner_id"]) ?? int(post["to_id"]) ?? int(post["from_id"]) ?? ""}_${int(post["id"]) ?? ""}`,
    ),
  }),
  wall_reply: (reply) => ({
    line: titled(
      "💬",
      str(reply["text"]).slice(0, 300),
      `${SITE}/wall${int(reply["owner_id"]) ?? ""}_${int(reply["post_id"]) ?? ""}?reply=${int(reply["id"]) ?? ""}`,
    ),
  }),
  market: (item) => ({
    line: titled("🛒", [str(item["title"]), str(obj(item["price"])["text"])].filter((part) => part !== "").join(", "), `${SITE}/market?w=product${idOf(item)}`),
  }),
  market_album: (album) => ({ line: titled("🛒", str(album["title"]), `${SITE}/market?section=album_${int(album["id"]) ?? ""}`) }),
  poll: (poll) => ({ line: titled("📊", str(poll["question"]), `${SITE}/poll${idOf(poll)}`) }),
  story: (story) => ({ line: titled("📷", "", `${SITE}/story${idOf(story)}`) }),
  call: () => ({ line: "📞" }),
};

const piece = (item: Loose): string => [str(item["artist"]), str(item["title"])].filter((part) => part !== "").join(" – ");
const idOf = (item: Loose): string => `${int(item["owner_id"]) ?? ""}_${int(item["id"]) ?? ""}`;
const titled = (sign: string, title: string, url: string): string => [`${sign} ${title}`.trim(), url].filter((part) => part !== "").join("\n");

/** The file, or a word for it when VK gives no address (deleted, or shown in VK only). */
function fileOr(address: string, file: Omit<RemoteFile, "fileKey">, small?: string): Found {
  if (!/^https?:\/\//.test(address)) return { line: `[${file.name}]` };
  return { file: { ...file, fileKey: withPreview(address, small) } };
}

/** Address of the size of a picture that a thread shows; copies in a frame of VK's (o, p, q, r) are cut. */
const smallOf = (sizes: Loose[]): string | undefined =>
  sizeForThread(
    sizes.flatMap((size) => {
      const url = either(size["url"], size["src"]);
      const width = int(size["width"]) ?? 0;
      return url === "" || width === 0 || /^[opqr]$/.test(str(size["type"])) ? [] : [{ url, width }];
    }),
  )?.url;

/** Address of the largest of several pictures; the letters of `type` say less than the measures. */
function largest(pictures: Loose[]): string {
  let best = "";
  let area = -1;
  for (const picture of pictures) {
    const url = either(picture["url"], picture["src"]);
    const size = (int(picture["width"]) ?? 0) * (int(picture["height"]) ?? 0);
    if (url !== "" && size > area) [best, area] = [url, size];
  }
  return best;
}

/** A place as words and a map that needs no key. */
function placeOf(geo: Loose): string {
  const { latitude, longitude } = obj(geo["coordinates"]);
  if (typeof latitude !== "number" || typeof longitude !== "number" || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return "";
  const title = either(obj(geo["place"])["title"], `${latitude}, ${longitude}`);
  return titled("📍", title, `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`);
}

const MIMES: Record<string, string> = {
  pdf: "application/pdf",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  txt: "text/plain",
  csv: "text/csv",
  zip: "application/zip",
  rar: "application/vnd.rar",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
};
