import { SegmentedMessage } from "sms-segments-calculator";

/** How a text goes out as SMS. */
export interface Segments {
  count: number;
  encoding: "GSM-7" | "UCS-2";
  /** Code units that still fit into the last segment without beginning another. */
  left: number;
  /** Few characters that make the whole text dearer, and what it would cost without them. */
  dear: { characters: string[]; without: number } | null;
}

// 3GPP TS 23.040: 160 septets or 70 UCS-2 units alone, 153 or 67 with the header of a long message.
const SINGLE = { "GSM-7": 160, "UCS-2": 70 };
const PART = { "GSM-7": 153, "UCS-2": 67 };

/** Whether a character goes in the short alphabet: GSM 03.38's, and where the centre speaks Latin-1 also in that (€ and Greek are not). */
const isShort = (each: { raw?: string; isGSM7?: boolean }, latin1: boolean): boolean =>
  each.isGSM7 === true && (!latin1 || /^[\0-\xff]*$/.test(each.raw ?? ""));

/** Segments of a text, as GSM 03.38 when every character is in it, else as UCS-2: where the channel itself splits it. */
export function segmentsOf(text: string, latin1 = false): Segments {
  const auto = new SegmentedMessage(text);
  const short = auto.encodingName === "GSM-7" && auto.encodedChars.every((each) => isShort(each, latin1));
  const message = short || auto.encodingName === "UCS-2" ? auto : new SegmentedMessage(text, "UCS-2");
  const encoding = message.encodingName;
  const count = text === "" ? 0 : message.segmentsCount;
  // A pair of code units is never cut, so the last segment says itself how full it is.
  const used = message.segments.at(-1)?.messageSizeInBits() ?? 0;
  const units = Math.ceil(used / (encoding === "GSM-7" ? 7 : 16));
  const left = Math.max(0, (count <= 1 ? SINGLE : PART)[encoding] - units);
  return { count, encoding, left, dear: encoding === "UCS-2" ? dearOf(auto, count, latin1) : null };
}

/** Worth saying only when a few strangers among many: a Cyrillic text is UCS-2 throughout. */
function dearOf(message: SegmentedMessage, count: number, latin1: boolean): Segments["dear"] {
  const strangers = message.encodedChars.filter((each) => !isShort(each, latin1));
  const characters = [...new Set(strangers.map((each) => each.raw))];
  if (characters.length > 3 || strangers.length * 4 > message.encodedChars.length) return null;
  const without = new SegmentedMessage(
    message.encodedChars
      .filter((each) => isShort(each, latin1))
      .map((each) => each.raw)
      .join(""),
  ).segmentsCount;
  return without < count ? { characters, without } : null;
}
