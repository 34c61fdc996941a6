import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { ChannelEvent, Host } from "@kommutator/contract/channel";
import type { BotApi } from "./bot-api.ts";
import { fromUpdate } from "./from-telegram.ts";
import { Groups } from "./groups.ts";
import { cleaned, readUpdate } from "./update.ts";

/** What of an unreadable update is kept for the error list. */
const MAX_RAW = 20_000;

/**
 * Where both ways in meet: an update is read, translated and reported; only then `take` resolves and Telegram is told. What
 * Telegram wants done besides (a button to calm, a group to leave) happens aside and holds up nothing.
 */
export class Intake {
  readonly #api: BotApi;
  readonly #host: Host;
  readonly #groups: Groups;
  readonly #aside = new Set<Promise<unknown>>();

  constructor(api: BotApi, host: Host) {
    this.#api = api;
    this.#host = host;
    this.#groups = new Groups(api);
    // Each update on its way listens for the end, and webhooks come many at once.
    setMaxListeners(0, api.closed);
    api.bot.use((context) => this.#take(context.update));
  }

  /** Resolves when everything the update says is stored. Rejects when it is not, or when the channel closes before. */
  take(update: unknown): Promise<void> {
    // telegraf looks into the update before anything of ours does.
    if (update === null || typeof update !== "object") return this.unreadable(stringified(update), "Telegram's update is no object");
    return this.#api.bot.handleUpdate(update as never);
  }

  /** For the error list: authentic, but no update. */
  async unreadable(raw: string, error: string): Promise<void> {
    const digest = createHash("sha256").update(raw).digest("hex").slice(0, 32);
    await this.#report({ kind: "unparseable", eventKey: `x:${digest}`, occurredAt: this.#host.now(), error, raw: cleaned(raw.slice(0, MAX_RAW)) });
  }

  /** Waits for what goes on aside; the requests themselves end with the channel. */
  async idle(): Promise<void> {
    await Promise.all(this.#aside);
  }

  async #take(raw: unknown): Promise<void> {
    const { update, error } = readUpdate(raw);
    if (update === undefined) {
      this.#host.record("in", "unreadable update", { error });
      return this.unreadable(stringified(raw), error);
    }
    const translation = fromUpdate(update, this.#api, this.#host.now());
    this.#host.record("in", "update", { update: update.update_id, events: translation.events.map((event) => event.kind) });
    for (const event of translation.events) await this.#report(event);
    const { answerCallback, refuse } = translation;
    if (answerCallback !== undefined) this.#later(this.#api.call("answerCallbackQuery", { callback_query_id: answerCallback }));
    if (refuse !== undefined) this.#later(this.#groups.refuse(refuse.chatId, refuse.language));
  }

  #later(work: Promise<unknown>): void {
    const aside = work.catch(() => {}).finally(() => this.#aside.delete(aside));
    this.#aside.add(aside);
  }

  /** A store that hangs must not hold the channel open. */
  async #report(event: ChannelEvent): Promise<void> {
    const { closed } = this.#api;
    let onClose: (() => void) | undefined;
    const closing = new Promise<never>((_, reject) => {
      onClose = () => reject(new Error("The channel is closing: the event is not known to be stored"));
      if (closed.aborted) onClose();
      else closed.addEventListener("abort", onClose, { once: true });
    });
    try {
      await Promise.race([this.#host.report(event), closing]);
    } finally {
      if (onClose !== undefined) closed.removeEventListener("abort", onClose);
    }
  }
}

function stringified(raw: unknown): string {
  try {
    return JSON.stringify(raw) ?? String(raw);
  } catch {
    return "(too deeply nested to be shown)";
  }
}
