import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { checkBody, issueToken, readToken, signBody, TOKEN_LIFE_MS } from "./token.ts";

const SECRET = "a secret of sixteen";
const CHANNEL = "00000000-0000-4000-8000-000000000001";
const NOW = 1_795_311_650_717;

it("a token says for which site and when it was given, and no two are alike", () => {
  const one = issueToken(SECRET, CHANNEL, "https://shop.example", NOW);
  expect(readToken(SECRET, CHANNEL, one, NOW + 1_000)).toMatchObject({
    origin: "https://shop.example",
    issuedAt: NOW,
    nonce: expect.stringMatching(/^[\w-]{24}$/),
  });
  expect(issueToken(SECRET, CHANNEL, "https://shop.example", NOW)).not.toBe(one);
});
it("another secret, another channel, a changed content or an old one do not count", () => {
  const token = issueToken(SECRET, CHANNEL, "https://shop.example", NOW);
  const [content = "", signature = ""] = token.split(".");
  const forged = Buffer.from(JSON.stringify(["https://evil.example", NOW, "x"])).toString("base64url");
  for (const text of ["", ".", "x.y", `${content}.`, `${forged}.${signature}`, `${token}.x`, `${token.slice(0, -1)}`, "a".repeat(100_000)])
    expect(readToken(SECRET, CHANNEL, text, NOW), text.slice(0, 50)).toBe("forged");
  expect(readToken("another secret of it", CHANNEL, token, NOW)).toBe("forged");
  expect(readToken(SECRET, CHANNEL.replace("1", "2"), token, NOW)).toBe("forged");
  expect(readToken(SECRET, CHANNEL, token, NOW + TOKEN_LIFE_MS + 1)).toBe("expired");
  expect(readToken(SECRET, CHANNEL, token, NOW - 10 * 60_000)).toBe("expired");
});
it("a server signs its raw body with a time of the last five minutes", () => {
  const body = Buffer.from('{"message":"Привет"}');
  const timestamp = String(Math.floor(NOW / 1_000));
  const signature = `sha256=${createHmac("sha256", SECRET).update(`${timestamp}.{"message":"Привет"}`).digest("hex")}`;
  expect(signBody(SECRET, timestamp, body)).toBe(signature);
  const headers = { "x-timestamp": timestamp, "x-signature": signature };
  expect(checkBody(SECRET, headers, body, NOW + 299_000)).toBe("good");
  expect(checkBody(SECRET, headers, body, NOW + 301_000)).toBe("expired");
  expect(checkBody(SECRET, headers, Buffer.from("{}"), NOW)).toBe("forged");
  expect(checkBody(SECRET, { ...headers, "x-timestamp": String(Number(timestamp) + 1) }, body, NOW)).toBe("forged");
  expect(checkBody(SECRET, { "x-signature": signature }, body, NOW)).toBe("forged");
  expect(checkBody(SECRET, { ...headers, "x-signature": signature.toUpperCase() }, body, NOW)).toBe("forged");
});
