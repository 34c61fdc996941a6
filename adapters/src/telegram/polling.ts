import { setTimeout as pause } from "node:timers/promises";
import { ChannelError, type Host } from "@kommutator/contract/channel";
import type { BotApi } from "./bot-api.ts";
import type { TelegramConfig } from "./config.ts";
import { isConflict } from "./errors.ts";
import { ALLOWED_UPDATES } from "./from-telegram.ts";
import { rest, statusOf } from "./health.ts";
import type { Intake } from "./intake.ts";

/** Beyond the time for which Telegram holds an empty answer. */
const GRACE_MS = 15_000;
/** At most a hundred questions a second: a busy bot's updates come several to an answer instead of one by one. */
const GATHER_MS = 10;

/**
 * Long polling (core.telegram.org/bots/api#getupdates). Telegram keeps an update until it is asked for a higher offset, and we
 * name an offset only when everything below it is stored; so nothing of ours has to be remembered over a restart. The offset
 * is named once and then forgotten: after a quiet week Telegram may number from anywhere, below it too.
 */
export class Polling {
  readonly #config: TelegramConfig;
  readonly #host: Host;
  readonly #api: BotApi;
  readonly #intake: Intake;
  readonly #running: Promise<void>;
  /** The first attempt has ended, well or not: the status is true from here on. */
  readonly ready: Promise<void>;
  #offset: number | undefined;

  constructor(config: TelegramConfig, host: Host, api: BotApi, intake: Intake) {
    this.#config = config;
    this.#host = host;
    this.#api = api;
    this.#intake = intake;
    let ready = (): void => {};
    this.ready = new Promise((resolve) => {
      ready = resolve;
    });
    this.#running = this.#run(ready).finally(ready);
  }

  /** Resolves when the loop has ended; the api is closed before. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(ready: () => void): Promise<void> {
    const { closed } = this.#api;
    let failures = 0;
    let released = false;
    while (!closed.aborted) {
      try {
        // With a webhook set getUpdates answers 409; what waits there stays.
        if (!released) await this.#api.call("deleteWebhook", { drop_pending_updates: false });
        released = true;
        // At first and after a failure Telegram need not wait for news: whether it is there is the news.
        const updates = await this.#ask(failures > 0 || this.#offset === undefined ? 0 : this.#config.pollSeconds);
        this.#host.status({ state: "up" });
        ready();
        failures = 0;
        await this.#listen(updates);
      } catch (error) {
        if (closed.aborted) return;
        failures++;
        if (isConflict(error)) released = false;
        this.#host.status(statusOf(error));
        ready();
        await rest(failures, this.#config.reconnectFloorMs, error, closed);
      }
    }
  }

  /** From the first answer until something fails. */
  async #listen(first: unknown[]): Promise<void> {
    let updates = first;
    let asked = performance.now();
    while (!this.#api.closed.aborted) {
      const progress = await this.#takeAll(updates);
      // Updates without a number cannot be acknowledged and come again at once.
      if (updates.length > 0 && !progress) await rest(1, Math.max(this.#config.reconnectFloorMs, 100), null, this.#api.closed);
      // What is written within a moment comes with one answer.
      await pause(Math.max(0, asked + GATHER_MS - performance.now()), undefined, { signal: this.#api.closed }).catch(() => undefined);
      asked = performance.now();
      updates = await this.#ask(this.#config.pollSeconds);
    }
  }

  /**
   * Each chat in Telegram's order, one after the other; chats do not wait for each other, so that what was asked for together is stored
   * together. What is stored before the first failure is acknowledged with the next question; the rest comes again.
   */
  async #takeAll(updates: unknown[]): Promise<boolean> {
    let progress = false;
    const lines = new Map<unknown, Promise<void>>();
    const taking = updates.map((update) => {
      const chat = chatOf(update);
      const taken = (lines.get(chat) ?? Promise.resolve()).then(() => this.#intake.take(update));
      lines.set(chat, taken);
      return taken;
    });
    await Promise.allSettled(taking);
    for (const [i, update] of updates.entries()) {
      await taking[i];
      const id = (update as { update_id?: unknown } | null)?.update_id;
      if (typeof id !== "number" || !Number.isSafeInteger(id)) continue;
      this.#offset = id + 1;
      progress = true;
    }
    return progress;
  }

  async #ask(seconds: number): Promise<unknown[]> {
    const offset = this.#offset;
    const payload = { ...(offset === undefined ? {} : { offset }), limit: 100, timeout: seconds, allowed_updates: [...ALLOWED_UPDATES] };
    const updates = await this.#api.call<unknown>("getUpdates", payload, { timeoutMs: seconds * 1_000 + GRACE_MS, quiet: true });
    if (!Array.isArray(updates)) throw new ChannelError("unreachable", "Telegram's answer makes no sense");
    this.#offset = undefined;
    return updates;
  }
}

/** The chat that an update is of, whatever its kind; undefined for what has none. */
function chatOf(update: unknown): unknown {
  for (const part of Object.values((update ?? {}) as Record<string, unknown>)) {
    const { chat, message, from } = (part ?? {}) as { chat?: { id?: unknown }; message?: { chat?: { id?: unknown } }; from?: { id?: unknown } };
    const id = chat?.id ?? message?.chat?.id ?? from?.id;
    if (id !== undefined) return id;
  }
  return undefined;
}
