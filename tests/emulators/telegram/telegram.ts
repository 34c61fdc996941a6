import type http from "node:http";
import type { Update, UserFromGetMe, WebhookInfo } from "@grammyjs/types";
import { Listener } from "../http/listener.ts";
import { type Answer, badRequest, botBlocked, type Call, chatNotFound, fault, made, ok, otherPoller, unauthorized, webhookActive } from "./answers.ts";
import { Deliveries } from "./deliveries.ts";
import { type Person, photo, text, type Unnumbered } from "./updates.ts";

/** The token of the documentation's own example (core.telegram.org/bots/api#authorizing-your-bot). */
export const TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";
const BOT = { id: 123456, is_bot: true, first_name: "Kommutator", username: "kommutator_test_bot" } as const;

const ABILITIES = {
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
  supports_join_request_queries: false,
} as const;

/** What happens to one request of ours: an answer made up for it, or none at all. */
type Fate = Answer | "swallow";

/** The Bot API on a real socket: one bot, its updates, its files, and the chats of those who wrote to it. */
export class TelegramEmulator {
  readonly token: string;
  readonly bot: { id: number; is_bot: true; first_name: string; username: string };
  /** Everything the bot was told to do, in order, refused or not. */
  readonly calls: Call[] = [];
  /** Every request with its answer, as both were on the wire. */
  readonly exchanges: { call: Call; body: unknown }[] = [];
  /** Updates that we have not acknowledged, in order. */
  readonly pending: Update[] = [];
  readonly acknowledged = new Set<number>();
  readonly blocked = new Set<number>();
  readonly files = new Map<string, { path: string; bytes: Buffer; size?: number }>();
  /** Paths that the file server no longer has, although getFile still names them. */
  readonly absent = new Set<string>();
  readonly deliveries = new Deliveries(
    () => this.pending,
    (update) => this.#confirm((one) => one === update),
  );
  /** The bot's token is the one that @BotFather knows. */
  valid = true;
  /** What happens to the next requests of one method. */
  readonly fates = new Map<string, Fate[]>();
  readonly #listener = new Listener((request, response, body) => this.#serve(request, response, body));
  readonly #known = new Set<number>();
  #updateId = 100_000_000;
  #messageId = 1_000;
  #poll: { answer(what: Answer): void; look(): void } | null = null;

  private constructor(token: string) {
    this.token = token;
    this.bot = { ...BOT, id: Number(token.split(":")[0]) };
  }
  /** `token`: of another bot, when there are several. */
  static async start(token = TOKEN): Promise<TelegramEmulator> {
    const emulator = new TelegramEmulator(token);
    await emulator.up();
    return emulator;
  }

  get url(): string {
    return this.#listener.origin;
  }
  nextMessageId(): number {
    return ++this.#messageId;
  }

