import type { Adapter, Channel, Host } from "@kommutator/contract/channel";
import { parseSmppConfig, type SmppConfig, smppFields } from "./config.ts";
import { SmscConnection } from "./connection.ts";

/** SMS over SMPP 3.4: a transceiver bound to the operator's or aggregator's SMS centre. */
const smsSmpp: Adapter<SmppConfig> = {
  kind: "sms-smpp",
  medium: "message",
  fields: smppFields,
  parseConfig: parseSmppConfig,
  open: async (config, host) => openSmpp(config, host),
};
export default smsSmpp;
export { smsSmpp };

/** Characters in an SMS in UCS-2, alone and when it is one of several: whatever keeps to it is never refused after it was queued. */
const CHARACTERS_ALONE = 70;
const CHARACTERS_PER_SEGMENT = 67;

function openSmpp(config: SmppConfig, host: Host): Channel {
  const connection = new SmscConnection(config, host);
  return {
    limits: {
      textLength: config.maxSegments === 1 ? CHARACTERS_ALONE : config.maxSegments * CHARACTERS_PER_SEGMENT,
      attachmentBytes: 0,
      replyWindowMs: null,
      canStart: true,
      startKinds: ["phone"],
      attachments: { count: 0 },
      segments: true,
      ...(config.dailyPerAddress === undefined ? {} : { dailyPerAddress: config.dailyPerAddress }),
    },
    handlers: { "message.send": (command) => connection.send(command) },
    test: () => connection.test(),
    close: () => connection.close(),
  };
}
