import { createHash } from "node:crypto";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { Secret, TOTP } from "otpauth";
import { readablePassword } from "./password.ts";

/** RFC 6238 as every authenticator speaks it: SHA-1, six digits, thirty seconds, a secret of 160 bits. */
const PERIOD_S = 30;
const RECOVERY_CODES = 10;

function totp(secret: Secret, account: string): TOTP {
  return new TOTP({ issuer: "Kommutator", label: account, algorithm: "SHA1", digits: 6, period: PERIOD_S, secret });
}

/** A new secret in base32, and the address that an authenticator reads from a picture. */
export function newSecret(account: string): { secret: string; uri: string } {
  const secret = new Secret({ size: 20 });
  return { secret: secret.base32, uri: totp(secret, account).toString() };
}

/**
 * The time step whose code this is, or null. One step before and after are allowed for clocks that go wrong (RFC 6238 5.2); the caller
 * takes each step once, so that a code overheard is of no use.
 */
export function stepOf(secret: string, code: string, now: EpochMs): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totp(Secret.fromBase32(secret), "").validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? null : Math.floor(now / 1000 / PERIOD_S) + delta;
}

/** Codes for the day on which the telephone is lost: 49 bits each, so that a plain hash keeps them. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => readablePassword(10));
}

/** What is stored of a recovery code; capitals, blanks and hyphens do not matter. */
export function recoveryHash(employeeId: Id, code: string): Buffer {
  return createHash("sha256")
    .update(`${employeeId} ${code.toLowerCase().replaceAll(/[\s-]/g, "")}`)
    .digest();
}
