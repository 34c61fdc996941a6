import { createHash } from "node:crypto";

/** Longer keys do not fit an index row; they are replaced by their hash (still one key for one thing). */
const MAX_KEY = 400;

/** A key from outside as we store it: no NUL, no broken surrogates, at most 400 characters. */
export function cleanKey(key: string): string {
  const text = cleanText(key);
  return text.length <= MAX_KEY ? text : `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** PostgreSQL stores no NUL, and no half of a surrogate pair in JSON. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** JSON without what PostgreSQL refuses; bytes are left out (files are stored as blobs). */
export function toStoredJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === "string" ? cleanText(v) : v instanceof Uint8Array ? undefined : v)) ?? "null";
}
