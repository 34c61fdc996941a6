import { createHmac } from "node:crypto";
import { withPreview } from "@kommutator/contract/preview";
import MessageFactory from "viber-bot/lib/message/message-factory.js";
import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { callbackCases } from "./callbacks.fixture.ts";
import { parseExact } from "./exact-json.ts";
import { fromViber } from "./from-viber.ts";
import { SIGNED, sdkCases } from "./sdk.fixture.ts";
import { isSigned } from "./signature.ts";

const NOW = 1_700_000_000_000;
const read = (body: string | Uint8Array) => fromViber(typeof body === "string" ? Buffer.from(body) : body, NOW);

describe("what Viber says", () => {
  const cases = [...sdkCases, ...callbackCases];
  it.each(cases)("$says ($source)", ({ body, expected }) => {
    expect(read(body)).toEqual(expected);
  });

  it("in twenty cases at least, half of them Viber's own payloads", () => countCases("viber", "incoming", cases));

  it.each(sdkCases.filter(({ body }) => body.includes('"event":"message"')))("Viber's own library reads the same in: $says", ({ body }) => {
    const theirs = new MessageFactory({ debug: () => undefined }).createMessageFromJson(JSON.parse(body) as object).toJson();
    const said = read(body);
    if (said.kind !== "event" || said.event.kind !== "message.received") throw new Error("no message");
    const { text, files = [] } = said.event;
    const [file] = files;
    if (theirs["type"] === "url") expect(text).toBe(theirs["media"]);
    else if (theirs["media"] !== undefined)
      expect(file).toMatchObject({ fileKey: withPreview(theirs["media"] as string, (theirs["thumbnail"] as string | null | undefined) ?? undefined) });
    if (typeof theirs["text"] === "string") expect(text).toBe(theirs["text"]);
    if (typeof theirs["alt_text"] === "string") expect(text).toContain(theirs["alt_text"]);
    if (typeof theirs["size"] === "number") expect(file).toMatchObject({ bytes: theirs["size"] });
    if (typeof theirs["duration"] === "number") expect(file).toMatchObject({ durationMs: theirs["duration"] * 1_000 });
    if (theirs["file_name"] !== undefined) expect(file).toMatchObject({ name: theirs["file_name"] });
    const { phone_number } = (theirs["contact"] ?? {}) as { phone_number?: string };
    if (phone_number !== undefined) expect(text).toContain(phone_number);
  });
});

describe("what cannot be read goes to the error list", () => {
  const cases: [string, string, RegExp][] = [
    ["no JSON", '{"event":"message",', /no JSON/],
    ["a list", "[1,2,3]", /cannot be read/],
    ["nothing", "null", /cannot be read/],
    ["an unknown event", '{"event":"teleported","message_token":1}', /teleported/],
    ["a message of nobody", '{"event":"message","message_token":1,"message":{"type":"text","text":"x"}}', /wrong or missing: sender/],
    ["a message without its kind", '{"event":"message","message_token":1,"sender":{"id":"a"},"message":{"text":"x"}}', /message\.type/],
    ["a receipt without a token", '{"event":"delivered","user_id":"a"}', /message_token/],
  ];
  it.each(cases)("%s", (_name, body, error) => {
    const said = read(body);
    expect(said).toMatchObject({
      kind: "event",
      event: { kind: "unparseable", occurredAt: NOW, error: expect.stringMatching(error), raw: expect.any(String) },
    });
    expect(read(body), "the same again has the same key").toEqual(said);
  });

  it("a wrong decoration loses no message", () => {
    const body =
      '{"event":"message","timestamp":"soon","message_token":12,"sender":{"id":"a","name":7},"message":{"type":"text","text":"Hello","location":"nowhere","tracking_data":{}}}';
    expect(read(body)).toMatchObject({
      event: { kind: "message.received", occurredAt: NOW, text: "Hello", messageKey: "12", from: { kind: "viber", value: "a" } },
    });
  });

  it("NULs and half characters are taken out, whole emoji stay", () => {
    const body = '{"event":"message","message_token":12,"sender":{"id":"a"},"message":{"type":"text","text":"x\\u0000y\\ud83d z \\ud83d\\ude00"}}';
    expect(read(body)).toMatchObject({ event: { text: "xy\uFFFD z 😀" } });
  });
});

describe("JSON with long numbers", () => {
  it("keeps every digit of a token, and the tokens beside it apart", () => {
    expect(parseExact('{"a":4912661846655238145,"b":[4912661846655238146,-4912661846655238147]}')).toEqual({
      a: "4912661846655238145",
      b: ["4912661846655238146", "-4912661846655238147"],
    });
  });
  it("leaves short numbers, fractions and exponents numbers", () => {
    expect(parseExact('{"a":1457764197627,"b":0.1234567890123456,"e":43.12345678901234567890,"c":1234567890123456.5,"d":1234567890123456e2}')).toEqual({
      a: 1457764197627,
      b: 0.1234567890123456,
      e: 43.123456789012344,
      c: 1234567890123456.5,
      d: 1234567890123456e2,
    });
  });
  it("does not touch digits inside strings, quotes and backslashes included", () => {
    const value = { a: "4912661846655238145", b: 'say "4912661846655238145" \\', c: "\n1234567890123456789\n" };
    expect(parseExact(JSON.stringify(value))).toEqual(value);
  });
  it("an unfinished string of a megabyte takes no time", () => {
    const started = performance.now();
    expect(() => parseExact(`{"a":"${'\\"'.repeat(500_000)}`)).toThrow(SyntaxError);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("the signature", () => {
  // HMAC-SHA256, RFC 4231 test case 2: the key is "Jefe".
  const body = Buffer.from("what do ya want for nothing?");
  const right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  it("of the raw body with the token is right (RFC 4231, test case 2)", () => {
    expect(isSigned(body, right, "Jefe")).toBe(true);
    expect(isSigned(body, right.toUpperCase(), "Jefe")).toBe(true);
  });
  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["cut short", right.slice(0, 62)],
    ["of another token", createHmac("sha256", "jefe").update(body).digest("hex")],
    ["no hexadecimal", "zz".repeat(32)],
  ])("%s is refused", (_name, signature) => expect(isSigned(body, signature, "Jefe")).toBe(false));
  it("is the one that Viber's own library makes", () => expect(isSigned(Buffer.from(SIGNED.body), SIGNED.signature, SIGNED.token)).toBe(true));
  it("of another body is refused", () => expect(isSigned(Buffer.from("what do ya want for nothing!"), right, "Jefe")).toBe(false));
});
