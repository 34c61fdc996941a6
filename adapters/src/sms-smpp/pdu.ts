import smpp from "smpp";

/** Header of every PDU: length, id, status, sequence number of 4 octets each (SMPP 3.4 section 3.2). */
export const HEADER_OCTETS = 16;
/** Longer ones are no PDU: a whole message_payload has 64 KB. */
export const MAX_PDU_OCTETS = 70_000;

/** Leaves octets as they are: the package's own translation of texts loses the GSM escape and the coding. */
class RawPdu extends smpp.PDU {
  override _filter(): void {}
}

/** A PDU as far as the session needs it; `frame` is the whole of it. */
export interface Pdu {
  command: string;
  status: number;
  sequence: number;
  frame: Buffer;
}

/** The header of a whole frame. Commands that SMPP 3.4 does not know are "unknown". */
export function readHeader(frame: Buffer): Pdu {
  const id = frame.readUInt32BE(4);
  return { command: smpp.commandsById[id]?.command ?? "unknown", status: frame.readUInt32BE(8), sequence: frame.readUInt32BE(12), frame };
}

/** Octets of a PDU. Texts must be Buffers already; throws a RangeError when a short_message has more than 255 octets. */
export function encodePdu(command: string, sequence: number, fields: Record<string, unknown> = {}, status = 0): Buffer {
  return new RawPdu(command, { ...fields, sequence_number: sequence, command_status: status }).toBuffer();
}

/** message_id of a submit_sm_resp; "" when the SMSC gives none. */
export function readMessageId(frame: Buffer): string {
  const end = frame.indexOf(0, HEADER_OCTETS);
  return frame.toString("latin1", HEADER_OCTETS, end < 0 ? frame.length : end).trim();
}

/** What a deliver_sm or data_sm carries, in octets (SMPP 3.4 sections 4.6.1 and 4.7.1). */
export interface Delivery {
  sourceTon: number;
  source: string;
  destination: string;
  esmClass: number;
  dataCoding: number;
  /** short_message, or message_payload in its place. */
  octets: Buffer;
  tlvs: Map<number, Buffer>;
}

export const TLV = {
  receiptedMessageId: 0x001e,
  sarRefNum: 0x020c,
  sarTotalSegments: 0x020e,
  sarSegmentSeqnum: 0x020f,
  networkErrorCode: 0x0423,
  messagePayload: 0x0424,
  messageState: 0x0427,
} as const;

/** Reads a deliver_sm or data_sm strictly; throws when a field or TLV reaches beyond the end of the PDU. */
export function readDelivery(pdu: Pdu): Delivery {
  const { frame } = pdu;
  let at = HEADER_OCTETS;
  const octet = (): number => {
    if (at >= frame.length) throw new Error("The PDU ends in the middle of its fields");
    return frame[at++] as number;
  };
  const text = (): string => {
    const end = frame.indexOf(0, at);
    if (end < 0) throw new Error("A text field of the PDU has no end");
    const value = frame.toString("latin1", at, end);
    at = end + 1;
    return value;
  };
  const slice = (octets: number): Buffer => {
    if (at + octets > frame.length) throw new Error("The PDU is shorter than a length inside it says");
    const value = frame.subarray(at, at + octets);
    at += octets;
    return value;
  };
  text(); // service_type
  const sourceTon = octet();
  octet(); // source_addr_npi
  const source = text();
  octet(); // dest_addr_ton
  octet(); // dest_addr_npi
  const destination = text();
  const esmClass = octet();
  let dataCoding: number;
  let octets: Buffer = Buffer.alloc(0);
  if (pdu.command === "data_sm") {
    octet(); // registered_delivery
    dataCoding = octet();
  } else {
    octet(); // protocol_id
    octet(); // priority_flag
    text(); // schedule_delivery_time
    text(); // validity_period
    octet(); // registered_delivery
    octet(); // replace_if_present_flag
    dataCoding = octet();
    octet(); // sm_default_msg_id
    octets = slice(octet());
  }
  const tlvs = new Map<number, Buffer>();
  while (at + 4 <= frame.length) {
    const tag = frame.readUInt16BE(at);
    const length = frame.readUInt16BE(at + 2);
    at += 4;
    tlvs.set(tag, slice(length));
  }
  const payload = tlvs.get(TLV.messagePayload);
  return { sourceTon, source, destination, esmClass, dataCoding, octets: octets.length === 0 && payload !== undefined ? payload : octets, tlvs };
}
