import type { Adapter } from "@kommutator/contract/channel";
import { parseSmppConfig, type SmppConfig, smppFields } from "./config.ts";

/** SMS over SMPP 3.4: a transceiver bound to the operator's or aggregator's SMS centre. */
const smsSmpp: Adapter<SmppConfig> = {
  kind: "sms-smpp",
  medium: "message",
  fields: smppFields,
  parseConfig: parseSmppConfig,
  open: async (config, host) => (await import("./open.ts")).openSmpp(config, host),
};
export default smsSmpp;
export { smsSmpp };
