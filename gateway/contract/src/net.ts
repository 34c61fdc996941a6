import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { isPrivate, publicLookup, Refused } from "./private-address.ts";

/** HTTP towards a provider, for the adapters: one exchange with limits, whose failures say whether the request had left us. */

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

/** Milliseconds of a Retry-After header (RFC 9110 10.2.3), seconds or a date; undefined when there is none. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
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
