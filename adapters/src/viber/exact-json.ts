/** A string of the document, also one that never ends (so that nothing is ever tried twice), or a whole number. */
const STRING_OR_NUMBER = /"(?:[^"\\]+|\\.?)*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const TOO_LONG = /^-?\d{16,}$/;

/**
 * JSON.parse for Viber's documents: its message tokens are numbers of 19 digits, which a double rounds. Whole numbers of
 * 16 digits and more become strings of exactly these digits. Strings lose NULs and lone surrogates, which no database
 * takes. Throws a SyntaxError, or a RangeError when it is nested beyond measure.
 */
export function parseExact(text: string): unknown {
  const quoted = text.replace(STRING_OR_NUMBER, (token) => (TOO_LONG.test(token) ? `"${token}"` : token));
  return JSON.parse(quoted, (_key, value: unknown) => (typeof value === "string" ? wellFormed(value.replaceAll("\0", "")) : value));
}

/** Half a character (a surrogate without its other) becomes U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\uFFFD");
