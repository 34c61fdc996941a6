/**
 * What the first bytes of a file say it is: the signatures of the kinds that a browser may show inside a page (a subset of the WHATWG
 * MIME Sniffing tables, section 6). Null: none of them.
 */
export function sniff(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 32));
  const ascii = head.toString("latin1");
  if (ascii.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (ascii.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(ascii)) return "image/gif";
  if (ascii.startsWith("RIFF")) return { WEBP: "image/webp", WAVE: "audio/wav" }[ascii.slice(8, 12)] ?? null;
  if (ascii.startsWith("OggS")) return "audio/ogg";
  if (ascii.startsWith("ID3")) return "audio/mpeg";
  if (ascii.startsWith("\x1aE\xdf\xa3")) return "video/webm";
  if (ascii.slice(4, 8) === "ftyp") return /^M4[AB]/.test(ascii.slice(8, 12)) ? "audio/mp4" : "video/mp4";
  // MPEG audio frame: eleven bits of sync, layer III; ADTS (AAC): twelve bits of sync, layer 0.
  const [first = 0, second = 0] = head;
  if (first === 0xff && (second & 0xf6) === 0xf0) return "audio/aac";
  if (first === 0xff && (second & 0xe6) === 0xe2) return "audio/mpeg";
  return null;
}

/** Kinds whose containers are the same: a voice note in Ogg or WebM may be declared as either. */
const FAMILY: Record<string, string> = {
  "audio/ogg": "ogg",
  "video/ogg": "ogg",
  "application/ogg": "ogg",
  "audio/webm": "webm",
  "video/webm": "webm",
  "audio/mp4": "mp4",
  "video/mp4": "mp4",
  "audio/x-m4a": "mp4",
  "audio/m4a": "mp4",
  "video/quicktime": "mp4",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/wave": "wav",
  "audio/mpeg": "mp3",
  "audio/mp3": "mp3",
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
};
/** Shown inside a page: pictures without script (no SVG), audio, video. Everything else is a download. */
const SHOWN = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "audio/ogg",
  "audio/webm",
  "audio/mp4",
  "audio/mpeg",
  "audio/aac",
  "audio/wav",
  "video/mp4",
  "video/webm",
]);

/** The type under which these bytes may be shown in a page, or null: the declared type and the bytes must agree. */
export function shownAs(declared: string, bytes: Uint8Array): string | null {
  const found = sniff(bytes);
  if (found === null) return null;
  const type = declared.split(";")[0]?.trim().toLowerCase() ?? "";
  const family = (mime: string) => FAMILY[mime] ?? mime;
  if (family(type) !== family(found)) return null;
  return SHOWN.has(type) ? type : found;
}

/** Whether a type promises something to be shown; then its bytes must keep the promise. */
const promises = (mime: string) => /^(image|audio|video)\//.test(mime);

/**
 * The type under which a provider's file is kept. A provider that says nothing useful is helped by the bytes; one that says "image"
 * of what is none gets a plain download.
 */
export function keptType(declared: string, bytes: Uint8Array): string {
  const type = declared.split(";")[0]?.trim().toLowerCase() || "application/octet-stream";
  if (type === "application/octet-stream") return sniff(bytes) ?? type;
  if (!promises(type) || shownAs(type, bytes) !== null) return type;
  const found = sniff(bytes);
  return found !== null && found.split("/")[0] === type.split("/")[0] ? found : "application/octet-stream";
}
