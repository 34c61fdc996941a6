import { ChannelError } from "./channel.ts";
import { type Answer, exchange, retryAfterMs, TooLarge } from "./net.ts";
import { Refused } from "./private-address.ts";

/**
 * The fetching of a file that a message names, for the adapters. Its address comes from outside, so it may lead to the
 * provider's hosts alone: not elsewhere, not over a redirect, and not to a machine of our own network behind a public name.
 */

/** Hosts that an address from outside may lead to. */
export interface AllowedHosts {
  /** Names of the provider's hosts; `*.name` is every one below it. Only over https, and only when they resolve to public addresses. */
  domains: readonly string[];
  /** Addresses from the channel's configuration: their origin is allowed as it is, even plain and private. */
  configured?: readonly string[];
}

/** Why this address may not be fetched, in words; null when it may. */
export function refusalOf(url: URL, allowed: AllowedHosts): string | null {
  if (isConfigured(url, allowed)) return null;
  if (url.protocol !== "https:") return `${url.protocol}// is not fetched, only https://`;
  if (url.username !== "" || url.password !== "") return "An address with a password in it is not fetched";
  if (url.port !== "") return `port ${url.port} is none of a public server`;
  const host = url.hostname.toLowerCase();
  return isNamed(host, allowed) ? null : `${host} is another host`;
}

const isNamed = (host: string, allowed: AllowedHosts): boolean =>
  allowed.domains.some((domain) => (domain.startsWith("*.") ? host.endsWith(domain.slice(1)) : host === domain));

const isConfigured = (url: URL, allowed: AllowedHosts): boolean =>
  url.username === "" &&
  url.password === "" &&
  (allowed.configured ?? []).some((base) => URL.canParse(base) && new URL(base).origin === url.origin && url.origin !== "null");

export interface FetchFileOptions {
  /** Whose file it is, for the texts: "VK". */
  provider: string;
  allowed: AllowedHosts;
  maxBytes: number;
  /** For the whole of it, redirects included. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
}

const MAX_REDIRECTS = 5;

/**
 * The bytes of a file at one of the allowed hosts. Redirects are followed within them only; a plain http address of a
 * provider's host, as old messages have them, is fetched over https. Throws ChannelError: `rejected` when it may not be
 * fetched, is too large or gone for ever; `rate-limited` and `unreachable` when trying again may help.
 */
export async function fetchFile(address: string, options: FetchFileOptions): Promise<{ bytes: Uint8Array; mime: string; name?: string | undefined }> {
  const { allowed, provider } = options;
  const until = Date.now() + (options.timeoutMs ?? 60_000);
  let next = address;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const url = addressOf(next, allowed);
    const refusal = url === null ? "it is no address" : refusalOf(url, allowed);
    if (url === null || refusal !== null) throw new ChannelError("rejected", `The file's address is none of ${provider}'s, so it is not fetched: ${refusal}`);
    const answer = await exchange(url, {
      timeoutMs: Math.max(1, until - Date.now()),
      maxBytes: options.maxBytes,
      signal: options.signal,
      publicOnly: !isConfigured(url, allowed),
      ...(options.headers === undefined ? {} : { headers: options.headers }),
    }).catch((error: unknown) => {
      throw errorOf(error, provider);
    });
    const location = answer.headers.location;
    if ([301, 302, 303, 307, 308].includes(answer.status) && location !== undefined) {
      next = URL.canParse(location, url) ? new URL(location, url).href : "";
      continue;
    }
    if (answer.status !== 200) throw statusError(answer, provider);
    const name = nameOf(answer.headers["content-disposition"]);
    return { bytes: answer.body, mime: mimeOf(answer.headers["content-type"]), ...(name === undefined ? {} : { name }) };
  }
  throw new ChannelError("rejected", "The file's address leads from one to the next and never to the file");
}

/** The address, over https where the provider's host is named without it. */
function addressOf(address: string, allowed: AllowedHosts): URL | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const plain = url.protocol === "http:" && url.port === "" && !isConfigured(url, allowed) && isNamed(url.hostname, allowed);
  return plain ? new URL(`https:${url.href.slice("http:".length)}`) : url;
}

function statusError(answer: Answer, provider: string): ChannelError {
  const words = `${provider}'s file server answered HTTP ${answer.status}`;
  if (answer.status === 429) return new ChannelError("rate-limited", words, { retryAfterMs: retryAfterMs(answer.headers["retry-after"]) ?? 10_000 });
  if (answer.status >= 500 || answer.status === 408) return new ChannelError("unreachable", words);
  return new ChannelError("rejected", `${words}: the file is gone, it is no longer there`);
}

function errorOf(error: unknown, provider: string): ChannelError {
  if (error instanceof TooLarge)
    return new ChannelError("rejected", `The file is larger than ${Math.round(error.maxBytes / 1024 / 1024)} MB`, { cause: error });
  if (error instanceof Refused) return new ChannelError("rejected", `The file is not fetched: ${error.message}`, { cause: error });
  return new ChannelError("unreachable", `${provider}'s file server cannot be reached: ${(error as Error).message}`, { cause: error });
}

const mimeOf = (header: string | undefined): string => {
  const mime = (header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return /^[\w.+-]+\/[\w.+-]+$/.test(mime) ? mime : "application/octet-stream";
};

/** File name of a Content-Disposition header (RFC 6266): `filename*` before `filename`, never a path. */
function nameOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const extended = /filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(header)?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(header);
  let name = plain?.[1] ?? plain?.[2];
  try {
    if (extended !== undefined) name = decodeURIComponent(extended);
  } catch {
    // badly encoded: the plain one stays
  }
  const last = name?.split(/[\\/]/).at(-1)?.trim();
  return last === undefined || last === "" ? undefined : last.slice(0, 200);
}
