import type { Commands, Results } from "./channel-command.ts";

/**
 * The small picture that a provider keeps beside a photo, a film or a document. A RemoteFile's key names it after the file
 * itself; `media.fetch` brings both, so that a thread shows the small one and loads the file when somebody opens it.
 */

/** A picture that shows a file in a thread: of this width at least, where the provider has several. */
const PREVIEW_WIDTH = 320;
/** A file up to this size needs none. */
const SMALL_BYTES = 100 * 1024;
const MAX_PREVIEW_BYTES = 1024 * 1024;

/** The key of a file that has a preview. Addresses and ids of files hold no line break. */
export const withPreview = (fileKey: string, previewKey: string | undefined): string =>
  previewKey === undefined || previewKey === "" || previewKey === fileKey ? fileKey : `${fileKey}\n${previewKey}`;

/** Fetches a file and, where its key names one, the preview; a preview that does not come is none, and delays nothing else. */
export async function fetchWithPreview(
  command: Commands["media.fetch"],
  fetch: (command: Commands["media.fetch"]) => Promise<Results["media.fetch"]>,
): Promise<Results["media.fetch"]> {
  const [fileKey = "", previewKey] = command.fileKey.split("\n");
  const file = await fetch({ fileKey, maxBytes: command.maxBytes });
  if (previewKey === undefined || file.bytes.byteLength <= SMALL_BYTES) return file;
  const preview = await fetch({ fileKey: previewKey, maxBytes: MAX_PREVIEW_BYTES }).catch(() => null);
  return preview === null ? file : { ...file, preview: { bytes: preview.bytes, mime: preview.mime } };
}

/** Of several sizes of a picture the one for a thread: the smallest that is wide enough, else the widest; undefined: there is none. */
export function sizeForThread<T extends { width: number }>(sizes: readonly T[]): T | undefined {
  const byWidth = sizes.toSorted((a, b) => a.width - b.width);
  return byWidth.find((size) => size.width >= PREVIEW_WIDTH) ?? byWidth.at(-1);
}
