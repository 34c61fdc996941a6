import http, { type IncomingHttpHeaders } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface HttpRequest {
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange. */
  timeoutMs: number;
  /** An answer longer than this is dropped as `too-large`. */
  maxBytes: number;
  signal: AbortSignal;
  lookup?: LookupFunction;
}

/** No answer. `connected` says whether the other side may have got the request. */
export class HttpFailure extends Error {
  readonly connected: boolean;
  readonly tooLarge: boolean;
  constructor(message: string, connected: boolean, tooLarge = false, cause?: unknown) {
    super(message, { cause });
    this.connected = connected;
    this.tooLarge = tooLarge;
  }
}

/**
 * One request on a connection of its own, closed afterwards. A connection kept open for the next request may be closed by
 * the other side just as that request goes out, and then nobody knows whether it was read; a fresh one either was
 * refused (certainly not read) or was taken. Follows no redirect. Throws HttpFailure.
 */
export function exchange(url: URL, request: HttpRequest): Promise<HttpAnswer> {
  const { method, headers, body, timeoutMs, maxBytes, signal, lookup } = request;
  return new Promise((resolve, reject) => {
    let connected = false;
    let settled = false;
    const fail = (message: string, tooLarge = false, cause?: unknown): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      reject(new HttpFailure(message, connected, tooLarge, cause));
      outgoing.destroy();
    };
    const outgoing = (url.protocol === "https:" ? https : http).request(
      url,
      {
        method,
        agent: false,
        headers: { ...headers, connection: "close", ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }) },
        ...(lookup === undefined ? {} : { lookup }),
      },
      (answer) => {
        if (Number(answer.headers["content-length"] ?? 0) > maxBytes) return fail("the answer is too large", true);
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.byteLength;
          if (bytes > maxBytes) fail("the answer is too large", true);
          else chunks.push(chunk);
        });
        answer.on("error", (error) => fail(error.message, false, error));
        answer.on("close", () => {
          if (!answer.complete) return fail("the connection was lost in the middle of the answer");
          if (settled) return;
          settled = true;
          clearTimeout(timer);
          signal.removeEventListener("abort", aborted);
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
        });
      },
    );
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1_000} s`), timeoutMs);
    const aborted = (): void => fail("the channel is closing");
    outgoing.on("socket", (socket) =>
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => {
        connected = true;
      }),
    );
    outgoing.on("error", (error) => fail(error.message, false, error));
    signal.addEventListener("abort", aborted, { once: true });
    if (signal.aborted) aborted();
    else outgoing.end(body);
  });
}
