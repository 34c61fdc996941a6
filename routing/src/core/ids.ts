import type { Id } from "@kommutator/contract/ids";

/** The character codes of the hex digits. */
const HEX = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const DASH = 45;
const ZERO = 48;
const EIGHT = 56;

/**
 * The id of the `index`-th thing that input `inputId` brings into being: the same input always makes the same ids.
 * RFC 9562 version 8 (our own bits): fifteen hex digits of inputId (< 2^53) about the version's, then the variant, then four of the
 * index (< 2^16); so two different pairs never collide. They grow with the inputs: each new row goes to the right end of its
 * index, where the page is in memory and already part of the log, instead of to a page of its own.
 */
export function idOf(inputId: number, index: number): Id {
  const low = inputId >>> 0;
  const high = Math.floor(inputId / 0x1_0000_0000);
  // Made of character codes in one call: a string put together of parts is a tree of parts, which is flattened again when it
  // becomes a key, and that costs more than everything else about a decision.
  return String.fromCharCode(
    hex(high >>> 24),
    hex(high >>> 20),
    hex(high >>> 16),
    hex(high >>> 12),
    hex(high >>> 8),
    hex(high >>> 4),
    hex(high),
    hex(low >>> 28),
    DASH,
    hex(low >>> 24),
    hex(low >>> 20),
    hex(low >>> 16),
    hex(low >>> 12),
    DASH,
    EIGHT,
    hex(low >>> 8),
    hex(low >>> 4),
    hex(low),
    DASH,
    EIGHT,
    ZERO,
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
