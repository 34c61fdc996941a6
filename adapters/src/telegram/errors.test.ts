import { TelegramError } from "telegraf";
import { describe, expect, it } from "vitest";
import { isConflict, toChannelError, unreachableReason } from "./errors.ts";

const refused = (error_code: number, description: string, parameters?: { retry_after: number }) =>
  toChannelError(new TelegramError({ error_code, description, ...(parameters === undefined ? {} : { parameters }) }), true);

describe("every refusal of Telegram's is one of the six errors, in words", () => {
  it.each([
    // core.telegram.org/bots/api#responseparameters
    [429, "Too Many Requests: retry after 35", "rate-limited", /wait 35 s/],
    // github.com/botman/driver-telegram/issues/89
    [403, "Forbidden: bot was blocked by the user", "rejected", /blocked by the user: nothing can be sent until/],
    [400, "Bad Request: chat not found", "rejected", /must write to the bot first/],
    // github.com/TelegramBotAPI/errors/issues/2
    [403, "Forbidden: bot can't initiate conversation with a user", "rejected", /must write to the bot first/],
    [403, "Forbidden: user is deactivated", "rejected", /no longer exists/],
    [400, "Bad Request: message is too long", "rejected", /longer than 4096/],
    [413, "Request Entity Too Large", "rejected", /50 MB/],
    [400, "Bad Request: something nobody has seen", "rejected", /^Telegram refused: something nobody has seen$/],
    [401, "Unauthorized", "bad-credentials", /token/],
    [404, "Not Found", "bad-credentials", /token/],
    [409, "Conflict: terminated by other getUpdates request", "unreachable", /Another program is reading/],
    [500, "Internal Server Error", "unreachable", /out of order/],
    [502, "Bad Gateway", "unreachable", /out of order/],
    [504, "Gateway Timeout", "uncertain", /did not say whether/],
  ])("%i %s is %s", (code, description, expected, words) => {
    const error = refused(code, description, code === 429 ? { retry_after: 35 } : undefined);
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(words);
    if (code === 429) expect(error.retryAfterMs).toBe(35_000);
    expect(isConflict(error)).toBe(code === 409);
  });

  it("says who cannot be written to any more, and why", () => {
    expect(unreachableReason(refused(403, "Forbidden: bot was blocked by the user"))).toEqual({ reason: "blocked" });
    expect(unreachableReason(refused(400, "Bad Request: chat not found"))).toEqual({ reason: "denied" });
    expect(unreachableReason(refused(403, "Forbidden: user is deactivated"))).toEqual({});
    expect(unreachableReason(refused(400, "Bad Request: message is too long"))).toBeNull();
    expect(unreachableReason(refused(500, "Internal Server Error"))).toBeNull();
  });
});

describe("a lost request is uncertain only when it may have been heard", () => {
  const fetchError = (code: string, message = "request to https://api.telegram.org/bot123456:SECRET/sendMessage failed") =>
    Object.assign(new Error(message), { code, name: "FetchError" });
  it.each([
    ["ECONNREFUSED", "unreachable"],
    ["ENOTFOUND", "unreachable"],
    ["ETIMEDOUT", "unreachable"],
    ["CERT_HAS_EXPIRED", "unreachable"],
    ["ECONNRESET", "uncertain"],
    ["EPIPE", "uncertain"],
  ])("%s while sending is %s", (code, expected) => {
    const error = toChannelError(fetchError(code), true);
    expect(error.code).toBe(expected);
    expect(JSON.stringify([error.message, error.cause ?? null])).not.toContain("SECRET");
    expect(toChannelError(fetchError(code), false).code).toBe("unreachable");
  });
  it("no answer in time, and an answer that is no JSON", () => {
    expect(toChannelError(Object.assign(new Error("aborted"), { name: "AbortError" }), true)).toMatchObject({
      code: "uncertain",
      message: /did not answer in time/,
    });
    expect(toChannelError(Object.assign(new Error("at /bot123456:SECRET/"), { type: "invalid-json" }), true)).toMatchObject({
      code: "uncertain",
      message: /makes no sense/,
    });
  });
});
