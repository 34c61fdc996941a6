import { ChannelError, type Host } from "@kommutator/contract/channel";
import { sentences } from "@kommutator/contract/sentences";
import type { BotApi } from "./bot-api.ts";
import type { TelegramConfig } from "./config.ts";
import { type WebhookInfo, webhookFault, webhookUrl } from "./webhook.ts";

/** The administrator's "test" button: who the bot is, and how its messages come to us. */
export async function tryBot(config: TelegramConfig, host: Host, api: BotApi): Promise<{ ok: boolean; detail: string }> {
  try {
    const me = await api.call<{ username?: string; first_name?: string }>("getMe");
    const info = await api.call<WebhookInfo>("getWebhookInfo");
    const waiting = info.pending_update_count ?? 0;
    const who = `Telegram knows the bot @${me.username ?? me.first_name ?? "?"}`;
    if (config.mode === "polling") {
      if (info.url !== "") return { ok: false, detail: `${who}, but a webhook is set elsewhere, and so we get nothing: save the channel again to remove it` };
      return { ok: true, detail: `${who}; messages are fetched, ${waiting} waiting` };
    }
    const fault = webhookFault(info, webhookUrl(config, host), 0);
    return fault === null
      ? { ok: true, detail: `${who}; messages are delivered to ${config.publicUrl}, ${waiting} waiting` }
      : { ok: false, detail: sentences([who, fault]) };
  } catch (error) {
    return { ok: false, detail: error instanceof ChannelError ? error.message : "The bot could not be tried" };
  }
}
