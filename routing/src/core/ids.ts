import type { Id } from "@kommutator/contract/ids";

const HEX: string[] = [];
for (let i = 0; i < 256; i++) HEX.push((i + 256).toString(16).slice(1));

/** One round of the finaliser of MurmurHash3: every bit of the input changes about half of the output. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function word(h: number): string {
  return `${HEX[h >>> 24]}${HEX[(h >>> 16) & 255]}${HEX[(h >>> 8) & 255]}${HEX[h & 255]}`;
}

/**
 * The id of the `index`-th thing that input `inputId` brings into being: the same input always makes the same ids.
 * RFC 9562 version 8 (our own bits): (inputId, index) is written into the id bijectively, so two different pairs never
 * collide (inputId < 2^53, index < 2^32); mixing only spreads them over the index pages.
 */
export function idOf(inputId: number, index: number): Id {
  const low = inputId >>> 0;
  const high = Math.floor(inputId / 0x1_0000_0000) >>> 0;
  const a = mix(low);
  const b = mix((high ^ a) >>> 0);
  const c = mix((index ^ a) >>> 0);
  const m = word(b);
  const n = word(c);
  // 32 + 21 + 32 bits carry the pair; the version and variant digits stand where the RFC wants them.
  return `${word(a)}-${m.slice(0, 4)}-8${m.slice(4, 7)}-8${m.slice(7)}${n.slice(0, 2)}-${n.slice(2)}${HEX[low & 255]}${HEX[(low >>> 8) & 255]}00`;
}
