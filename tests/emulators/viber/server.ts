import { createHmac } from "node:crypto";
import http from "node:http";
import { Listener } from "../http/listener.ts";

/**
 * Viber on a real socket, as developers.viber.com describes its REST API: /pa/set_webhook (which calls the webhook before it
 * answers), /pa/send_message, /pa/get_account_info, callbacks signed and repeated until they are answered with 200, and the
 * server of the customers' files under /media. Tokens are numbers of 19 digits, one apart, so that a rounded one is another's.
 */

/** Something a test wants to happen to the next `send_message`. */
export type Trick =
  | { kind: "none" }
  | { kind: "status"; status: number; message: string }
  | { kind: "http"; status: number; headers?: Record<string, string> }
  /** Takes the whole request and never answers. */
  | { kind: "swallow" };

export interface SentMessage {
  receiver: string;
  type: string;
  text?: string;
  media?: string;
  size?: number;
  file_name?: string;
  keyboard?: { Buttons: { ActionBody: string }[] };
  sender: { name: string; avatar?: string };
  token: string;
}

const USER = { id: "01234567890A=", name: "John McClane", avatar: "http://avatar.example.com", country: "UK", language: "en", api_version: 1 };

export class ViberServer {
  readonly #rightToken: string;
  /** The token Viber believes in: another one after it was revoked. */
  #token: string;
  #webhook = "";
  readonly #listener = new Listener((request, response, body) => this.#answer(request, response, body));
  /** Requests that are kept without an answer. */
  readonly #swallowed = new Set<http.ServerResponse>();
  #next = 4_912_661_846_655_238_145n;
  #queue: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly sent: SentMessage[] = [];
  readonly unsubscribed = new Set<string>();
  /** What lies on the file server: path below /media/ -> answer. */
  readonly media = new Map<string, { status?: number; headers?: Record<string, string>; body?: Buffer }>();
  readonly tricks: Trick[] = [];
  /** Methods called, in order. */
  readonly calls: string[] = [];
  /** Bodies that were answered to callbacks, oldest first. */
  readonly answers: string[] = [];

  constructor(token: string) {
    this.#rightToken = token;
    this.#token = token;
  }

  static async start(token: string): Promise<ViberServer> {
    const server = new ViberServer(token);
    await server.up();
    return server;
  }

