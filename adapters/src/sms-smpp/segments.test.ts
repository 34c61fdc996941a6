import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { describe, expect, it } from "vitest";
import { decodeText } from "./coding.ts";
import { decodeGsm7, encodeGsm7 } from "./gsm7.ts";
import { type Segments, toSegments } from "./segments.ts";

const textOf = ({ coding, parts }: Segments): string => parts.map((part) => (coding === "default" ? decodeGsm7(part) : decodeText(part, "ucs2"))).join("");
const graphemes = fc.oneof(
  fc.constantFrom("a", "Z", "@", "€", "[", "\n", "é", "я", "ұ", "Қ", "😀", "👍🏽", "👨‍👩‍👧‍👦", "🇰🇿", "й", "ç", "\\", " "),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
);
const texts = fc.array(graphemes, { maxLength: 400 }).map((all) => all.join("").replaceAll("\0", ""));
const latin = fc.array(fc.constantFrom(..."abc XYZ019@£$€[]{}~^|\\\n"), { minLength: 100, maxLength: 700 }).map((all) => all.join(""));

describe("the segments of a text", () => {
  it("are as many as the composer's counter says, and hold the whole text", () => {
    fc.assert(
      fc.property(fc.oneof(texts, latin), (text) => {
        const segments = toSegments(text);
        const counter = new SegmentedMessage(text);
        expect(segments.parts.length).toBe(counter.segmentsCount);
        expect(segments.coding).toBe(counter.encodingName === "GSM-7" ? "default" : "ucs2");
        expect(textOf(segments)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it("fit into an SMS each, beside their header, and part no surrogate pair and no escape", () => {
    fc.assert(
      fc.property(fc.oneof(texts, latin), (text) => {
        const { coding, parts } = toSegments(text);
        const most = coding === "default" ? (parts.length === 1 ? 160 : 153) : parts.length === 1 ? 140 : 134;
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(most);
          if (coding === "default") expect(part.at(-1)).not.toBe(0x1b);
          else if (!text.includes("\ufffd")) expect(decodeText(part, "ucs2")).not.toContain("\ufffd");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("of a letter with a hundred accents fit, too", () => {
    const text = `e${"\u0301".repeat(100)} и всё`;
    const segments = toSegments(text);
    expect(segments.parts.every((part) => part.length <= 134)).toBe(true);
    expect(textOf(segments)).toBe(text);
  });
});

describe("an SMS centre whose default alphabet is Latin-1", () => {
  it("gets Latin-1 where it suffices, and UCS-2 where it does not", () => {
    expect(toSegments("a@b_[é]", "latin1")).toEqual({ coding: "default", parts: [Buffer.from("a@b_[é]", "latin1")] });
    expect(toSegments("5 €", "latin1")).toEqual({ coding: "ucs2", parts: [Buffer.from("0035002020ac", "hex")] });
    expect(toSegments("ΔΩ".repeat(50), "latin1").parts.map((part) => part.length)).toEqual([134, 66]);
  });
});

describe("the GSM alphabet", () => {
  it("has 127 characters and ten extended ones, and comes back as it went", () => {
    const all = Array.from({ length: 128 }, (_, code) => code).filter((code) => code !== 0x1b);
    const basic = decodeGsm7(Buffer.from(all));
    expect([...basic]).toHaveLength(127);
    expect(encodeGsm7(basic)).toEqual(Buffer.from(all));
    expect(encodeGsm7("\f^{}\\[~]|€")).toHaveLength(20);
    expect(encodeGsm7("я")).toBeNull();
  });
});
