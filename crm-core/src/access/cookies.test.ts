import { expect, test } from "vitest";
import { loginCookies, readCookie } from "./cookies.ts";

test("one cookie is read out of many, and a name inside another name is not mistaken for it", () => {
  const header = "a=1; not_kommutator_session=x; kommutator_session=abc=def; b=2";
  expect(readCookie(header, "kommutator_session")).toBe("abc=def");
  expect(readCookie(header, "session")).toBeNull();
  expect(readCookie(undefined, "a")).toBeNull();
});

test("behind HTTPS both cookies are Secure; only the session's is hidden from scripts", () => {
  const [session, csrf] = loginCookies("t", "c", 60, true) as [string, string];
  expect(session).toBe("kommutator_session=t; Path=/; Max-Age=60; SameSite=Lax; Secure; HttpOnly");
  expect(csrf).toBe("kommutator_csrf=c; Path=/; Max-Age=60; SameSite=Lax; Secure");
});
