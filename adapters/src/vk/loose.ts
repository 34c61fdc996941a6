/** Careful reading of what came from outside: every field may be missing or of another type. */

export type Loose = Record<string, unknown>;

/** The value as an object; an empty one when it is none. */
export const obj = (value: unknown): Loose => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {});
/** The objects of a list; none when it is no list. */
export const list = (value: unknown): Loose[] => (Array.isArray(value) ? value.map(obj) : []);
/** A whole number that a double holds exactly, or undefined. */
export const int = (value: unknown): number | undefined => {
  const number = typeof value === "string" && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
};
/** A text without control characters (line breaks and tabs stay) and without halves of characters; "" when it is none. */
export const str = (value: unknown): string =>
  typeof value === "string"
    ? value
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be removed
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "")
        .replace(/\p{Surrogate}/gu, "\ufffd")
        .replace(/\r\n?/g, "\n")
    : "";
/** The first that is not empty. */
export const either = (...values: unknown[]): string => values.map(str).find((value) => value.trim() !== "") ?? "";

const MAX_DEPTH = 30;

/** A copy that every store takes: texts as `str` makes them, no deeper than 30 levels, and without the named fields. */
export function storable(value: unknown, without: readonly string[] = [], depth = 0): unknown {
  if (typeof value === "string") return str(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.map((one) => storable(one, without, depth + 1));
  const entries = Object.entries(value).filter(([name]) => !without.includes(name));
  return Object.fromEntries(entries.map(([name, one]) => [str(name), storable(one, without, depth + 1)]));
}
