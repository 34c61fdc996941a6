import { ChannelError, type Commands } from "@kommutator/contract/channel";
import { destinationOf, sourceOf } from "./address.ts";
import type { DefaultAlphabet } from "./coding.ts";
import type { SmppConfig } from "./config.ts";
import { type Segments, toSegments } from "./segments.ts";
import { headerOf } from "./udh.ts";

/** esm_class bit 6: the message begins with a user data header (SMPP 3.4 section 5.2.12). */
const UDH_INDICATOR = 0x40;
const DATA_CODING = { default: 0x00, ucs2: 0x08 } as const;

/** Fields of one submit_sm, texts in octets. */
export interface Submit extends Record<string, unknown> {
  destination_addr: string;
  esm_class: number;
  data_coding: number;
  short_message: Buffer;
  message_payload?: Buffer;
}

type Writing = Pick<SmppConfig, "sourceAddress" | "sourceTon" | "sourceNpi" | "longMessages" | "maxSegments" | "defaultAlphabet">;

/**
 * The submits of a reply: one for a text that fits into an SMS, one a segment with a header of `reference` for a longer
 * one, or one with message_payload when the channel is set so. Throws `rejected` with the reason for what no SMS can carry.
 */
export function toSubmits(command: Pick<Commands["message.send"], "text" | "to" | "threadKey" | "files">, config: Writing, reference: number): Submit[] {
  if (command.files.length > 0) throw new ChannelError("rejected", "An SMS carries no files: send the text alone");
  const text = command.text.replace(/\r\n?/g, "\n");
  if (text.trim() === "") throw new ChannelError("rejected", "The text is empty");
  const address = command.to.value ?? command.threadKey;
  const destination = destinationOf(address);
  if (destination === null) throw new ChannelError("rejected", `"${address}" is no number that an SMS can be sent to`);
  const segments = split(text, config.maxSegments, config.defaultAlphabet);
  const source = sourceOf(config.sourceAddress, config.sourceTon, config.sourceNpi);
  const common = {
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.address,
    dest_addr_ton: destination.ton,
    dest_addr_npi: destination.npi,
    destination_addr: destination.address,
    // A receipt of the final outcome, delivered or failed (section 5.2.17).
    registered_delivery: 1,
    // Set, because left out the package would choose Latin-1 for some texts.
    data_coding: DATA_CODING[segments.coding],
  };
  const total = segments.parts.length;
  if (total === 1) return [{ ...common, esm_class: 0, short_message: segments.parts[0] as Buffer }];
  if (config.longMessages === "message-payload") {
    return [{ ...common, esm_class: 0, short_message: Buffer.alloc(0), message_payload: Buffer.concat(segments.parts) }];
  }
  return segments.parts.map((part, i) => ({
    ...common,
    esm_class: UDH_INDICATOR,
    short_message: Buffer.concat([headerOf({ reference, total, sequence: i + 1 }), part]),
  }));
}

/** Refused before it is split when it could not fit even in the best case: splitting costs time with its length. */
function split(text: string, most: number, alphabet: DefaultAlphabet): Segments {
  const refusal = (count: string): ChannelError =>
    new ChannelError("rejected", `The text takes ${count} SMS; at most ${most} go out as one message. Shorten it`);
  if (text.length > most * 160) throw refusal(`more than ${most}`);
  const segments = toSegments(text, alphabet);
  if (segments.parts.length > most) throw refusal(String(segments.parts.length));
  return segments;
}
