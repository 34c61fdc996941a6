import { createHash } from "node:crypto";
import { senderOf } from "./address.ts";
import { type Alphabet, alphabetOf, decodeText } from "./coding.ts";
import type { SmppConfig } from "./config.ts";
import { type Delivery, type Pdu, readDelivery, TLV } from "./pdu.ts";
import { looksLikeReceipt, type Receipt, readReceipt } from "./receipt.ts";
import { meaningful, type Piece, readHeaderOf } from "./udh.ts";

/** What a deliver_sm or data_sm turned out to be. `hash` is the same for the same content. */
export type Incoming =
  | { kind: "receipt"; receipt: Receipt }
  /** Has the form of a receipt without being marked as one: it is one when its id is ours. */
  | { kind: "perhaps-receipt"; receipt: Receipt; message: Message }
  | { kind: "message"; message: Message }
  | { kind: "part"; part: Part }
  | { kind: "unreadable"; error: string; hash: string };

export interface Message {
  hash: string;
  from: string;
  to: string;
  text: string;
}

/** One part of a long message, in octets: a character may begin in one part and end in the next. */
export interface Part {
  hash: string;
  /** The same for all parts of one message. */
  group: string;
  piece: Piece;
  from: string;
  to: string;
  octets: Buffer;
  alphabet: Alphabet;
}

type Reading = Pick<SmppConfig, "country" | "defaultAlphabet">;

/** Reads what the SMSC delivers. Pure; whatever cannot be read is "unreadable" with words that say why. */
export function fromSmsc(pdu: Pdu, config: Reading): Incoming {
  const hash = hashOf(pdu.frame.subarray(16));
  let delivery: Delivery;
  try {
    delivery = readDelivery(pdu);
  } catch (error) {
    return { kind: "unreadable", error: (error as Error).message, hash };
  }
  // Bits 5 to 2 of esm_class (SMPP 3.4 section 5.2.12): 0001 delivery receipt, 1000 intermediate notification.
  const type = delivery.esmClass & 0x3c;
  if (type === 0x04 || type === 0x20) {
    const receipt = readReceipt(delivery);
    if (receipt !== null) return { kind: "receipt", receipt };
    return { kind: "unreadable", error: "A delivery receipt without a message id or a state", hash };
  }
  // Marked by its TLVs alone.
  if (delivery.tlvs.has(TLV.receiptedMessageId) && delivery.tlvs.has(TLV.messageState)) {
    const receipt = readReceipt(delivery);
    if (receipt !== null) return { kind: "receipt", receipt };
  }
  return fromPhone(delivery, hash, config);
}

function fromPhone(delivery: Delivery, hash: string, config: Reading): Incoming {
  const from = senderOf(delivery.source, delivery.sourceTon, config.country);
  if (from === null) return { kind: "unreadable", error: "An SMS that names no sender", hash };
  const alphabet = alphabetOf(delivery.dataCoding, config.defaultAlphabet);
  if (alphabet === null) {
    const coding = `0x${delivery.dataCoding.toString(16).padStart(2, "0")}`;
    return { kind: "unreadable", error: `An SMS from ${from} that carries no text (data_coding ${coding})`, hash };
  }
  const to = delivery.destination;
  let { octets } = delivery;
  let piece = sarPiece(delivery.tlvs);
  let width = "sar";
  if ((delivery.esmClass & 0x40) !== 0) {
    try {
      const header = readHeaderOf(octets);
      octets = header.body;
      if (header.piece !== null) {
        piece = header.piece;
        width = String(header.width);
      }
    } catch (error) {
      return { kind: "unreadable", error: (error as Error).message, hash };
    }
  }
  if (piece !== null) {
    const group = hashOf(Buffer.from(JSON.stringify([from, to, width, piece.reference, piece.total])));
    return { kind: "part", part: { hash, group, piece, from, to, octets, alphabet } };
  }
  // A receipted_message_id on a message is no id of it: some SMSCs put the same into every one.
  const message: Message = { hash, from, to, text: decodeText(octets, alphabet) };
  if (looksLikeReceipt(message.text)) {
    const receipt = readReceipt(delivery);
    if (receipt !== null) return { kind: "perhaps-receipt", receipt, message };
  }
  return { kind: "message", message };
}

/** sar_msg_ref_num, sar_total_segments, sar_segment_seqnum (SMPP 3.4 sections 5.3.2.22 to 24): ignored unless all are there. */
function sarPiece(tlvs: Map<number, Buffer>): Piece | null {
  const reference = tlvs.get(TLV.sarRefNum);
  const total = tlvs.get(TLV.sarTotalSegments)?.[0];
  const sequence = tlvs.get(TLV.sarSegmentSeqnum)?.[0];
  if (reference?.length !== 2 || total === undefined || sequence === undefined) return null;
  return meaningful({ reference: reference.readUInt16BE(0), total, sequence });
}

const hashOf = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("base64url").slice(0, 22);
