import type { Adapter } from "@kommutator/contract/channel";
import { parseVkConfig, type VkConfig, vkFields } from "./config.ts";

/**
 * The messages of a VK community: one channel each. Events come by the Callback API (VK calls `/hooks/:channelId/`) or by the
 * Bots Long Poll API; only private dialogs, chats of several people are left alone.
 */
const vk: Adapter<VkConfig> = {
  kind: "vk",
  medium: "message",
  fields: vkFields,
  parseConfig: parseVkConfig,
  open: async (config, host) => (await import("./open.ts")).openCommunity(config, host),
};
export default vk;
export { vk };
