import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { EpochMs, Id } from "@kommutator/contract/ids";

/** A page may stand open for a while before somebody sends its form; the snippet takes a fresh token by itself. */
export const TOKEN_LIFE_MS = 60 * 60_000;
/** How far the clock of a site's own server may be off. */
const CLOCK_MS = 5 * 60_000;

/** What a token says: for which site it was given, when, and its one use. */
export interface Token {
  origin: string;
  issuedAt: EpochMs;
  /** Names the submission: whoever sends the same token again sends the same request again. */
  nonce: string;
}

/**
 * A token for one submission from one site: HMAC-SHA-256 over channel, origin, time and nonce. It is no secret and proves
 * no person; it ties a submission to a page of an allowed site, to a time, and makes a repetition recognisable, and nothing
 * has to be stored for it on any node.
 */
export function issueToken(secret: string, channelId: Id, origin: string, now: EpochMs): string {
  const content = Buffer.from(JSON.stringify([origin, now, randomBytes(18).toString("base64url")])).toString("base64url");
  return `${content}.${sign(secret, channelId, content)}`;
}

/** What a token of ours says, or why it does not count: `forged` or `expired`. */
export function readToken(secret: string, channelId: Id, text: string, now: EpochMs): Token | "forged" | "expired" {
  const [content = "", signature = "", more] = text.length > 1_000 ? [] : text.split(".");
  if (content === "" || more !== undefined || !equal(signature, sign(secret, channelId, content))) return "forged";
  const [origin, issuedAt, nonce] = JSON.parse(Buffer.from(content, "base64url").toString()) as [string, number, string];
  return now - issuedAt > TOKEN_LIFE_MS || issuedAt - now > CLOCK_MS ? "expired" : { origin, issuedAt, nonce };
}

const sign = (secret: string, channelId: Id, content: string): string =>
  createHmac("sha256", secret).update(`form-token:${channelId}:${content}`).digest("base64url");

/**
 * The signature of a site's own server over its raw body: `X-Signature: sha256=<hex HMAC of "timestamp.body">` with
 * `X-Timestamp: <seconds>`, which must be of the last five minutes.
 */
export function signBody(secret: string, timestamp: string, body: Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex")}`;
}

/** Whether the headers sign this body: `forged` or `expired` otherwise. */
export function checkBody(secret: string, headers: Record<string, string | undefined>, body: Uint8Array, now: EpochMs): "good" | "forged" | "expired" {
  const timestamp = headers["x-timestamp"] ?? "";
  if (!/^\d{1,12}$/.test(timestamp) || !equal(headers["x-signature"] ?? "", signBody(secret, timestamp, body))) return "forged";
  return Math.abs(now - Number(timestamp) * 1_000) > CLOCK_MS ? "expired" : "good";
}

function equal(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
