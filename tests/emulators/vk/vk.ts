import type http from "node:http";
import { Listener } from "../http/listener.ts";
import { Community, type Refusal, type VkEvent } from "./community.ts";
import { Deliveries } from "./deliveries.ts";

/** What happens to the next call of a method: VK refuses it, fails with a page of its proxy, or takes it and never answers. */
type Mishap = { refusal: Refusal } | { page: number } | "swallow";

/**
 * VK on a real socket: the method API, the Bots Long Poll server, upload servers and the media host; and, when it is told
 * where, the Callback API that calls us.
 */
export class Vk {
  readonly community = new Community();
  readonly deliveries: Deliveries;
  /** Where the community's callback server is; null = it uses long polling. */
  callbackUrl: string | null = null;
  readonly media = new Map<string, { mime: string; bytes: Buffer }>();
  /** Every call of the API: method and parameters. */
  readonly calls: { method: string; params: URLSearchParams }[] = [];
  /** Numbers below this one were asked past: the client has them. */
  asked = 0;
  /** The oldest event that the long poll server still keeps. */
  keptFrom = 0;
  /** Answers of the long poll server that come before the real ones. */
  readonly oddAnswers: string[] = [];
  readonly #mishaps = new Map<string, Mishap[]>();
  readonly #waiting = new Set<() => void>();
  readonly #listener = new Listener((request, response, body) => this.#serve(request, response, body));

  private constructor() {
    this.deliveries = new Deliveries(() => this.callbackUrl, this.community.secret);
    this.community.onEvent = (event) => {
      if (this.callbackUrl !== null) this.deliveries.add(event);
      this.#wake();
    };
  }

  static async start(): Promise<Vk> {
    const vk = new Vk();
    await vk.up();
    return vk;
  }

  get origin(): string {
    return this.#listener.origin;
  }

  async up(): Promise<void> {
    await this.#listener.up();
    this.deliveries.start();
  }

  async down(): Promise<void> {
    this.deliveries.stop();
    const closed = this.#listener.down();
    this.#wake();
    await closed;
  }

  /** The next call of the method goes wrong. */
  next(method: string, mishap: Mishap): void {
    this.#mishaps.set(method, [...(this.#mishaps.get(method) ?? []), mishap]);
  }

  /** The community's key becomes another one: sessions of the old one end. */
  rekey(token: string): void {
    this.community.token = token;
    this.#wake();
  }

  /** Every event once more, as after a lost acknowledgement: the same event_id. */
  async redeliver(events: readonly VkEvent[]): Promise<void> {
    for (const event of events) {
      if (this.callbackUrl !== null) this.deliveries.add(event);
      else this.community.events.push(event);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): Promise<void> {
    // It names its servers by the address at which it was reached.
    const origin = `http://${request.headers.host}`;
    const url = new URL(request.url ?? "/", origin);
    const [, section, name = ""] = url.pathname.split("/");
    if (section === "method") return this.#method(name, new URLSearchParams(body.toString()), origin, response);
    if (section === "lp") return this.#longPoll(url.searchParams, response);
    if (section === "upload") return this.#upload(name, body, request.headers["content-type"] ?? "", response);
    const file = section === "media" ? this.media.get(name) : undefined;
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": file.mime, "content-length": file.bytes.length }).end(file.bytes);
  }

  #method(method: string, params: URLSearchParams, origin: string, response: http.ServerResponse): void {
    this.calls.push({ method, params });
    const mishap = this.#mishaps.get(method)?.shift();
    if (mishap === "swallow") return void this.community.call(method, params, origin);
    if (mishap !== undefined && "page" in mishap)
      return void response.writeHead(mishap.page, { "content-type": "text/html" }).end("<html>502 Bad Gateway</html>");
    const answer = mishap === undefined ? this.community.call(method, params, origin) : { error: mishap.refusal };
    json(response, answer);
  }

  /** dev.vk.com/api/bots-long-poll/getting-started: events after `ts`, held up to `wait` seconds; `failed` 1, 2, 3. */
  #longPoll(query: URLSearchParams, response: http.ServerResponse): void {
    const { events, token } = this.community;
    const ts = Number(query.get("ts"));
    const odd = this.oddAnswers.shift();
    if (odd !== undefined) response.writeHead(200, { "content-type": "application/json" }).end(odd);
    else if (query.get("key") !== token.slice(-20)) json(response, { failed: 2 });
    else if (!(ts >= this.keptFrom) || ts > events.length) json(response, { failed: 1, ts: String(events.length) });
    else this.#hold(ts, Number(query.get("wait")) * 1_000, response);
  }

  #hold(ts: number, waitMs: number, response: http.ServerResponse): void {
    const { events } = this.community;
    this.asked = Math.max(this.asked, ts);
    const answer = (): void => {
      done();
      if (!response.destroyed) json(response, { ts: String(events.length), updates: events.slice(ts) });
    };
    const done = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(answer);
    };
    const timer = setTimeout(answer, waitMs);
    response.once("close", done);
    if (events.length > ts) answer();
    else this.#waiting.add(answer);
  }

  /** dev.vk.com/api/upload: a multipart form; the answer is what `save` wants. */
  async #upload(kind: string, body: Buffer, type: string, response: http.ServerResponse): Promise<void> {
    const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
    const file = form.get(kind === "photo" ? "photo" : "file");
    if (file === null || typeof file === "string") return json(response, { error: "no_file", error_descr: "No file in the request" });
    const handle = `${kind}|0|191949777|${this.community.uploads.size}`;
    this.community.uploads.set(handle, { name: file.name, mime: file.type, bytes: new Uint8Array(await file.arrayBuffer()) });
    json(response, kind === "photo" ? { server: 109_876, photo: handle, hash: "zxc987qwe" } : { file: handle });
  }
}

const json = (response: http.ServerResponse, body: unknown): void => {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
};
