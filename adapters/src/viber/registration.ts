import { setTimeout as delay } from "node:timers/promises";
import { ChannelError, type ChannelStatus, type Host } from "@kommutator/contract/channel";
import type { ViberAnswer, ViberApi } from "./api.ts";
import type { ViberConfig } from "./config.ts";

const LAST_RETRY_MS = 60_000;
/** `message` cannot be left out; the others are all that developers.viber.com, "Setting a webhook", names. */
const EVENT_TYPES = ["message", "delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"];

/**
 * Tells Viber where to send this bot's events, then looks every minute whether the token is still good and the address still
 * ours; the channel's status says what it finds. While `set_webhook` runs Viber calls the webhook and waits for our 200: so
 * this runs beside the open channel, never inside `open`. An address that somebody else has set later is left to him: a
 * bot has but one, and two houses would take it from each other for ever.
 */
export class Registration {
  readonly #config: ViberConfig;
  readonly #host: Host;
  readonly #api: ViberApi;
  readonly #address: string;
  readonly #signal: AbortSignal;
  #set = false;
  #state: ChannelStatus["state"] = "connecting";
  #hurry = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(config: ViberConfig, host: Host, api: ViberApi, address: string, signal: AbortSignal) {
    this.#config = config;
    this.#host = host;
    this.#api = api;
    this.#address = address;
    this.#signal = signal;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when nothing of it is left; needs the signal to be aborted. */
  stopped(): Promise<void> {
    return this.#running;
  }

  /** Viber says that it has no address of this bot: it is set now, not at the next look. */
  setAgain(): void {
    this.#set = false;
    this.#hurry.abort();
  }

  /** Viber has just called us, signed with our token: so the token is good, and it is there to be asked how the rest is. */
  heard(): void {
    if (this.#state === "bad-credentials") this.#say({ state: "up" });
    else if (this.#state !== "down") return;
    this.#hurry.abort();
  }

  #say(status: ChannelStatus): void {
    this.#state = status.state;
    this.#host.status(status);
  }

  async #run(): Promise<void> {
    let wait = this.#config.retryFloorMs;
    while (!this.#signal.aborted) {
      const status = await this.#look();
      if (this.#signal.aborted) return;
      this.#say(status);
      if (status.state === "up" || status.state === "degraded") wait = this.#config.retryFloorMs;
      await this.#pause(status.state === "up" || status.state === "degraded" ? this.#config.checkEveryMs : wait);
      wait = Math.min(wait * 2, LAST_RETRY_MS);
    }
  }

  async #look(): Promise<ChannelStatus> {
    try {
      if (!this.#set) {
        await this.#api.call("set_webhook", { url: this.#address, event_types: EVENT_TYPES, send_name: true, send_photo: false });
        this.#set = true;
        return { state: "up" };
      }
      const account = await this.#api.call("get_account_info", {});
      const said = addressFault(account, this.#address);
      if (said === null) return { state: "up" };
      // Nobody else took it: it is only gone.
      if ((account.webhook ?? "") === "") this.#set = false;
      return { state: this.#set ? "degraded" : "down", detail: said };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { state: error instanceof ChannelError && error.code === "bad-credentials" ? "bad-credentials" : "down", detail };
    }
  }

  async #pause(ms: number): Promise<void> {
    this.#hurry = new AbortController();
    await delay(ms, undefined, { signal: AbortSignal.any([this.#signal, this.#hurry.signal]) }).catch(() => undefined);
  }
}

/** What is wrong with the address that Viber sends this bot's events to; null when it is ours. */
export function addressFault(account: ViberAnswer, ours: string): string | null {
  const { webhook = "" } = account;
  if (plain(webhook) === plain(ours)) return null;
  if (webhook === "") return "Viber has no webhook address of this bot: nothing the customers write arrives. It is being set again.";
  const other = URL.canParse(webhook) ? new URL(webhook).origin : "another address";
  return `Viber sends this bot's events to ${other}, not here: another program uses the same bot. Save this channel again to take the bot over.`;
}

const plain = (address: string): string => (URL.canParse(address) ? new URL(address).href : address).replace(/\/+$/, "");
