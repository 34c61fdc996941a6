import type { Adapter } from "@kommutator/contract/channel";
import { parseTelegramConfig, type TelegramConfig, telegramFields } from "./config.ts";

/**
 * A Telegram bot in private chats, by long polling or by webhook. The customer writes first. Telegram tells bots neither that
 * a message arrived nor that it was read: `sent` is the last state there is.
 */
const telegram: Adapter<TelegramConfig> = {
  kind: "telegram",
  medium: "message",
  fields: telegramFields,
  parseConfig: parseTelegramConfig,
  open: async (config, host) => (await import("./open.ts")).openBot(config, host),
};
export default telegram;
export { telegram };
