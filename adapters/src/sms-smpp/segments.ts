import { SegmentedMessage } from "sms-segments-calculator";
import { type DefaultAlphabet, encodeUcs2 } from "./coding.ts";
import { encodeGsm7 } from "./gsm7.ts";

/** Octets of user data in one SMS (3GPP TS 23.040 section 9.2.3.24), and what is left beside a header of six octets. */
const BODY_OCTETS = 140;
const UCS2_UNITS_BESIDE_HEADER = 67;

/** A text as the phone network carries it: one part is one SMS. */
export interface Segments {
  /** The data_coding of all parts: the SMSC's default alphabet, or UCS-2. */
  coding: "default" | "ucs2";
  /** Octets of each part without its header; a character of the default alphabet has an octet, one of its extension two. */
  parts: Buffer[];
}

/**
 * Splits a text where the composer's counter says that it splits: by the same package, so that both always agree. It
 * never parts a surrogate pair, a letter from its accent, or an escape from its character. A single cluster that is
 * longer than an SMS (a letter with a hundred accents), which the package leaves oversized, is cut between code points.
 * An SMSC whose default alphabet is Latin-1 makes GSM characters of it itself; what Latin-1 lacks (€, Greek) goes as UCS-2.
 */
export function toSegments(text: string, byDefault: DefaultAlphabet = "gsm7"): Segments {
  const message = new SegmentedMessage(text);
  if (message.encodingName === "GSM-7") {
    const parts = textsOf(message).map((part) => (byDefault === "gsm7" ? encodeGsm7(part) : encodeLatin1(part)));
    if (parts.every((part) => part !== null)) return { coding: "default", parts };
  }
  const wide = message.encodingName === "UCS-2" ? message : new SegmentedMessage(text, "UCS-2");
  let texts = textsOf(wide);
  const oversized = texts.some((part) => part.length * 2 > (texts.length === 1 ? BODY_OCTETS : UCS2_UNITS_BESIDE_HEADER * 2));
  if (oversized) texts = byCodePoints(text);
  return { coding: "ucs2", parts: texts.map(encodeUcs2) };
}

const textsOf = (message: SegmentedMessage): string[] =>
  message.segments.map((segment) => [...segment].map((char: { raw?: string }) => char.raw ?? "").join(""));

const encodeLatin1 = (text: string): Buffer | null => (/^[\0-\xff]*$/.test(text) ? Buffer.from(text, "latin1") : null);

function byCodePoints(text: string): string[] {
  const parts = [""];
  for (const char of text) {
    if ((parts.at(-1) as string).length + char.length > UCS2_UNITS_BESIDE_HEADER) parts.push("");
    parts[parts.length - 1] += char;
  }
  return parts;
}
