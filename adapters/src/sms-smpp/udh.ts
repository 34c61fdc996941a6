/** Which piece of a long message this is. */
export interface Piece {
  reference: number;
  total: number;
  /** From 1. */
  sequence: number;
}

/** A user data header (3GPP TS 23.040 section 9.2.3.24) read off the front of the octets. */
export interface WithHeader {
  piece: Piece | null;
  body: Buffer;
  /** Bits of the reference number: pieces with 8 and with 16 bits are never of one message. */
  width: 8 | 16;
}

/** Reads the header; throws when it is longer than the octets. Elements other than concatenation are passed over. */
export function readHeaderOf(octets: Buffer): WithHeader {
  const length = octets[0] ?? 0;
  if (octets.length === 0 || length + 1 > octets.length) throw new Error("The user data header is longer than the message");
  let piece: Piece | null = null;
  let width: 8 | 16 = 8;
  for (let at = 1; at + 2 <= length + 1; ) {
    const id = octets[at] as number;
    const size = octets[at + 1] as number;
    const end = at + 2 + size;
    if (end > length + 1) throw new Error("An element of the user data header is longer than the header");
    // 9.2.3.24.1 concatenation with 8 bits of reference, 9.2.3.24.8 with 16.
    if (id === 0x00 && size === 3) piece = { reference: octets[at + 2] as number, total: octets[at + 3] as number, sequence: octets[at + 4] as number };
    if (id === 0x08 && size === 4) {
      piece = { reference: octets.readUInt16BE(at + 2), total: octets[at + 4] as number, sequence: octets[at + 5] as number };
      width = 16;
    }
    at = end;
  }
  return { piece: meaningful(piece), body: octets.subarray(length + 1), width };
}

/** 23.040: a total of zero, or a sequence of zero or beyond the total, is to be ignored: then it is a message by itself. */
export function meaningful(piece: Piece | null): Piece | null {
  return piece !== null && piece.total > 1 && piece.sequence >= 1 && piece.sequence <= piece.total ? piece : null;
}

/** Header of a piece with 8 bits of reference: six octets. */
export const headerOf = (piece: Piece): Buffer => Buffer.from([5, 0, 3, piece.reference & 0xff, piece.total, piece.sequence]);
