import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * X-Viber-Content-Signature: HMAC-SHA256 of the raw body with the bot's token, in hexadecimal (developers.viber.com,
 * "Callbacks"). Compared in constant time.
 */
export function isSigned(body: Uint8Array, signature: string | undefined, token: string): boolean {
  if (signature === undefined || !/^[0-9a-f]{64}$/i.test(signature)) return false;
  return timingSafeEqual(createHmac("sha256", token).update(body).digest(), Buffer.from(signature, "hex"));
}
