import type { Adapter } from "@kommutator/contract/channel";
import { parseViberConfig, type ViberConfig, viberFields } from "./config.ts";

/**
 * A Viber bot, by the REST API (developers.viber.com): events come to the channel's webhook, messages go by `send_message`.
 * Nothing is held open, so several nodes may serve the same bot.
 */
const viber: Adapter<ViberConfig> = {
  kind: "viber",
  medium: "message",
  fields: viberFields,
  parseConfig: parseViberConfig,
  open: async (config, host) => (await import("./open.ts")).openBot(config, host),
};
export default viber;
export { viber };
