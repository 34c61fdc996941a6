import { SegmentedMessage } from "sms-segments-calculator";
import { encodeUcs2 } from "./coding.ts";
import { encodeGsm7 } from "./gsm7.ts";

/** Octets of user data in one SMS (3GPP TS 23.040 section 9.2.3.24), and what is left beside a header of six octets. */
const BODY_OCTETS = 140;
const UCS2_UNITS_BESIDE_HEADER = 67;

/** A text as the phone network carries it: one part is one SMS. */
export interface Segments {
  coding: "gsm7" | "ucs2";
  /** Octets of each part without its header; GSM septets have an octet each. */
  parts: Buffer[];
}

/**
 * Splits a text where the composer's counter says that it splits: by the same package, so that both always agree. It
 * never parts a surrogate pair, a letter from its accent, or an escape from its character. A single cluster that is
 * longer than an SMS (a letter with a hundred accents), which the package leaves oversized, is cut between code points.
 */
export function toSegments(text: string): Segments {
  const message = new SegmentedMessage(text);
  const coding = message.encodingName === "GSM-7" ? "gsm7" : "ucs2";
  let texts = message.segments.map((segment) =>
    [...segment]
      .map((char: { raw?: string; isUserDataHeader?: boolean }) => char.raw)
      .filter((raw): raw is string => raw !== undefined)
      .join(""),
  );
  const oversized = coding === "ucs2" && texts.some((part) => part.length * 2 > (texts.length === 1 ? BODY_OCTETS : UCS2_UNITS_BESIDE_HEADER * 2));
  if (oversized) texts = byCodePoints(text);
  const parts = texts.map((part) => (coding === "gsm7" ? encodeGsm7(part) : encodeUcs2(part)));
  if (parts.some((part) => part === null)) return { coding: "ucs2", parts: texts.map(encodeUcs2) };
  return { coding, parts: parts as Buffer[] };
}

function byCodePoints(text: string): string[] {
  const parts = [""];
  for (const char of text) {
    if ((parts.at(-1) as string).length + char.length > UCS2_UNITS_BESIDE_HEADER) parts.push("");
    parts[parts.length - 1] += char;
  }
  return parts;
}
