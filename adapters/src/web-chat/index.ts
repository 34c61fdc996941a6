import { type Adapter, type Channel, ChannelError, type Host, type WebhookHead, type WebhookRequest, type WebhookResponse } from "@kommutator/contract/channel";
import { ZodError } from "zod";
import { parseWebChatConfig, type WebChatConfig, webChatFields } from "./config.ts";
import { endBody, endEvent, fileEvent, fileQuery, MAX_TEXT_LENGTH, messageBody, messageEvent, stateBody } from "./from-visitor.ts";
import { poll, stateEvents } from "./poll.ts";
import { RateLimit } from "./rate-limit.ts";
import { Rooms } from "./rooms.ts";
import { newToken, threadOf } from "./session.ts";

/**
 * The chat of our own site widget: there is no provider, the visitor's page talks to the gateway's webhook address.
 *
 * Under /hooks/:channelId/ with `Authorization: Bearer <token>` except the first two:
 * `GET settings`, `POST session` -> {token}, `POST message` {key, text, name?, claims?}, `POST file?key=&name=` (raw body),
 * `GET poll?after=&version=&hold=` (held up to 25 s), `POST state` {delivered?, read?}, `POST typing`, `POST end` {key},
 * `GET file/:key`. Messages are read from the host's history, so a reload or a restart loses nothing.
 */
const webChat: Adapter<WebChatConfig> = {
  kind: "web-chat",
  medium: "chat",
  fields: webChatFields,
  parseConfig: parseWebChatConfig,
  open: async (config, host) => openChat(config, host),
};
export default webChat;
export { webChat };

const MAX_JSON_BYTES = 64 * 1024;
const MAX_WAITING = 5_000;

function openChat(config: WebChatConfig, host: Host): Channel {
  const rooms = new Rooms();
  const desk = new Desk(config, host, rooms);
  const close = (): void => rooms.close();
  host.signalAbort.addEventListener("abort", close, { once: true });
  host.status({ state: "up" });
  return {
    limits: { textLength: MAX_TEXT_LENGTH, attachmentBytes: config.maxFileMb * 1024 * 1024, replyWindowMs: null, canStart: false },
    embedding: { origins: config.allowedOrigins },
    // Telling a page to look twice makes no second message.
    repeatsSafely: true,
    handlers: {
      // The reply is in the store already, and the visitor reads from there: performing it is telling his page to look.
      "message.send": async (command) => {
        if (command.text.length > MAX_TEXT_LENGTH) throw new ChannelError("rejected", `The text is longer than ${MAX_TEXT_LENGTH} characters`);
        if (command.files.some((file) => file.bytes > config.maxFileMb * 1024 * 1024))
          throw new ChannelError("rejected", `A file is larger than ${config.maxFileMb} MB`);
        rooms.spoke(command.threadKey, host.now());
        return { messageKey: command.id };
      },
      "typing.show": async ({ threadKey }) => rooms.typing(threadKey, host.now()),
      "thread.close": async ({ threadKey }) => rooms.ended(threadKey, true, host.now()),
    },
    webhook: (request) => desk.answer(request),
    admit: (head) => desk.admit(head),
    test: async () => ({
      ok: true,
      detail:
        config.allowedOrigins.length === 0
          ? "The chat page is open; no site may embed it yet"
          : `The chat page is open; embedding allowed for ${config.allowedOrigins.join(", ")}`,
    }),
    async close() {
      host.signalAbort.removeEventListener("abort", close);
      close();
    },
  };
}

/** Answers the visitors' pages. */
class Desk {
  readonly #config: WebChatConfig;
  readonly #host: Host;
  readonly #rooms: Rooms;
  readonly #messages: RateLimit;
  readonly #files = new RateLimit(10, 5);
  readonly #signals = new RateLimit(240, 60);
  readonly #sessions = new RateLimit(20, 20);
  readonly #addresses: RateLimit;

  constructor(config: WebChatConfig, host: Host, rooms: Rooms) {
    this.#config = config;
    this.#host = host;
    this.#rooms = rooms;
    this.#messages = new RateLimit(config.messagesPerMinute, Math.max(5, config.messagesPerMinute / 2));
    this.#addresses = new RateLimit(config.messagesPerMinute * 20, config.messagesPerMinute * 10);
  }

