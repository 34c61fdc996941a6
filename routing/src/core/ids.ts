import type { Id } from "@kommutator/contract/ids";

/** Four hex digits of each 16-bit number: an id is put together from nine ready strings. */
const HEX: string[] = [];
for (let i = 0; i < 0x1_0000; i++) HEX.push((i + 0x1_0000).toString(16).slice(1));

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
  // 32 bits of a, 32 of b, 16 of the index; between them only the version's and the variant's digits.
  return `${HEX[a >>> 16]}${HEX[a & 0xffff]}-${HEX[b >>> 16]}-8${(HEX[b & 0xffff] as string).slice(1)}-${VARIANT[(b >>> 12) & 15]}${HEX[index & 0xffff]}00000000`;
}

/** Variant 10xx, then the digit of `b` that the version stood in for; the group ends with two zeros. */
const VARIANT = Array.from({ length: 16 }, (_, digit) => `8${digit.toString(16)}00-`);
