import type { Id } from "@kommutator/contract/ids";

/** The character codes of the hex digits. */
const HEX = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const DASH = 45;
const ZERO = 48;
const EIGHT = 56;

/** One round of the finaliser of MurmurHash3: a bijection in which every bit of the input changes about half of the output. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The id of the `index`-th thing that input `inputId` brings into being: the same input always makes the same ids.
 * RFC 9562 version 8 (our own bits): three words carry (inputId, index) bijectively for inputId < 2^53 and index < 2^16, so two
 * different pairs never collide; mixing only spreads them over the index pages.
 */
export function idOf(inputId: number, index: number): Id {
  const low = inputId >>> 0;
  const high = Math.floor(inputId / 0x1_0000_0000) >>> 0;
  const a = mix(low);
  const b = mix((high ^ a) >>> 0);
  // 32 bits of a, 32 of b, 16 of the index; between them only the version's and the variant's digits (10xx, then the digit of
  // `b` that the version stood in for). Made of character codes in one call: a string put together of parts is a tree of
  // parts, which is flattened again when it becomes a key, and that costs more than everything else about a decision.
  return String.fromCharCode(
    hex(a >>> 28),
    hex(a >>> 24),
    hex(a >>> 20),
    hex(a >>> 16),
    hex(a >>> 12),
    hex(a >>> 8),
    hex(a >>> 4),
    hex(a),
    DASH,
    hex(b >>> 28),
    hex(b >>> 24),
    hex(b >>> 20),
    hex(b >>> 16),
    DASH,
    EIGHT,
    hex(b >>> 8),
    hex(b >>> 4),
    hex(b),
    DASH,
    EIGHT,
    hex(b >>> 12),
    ZERO,
    ZERO,
    DASH,
    hex(index >>> 12),
    hex(index >>> 8),
    hex(index >>> 4),
    hex(index),
    ZERO,
    ZERO,
    ZERO,
    ZERO,
    ZERO,
    ZERO,
    ZERO,
    ZERO,
  );
}

function hex(n: number): number {
  return HEX[n & 15] as number;
}
