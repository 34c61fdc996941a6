import { createHash, randomBytes } from "node:crypto";

/**
 * A visitor is whoever knows the secret token that his browser was given. The thread's key is a hash of it: nothing has to
 * be stored for a session, it survives every restart, and neither our database nor an agent's screen can reveal the token.
 */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** The thread of an `Authorization: Bearer …` header, or null when it carries no token of ours. */
export function threadOf(channelId: string, authorization: string | undefined): string | null {
  const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(authorization ?? "")?.[1];
  return token === undefined ? null : createHash("sha256").update(`${channelId}:${token}`).digest("base64url").slice(0, 32);
}
