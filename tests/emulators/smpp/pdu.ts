import smpp from "smpp";
import type { Submitted } from "./smsc.ts";

/** A response PDU by hand: header, and a C-octet string when it is a good one that has one. */
export function response(id: number, status: number, sequence: number, text: string): Buffer {
  const body = status === 0 && text !== "" ? Buffer.from(`${text}\0`, "latin1") : Buffer.alloc(0);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE((id | 0x80000000) >>> 0, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, body]);
}

export const numbered = (frame: Buffer, sequence: number): Buffer => {
  const copy = Buffer.from(frame);
  copy.writeUInt32BE(sequence, 12);
  return copy;
};

/** A deliver_sm by the `smpp` package's own encoder, which the adapter does not use for texts. */
export function deliverSm(message: {
  from: string;
  to: string;
  text: string | Buffer;
  esmClass?: number;
  dataCoding?: number;
  ton?: number;
  udh?: Buffer;
}): Buffer {
  const plain = typeof message.text !== "string" || /^[\x20-\x5a\x61-\x7a\n]*$/.test(message.text);
  const pdu = new smpp.PDU("deliver_sm", {
    source_addr_ton: message.ton ?? 1,
    source_addr_npi: 1,
    source_addr: message.from,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: message.to,
    esm_class: message.esmClass ?? 0,
    data_coding: message.dataCoding ?? (plain ? 0 : 8),
    short_message: message.udh === undefined ? message.text : { udh: message.udh, message: message.text },
  });
  return pdu.toBuffer();
}

export function fieldsOf(frame: Buffer): Pick<Submitted, "to" | "from" | "dataCoding" | "esmClass" | "octets"> {
  // Read by the package, as above; the octets by hand, because it decodes them.
  const pdu = new smpp.PDU(Buffer.from(frame));
  let at = 16;
  const cstring = (): void => {
    at = frame.indexOf(0, at) + 1;
  };
  cstring();
  at += 2;
  cstring();
  at += 2;
  cstring();
  at += 3;
  cstring();
  cstring();
  at += 4;
  const length = frame[at] as number;
  let octets: Buffer = frame.subarray(at + 1, at + 1 + length);
  for (let tlv = at + 1 + length; tlv + 4 <= frame.length; tlv += 4 + frame.readUInt16BE(tlv + 2)) {
    if (frame.readUInt16BE(tlv) === 0x0424) octets = frame.subarray(tlv + 4, tlv + 4 + frame.readUInt16BE(tlv + 2));
  }
  return {
    to: pdu["destination_addr"] as string,
    from: pdu["source_addr"] as string,
    dataCoding: pdu["data_coding"] as number,
    esmClass: pdu["esm_class"] as number,
    octets,
  };
}

/** The texts that a phone would show: parts put together by their headers, decoded by the package. */
export function textsOf(submitted: readonly Submitted[]): string[] {
  const texts: string[] = [];
  const long = new Map<string, string[]>();
  for (const one of submitted) {
    const pdu = new smpp.PDU(Buffer.from(one.frame));
    const short = pdu["short_message"] as { message: string; udh?: Buffer[] } | undefined;
    const payload = pdu["message_payload"] as { message: string } | undefined;
    const concatenation = short?.udh?.find((element) => element[0] === 0 && element[1] === 3);
    if (concatenation === undefined || short === undefined) {
      texts.push(payload?.message ?? short?.message ?? "");
      continue;
    }
    const [, , reference = 0, total = 0, sequence = 0] = concatenation;
    const key = `${one.to} ${reference}`;
    const parts = long.get(key) ?? [];
    parts[sequence - 1] = short.message;
    long.set(key, parts);
    if (parts.filter((part) => part !== undefined).length === total) {
      texts.push(parts.join(""));
      long.delete(key);
    }
  }
  return texts;
}