  get apiUrl(): string {
    return `${this.#listener.origin}/pa`;
  }
  mediaUrl(name: string): string {
    return `${this.#listener.origin}/media/${name}`;
  }
  get webhook(): string {
    return this.#webhook;
  }
  /** Another program, or the bot's owner, sets the address. */
  pointElsewhere(address: string): void {
    this.#webhook = address;
  }
  revokeToken(): void {
    this.#token = `${this.#rightToken}-new`;
  }
  restoreToken(): void {
    this.#token = this.#rightToken;
  }
  nextToken(): string {
    return String(this.#next++);
  }

  up = (): Promise<void> => this.#listener.up();

  /** Viber answers nobody and calls nobody. */
  async down(): Promise<void> {
    this.#swallowed.clear();
    await this.#listener.down();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.down();
    await this.#queue;
  }

  // ------------------------------------------------------------- callbacks

  /** A customer writes: one callback after the other, each repeated until it is answered with 200. */
  say(message: Record<string, unknown>, options: { user?: Partial<typeof USER>; token?: string } = {}): Promise<string> {
    const token = options.token ?? this.nextToken();
    return this.callback({ event: "message", timestamp: Date.now(), message_token: token, sender: { ...USER, ...options.user }, message }).then(() => token);
  }

  /** Queues any callback behind those before it. Resolves when it was answered with 200. */
  callback(payload: Record<string, unknown>): Promise<void> {
    const delivered = this.#queue.then(() => this.deliver(payload));
    this.#queue = delivered.catch(() => undefined);
    return delivered;
  }

  /** Delivers at once, beside whatever else is on its way; repeats until it is answered with 200. */
  async deliver(payload: Record<string, unknown>): Promise<void> {
    const body = exact(payload);
    while (!this.#stopped) {
      if (this.#listener.isUp && this.#webhook !== "") {
        const answer = await this.post(body).catch(() => null);
        if (answer?.status === 200) {
          this.answers.push(answer.body);
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** One request to the webhook, signed unless told otherwise, on a connection of its own. */
  post(
    body: string | Buffer,
    options: { signature?: string | null; path?: string; method?: string; to?: string } = {},
  ): Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders }> {
    const signature = options.signature === undefined ? createHmac("sha256", this.#token).update(body).digest("hex") : options.signature;
    const url = new URL(`${options.to ?? this.#webhook}${options.path ?? ""}`);
    return new Promise((resolve, reject) => {
      const request = http.request(
        url,
        {
          method: options.method ?? "POST",
          agent: false,
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
            ...(signature === null ? {} : { "x-viber-content-signature": signature }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), headers: response.headers }));
          response.on("error", reject);
        },
      );
      request.setTimeout(2_000, () => request.destroy(new Error("no answer")));
      request.on("error", reject);
      request.end(options.method === "GET" ? undefined : body);
    });
  }

  // ------------------------------------------------------------- the API

  async #answer(request: http.IncomingMessage, response: http.ServerResponse, content: Buffer): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    if (pathname.startsWith("/media/")) {
      const file = this.media.get(pathname.slice("/media/".length)) ?? { status: 404 };
      response.writeHead(file.status ?? 200, file.headers).end(file.body);
      return;
    }
    const method = pathname.replace("/pa/", "");
    this.calls.push(method);
    const answer = (body: Record<string, unknown>) => response.writeHead(200, { "content-type": "application/json" }).end(exact(body));
    if (request.headers["x-viber-auth-token"] !== this.#token) {
      answer({ status: 2, status_message: "invalidAuthToken" });
      return;
    }
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(content.toString()) as Record<string, unknown>;
    } catch {
      answer({ status: 3, status_message: "badData" });
      return;
    }
    switch (method) {
      case "set_webhook":
        return void answer(await this.#setWebhook(String(body["url"])));
      case "get_account_info":
        return void answer({
          status: 0,
          status_message: "ok",
          id: "pa:75346594275468546724",
          name: "account name",
          uri: "accountUri",
          webhook: this.#webhook,
          event_types: ["delivered", "seen"],
          subscribers_count: 35,
        });
      case "send_message":
        return this.#send(body, response, answer);
      default:
        response.writeHead(404).end();
    }
  }

  /** "Once a set_webhook request is sent Viber will send a callback to the webhook URL to check its availability." */
  async #setWebhook(url: string): Promise<Record<string, unknown>> {
    const check = exact({ event: "webhook", timestamp: Date.now(), message_token: this.nextToken() });
    const reached = await this.post(check, { to: url }).catch(() => null);
    if (reached?.status !== 200) return { status: 1, status_message: "Invalid webhook url" };
    this.#webhook = url;
    return { status: 0, status_message: "ok", event_types: ["subscribed", "unsubscribed", "conversation_started", "delivered", "failed", "message", "seen"] };
  }

  #send(body: Record<string, unknown>, response: http.ServerResponse, answer: (body: Record<string, unknown>) => unknown): void {
    const trick = this.tricks.shift();
    const receiver = String(body["receiver"] ?? "");
    if (trick?.kind === "http") return void response.writeHead(trick.status, trick.headers).end("upstream");
    if (trick?.kind === "status") return void answer({ status: trick.status, status_message: trick.message });
    const sender = body["sender"] as SentMessage["sender"] | undefined;
    if (receiver === "" || typeof body["type"] !== "string") return void answer({ status: 4, status_message: "missingData" });
    if (sender === undefined || sender.name.length > 28) return void answer({ status: 3, status_message: "badData" });
    if (this.unsubscribed.has(receiver)) return void answer({ status: 6, status_message: "notSubscribed" });
    const token = this.nextToken();
    this.sent.push({ ...(body as unknown as SentMessage), token });
    if (trick?.kind === "swallow") return void this.#swallowed.add(response);
    answer({ status: 0, status_message: "ok", message_token: token, chat_hostname: "SN-CHAT-05_", billing_status: 1 });
  }

  receipt(token: string, event: "delivered" | "seen" | "failed", more: Record<string, unknown> = {}): Promise<void> {
    return this.callback({ event, timestamp: Date.now(), message_token: token, user_id: USER.id, ...more });
  }
}

/** JSON as Viber writes it: tokens are numbers, though no double holds them. */
function exact(payload: Record<string, unknown>): string {
  return JSON.stringify(payload).replace(/"message_token":"(\d+)"/g, '"message_token":$1');
}