  /** Only a file of somebody with a token may be large. */
  admit(head: WebhookHead): number {
    const isFile = head.method === "POST" && /^\/file\/?$/.test(head.path) && threadOf(this.#host.channelId, head.headers["authorization"]) !== null;
    // A little more than may be: what is just above gets its answer from here.
    return (isFile ? this.#config.maxFileMb * 1024 * 1024 : MAX_JSON_BYTES) + 64 * 1024;
  }

  async answer(request: WebhookRequest): Promise<WebhookResponse> {
    const cors = this.#cors(request);
    if (cors === null) return json(403, { error: "origin" });
    try {
      const answer = request.method === "OPTIONS" ? { status: 204 } : await this.#route(request);
      return { ...answer, headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", ...answer.headers, ...cors } };
    } catch (error) {
      if (error instanceof ZodError || error instanceof SyntaxError)
        return { ...json(400, { error: "malformed" }), headers: { ...cors, "content-type": "application/json" } };
      // Not stored: the page keeps the message and sends it again with the same key.
      this.#host.record("in", "A visitor's request failed", { path: request.path.slice(0, 100), error: String(error).slice(0, 300) });
      return { ...json(503, { error: "unavailable" }), headers: { ...cors, "content-type": "application/json", "retry-after": "2" } };
    }
  }

  async #route(request: WebhookRequest): Promise<WebhookResponse> {
    const [name = "", rest] = request.path.split("/").filter((piece) => piece !== "");
    const route = `${request.method} ${name}`;
    const now = this.#host.now();
    const address = request.remoteAddress ?? "unknown";
    if (route === "GET settings") {
      const { title, greeting, maxFileMb } = this.#config;
      return json(200, { title, greeting, maxFileBytes: maxFileMb * 1024 * 1024, maxTextLength: MAX_TEXT_LENGTH });
    }
    if (route === "POST session") {
      const waitMs = this.#sessions.take(address, now);
      return waitMs > 0 ? tooMany(waitMs) : json(200, { token: newToken() });
    }
    const threadKey = threadOf(this.#host.channelId, request.headers["authorization"]);
    if (threadKey === null) return json(401, { error: "session" });
    const allow = (limit: RateLimit, key: string): WebhookResponse | null => {
      const waitMs = Math.max(limit.take(key, now), this.#addresses.take(address, now));
      return waitMs > 0 ? tooMany(waitMs) : null;
    };
    switch (route) {
      case "GET poll":
        return this.#poll(request, threadKey);
      case "POST message": {
        const body = messageBody.parse(parse(request.body));
        const refused = allow(this.#messages, threadKey);
        if (refused !== null) return refused;
        await this.#host.report(messageEvent(threadKey, body, now));
        this.#rooms.ended(threadKey, false, now);
        return json(200, { key: body.key, at: now });
      }
      case "POST file": {
        const query = fileQuery.parse(request.query);
        if (request.body.byteLength > this.#config.maxFileMb * 1024 * 1024) return json(413, { error: "too_large" });
        if (request.body.byteLength === 0) return json(400, { error: "malformed" });
        const refused = allow(this.#files, threadKey);
        if (refused !== null) return refused;
        const mime = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
        await this.#host.report(fileEvent(threadKey, query, { mime, bytes: request.body }, now));
        this.#rooms.ended(threadKey, false, now);
        return json(200, { key: query.key, at: now });
      }
      case "POST state":
        return allow(this.#signals, threadKey) ?? this.#state(request, threadKey);
      case "POST typing": {
        const refused = allow(this.#signals, threadKey);
        if (refused === null) this.#host.signal({ kind: "typing", threadKey });
        return refused ?? { status: 204 };
      }
      case "POST end": {
        const body = endBody.parse(parse(request.body));
        const refused = allow(this.#signals, threadKey);
        if (refused !== null) return refused;
        await this.#host.report(endEvent(threadKey, body, now));
        this.#rooms.ended(threadKey, true, now);
        return { status: 204 };
      }
      case "GET file":
        return this.#file(threadKey, rest ?? "");
      default:
        return json(404, { error: "not_found" });
    }
  }

  async #poll(request: WebhookRequest, threadKey: string): Promise<WebhookResponse> {
    if (this.#rooms.waiting >= MAX_WAITING) return tooMany(5_000);
    const after = request.query["after"] ?? "";
    const known = {
      after: /^[\w-]{8,64}$/.test(after) ? after : null,
      version: Number(request.query["version"] ?? 0),
      holdMs: Number(request.query["hold"] ?? 25_000) || 0,
    };
    return json(200, await poll(this.#host, this.#rooms, threadKey, known));
  }

  async #state(request: WebhookRequest, threadKey: string): Promise<WebhookResponse> {
    const body = stateBody.parse(parse(request.body));
    if (body.delivered !== undefined && body.delivered !== body.read) {
      for (const event of await stateEvents(this.#host, this.#rooms, threadKey, "delivered", body.delivered)) await this.#host.report(event);
    }
    if (body.read !== undefined) {
      for (const event of await stateEvents(this.#host, this.#rooms, threadKey, "read", body.read)) await this.#host.report(event);
    }
    return { status: 204 };
  }

  async #file(threadKey: string, key: string): Promise<WebhookResponse> {
    const file = (await this.#host.file?.(threadKey, key)) ?? null;
    if (file === null) return json(404, { error: "not_found" });
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
    // Always a download: a page or a picture with a script in it must not run under our origin.
    return {
      status: 200,
      headers: { "content-type": "application/octet-stream", "content-disposition": disposition, "x-file-type": file.mime },
      body: file.bytes,
    };
  }

  /** Headers for the caller's origin, or null when it is a site that may not use this chat. Our own page is same-origin. */
  #cors(request: WebhookRequest): Record<string, string> | null {
    const origin = request.headers["origin"];
    if (origin === undefined || request.headers["sec-fetch-site"] === "same-origin") return {};
    const hosts = [request.headers["host"], request.headers["x-forwarded-host"]];
    if (hosts.some((name) => name !== undefined && (origin === `http://${name}` || origin === `https://${name}`))) return {};
    if (!this.#config.allowedOrigins.includes(origin)) return null;
    return {
      "access-control-allow-origin": origin,
      "access-control-allow-headers": "authorization, content-type",
      "access-control-allow-methods": "GET, POST",
      vary: "origin",
    };
  }
}

function parse(body: Uint8Array): unknown {
  if (body.byteLength > MAX_JSON_BYTES) throw new SyntaxError("too long");
  return JSON.parse(new TextDecoder("utf-8", { fatal: false }).decode(body));
}

const json = (status: number, body: unknown): WebhookResponse => ({ status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const tooMany = (waitMs: number): WebhookResponse => ({
  status: 429,
  headers: { "content-type": "application/json", "retry-after": String(Math.ceil(waitMs / 1_000)) },
  body: '{"error":"rate_limited"}',
});
