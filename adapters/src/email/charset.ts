import { HeaderBlock, mimeParts, partBytes } from "./mime.ts";

/**
 * Letters without a (true) charset label, as old programs in Russia, Ukraine and Kazakhstan still send them: raw
 * windows-1251 or koi8-r in headers and bodies. They are labelled before the MIME parser sees them.
 */
const CANDIDATES = ["windows-1251", "koi8-u", "iso-8859-5", "ibm866"] as const;
const FREQUENT = new Set("оеаинтсрвлкмдпуяыьгзбчйхі");

/** The most plausible charset of 8-bit text that is written mostly in Cyrillic; `utf-8` when the bytes are valid UTF-8. */
export function guessCharset(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, 20_000);
  if (isUtf8(sample)) return "utf-8";
  let best = "windows-1251";
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const charset of CANDIDATES) {
    const score = plausibility(new TextDecoder(charset).decode(sample));
    if (score > bestScore) [best, bestScore] = [charset, score];
  }
  return best;
}

/** Whether the bytes are UTF-8; a sequence cut off at the end of the sample is forgiven. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Lower-case frequent letters speak for a charset; a capital after a small letter or a non-letter above ASCII against it. */
function plausibility(text: string): number {
  let score = 0;
  let lowerBefore = false;
  for (const char of text) {
    if (char < "\u0080") {
      lowerBefore = char >= "a" && char <= "z";
      continue;
    }
    if (/\p{Ll}/u.test(char)) {
      score += FREQUENT.has(char) ? 2 : /[а-яёіїєґ]/u.test(char) ? 1 : -2;
      lowerBefore = true;
    } else if (/\p{Lu}/u.test(char)) {
      score += lowerBefore ? -3 : /[А-ЯЁІЇЄҐ]/u.test(char) ? 0 : -2;
      lowerBefore = false;
    } else if (!"«»–—№…“”„\u00a0".includes(char)) {
      score -= 2;
      lowerBefore = false;
    }
  }
  return score;
}

const known = (charset: string): boolean => {
  try {
    new TextDecoder(charset);
    return true;
  } catch {
    return false;
  }
};

/**
 * The letter with raw 8-bit headers turned into UTF-8 and a `charset` put on text parts that lack one, claim ASCII, or
 * claim UTF-8 without being it. `source` is the letter as latin-1. A letter that is labelled well is returned as it is.
 */
export function labelCharsets(letter: Buffer, source: string): Buffer {
  const pieces: Buffer[] = [];
  let done = 0;
  for (const part of mimeParts(source)) {
    if (part.headerStart < done) continue;
    let block = source.slice(part.headerStart, part.bodyStart);
    const charset = bodyCharset(source, part);
    const raw8 = /[\x80-\xff]/.test(block) && !isUtf8(letter.subarray(part.headerStart, part.bodyStart));
    if (charset === null && !raw8) continue;
    if (charset !== null) block = withCharset(block, part.type, charset);
    const bytes = Buffer.from(block, "latin1");
    pieces.push(letter.subarray(done, part.headerStart), raw8 ? Buffer.from(new TextDecoder(guessCharset(bytes)).decode(bytes), "utf8") : bytes);
    done = part.bodyStart;
  }
  return done === 0 ? letter : Buffer.concat([...pieces, letter.subarray(done)]);
}

/** The charset to put on the part, or null when its own label stands. */
function bodyCharset(source: string, part: ReturnType<typeof mimeParts>[number]): string | null {
  if (!part.type.startsWith("text/")) return null;
  const label = (part.params["charset"] ?? "").toLowerCase().replace(/[^a-z0-9_-]/g, "");
  const claimsUtf8 = /^utf-?8$/.test(label);
  const unlabelled =
    label === "" || /^(us-?ascii|ascii|unknown-8bit|x-unknown|x-user-defined|default)$/.test(label) || (!known(label) && !/^(koi|win|cp|iso|x-)/.test(label));
  if (!unlabelled && !claimsUtf8) return null;
  const bytes = partBytes(source, { ...part, bodyEnd: Math.min(part.bodyEnd, part.bodyStart + 30_000) });
  if (!bytes.some((byte) => byte >= 0x80)) return null;
  const guess = guessCharset(bytes);
  return claimsUtf8 && guess === "utf-8" ? null : guess;
}

function withCharset(block: string, type: string, charset: string): string {
  if (new HeaderBlock(block).all("content-type").length === 0) return `Content-Type: ${type}; charset=${charset}\r\n${block}`;
  const unlabelled = block.replace(/;\s*charset\s*=\s*("[^"]*"|[^\s;]*)/i, "");
  return unlabelled.replace(/^(content-type:\s*[^\s;]+)/im, `$1; charset=${charset}`);
}
