import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * Channel secrets at rest: AES-256-GCM with the installation's key. Layout: version (1 byte, = 1), nonce (12), tag (16),
 * ciphertext. The channel's id is bound in as additional data, so a row copied to another channel does not open.
 */
export function sealSecrets(key: Uint8Array, channelId: string, secrets: Record<string, string>): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(channelId));
  const body = Buffer.concat([cipher.update(JSON.stringify(secrets), "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), body]);
}

/** Throws when the key is another one or the bytes were changed; the message says what to do. */
export function openSecrets(key: Uint8Array, channelId: string, sealed: Uint8Array | null): Record<string, string> {
  if (sealed === null || sealed.byteLength === 0) return {};
  const bytes = Buffer.from(sealed);
  try {
    if (bytes[0] !== 1) throw new Error("unknown version");
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(1, 13));
    decipher.setAAD(Buffer.from(channelId));
    decipher.setAuthTag(bytes.subarray(13, 29));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(29)), decipher.final()]).toString("utf8")) as Record<string, string>;
  } catch (cause) {
    throw new Error("the channel's secrets cannot be read with this SECRET_KEY: enter them again in the channel's settings", { cause });
  }
}
