import { ChannelError, type Commands, type Results } from "@kommutator/contract/channel";
import { fetchFile } from "@kommutator/contract/fetch-file";
import { fetchWithPreview } from "@kommutator/contract/preview";
import type { BotApi } from "./bot-api.ts";
import type { TelegramConfig } from "./config.ts";
import { MAX_FETCH_BYTES } from "./content.ts";
import { megabytes } from "./readable.ts";

/** For the whole file. Telegram's links live for an hour, and a new one is asked for each time. */
const DOWNLOAD_MS = 120_000;

/** Telegram's file server says application/octet-stream of everything; the path it gives has a true extension. */
const MIMES: Record<string, string> = {
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  webm: "video/webm",
  tgs: "application/x-tgsticker",
  mp4: "video/mp4",
  oga: "audio/ogg",
  ogg: "audio/ogg",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  pdf: "application/pdf",
};

/**
 * The bytes of a file: getFile says where it lies, and it is fetched from there, from the configured host alone
 * (core.telegram.org/bots/api#getfile). Throws a ChannelError that never names the address, because the address holds the token.
 */
export const fetchMedia = (api: BotApi, config: TelegramConfig, command: Commands["media.fetch"]): Promise<Results["media.fetch"]> =>
  fetchWithPreview(command, (one) => fetchOne(api, config, one));

async function fetchOne(api: BotApi, config: TelegramConfig, command: Commands["media.fetch"]): Promise<Results["media.fetch"]> {
  const maxBytes = Math.min(command.maxBytes, MAX_FETCH_BYTES);
  const file = await api.call<{ file_path?: unknown; file_size?: unknown }>("getFile", { file_id: command.fileKey });
  if (typeof file?.file_size === "number" && file.file_size > maxBytes) throw new ChannelError("rejected", `The file is larger than ${megabytes(maxBytes)}`);
  const path = file?.file_path;
  if (typeof path !== "string" || path === "") throw new ChannelError("unreachable", "Telegram does not say where the file lies");
  const root = `/file/bot${config.token}/`;
  const url = new URL(`${root}${path.split("/").map(encodeURIComponent).join("/")}`, config.apiUrl);
  // A Bot API server in --local mode answers with a path on its own disk.
  if (path.startsWith("/") || !url.pathname.startsWith(root)) throw new ChannelError("rejected", "The file does not lie on Telegram's file server");
  const allowed = { domains: [], configured: [config.apiUrl] };
  const { bytes } = await fetchFile(url.href, { provider: "Telegram", allowed, maxBytes, timeoutMs: DOWNLOAD_MS, signal: api.closed });
  return { bytes, mime: MIMES[path.split(".").at(-1)?.toLowerCase() ?? ""] ?? "application/octet-stream" };
}
