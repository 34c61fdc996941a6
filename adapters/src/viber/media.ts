import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { ChannelError, type Commands, type Results } from "@kommutator/contract/channel";
import type { ViberConfig } from "./config.ts";
import { exchange, type HttpAnswer, HttpFailure } from "./http.ts";

const MAX_REDIRECTS = 3;
const FETCH_TIMEOUT_MS = 120_000;

const ours = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  ours.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  ours.addSubnet(net, prefix, "ipv6");

/** An address of this machine, of the local network or of no one host: nothing a messenger's file may lie at. */
const isPrivate = (address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped === undefined ? ours.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") : ours.check(mapped, "ipv4");
};

/** The name is looked up once and the connection goes to that very address, so that it cannot change in between. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [], 0);
    const bad = addresses.find(({ address }) => isPrivate(address));
    if (bad !== undefined) return callback(Object.assign(new Error("it leads into a private network"), { code: "EPRIVATE" }), [], 0);
    const [first] = addresses;
    if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? "", first?.family);
  });
};

/**
 * Performs `media.fetch`: the bytes at the address that Viber gave for a customer's file. Only from the hosts that are allowed
 * (Viber's and the API's own), over https, redirects within them, never from a private address; `rejected` for
 * everything else, for a file that is gone (the addresses expire) and for one above `maxBytes`.
 */
export async function fetchMedia(command: Commands["media.fetch"], config: ViberConfig, signal: AbortSignal): Promise<Results["media.fetch"]> {
  let url = allowed(command.fileKey, config);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const answer = await get(url, command.maxBytes, config, signal);
    const next = answer.headers.location;
    if (answer.status >= 300 && answer.status < 400 && next !== undefined) {
      url = allowed(URL.canParse(next, url) ? new URL(next, url).href : "", config);
      continue;
    }
    if (answer.status === 429 || answer.status >= 500) throw new ChannelError("unreachable", `Viber's file server failed (HTTP ${answer.status}).`);
    if (answer.status !== 200) throw new ChannelError("rejected", `The file is no longer there (HTTP ${answer.status}): Viber keeps files for a limited time.`);
    const mime = answer.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
    return { bytes: answer.body, mime: mime === undefined || mime === "" ? "application/octet-stream" : mime };
  }
  throw new ChannelError("rejected", "The file's address leads from one to the next and never to the file.");
}

async function get(url: URL, maxBytes: number, config: ViberConfig, signal: AbortSignal): Promise<HttpAnswer> {
  const api = new URL(config.apiUrl);
  try {
    return await exchange(url, {
      method: "GET",
      timeoutMs: FETCH_TIMEOUT_MS,
      maxBytes,
      signal,
      ...(url.hostname === api.hostname ? {} : { lookup: publicOnly }),
    });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.tooLarge) throw new ChannelError("rejected", `The file is larger than ${Math.round(maxBytes / 1024 / 1024)} MB.`);
    if ((error.cause as { code?: string } | undefined)?.code === "EPRIVATE")
      throw new ChannelError("rejected", "The file's address leads into a private network: it is not fetched.");
    throw new ChannelError("unreachable", `Viber's file server cannot be reached: ${error.message}.`, { cause: error });
  }
}

/** Throws `rejected` unless the address is one of Viber's. */
function allowed(address: string, config: ViberConfig): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  const api = new URL(config.apiUrl);
  if (url !== null && url.username === "" && url.password === "") {
    if (url.host === api.host && url.protocol === api.protocol) return url;
    const matches = config.mediaHosts.some((host) => (host.startsWith("*.") ? url.hostname.endsWith(host.slice(1)) : url.hostname === host));
    if (matches && url.protocol === "https:" && url.port === "" && isIP(url.hostname) === 0) return url;
    // Viber's own stickers and old pictures come with http addresses of the same hosts.
    if (matches && url.protocol === "http:" && url.port === "") return new URL(`https:${url.href.slice("http:".length)}`);
  }
  throw new ChannelError("rejected", "The file's address is none of Viber's: it is not fetched. The channel's settings name the allowed hosts.");
}
