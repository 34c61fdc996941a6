import { lookup as dnsLookup } from "node:dns";
import http from "node:http";
import https from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { ChannelError } from "./channel.ts";

/**
 * HTTP towards a provider, for the adapters: one exchange with limits, and the fetching of a file that a message names. The
 * address of such a file comes from outside, so it may lead to the provider's hosts alone: not elsewhere, not over a
 * redirect, and not to a machine of our own network behind a public name.
 */

/** Hosts that an address from outside may lead to. */
export interface AllowedHosts {
  /** Names of the provider's hosts; `*.name` is every one below it. Only over https, and only when they resolve to public addresses. */
  domains: readonly string[];
  /** Addresses from the channel's configuration: their origin is allowed as it is, even plain and private. */
  configured?: readonly string[];
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

export interface ExchangeOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  /** The whole exchange, connecting and reading included. */
  timeoutMs: number;
  /** A longer body ends the exchange with `TooLarge`. */
  maxBytes: number;
  signal?: AbortSignal | undefined;
  /** Keeps connections; without it each exchange has one of its own, closed afterwards. */
  agent?: http.Agent | undefined;
  /** Refuses names that resolve to an address of a private network. */
  publicOnly?: boolean;
}

/** The body is longer than `maxBytes`. */
export class TooLarge extends Error {
  readonly maxBytes: number;
  constructor(maxBytes: number) {
    super(`The answer is larger than ${maxBytes} bytes`);
    this.name = "TooLarge";
    this.maxBytes = maxBytes;
  }
}

/** No answer came. `written`: the request had left us whole, so that the other side may have acted upon it. */
export class NoAnswer extends Error {
  readonly written: boolean;
  constructor(message: string, written: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = "NoAnswer";
    this.written = written;
  }
}

/** One request and its whole answer; no redirect is followed. Rejects with `NoAnswer`, `TooLarge` or `Refused`. */
export function exchange(url: URL, options: ExchangeOptions): Promise<Answer> {
  const client = url.protocol === "https:" ? https : http;
  if (options.publicOnly === true && isIP(bare(url.hostname)) !== 0 && isPrivate(bare(url.hostname))) return Promise.reject(new Refused(url.hostname));
  return new Promise<Answer>((resolve, reject) => {
    let written = false;
    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
      finish();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        request.destroy();
        const known = error instanceof TooLarge || error instanceof NoAnswer || error instanceof Refused;
        reject(known ? error : new NoAnswer(reasonOf(error), written, error));
      });
    const abort = (): void => fail(new NoAnswer("It was stopped", written));
    const timer = setTimeout(() => fail(new NoAnswer(`No answer within ${options.timeoutMs / 1_000} s`, written)), options.timeoutMs);
    const request = client.request(
      url,
      {
        method: options.method ?? "GET",
        headers: { "accept-encoding": "identity", ...(options.body === undefined ? {} : { "content-length": byteLength(options.body) }), ...options.headers },
        agent: options.agent ?? false,
        ...(options.publicOnly === true ? { lookup: publicLookup } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        if (Number(response.headers["content-length"]) > options.maxBytes) return fail(new TooLarge(options.maxBytes));
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > options.maxBytes) fail(new TooLarge(options.maxBytes));
          else chunks.push(chunk);
        });
        response.once("end", () => {
          if (!response.complete) return fail(new Error("the answer broke off"));
          settle(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
        });
        response.once("error", fail);
        response.once("aborted", () => fail(new Error("the answer broke off")));
      },
    );
    request.once("finish", () => {
      written = true;
    });
    // Stays for good: a socket may fail once more after we have given up on it.
    request.on("error", fail);
    if (options.signal?.aborted === true) return abort();
    options.signal?.addEventListener("abort", abort, { once: true });
    request.end(options.body);
  });
}

/** The address leads to a private network. */
export class Refused extends Error {
  constructor(host: string) {
    super(`${host} is an address of a private network`);
    this.name = "Refused";
  }
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

/** Milliseconds of a Retry-After header (RFC 9110 10.2.3), seconds or a date; undefined when there is none. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
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

const byteLength = (body: Uint8Array | string): number => (typeof body === "string" ? Buffer.byteLength(body) : body.byteLength);
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

/** Node's own messages name the address and say little else; `cause` keeps the whole. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "ECONNREFUSED") return "the connection was refused";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name cannot be resolved";
  if (code === "ECONNRESET" || code === "EPIPE") return "the connection was cut";
  return message ?? String(error);
}

// IANA special-purpose registries (RFC 6890): none of these is a provider.
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 128],
  ["::1", 128],
  ["64:ff9b::", 96],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv6");

/** An address of this machine, a private network or a special purpose; an IPv4 address inside an IPv6 one counts as itself. */
export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? hexMapped(address);
  const plain = mapped ?? address;
  return PRIVATE.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
}

/** URL writes ::ffff:127.0.0.1 as ::ffff:7f00:1. */
function hexMapped(address: string): string | undefined {
  const found = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (found === null) return undefined;
  const [high, low] = [Number.parseInt(found[1] as string, 16), Number.parseInt(found[2] as string, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Resolves as usual and refuses when any answer is private: the very address that is checked is the one connected to. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "", 0);
    const first = addresses[0];
    if (first === undefined || addresses.some(({ address }) => isPrivate(address))) return callback(new Refused(hostname) as NodeJS.ErrnoException, "", 0);
    if (options.all === true) callback(null, addresses as never);
    else callback(null, first.address, first.family);
  });
};
