import type { MessageReceived, RemoteFile } from "@kommutator/contract/channel";
import { withPreview } from "@kommutator/contract/preview";
import type { Said } from "./payload.ts";

type Content = Pick<MessageReceived, "text" | "files" | "claims">;

/**
 * What an agent sees of each kind of message (developers.viber.com, "Receive message from user"). What has no words of the customer's is
 * told by signs, as in the other messengers: the adapter does not know in which language the agent reads.
 */
export function contentOf(said: Said, senderName: string | undefined): Content {
  const text = said.text ?? "";
  switch (said.type) {
    case "text":
      return { text };
    case "picture":
      return withFile(text, said, "picture.jpg", "image/jpeg");
    case "video":
      return withFile(text, said, "video.mp4", "video/mp4");
    case "file":
      return withFile(text, said, "file", "application/octet-stream");
    case "sticker":
      // Newer Vibers send the sticker's picture along.
      return sticker(said);
    case "url":
      return { text: [text, said.media].filter((part) => part !== undefined && part !== "" && part !== text).join("\n") || text };
    case "location":
      return { text: locationText(said.location) };
    case "contact":
      return contact(said.contact, senderName);
    default:
      return { text: [`❓ Viber: ${said.type}`, said.alt_text ?? text].filter((part) => part !== "").join("\n") };
  }
}

/** Such a message is nothing without its file; one whose address Viber does not say is at least seen to have been there. */
function withFile(text: string, said: Said, fallbackName: string, fallbackMime: string): Content {
  const file = remoteFile(said, fallbackName, fallbackMime);
  if (file !== null) return { text, files: [file] };
  return { text: [`📎 ${said.file_name ?? "?"}`, text].filter((part) => part !== "").join("\n") };
}

/** Newer Vibers send the sticker's picture along; of the others the number in Viber's shop is all that is known. */
function sticker(said: Said): Content {
  const file = remoteFile(said, "sticker.png", "image/png");
  if (file !== null) return { text: "", files: [file] };
  return { text: `🎟 ${said.sticker_id ?? "?"}` };
}

/** Types by the ending of a name; Viber says none. */
const MIMES: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  zip: "application/zip",
  txt: "text/plain",
  csv: "text/csv",
};

function remoteFile(said: Said, fallbackName: string, fallbackMime: string): RemoteFile | null {
  if (said.media === undefined || !URL.canParse(said.media)) return null;
  const path = new URL(said.media).pathname.split("/").at(-1) ?? "";
  // The names of Viber's own pictures and videos are hashes: only their ending says something.
  const ending = /\.([a-z0-9]{1,5})$/i.exec(said.file_name ?? path)?.[1]?.toLowerCase();
  const bytes = said.file_size ?? said.size ?? 0;
  const name = said.file_name === undefined ? withEnding(fallbackName, ending) : plainName(said.file_name, fallbackName);
  return {
    name,
    mime: (ending === undefined ? undefined : MIMES[ending]) ?? fallbackMime,
    fileKey: withPreview(said.media, said.thumbnail),
    ...(bytes === 0 ? {} : { bytes }),
    ...(said.duration === undefined ? {} : { durationMs: Math.round(said.duration * 1_000) }),
  };
}

const withEnding = (name: string, ending: string | undefined): string =>
  ending === undefined || MIMES[ending] === undefined ? name : `${name.replace(/\.[^.]*$/, "")}.${ending}`;

/** A file's name without a path or control characters, of at most 200 characters. */
function plainName(name: string, fallback: string): string {
  const plain = (name.split(/[\\/]/).at(-1) ?? "").replace(/\p{Cc}/gu, "").trim();
  return plain === "" || plain === "." || plain === ".." ? fallback : plain.slice(-200);
}

function locationText(location: Said["location"]): string {
  if (location === undefined) return "📍 ?";
  const { lat, lon, address } = location;
  return [`📍 ${lat}, ${lon}`, address, `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}`].filter((line) => line !== undefined).join("\n");
}

/** Names that Viber shows for who hides his own (developers.viber.com, "User names and photos"). */
const HIDDEN = /^(subscriber|viber user)$/i;

/**
 * A shared contact. Viber does not say whose it is, so the number is never proven; it is claimed as the sender's own only when
 * the card bears his name or none: somebody else's card must not become his number.
 */
function contact(card: Said["contact"], senderName: string | undefined): Content {
  if (card?.phone_number === undefined) return { text: `👤 ${card?.name ?? "?"}` };
  const { name, phone_number: phone } = card;
  const own = name === undefined || senderName === undefined || HIDDEN.test(senderName) || fold(name) === fold(senderName);
  return {
    text: `👤 ${[name, phone].filter((part) => part !== undefined).join(": ")}`,
    ...(own ? { claims: { phone, ...(name === undefined ? {} : { name }) } } : {}),
  };
}

const fold = (name: string): string => name.normalize("NFKC").replace(/\s+/g, " ").trim().toLocaleLowerCase();
