import type { Host } from "@kommutator/contract/channel";
import { Telegraf, TelegramError } from "telegraf";
import type { TelegramConfig } from "./config.ts";
import { dialingAgent } from "./dialing.ts";
import { toChannelError } from "./errors.ts";

type RawCall = (method: string, payload: Record<string, unknown>, options: { signal: AbortSignal }) => Promise<unknown>;

/** Requests whose loss on the way leaves open whether a message was made. */
const MAKES_MESSAGES = /^send(?!ChatAction$)/;

/**
 * Our side of the Bot API over telegraf: every call with a time limit, every failure one of the six errors, every exchange in
 * the transcript, and the token in none of them.
 */
export class BotApi {
  readonly bot: Telegraf;
  readonly agent: ReturnType<typeof dialingAgent>;
  readonly #config: TelegramConfig;
  readonly #host: Host;
  readonly #stop = new AbortController();

  constructor(config: TelegramConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.agent = dialingAgent(config.apiUrl.startsWith("https:"));
    // Infinity: how long an update may take is decided by whoever hands it over, and no timer outlives the channel.
    this.bot = new Telegraf(config.token, { handlerTimeout: Number.POSITIVE_INFINITY, telegram: { apiRoot: config.apiUrl, webhookReply: false } });
    // telegraf takes no agent of ours for http addresses in its constructor.
    this.bot.telegram.options.agent = this.agent;
    // Otherwise the first update would wait for a getMe of telegraf's own; the id is the first half of the token.
    this.bot.botInfo = {
      id: this.id,
      is_bot: true,
      first_name: "",
      username: "",
      can_join_groups: false,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
    };
    // telegraf's own handler prints the update and sets the exit code of the process.
    this.bot.catch((error) => {
      throw error;
    });
  }

  get id(): number {
    return Number(this.#config.token.split(":")[0]);
  }

  /**
   * One method of the Bot API. Throws a ChannelError. `timeoutMs` counts from now to the whole answer. A long poll that
   * brought nothing is not worth a line in the transcript: `quiet`.
   */
  async call<Result>(method: string, payload: Record<string, unknown> = {}, options: { timeoutMs?: number; quiet?: boolean } = {}): Promise<Result> {
    const cancel = new AbortController();
    const abort = (): void => cancel.abort();
    const timer = setTimeout(abort, options.timeoutMs ?? this.#config.requestTimeoutMs);
    this.#stop.signal.addEventListener("abort", abort, { once: true });
    if (this.#stop.signal.aborted) abort();
    const about = { chat: payload["chat_id"] };
    try {
      const result = await (this.bot.telegram.callApi as RawCall).call(this.bot.telegram, method, payload, { signal: cancel.signal });
      if (options.quiet !== true) this.#host.record("out", method, { ...about, ok: true, message: (result as { message_id?: number } | null)?.message_id });
      return result as Result;
    } catch (error) {
      const failure = toChannelError(error, MAKES_MESSAGES.test(method));
      const said = error instanceof TelegramError ? { code: error.code, description: String(error.description ?? "").slice(0, 300) } : {};
      if (!this.#stop.signal.aborted) this.#host.record("out", `${method} failed`, { ...about, ...said, error: failure.message });
      throw failure;
    } finally {
      clearTimeout(timer);
      this.#stop.signal.removeEventListener("abort", abort);
    }
  }

  /** Breaks off every request on its way and every later one. */
  close(): void {
    this.#stop.abort();
    this.agent.destroy();
  }

  get closed(): AbortSignal {
    return this.#stop.signal;
  }
}
