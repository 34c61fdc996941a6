import type { Channel, Host } from "@kommutator/contract/channel";
import type { SmppConfig } from "./config.ts";
import { SmscConnection } from "./connection.ts";

/** Characters in an SMS in UCS-2, alone and when it is one of several: whatever keeps to it is never refused after it was queued. */
const CHARACTERS_ALONE = 70;
const CHARACTERS_PER_SEGMENT = 67;

/** Binds to the SMS centre; the limits are those of UCS-2, so that what was accepted is never refused later. */
export function openSmpp(config: SmppConfig, host: Host): Channel {
  const connection = new SmscConnection(config, host);
  return {
    limits: {
      textLength: config.maxSegments === 1 ? CHARACTERS_ALONE : config.maxSegments * CHARACTERS_PER_SEGMENT,
      attachmentBytes: 0,
      replyWindowMs: null,
      canStart: true,
      startKinds: ["phone"],
      attachments: { count: 0 },
      segments: config.defaultAlphabet === "latin1" ? "latin1" : true,
      answerable: "^(short:)?\\+?[\\d\\s()-]{2,20}$",
      ...(config.dailyPerAddress === undefined ? {} : { dailyPerAddress: config.dailyPerAddress }),
    },
    handlers: { "message.send": (command) => connection.send(command) },
    test: () => connection.test(),
    close: () => connection.close(),
  };
}
