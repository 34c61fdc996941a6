import http from "node:http";
import type { Update } from "@grammyjs/types";

interface Target {
  url: string;
  secret: string;
}

/**
 * Telegram's side of a webhook: POSTs each update, one at a time for each chat and different chats side by side, and repeats
 * what is not answered with 2xx until it is (core.telegram.org/bots/api#setwebhook).
 */
export class Deliveries {
  readonly #pending: () => Update[];
  readonly #delivered: (update: Update) => void;
  readonly #busy = new Set<number>();
  readonly #requests = new Set<http.ClientRequest>();
  readonly #timers = new Set<NodeJS.Timeout>();
  target: Target | null = null;
  lastError: { at: number; message: string } | null = null;
  #stopped = false;

  constructor(pending: () => Update[], delivered: (update: Update) => void) {
    this.#pending = pending;
    this.#delivered = delivered;
  }

  /** Something new, a new address, or Telegram is back. */
  pump(): void {
    if (this.#stopped || this.target === null) return;
    for (const update of this.#pending()) {
      const chat = chatOf(update);
      if (this.#busy.has(chat)) continue;
      this.#busy.add(chat);
      void this.#deliver(update, chat, this.target);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const request of this.#requests) request.destroy();
    this.#busy.clear();
  }
  start(): void {
    this.#stopped = false;
    this.pump();
  }

  /** One POST with a body of any kind; resolves with the status, 0 when there was no answer. */
  post(body: string | Buffer, headers: Record<string, string>, target = this.target): Promise<number> {
    if (target === null) throw new Error("No webhook is set");
    return new Promise((resolve) => {
      const request = http.request(
        target.url,
        { method: "POST", agent: false, headers: { "content-type": "application/json", connection: "close", ...headers } },
        (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode ?? 0));
          response.on("error", () => resolve(0));
        },
      );
      this.#requests.add(request);
      request.on("close", () => this.#requests.delete(request));
      request.on("error", () => resolve(0));
      request.setTimeout(5_000, () => request.destroy());
      request.end(body);
    });
  }

  async #deliver(update: Update, chat: number, target: Target): Promise<void> {
    const status = await this.post(JSON.stringify(update), { "x-telegram-bot-api-secret-token": target.secret }, target);
    if (this.#stopped) return;
    if (status >= 200 && status < 300) {
      this.#delivered(update);
      this.#busy.delete(chat);
      this.pump();
      return;
    }
    this.lastError = { at: Date.now(), message: status === 0 ? "Connection refused" : `Wrong response from the webhook: ${status}` };
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#busy.delete(chat);
      this.pump();
    }, 50);
    this.#timers.add(timer);
  }
}

/** Updates of one chat keep their order; what names no chat has a line of its own. */
const chatOf = (update: Update): number => (update.message ?? update.edited_message ?? update.my_chat_member ?? update.callback_query?.message)?.chat?.id ?? 0;