  /** Numbers an update and hands it to whoever fetches or is delivered to. Anything at all may be given, for hostile tests. */
  push(update: Unnumbered): Update {
    const numbered = { update_id: ++this.#updateId, ...update } as Update;
    const chat = (numbered.message ?? numbered.my_chat_member)?.chat?.id;
    if (typeof chat === "number") this.#known.add(chat);
    this.pending.push(numbered);
    this.#news();
    return numbered;
  }
  say(person: Person, words: string): Update {
    return this.push(text(person, this.nextMessageId(), words));
  }
  sendPhoto(person: Person, bytes: Buffer, caption?: string): Update {
    const fileId = `AgACAgIAAxkBAAPS${this.#messageId}`;
    this.files.set(fileId, { path: `photos/file_${this.#messageId}.jpg`, bytes });
    return this.push(photo(person, this.nextMessageId(), { fileId, bytes: bytes.byteLength }, caption));
  }
  /** The same updates once more, as after an answer of ours that got lost. */
  again(updates: Update[]): void {
    this.pending.push(...updates.filter((update) => !this.pending.includes(update)));
    this.pending.sort((a, b) => a.update_id - b.update_id);
    this.#news();
  }
  /** Texts and captions that reached this person. */
  received(chatId: number): string[] {
    return this.delivered.filter((one) => Number(one.params["chat_id"]) === chatId).map((one) => String(one.params["text"] ?? one.params["caption"] ?? ""));
  }
  /** The messages that were made, without the refused. */
  readonly delivered: (Call & { messageIds: number[] })[] = [];

  async up(): Promise<void> {
    await this.#listener.up();
    this.deliveries.start();
  }
  async down(): Promise<void> {
    this.#poll = null;
    this.deliveries.stop();
    await this.#listener.down();
  }

  #news(): void {
    this.#poll?.look();
    this.deliveries.pump();
  }
  #confirm(which: (update: Update) => boolean): void {
    for (const update of this.pending.filter(which)) {
      this.pending.splice(this.pending.indexOf(update), 1);
      this.acknowledged.add(update.update_id);
    }
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): Promise<void> {
    const [, kind, token, rest] = /^\/(bot|file\/bot)([^/]+)\/([^?]+)/.exec(decodeURIComponent(request.url ?? "")) ?? [];
    const answer = (what: Answer): void => {
      if (!response.headersSent) response.writeHead(what.status, { "content-type": "application/json" }).end(JSON.stringify(what.body));
    };
    if (token !== this.token || !this.valid) return answer(unauthorized);
    if (kind === "file/bot") {
      const file = [...this.files.values()].find((one) => one.path === rest);
      if (file === undefined || this.absent.has(file.path)) return answer({ status: 404, body: { ok: false, error_code: 404, description: "Not Found" } });
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(file.bytes);
      return;
    }
    const call = await decoded(rest ?? "", request.headers["content-type"] ?? "", body);
    const fate = this.fates.get(call.method)?.shift();
    if (call.method !== "getUpdates") this.calls.push(call);
    if (fate === "swallow") return;
    const reply = (what: Answer): void => {
      this.exchanges.push({ call, body: what.body });
      answer(what);
    };
    if (fate !== undefined) return reply(fate);
    if (call.method === "getUpdates") this.#getUpdates(call, request, reply);
    else reply(this.#answer(call));
  }

  #getUpdates({ params }: Call, request: http.IncomingMessage, answer: (what: Answer) => void): void {
    if (this.deliveries.target !== null) {
      answer(webhookActive);
      return;
    }
    this.#poll?.answer(otherPoller);
    const offset = Number(params["offset"] ?? 0);
    this.#confirm((update) => update.update_id < offset);
    const timer = setTimeout(() => poll.answer(ok([])), Number(params["timeout"] ?? 0) * 1_000);
    const poll = {
      answer: (what: Answer) => {
        clearTimeout(timer);
        if (this.#poll === poll) this.#poll = null;
        answer(what);
      },
      look: () => {
        if (this.pending.length > 0) poll.answer(ok(this.pending.slice(0, Number(params["limit"] ?? 100))));
      },
    };
    request.socket.once("close", () => {
      clearTimeout(timer);
      if (this.#poll === poll) this.#poll = null;
    });
    this.#poll = poll;
    poll.look();
  }

  #answer(call: Call): Answer {
    const { method, params } = call;
    switch (method) {
      case "getMe":
        return ok({ ...this.bot, ...ABILITIES } satisfies UserFromGetMe);
      case "setWebhook":
        this.deliveries.target = { url: String(params["url"]), secret: String(params["secret_token"]) };
        this.deliveries.lastError = null;
        this.deliveries.pump();
        return ok(true);
      case "deleteWebhook":
        this.deliveries.target = null;
        return ok(true);
      case "getWebhookInfo":
        return ok(this.#webhookInfo());
      case "getFile":
        return this.#getFile(String(params["file_id"]));
      case "sendChatAction":
      case "answerCallbackQuery":
      case "leaveChat":
        return ok(true);
      default:
        return /^send[A-Z]/.test(method) ? this.#message(call) : { status: 404, body: { ok: false, error_code: 404, description: "Not Found" } };
    }
  }

  #webhookInfo(): WebhookInfo {
    const { target, lastError } = this.deliveries;
    return {
      url: target?.url ?? "",
      has_custom_certificate: false,
      pending_update_count: this.pending.length,
      ...(lastError === null ? {} : { last_error_date: Math.floor(lastError.at / 1_000), last_error_message: lastError.message }),
    } as WebhookInfo;
  }

  #getFile(fileId: string): Answer {
    const file = this.files.get(fileId);
    if (file === undefined) return badRequest("wrong file_id or the file is temporarily unavailable");
    const size = file.size ?? file.bytes.byteLength;
    if (size > 20 * 1024 * 1024) return badRequest("file is too big");
    return ok({ file_id: fileId, file_unique_id: "AQADDRFrG9r-yUt-", file_size: size, file_path: file.path });
  }

  #message(call: Call): Answer {
    const chatId = Number(call.params["chat_id"]);
    if (!this.#known.has(chatId)) return chatNotFound;
    if (this.blocked.has(chatId)) return botBlocked;
    const wrong = fault(call);
    if (wrong !== null) return wrong;
    const count = call.method === "sendMediaGroup" ? (call.params["media"] as unknown[]).length : 1;
    const messages = Array.from({ length: count }, (_, place) => made(call, this.nextMessageId(), this.bot, chatId, place));
    this.delivered.push({ ...call, messageIds: messages.map((message) => message.message_id) });
    return ok(call.method === "sendMediaGroup" ? messages : messages[0]);
  }
}

/** Parameters from JSON or multipart/form-data; fields that hold JSON are decoded, as Telegram does. */
async function decoded(method: string, type: string, body: Buffer): Promise<Call> {
  if (!type.startsWith("multipart/form-data"))
    return { method, params: body.byteLength === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>), files: [] };
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  const call: Call = { method, params: {}, files: [] };
  const parts: [string, FormDataEntryValue][] = [];
  form.forEach((value, field) => void parts.push([field, value]));
  for (const [field, value] of parts) {
    if (typeof value === "string") call.params[field] = /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value;
    else call.files.push({ field, name: value.name, mime: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
  }
  return call;
}
