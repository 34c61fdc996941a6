import fc from "fast-check";
import { getCountries, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, test } from "vitest";
import { formatPhone, identityScope, normaliseEmail, normaliseIdentity, normalisePhone, normaliseValue } from "./phone.ts";

const e164 = (value: string) => ({ kind: "e164", value });
const short = (value: string) => ({ kind: "short", value });
/** The database's own check of a phone contact point. */
const STORED = /^(\+[1-9][0-9]{6,14}(;ext=[0-9]{1,6})?|short:[0-9*#]{1,8})$/;

describe("a telephone number is compared in one form (RG-02)", () => {
  test.each([
    ["8 701 111-22-33", "KZ", e164("+77011112233")],
    ["+7(701)1112233", "KZ", e164("+77011112233")],
    ["77011112233", "KZ", e164("+77011112233")],
    ["87011112233", "RU", e164("+77011112233")],
    ["8 (912) 345-67-89", "RU", e164("+79123456789")],
    ["8 10 380 50 123 45 67", "KZ", e164("+380501234567")],
    ["380501234567", "KZ", e164("+380501234567")],
    ["050 123 45 67", "UA", e164("+380501234567")],
    ["tel:+7-701-111-22-33", "KZ", e164("+77011112233")],
    ["sip:+77011112233@pbx.example", "KZ", e164("+77011112233")],
    ["+7 727 250 12 34 доб. 12", "KZ", e164("+77272501234;ext=12")],
    ["+7 727 250 12 34;ext=12", "KZ", e164("+77272501234;ext=12")],
    ["8 (727) 250-12-34 вн 105", "KZ", e164("+77272501234;ext=105")],
    ["+44 20 7946 0018 x9", "GB", e164("+442079460018;ext=9")],
    ["７７０１１１１２２３３", "KZ", e164("+77011112233")],
    ["111", "KZ", short("short:111")],
    ["112", "RU", short("short:112")],
    ["*21#", "KZ", short("short:*21#")],
    ["1414", "KZ", short("short:1414")],
    ["", "KZ", { kind: "invalid" }],
    ["ivan", "KZ", { kind: "invalid" }],
    ["+7 701", "KZ", { kind: "invalid" }],
    ["+7 000 000 00 00", "KZ", { kind: "invalid" }],
    ["12345678", "KZ", { kind: "invalid" }],
    ["+77011112233', 'x", "KZ", { kind: "invalid" }],
  ])("%s (%s)", (raw, country, expected) => {
    expect(normalisePhone(raw, country)).toEqual(expected);
  });

  test("a number from the network with an unassigned range is kept, a typed one is refused", () => {
    expect(normalisePhone("+70001112233", "KZ")).toEqual({ kind: "invalid" });
    expect(normalisePhone("+70001112233", "KZ", { lenient: true })).toEqual(e164("+70001112233"));
  });

  test("every country's example number survives national, international and bare writing", () => {
    for (const country of getCountries()) {
      const example = getExampleNumber(country, examples);
      if (example === undefined || !/^\+[1-9][0-9]{6,14}$/.test(example.number)) continue;
      expect(normalisePhone(example.formatInternational(), "KZ"), country).toEqual(e164(example.number));
      if (example.formatNational().replace(/\D/g, "").length > 6)
        expect(normalisePhone(example.formatNational(), country), country).toEqual(e164(example.number));
    }
  });

  test("whatever is typed never throws, is storable, and normalising twice changes nothing", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789+-() *#.xдоб;ext="), maxLength: 25 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), digits), fc.constantFrom("KZ", "RU", "UA", "DE", "US", "XX"), fc.boolean(), (raw, country, lenient) => {
        const first = normalisePhone(raw, country, { lenient });
        if (first.kind === "invalid") return;
        expect(first.value).toMatch(STORED);
        if (first.kind === "e164") expect(normalisePhone(first.value, country, { lenient })).toEqual(first);
      }),
      { numRuns: 3000 },
    );
  });

  test("a short number is never turned into an E.164 one, in any country", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,6}$/), fc.constantFrom(...getCountries()), (raw, country) => {
        expect(normalisePhone(raw, country)).toEqual(short(`short:${raw}`));
      }),
    );
  });
});

describe("identities told by channels", () => {
  test.each([null, "", "  ", "anonymous", "Anonymous", "Unknown", "Restricted"])("a withheld number (%s) has no value", (value) => {
    expect(normaliseIdentity({ kind: "phone", value }, "KZ").value).toBeNull();
  });
  test("e-mail is lower-cased and trimmed", () => {
    expect(normaliseIdentity({ kind: "email", value: "ivan@ACME.example " }, "KZ").value).toBe("ivan@acme.example");
    expect(normaliseEmail("no at sign")).toBeNull();
    expect(normaliseEmail("<Ivan@Acme.Example>")).toBe("ivan@acme.example");
  });
  test("an unreadable number stays as the channel spelled it and identifies nobody", () => {
    expect(normaliseIdentity({ kind: "phone", value: "12345678" }, "KZ")).toEqual({ kind: "phone", value: null, raw: "12345678" });
  });
  test("handles are compared without sign and case; a site visitor is known inside one channel only", () => {
    expect(normaliseValue("telegram", "@Ivan_K", "KZ")).toBe("ivan_k");
    expect(identityScope("site_visitor", "c1")).toBe("c1");
    expect(identityScope("phone", "c1")).toBe("");
  });
});

test("numbers are shown as people of the country write them", () => {
  expect(formatPhone("+77011112233", "KZ")).toBe("+7 701 111 2233");
  expect(formatPhone("+380501234567", "UA")).toBe("050 123 4567");
  expect(formatPhone("+77272501234;ext=12", "KZ")).toBe("+7 7272 50 12 34 #12");
  expect(formatPhone("short:111", "KZ")).toBe("111");
  expect(formatPhone("ivan@acme.example", "KZ")).toBe("ivan@acme.example");
});
