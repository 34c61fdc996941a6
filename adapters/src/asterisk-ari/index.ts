import type { Adapter } from "@kommutator/contract/channel";
import { Config, FIELDS } from "./config.ts";

/**
 * Asterisk over ARI (22.4 or newer), with the configuration of gateway/deploy/asterisk. Reports calls, legs, recordings and
 * whether phones can ring; performs the call, phone and recording commands. A channel that cannot connect is open all the
 * same: it says `down` and goes on trying.
 */
const adapter: Adapter<Config> = {
  kind: "asterisk-ari",
  medium: "voice",
  fields: FIELDS,
  parseConfig: (raw) => Config.parse(raw),
  open: async (config, host) => (await import("./open.ts")).openLine(config, host),
};
export default adapter;
