import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { parseSmppConfig } from "./config.ts";
import { submitError } from "./errors.ts";
import { encodePdu } from "./pdu.ts";
import { type Submit, toSubmits } from "./to-smsc.ts";

const base = { host: "smsc.example", systemId: "house", password: "secret", sourceAddress: "77010000001" };
const submits = (text: string, settings: Record<string, unknown> = {}, to = "+77011112233", reference = 0x44): Submit[] =>
  toSubmits({ text, to: { kind: "phone", value: to }, threadKey: to, files: [] }, parseSmppConfig({ ...base, ...settings }), reference);
const hex = (octets: string): string => octets.replace(/\s+/g, "").toLowerCase();
const message = (submit: Submit | undefined): string => submit?.short_message.toString("hex") ?? "";

/** Everything that carries a source: the three texts and the frame that name theirs in words come first. */
const counted: { source: string }[] = [
  { source: "en.wikipedia.org/wiki/Short_Message_Peer-to-Peer" },
  { source: "openmarket.com v3smpp/smpp-multipart-messages.htm" },
  { source: "3GPP TS 23.040 section 9.2.3.24.1" },
  { source: "SMPP Protocol Specification v3.4 Issue 1.2, section 5.3.2.32" },
];
const table = <Case extends { source: string }>(cases: Case[]): Case[] => {
  counted.push(...cases);
  return cases;
};

describe("submit_sm in octets", () => {
  it("as en.wikipedia.org/wiki/Short_Message_Peer-to-Peer prints it", () => {
    const fields = { source_addr_ton: 2, source_addr_npi: 8, source_addr: "555", dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "555555555" };
    const frame = encodePdu("submit_sm", 5, { ...fields, data_coding: 0, short_message: Buffer.from("Hello wikipedia") });
    expect(frame.toString("hex")).toBe(
      hex(
        `00 00 00 3C 00 00 00 04 00 00 00 00 00 00 00 05 00 02 08 35 35 35 00 01 01 35 35 35 35 35 35 35 35 35 00
         00 00 00 00 00 00 00 00 00 0F 48 65 6C 6C 6F 20 77 69 6B 69 70 65 64 69 61`,
      ),
    );
  });
});

describe("texts", () => {
  const SPEC = "SMPP Protocol Specification v3.4 Issue 1.2";
  it.each(
    table([
      { what: "Latin", source: `${SPEC}, section 5.2.19`, text: "Hello", coding: 0, octets: "48656c6c6f" },
      { what: "@ and $ are not where ASCII has them", source: "3GPP TS 23.038 section 6.2.1", text: "a@b$", coding: 0, octets: "61006202" },
      { what: "the euro sign by its escape", source: "3GPP TS 23.038 section 6.2.1.1", text: "5 €", coding: 0, octets: "35201b65" },
      { what: "brackets by their escapes", source: "3GPP TS 23.038 section 6.2.1.1", text: "[{~}]", coding: 0, octets: "1b3c1b281b3d1b291b3e" },
      { what: "Cyrillic in UCS-2", source: `${SPEC}, section 5.2.19`, text: "Привет", coding: 8, octets: "041f04400438043204350442" },
      { what: "an emoji as a surrogate pair", source: "RFC 2781 section 2.1", text: "😀", coding: 8, octets: "d83dde00" },
      { what: "a cedilla that the alphabet has only as a capital", source: "3GPP TS 23.038 section 6.2.1", text: "ç", coding: 8, octets: "00e7" },
      { what: "a Windows line end as one line end", source: "constructed", text: "a\r\nb", coding: 0, octets: "610a62" },
    ]),
  )("$what ($source)", ({ text, coding, octets }) => {
    const [submit, ...more] = submits(text);
    expect(more).toEqual([]);
    expect(submit).toMatchObject({ data_coding: coding, esm_class: 0, registered_delivery: 1 });
    expect(message(submit)).toBe(octets);
  });

  it("153 characters a part under the header 05 00 03 44 03 0N (openmarket.com v3smpp/smpp-multipart-messages.htm)", () => {
    const parts = submits("x".repeat(327));
    expect(parts.map((part) => message(part).slice(0, 12))).toEqual(["050003440301", "050003440302", "050003440303"]);
    expect(parts.map((part) => part.short_message.length - 6)).toEqual([153, 153, 21]);
    expect(parts.every((part) => part.esm_class === 0x40)).toBe(true);
  });

  it("170 Cyrillic characters are three SMS of 67, 67 and 36 characters (3GPP TS 23.040 section 9.2.3.24.1)", () => {
    expect(submits("я".repeat(170)).map((part) => (part.short_message.length - 6) / 2)).toEqual([67, 67, 36]);
  });

  it("160 characters are one SMS, 161 are two", () => {
    expect([submits("x".repeat(160)).length, submits("x".repeat(161)).length]).toEqual([1, 2]);
  });

  it("message_payload takes the whole text, without a header (section 5.3.2.32)", () => {
    const [submit, ...more] = submits("я".repeat(170), { longMessages: "message-payload" });
    expect(more).toEqual([]);
    expect(submit?.short_message).toHaveLength(0);
    expect(submit?.message_payload).toHaveLength(340);
    expect(submit?.esm_class).toBe(0);
  });
});

