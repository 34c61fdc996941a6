import { decodeGsm7 } from "./gsm7.ts";

/** What the SMSC means by data_coding 0: usually the GSM alphabet, sometimes Latin-1. */
export type DefaultAlphabet = "gsm7" | "latin1";
export type Alphabet = "gsm7" | "latin1" | "ascii" | "cyrillic" | "hebrew" | "ucs2";

/**
 * The alphabet of a data_coding, or null for octets that are no text: SMPP 3.4 section 5.2.19, and GSM 03.38 section 4
 * for the groups that SMSCs hand through from the phone (0x1X message class, 0xCX to 0xEX waiting indication, 0xFX).
 */
export function alphabetOf(dataCoding: number, byDefault: DefaultAlphabet): Alphabet | null {
  switch (dataCoding) {
    case 0x00:
      return byDefault;
    case 0x01:
      return "ascii";
    case 0x03:
      return "latin1";
    case 0x06:
      return "cyrillic";
    case 0x07:
      return "hebrew";
    case 0x08:
      return "ucs2";
  }
  const group = dataCoding & 0xf0;
  if (group === 0x10) return ([byDefault, null, "ucs2", null] as const)[(dataCoding >> 2) & 3] ?? null;
  if (group === 0xc0 || group === 0xd0) return byDefault;
  if (group === 0xe0) return "ucs2";
  if (group === 0xf0) return (dataCoding & 4) === 0 ? byDefault : null;
  return null;
}

/** Text of the octets. UCS-2 is read as UTF-16 (phones send emoji as surrogate pairs); NULs are left out. */
export function decodeText(octets: Buffer, alphabet: Alphabet): string {
  const text = ((): string => {
    switch (alphabet) {
      case "gsm7":
        return decodeGsm7(octets);
      case "ucs2":
        return new TextDecoder("utf-16be", { ignoreBOM: false }).decode(octets);
      case "cyrillic":
        return new TextDecoder("iso-8859-5").decode(octets);
      case "hebrew":
        return new TextDecoder("iso-8859-8").decode(octets);
      case "ascii":
      case "latin1":
        return octets.toString("latin1");
    }
  })();
  return text.replaceAll("\0", "");
}

/** Octets of UTF-16, big-endian. */
export function encodeUcs2(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}
