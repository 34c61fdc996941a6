/** A string of the document (left as it is), or a whole number too long for a double. */
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs;

/**
 * JSON.parse for Viber's documents: its message tokens are numbers of 19 digits, which a double rounds. Whole numbers of
 * 16 digits and more become strings of exactly these digits. Strings lose NULs and lone surrogates, which no database
 * takes. Throws a SyntaxError, or a RangeError when it is nested beyond measure.
 */
export function parseExact(text: string): unknown {
  const quoted = text.replace(STRING_OR_LONG_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`));
  return JSON.parse(quoted, (_key, value: unknown) => (typeof value === "string" ? wellFormed(value.replaceAll("\0", "")) : value));
}

/** Half a character (a surrogate without its other) becomes U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\uFFFD");