describe("addresses", () => {
  it.each(
    table([
      { what: "our number", source: "constructed", ours: "77010000001", expected: [1, 1, "77010000001"] },
      { what: "our number with its plus", source: "constructed", ours: "+77010000001", expected: [1, 1, "77010000001"] },
      { what: "our name", source: "docs.smsfire.com.br/apis-v3/sms/smpp/comandos-pdu (TON 5, NPI 0)", ours: "Kommutator", expected: [5, 0, "Kommutator"] },
      { what: "our short number", source: "SMPP 3.4 section 5.2.5 (TON 3, network specific)", ours: "1414", expected: [3, 0, "1414"] },
      {
        what: "as the provider asks",
        source: "smsteam.ru/api/smpp (TON 5, NPI 1)",
        ours: "Shop",
        settings: { sourceTon: 5, sourceNpi: "1" },
        expected: [5, 1, "Shop"],
      },
    ]),
  )("$what ($source)", ({ ours, settings, expected }) => {
    const [submit] = submits("a", { sourceAddress: ours, ...settings });
    expect([submit?.["source_addr_ton"], submit?.["source_addr_npi"], submit?.["source_addr"]]).toEqual(expected);
  });

  it.each([
    { to: "+77011112233", expected: [1, 1, "77011112233"] },
    { to: "short:1414", expected: [0, 1, "1414"] },
    { to: "1414", expected: [0, 1, "1414"] },
  ])("the customer's $to", ({ to, expected }) => {
    const [submit] = submits("a", {}, to);
    expect([submit?.["dest_addr_ton"], submit?.["dest_addr_npi"], submit?.destination_addr]).toEqual(expected);
  });
});

describe("refused before sending", () => {
  it.each([
    { what: "a text of eleven SMS", act: () => submits("я".repeat(671)), words: /takes 11 SMS; at most 10/ },
    { what: "a text without end", act: () => submits("я".repeat(1_000_000)), words: /takes more than 10 SMS/ },
    { what: "an empty text", act: () => submits(" \n"), words: /empty/ },
    { what: "a reply to a name", act: () => submits("a", {}, "Kaspi"), words: /"Kaspi" is no number/ },
    {
      what: "a file",
      act: () => {
        const files = [{ name: "a.pdf", mime: "application/pdf", bytes: 1, read: async () => new Uint8Array() }];
        return toSubmits({ text: "a", to: { kind: "phone", value: "+77011112233" }, threadKey: "", files }, parseSmppConfig(base), 1);
      },
      words: /no files/,
    },
  ])("$what", ({ act, words }) => {
    expect(act).toThrowError(expect.objectContaining({ code: "rejected", message: expect.stringMatching(words) }));
  });
});

describe("answers of the SMS centre (SMPP 3.4 section 5.1.3)", () => {
  it.each([
    [0x58, "rate-limited", /faster than allowed \(ESME_RTHROTTLED\)/],
    [0x14, "rate-limited", /queue is full \(ESME_RMSGQFUL\)/],
    [0x08, "unreachable", /internal error \(ESME_RSYSERR\)/],
    [0x64, "unreachable", /temporary error/],
    [0x0b, "rejected", /number is wrong or not served \(ESME_RINVDSTADR\)/],
    [0x0a, "rejected", /sender address \(ESME_RINVSRCADR\)/],
    [0x45, "rejected", /ESME_RSUBMITFAIL/],
    [0x0403, "rejected", /status 0x00000403/],
  ])("%i is %s", (status, code, words) => {
    expect(submitError(status)).toMatchObject({ code, message: expect.stringMatching(words) });
  });
});

describe("the configuration", () => {
  it("names every fault at once", () => {
    expect(() => parseSmppConfig({ port: 0, security: "ssl", systemId: "имя", password: "пароль" })).toThrowError(
      expect.objectContaining({ issues: expect.objectContaining({ length: 6 }) }),
    );
  });
  it("takes a form's empty number fields as not set", () => {
    expect(parseSmppConfig({ ...base, sourceTon: "", sourceNpi: "", dailyPerAddress: "" })).toMatchObject({ port: 2775, window: 10, maxSegments: 10 });
  });
});

it("ten cases at least come from the specification and the vendors", () => countCases("sms-smpp", "outgoing", counted));
