import { createHmac, timingSafeEqual } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Host, WebhookHead, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";
import type { BotApi } from "./bot-api.ts";
import type { TelegramConfig } from "./config.ts";
import { ALLOWED_UPDATES } from "./from-telegram.ts";
import { rest, statusOf } from "./health.ts";
import type { Intake } from "./intake.ts";

/** core.telegram.org/bots/api#webhookinfo, what we read of it. */
export interface WebhookInfo {
  url: string;
  pending_update_count?: number;
  last_error_date?: number;
  last_error_message?: string;
}

const SECRET_HEADER = "x-telegram-bot-api-secret-token";
/** An update is a few kilobytes of text; files stay with Telegram. */
const MAX_UPDATE_BYTES = 2 * 1024 * 1024;

/** Where Telegram delivers to. */
export const webhookUrl = (config: TelegramConfig, host: Host): string => `${config.publicUrl}/hooks/${host.channelId}`;

/** Follows from the token, so that every node and every start knows it without a memory (A-Z a-z 0-9 _ -, up to 256). */
const webhookSecret = (config: TelegramConfig, host: Host): string =>
  createHmac("sha256", config.token).update(`webhook ${host.channelId}`).digest("base64url");

/**
 * Delivery by webhook (core.telegram.org/bots/api#setwebhook): Telegram repeats what is not answered with 2xx, one update of a
 * chat at a time. A loop keeps the webhook set and asks how it fares, because a wrong token or an address that Telegram
 * cannot reach would otherwise look like a quiet day.
 */
export class Webhook {
  readonly #config: TelegramConfig;
  readonly #host: Host;
  readonly #api: BotApi;
  readonly #intake: Intake;
  readonly #secret: Buffer;
  readonly #running: Promise<void>;
  readonly ready: Promise<void>;
  /** When something came through last: an older complaint of Telegram's is settled. */
  #heardAt = 0;

  constructor(config: TelegramConfig, host: Host, api: BotApi, intake: Intake) {
    this.#config = config;
    this.#host = host;
    this.#api = api;
    this.#intake = intake;
    this.#secret = Buffer.from(webhookSecret(config, host));
    let ready = (): void => {};
    this.ready = new Promise((resolve) => {
      ready = resolve;
    });
    this.#running = this.#run(ready).finally(ready);
  }

  /** Without the secret nothing of a body is read. */
  admit(head: WebhookHead): number | WebhookResponse {
    if (head.method !== "POST") return { status: 405 };
    return this.#authentic(head.headers[SECRET_HEADER]) ? MAX_UPDATE_BYTES : { status: 401 };
  }

  /** 200 only after everything is stored; 503 makes Telegram deliver again. */
  async answer(request: WebhookRequest): Promise<WebhookResponse> {
    const admitted = this.admit(request);
    if (typeof admitted !== "number") return admitted;
    if (this.#api.closed.aborted) return { status: 503 };
    try {
      const text = new TextDecoder().decode(request.body);
      const update = parsed(text);
      if (update === undefined) {
        this.#host.record("in", "unreadable update", { bytes: request.body.byteLength });
        await this.#intake.unreadable(text, "Telegram's update is not JSON");
      } else await this.#intake.take(update);
      this.#heardAt = this.#host.now();
      return { status: 200 };
    } catch (error) {
      this.#host.record("in", "An update is not stored; Telegram will send it again", { error: String(error).slice(0, 300) });
      return { status: 503, headers: { "retry-after": "2" } };
    }
  }

  async close(): Promise<void> {
    await this.#running;
  }

  #authentic(header: string | undefined): boolean {
    const given = Buffer.from(header ?? "");
    return given.byteLength === this.#secret.byteLength && timingSafeEqual(given, this.#secret);
  }

  async #run(ready: () => void): Promise<void> {
    const { closed } = this.#api;
    let failures = 0;
    let set = false;
    while (!closed.aborted) {
      try {
        if (!set) await this.#set();
        set = true;
        failures = 0;
        this.#judge(await this.#api.call<WebhookInfo>("getWebhookInfo", {}, { quiet: true }));
        ready();
        await pause(this.#config.checkEveryMs, undefined, { signal: closed }).catch(() => {});
      } catch (error) {
        if (closed.aborted) return;
        failures++;
        set = false;
        this.#host.status(statusOf(error));
        ready();
        await rest(failures, this.#config.reconnectFloorMs, error, closed);
      }
    }
  }

  async #set(): Promise<void> {
    await this.#api.call("setWebhook", {
      url: webhookUrl(this.#config, this.#host),
      secret_token: this.#secret.toString(),
      allowed_updates: [...ALLOWED_UPDATES],
    });
  }

  /** Somebody else's webhook is not fought over: two houses would take the bot from each other for ever. */
  #judge(info: WebhookInfo): void {
    const fault = webhookFault(info, webhookUrl(this.#config, this.#host), this.#heardAt);
    this.#host.status(fault === null ? { state: "up" } : { state: "degraded", detail: fault });
  }
}

/** What is wrong with a webhook, in words; null when all is well. A complaint older than `heardAt` (ms) is settled. */
export function webhookFault(info: WebhookInfo, ours: string, heardAt: number): string | null {
  const waiting = info.pending_update_count ?? 0;
  if (info.url !== ours)
    return info.url === ""
      ? "Telegram delivers nothing: another program has taken the webhook away. Save the channel again to set it"
      : "Telegram delivers this bot's messages to another address: give this house a bot of its own, or save the channel again";
  const { last_error_message: said, last_error_date: at = 0 } = info;
  if (said === undefined || waiting === 0 || at * 1_000 < heardAt) return null;
  return `Telegram cannot deliver to ${new URL(ours).origin}: ${said.slice(0, 200)}; ${waiting} waiting there`;
}

/** undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
