/** RFC 6265 in the small: the two cookies of a login. */
export const SESSION_COOKIE = "kommutator_session";
export const CSRF_COOKIE = "kommutator_csrf";

/** The value of one cookie of a Cookie header, or null. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

/** Set-Cookie lines that begin a login. The session cookie is for the server only; the CSRF one is read by our own page. */
export function loginCookies(token: string, csrf: string, maxAgeS: number, secure: boolean): string[] {
  const common = `; Path=/; Max-Age=${maxAgeS}; SameSite=Lax${secure ? "; Secure" : ""}`;
  return [`${SESSION_COOKIE}=${token}${common}; HttpOnly`, `${CSRF_COOKIE}=${csrf}${common}`];
}

/** Set-Cookie lines that end it. */
export function logoutCookies(): string[] {
  return [`${SESSION_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly`, `${CSRF_COOKIE}=; Path=/; Max-Age=0; SameSite=Lax`];
}
