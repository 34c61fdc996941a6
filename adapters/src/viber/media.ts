import type { Commands, Results } from "@kommutator/contract/channel";
import { fetchFile } from "@kommutator/contract/fetch-file";
import { fetchWithPreview } from "@kommutator/contract/preview";
import type { ViberConfig } from "./config.ts";

const FETCH_TIMEOUT_MS = 120_000;

/**
 * Performs `media.fetch`: the bytes at the address that Viber gave for a customer's file. Only from the hosts that the channel's
 * settings name (Viber's and the API's own); `rejected` for everything else, for a file that is gone (Viber keeps files for
 * a limited time) and for one above `maxBytes`.
 */
export function fetchMedia(command: Commands["media.fetch"], config: ViberConfig, signal: AbortSignal): Promise<Results["media.fetch"]> {
  const allowed = { domains: config.mediaHosts, configured: [config.apiUrl] };
  return fetchWithPreview(command, ({ fileKey, maxBytes }) =>
    fetchFile(fileKey, { provider: "Viber", allowed, maxBytes, timeoutMs: FETCH_TIMEOUT_MS, signal }),
  );
}
