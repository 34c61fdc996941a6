import { bodyOffset } from "./mime.ts";

/**
 * RFC 5322 section 4 obliges a reader to take what old programs write: blanks before the colon, comments inside
 * addresses, blanks around the dots of a domain. The MIME parser does not; such headers are put into today's form first.
 * `source` is the letter as latin-1; a letter in order is returned as it is.
 */
export function tidyHeaders(letter: Buffer, source: string): Buffer {
  const end = bodyOffset(source, 0, source.length);
  const block = source.slice(0, end);
  if (!/^[\w-]{1,60}[ \t]+:/m.test(block) && !ODD_COMMENT.test(block)) return letter;
  const fields = block.split(/\r?\n(?![ \t])/).map((field) => {
    const named = field.replace(/^([\w-]{1,60})[ \t]+:/, "$1:");
    return /^(from|to|cc|reply-to|sender|message-id|in-reply-to|references):/i.test(named) && (named !== field || ODD_COMMENT.test(named))
      ? tidyAddresses(named)
      : named;
  });
  return Buffer.concat([Buffer.from(fields.join("\r\n"), "latin1"), letter.subarray(end)]);
}

/** A comment inside angle brackets, one with an escape, or one in another: beyond "address (Name)", which is understood. */
const ODD_COMMENT = /<[^<>\r\n]{0,500}\(|\\[()]|\([^()\r\n]{0,500}\(/;

function tidyAddresses(field: string): string {
  return withoutComments(field)
    .replace(/\r?\n[ \t]+/g, " ")
    .replace(/<[^<>]{0,1000}>/g, (address) => address.replace(/\s+/g, ""));
}

/** Nested comments outside quoted strings, with escapes (RFC 5322 section 3.2.2). */
function withoutComments(text: string): string {
  let out = "";
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    if (char === "\\") {
      if (depth === 0) out += char + (text[i + 1] ?? "");
      i++;
    } else if (char === '"' && depth === 0) {
      quoted = !quoted;
      out += char;
    } else if (char === "(" && !quoted) depth++;
    else if (char === ")" && !quoted && depth > 0) depth--;
    else if (depth === 0) out += char;
  }
  return out;
}
