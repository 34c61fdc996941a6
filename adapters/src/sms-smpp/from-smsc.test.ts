import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { fromSmsc, type Incoming } from "./from-smsc.ts";
import { readHeader } from "./pdu.ts";

const SPEC = "SMPP Protocol Specification v3.4 Issue 1.2";
const reading = { country: "KZ", defaultAlphabet: "gsm7" } as const;
const from = (frame: Buffer, settings: Partial<{ country: string; defaultAlphabet: "gsm7" | "latin1" }> = {}): Incoming =>
  fromSmsc(readHeader(frame), { ...reading, ...settings });

/** A PDU from its printed octets; its length is made to fit. */
function pdu(id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE(id, 4);
  header.writeUInt32BE(1, 12);
  return Buffer.concat([header, body]);
}
const hex = (octets: string): Buffer => Buffer.from(octets.replace(/\s+/g, ""), "hex");
const tlv = (tag: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(tag, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
};
interface Sms {
  source?: string;
  ton?: number;
  esm?: number;
  coding?: number;
  text?: Buffer | string;
  tlvs?: Buffer[];
}
/** deliver_sm laid out by hand after section 4.6.1 of the specification. */
const sms = ({ source = "77011112233", ton = 1, esm = 0, coding = 0, text = "", tlvs = [] }: Sms): Buffer => {
  const octets = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  const body = [hex("00"), Buffer.from([ton, 1]), Buffer.from(`${source}\0`, "latin1"), hex("0101"), Buffer.from("77010000001\0"), Buffer.from([esm, 0, 0])];
  return pdu(5, Buffer.concat([...body, hex("0000"), Buffer.from([0, 0, coding, 0, octets.length]), octets, ...tlvs]));
};
const ucs2 = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

/** Everything that carries a source. */
const counted: { source: string }[] = [];
const table = <Case extends { source: string }>(cases: Case[]): Case[] => {
  counted.push(...cases);
  return cases;
};

describe("messages", () => {
  const cases: { what: string; source: string; frame: Buffer; from: string; text: string; settings?: { defaultAlphabet: "latin1" } }[] = [
    {
      what: "a whole PDU as the vendor prints it",
      source: "openmarket.com/docs/Content/apis/v4smpp/mo-examples.htm",
      frame: hex(
        "0000005d0000000500000000000000014f4d5634000101343437373030393030373635000101343437373030393030373530000000000000000000000448656c70001e0018313631385a2d30313032472d323333334d2d3235464a4600",
      ),
      from: "+447700900765",
      text: "Help",
    },
    {
      what: "every character of the extension table",
      source: "3GPP TS 23.038 section 6.2.1.1",
      frame: sms({ text: hex("1b0a 1b14 1b28 1b29 1b2f 1b3c 1b3d 1b3e 1b40 1b65") }),
      from: "+77011112233",
      text: "\f^{}\\[~]|€",
    },
    {
      what: "@, £, $, Δ and ñ at their places",
      source: "3GPP TS 23.038 section 6.2.1",
      frame: sms({ text: hex("00 01 02 10 7d") }),
      from: "+77011112233",
      text: "@£$Δñ",
    },
    {
      what: "an escape before an undefined code shows the basic character",
      source: "3GPP TS 23.038 section 6.2.1.1, note 1",
      frame: sms({ text: hex("1b41") }),
      from: "+77011112233",
      text: "A",
    },
    {
      what: "UCS-2",
      source: `${SPEC}, section 5.2.19`,
      frame: sms({ coding: 8, text: hex("041f04400438043204350442") }),
      from: "+77011112233",
      text: "Привет",
    },
    {
      what: "an emoji, which phones send as a surrogate pair",
      source: "RFC 2781 section 2.1 (U+1F600 is D83D DE00)",
      frame: sms({ coding: 8, text: hex("d83dde00") }),
      from: "+77011112233",
      text: "😀",
    },
    { what: "Latin-1", source: `${SPEC}, section 5.2.19`, frame: sms({ coding: 3, text: hex("63 61 66 e9") }), from: "+77011112233", text: "café" },
    { what: "ISO 8859-5", source: `${SPEC}, section 5.2.19`, frame: sms({ coding: 6, text: hex("bf e0 d8 d2 d5 e2") }), from: "+77011112233", text: "Привет" },
    {
      what: "a text in message_payload",
      source: `${SPEC}, section 5.3.2.32`,
      frame: sms({ tlvs: [tlv(0x0424, Buffer.from("x".repeat(300)))] }),
      from: "+77011112233",
      text: "x".repeat(300),
    },
    {
      what: "data_sm",
      source: `${SPEC}, section 4.7.1`,
      frame: pdu(0x103, Buffer.concat([hex("00 0101"), Buffer.from("77011112233\0"), hex("0101 31323300 00 00 00"), tlv(0x0424, Buffer.from("Hi"))])),
      from: "+77011112233",
      text: "Hi",
    },
    {
      what: "a flash message in UCS-2, coded as the phone coded it",
      source: "3GPP TS 23.038 section 4 (0x18: UCS2, class 0)",
      frame: sms({ coding: 0x18, text: hex("0414 0430") }),
      from: "+77011112233",
      text: "Да",
    },
    { what: "a GSM message of class 1", source: "3GPP TS 23.038 section 4 (0xF1)", frame: sms({ coding: 0xf1, text: "ok" }), from: "+77011112233", text: "ok" },
    {
      what: "a short number as a provider names it, with a header of part 1 of 1",
      source: "constructed",
      frame: sms({ source: "1414", ton: 3, esm: 0x40, text: hex("050003010101 4f4b") }),
      from: "1414",
      text: "OK",
    },
    {
      what: "an alphanumeric sender",
      source: `${SPEC}, section 5.2.5 (TON 5)`,
      frame: sms({ source: "Kaspi", ton: 5, text: "Kod 1234" }),
      from: "Kaspi",
      text: "Kod 1234",
    },
    { what: "a sender in national form", source: "constructed", frame: sms({ source: "87011112233", ton: 2, text: "a" }), from: "+77011112233", text: "a" },
    { what: "a sender without a type", source: "constructed", frame: sms({ source: "77011112233", ton: 0, text: "a" }), from: "+77011112233", text: "a" },
    { what: "NULs", source: "constructed", frame: sms({ coding: 8, text: hex("0000 0041 0000") }), from: "+77011112233", text: "A" },
    {
      what: "data_coding 0 where the provider means Latin-1",
      source: "constructed",
      frame: sms({ text: hex("e9") }),
      from: "+77011112233",
      text: "é",
      settings: { defaultAlphabet: "latin1" },
    },
    {
      what: "a customer who writes like a receipt, without its dates",
      source: "constructed",
      frame: sms({ text: "id:12 stat:DELIVRD what does it mean?" }),
      from: "+77011112233",
      text: "id:12 stat:DELIVRD what does it mean?",
    },
  ];
  it.each(table(cases))("$what ($source)", ({ frame, from: sender, text, settings }) => {
    expect(from(frame, settings)).toMatchObject({ kind: "message", message: { from: sender, text } });
  });
});

describe("parts of long messages", () => {
  const cases: { what: string; source: string; frame: Buffer; piece: object; octets: Buffer }[] = [
    {
      what: "8 bits of reference, esm_class 72, as a bank sends it",
      source: "github.com/farhadi/node-smpp issue 139",
      frame: sms({ esm: 72, text: Buffer.concat([hex("05 00 03 01 02 02"), Buffer.from("y  complaint or enquiry, please call 8980")]) }),
      piece: { reference: 1, total: 2, sequence: 2 },
      octets: Buffer.from("y  complaint or enquiry, please call 8980"),
    },
    {
      what: "UCS-2 with a header, from a short number of TON 2",
      source: "github.com/joaogervasoni/smppjs issue 56",
      frame: sms({ source: "10086", ton: 2, esm: 64, coding: 8, text: Buffer.concat([hex("05 00 03 01 02 01"), ucs2("短信服务厅")]) }),
      piece: { reference: 1, total: 2, sequence: 1 },
      octets: ucs2("短信服务厅"),
    },
    {
      what: "16 bits of reference",
      source: "3GPP TS 23.040 section 9.2.3.24.8",
      frame: sms({ esm: 0x40, text: hex("06 08 04 12 34 03 02 41") }),
      piece: { reference: 0x1234, total: 3, sequence: 2 },
      octets: hex("41"),
    },
    {
      what: "the concatenation behind another element",
      source: "hexdocs.pm/smppex SMPPEX.Pdu.UDH",
      frame: sms({ esm: 0x40, text: Buffer.concat([hex("0b 05 04 06 2d 00 00 00 03 01 02 01"), Buffer.from("message")]) }),
      piece: { reference: 1, total: 2, sequence: 1 },
      octets: Buffer.from("message"),
    },
    {
      what: "the vendor's own example of a header",
      source: "openmarket.com/docs/Content/apis/v3smpp/smpp-multipart-messages.htm",
      frame: sms({ esm: 0x40, text: Buffer.concat([hex("05 00 03 44 03 01"), Buffer.from("I will not yield")]) }),
      piece: { reference: 0x44, total: 3, sequence: 1 },
      octets: Buffer.from("I will not yield"),
    },
    {
      what: "sar_* TLVs",
      source: `${SPEC}, sections 5.3.2.22 to 5.3.2.24`,
      frame: sms({ text: "b", tlvs: [tlv(0x020c, hex("0102")), tlv(0x020e, hex("02")), tlv(0x020f, hex("02"))] }),
      piece: { reference: 0x0102, total: 2, sequence: 2 },
      octets: Buffer.from("b"),
    },
  ];
  it.each(table(cases))("$what ($source)", ({ frame, piece, octets }) => {
    expect(from(frame)).toMatchObject({ kind: "part", part: { piece, octets } });
  });

  it("are of one message only with the same sender, reference, total and kind of header", () => {
    const groups = [
      sms({ esm: 0x40, text: hex("050003070201 41") }),
      sms({ esm: 0x40, text: hex("050003070202 42") }),
      sms({ esm: 0x40, text: hex("050003070301 41") }),
      sms({ esm: 0x40, text: hex("050003080201 41") }),
      sms({ esm: 0x40, text: hex("06080400070201 41") }),
      sms({ source: "77019999999", esm: 0x40, text: hex("050003070201 41") }),
    ].map((frame) => from(frame) as Extract<Incoming, { kind: "part" }>);
    expect(groups[0]?.part.group).toBe(groups[1]?.part.group);
    expect(new Set(groups.map((one) => one.part.group)).size).toBe(5);
  });
});

it("messages that carry the same receipted_message_id are still two (Kannel's drive_smpp puts one into every message)", () => {
  const [one, two] = ["1", "2"].map((text) => from(sms({ text, tlvs: [tlv(0x001e, Buffer.from("123456\0"))] })));
  expect([one?.kind, two?.kind]).toEqual(["message", "message"]);
  expect((one as { message: { hash: string } }).message.hash).not.toBe((two as { message: { hash: string } }).message.hash);
});

describe("what cannot be read", () => {
  const whole = sms({ text: "Hello" });
  const cases: { what: string; frame: Buffer; error: RegExp }[] = [
    { what: "octets that are no text (data_coding 4)", frame: sms({ coding: 4, text: hex("0605041583") }), error: /carries no text \(data_coding 0x04\)/ },
    { what: "JIS, which nobody here writes", frame: sms({ coding: 5, text: hex("41") }), error: /data_coding 0x05/ },
    { what: "no sender", frame: sms({ source: "", text: "a" }), error: /names no sender/ },
    { what: "a header longer than the message", frame: sms({ esm: 0x40, text: hex("ff 00 03") }), error: /header is longer/ },
    { what: "an element longer than its header", frame: sms({ esm: 0x40, text: hex("05 00 09 01 02 01 41") }), error: /element .* longer/ },
    { what: "an end in the middle of the text", frame: whole.subarray(0, whole.length - 2), error: /shorter than a length inside it says/ },
    { what: "an end in the middle of the fields", frame: whole.subarray(0, 25), error: /has no end/ },
    { what: "a TLV that reaches beyond the end", frame: sms({ text: "a", tlvs: [hex("0424 00ff 41")] }), error: /shorter than a length/ },
    { what: "a receipt that says nothing", frame: sms({ esm: 4, text: "Thank you" }), error: /without a message id or a state/ },
  ];
  it.each(cases)("$what", ({ frame, error }) => {
    expect(from(frame)).toMatchObject({ kind: "unreadable", error: expect.stringMatching(error) });
  });
});

describe("receipts", () => {
  const text = (said: string): Buffer => sms({ esm: 4, text: said });
  const cases: { source: string; frame: Buffer; receipt: object }[] = [
    {
      source: "help.nexmo.com 215468998",
      frame: text("id:0000000012345678 sub:001 dlvrd:001 submit date:1601010100 done date:1601010101 stat:DELIVRD err:000 text:none"),
      receipt: { id: "0000000012345678", state: "delivered" },
    },
    {
      source: "smppcenter.com/kb/how-read-smpp-delivery-receipt (dates with seconds)",
      frame: text("id:64567564356765435676 sub:001 dlvrd:001 submit date:190608165232 done date:190608165237 stat:DELIVRD err:000 text:Hello World"),
      receipt: { id: "64567564356765435676", state: "delivered" },
    },
    {
      source: "stackoverflow.com/questions/8754853 (no text)",
      frame: text("id:40072910491427628 sub:001 dlvrd:001 submit date:1007291049 done date:1007291049 stat:DELIVRD err:000"),
      receipt: { id: "40072910491427628", state: "delivered" },
    },
    {
      source: "e-com-net.com/article/2299106.htm",
      frame: text("id:0911897980 sub:001 dlvrd:000 submit date:1201121551 done date:1201121551 stat:UNDELIV err:075 text:-PROFILE"),
      receipt: { id: "0911897980", state: "failed", failure: "The operator could not deliver the message (UNDELIV, error 075)" },
    },
    {
      source: "openmarket.com/docs/Content/apis/v4smpp/deliveryreceipt-examples.htm (names without spaces)",
      frame: sms({
        esm: 4,
        text: hex(
          "69643A303131385A2D30313232492D32333039552D3537444742207375623A30303020646C7672643A303030207375626D6974646174653A31383031323232333039353720646F6E65646174653A30303030303030303030303020737461743A52454A45435444206572723A33373520746578743A",
        ),
      }),
      receipt: { id: "0118Z-0122I-2309U-57DGB", state: "failed", failure: "The operator rejected the message (REJECTD, error 375)" },
    },
    {
      source: "github.com/opentelecoms-org/jsmpp issue 62 (neither sub nor dlvrd)",
      frame: text("id:1526758174 submit date:1701240904 done date:1701240904 stat:DELIVRD err:000 text:hellow"),
      receipt: { id: "1526758174", state: "delivered" },
    },
    {
      source: "github.com/uudashr/jsmpp issue 67",
      frame: text("id:0654354026 submit date:2302101454 done date:2302101454 stat:DELIVRD err:000"),
      receipt: { id: "0654354026", state: "delivered" },
    },
    {
      source: "github.com/onlinecity/php-smpp issue 70 (err of four digits, an escape in the text)",
      frame: text("id:117062714244798261 sub:001 dlvrd:001 submit date:1706271624 done date:1706271624 stat:DELIVRD err:0000 text:H\u001bello world"),
      receipt: { id: "117062714244798261", state: "delivered" },
    },
    {
      source: "github.com/bulatnig SmppDeliveryReceipt (accepted is not delivered)",
      frame: text("id:c449ab9744f47b6af1879e49e75e4f40 sub:001 dlvrd:0 submit date:0610191018 done date:0610191018 stat:ACCEPTD err:0 text:This is an Acti"),
      receipt: { id: "c449ab9744f47b6af1879e49e75e4f40", state: "underway" },
    },
    {
      source: "github.com/bulatnig SmppDeliveryReceipt",
      frame: text("id:b756c4f97aa2e1e67377dffc5e2f7d9b sub:001 dlvrd:0 submit date:0610191211 done date:0610191211 stat:REJECTD err:1 text:This is an Acti"),
      receipt: { id: "b756c4f97aa2e1e67377dffc5e2f7d9b", state: "failed" },
    },
    {
      source: "github.com/python-smpplib issue 90",
      frame: text(
        "id:6C7C7DE28BB3E961947700000000FE37 sub:001 dlvrd:000 submit date:1907311208 done date:1907311208 stat:UNDELIV err:001 text:Ceci est un tet.",
      ),
      receipt: { id: "6C7C7DE28BB3E961947700000000FE37", state: "failed" },
    },
    {
      source: "smscentre.com/api/smpp/status (TLVs: id, state 2)",
      frame: sms({ esm: 4, tlvs: [tlv(0x001e, Buffer.from("1234\0")), tlv(0x0427, hex("02"))] }),
      receipt: { id: "1234", state: "delivered" },
    },
    {
      source: "smscentre.com/api/smpp/status (TLVs: state 5 and network_error_code)",
      frame: sms({ esm: 4, tlvs: [tlv(0x001e, Buffer.from("1234\0")), tlv(0x0427, hex("05")), tlv(0x0423, hex("030006"))] }),
      receipt: { id: "1234", state: "failed", failure: "The operator could not deliver the message (UNDELIV, error 6)" },
    },
    {
      source: `${SPEC}, section 5.2.28 (EXPIRED)`,
      frame: sms({ esm: 4, tlvs: [tlv(0x001e, Buffer.from("ab\0")), tlv(0x0427, hex("03"))] }),
      receipt: { id: "ab", state: "failed", failure: "The phone could not be reached before the message expired (EXPIRED)" },
    },
    {
      source: `${SPEC}, section 5.2.12 (intermediate notification)`,
      frame: sms({ esm: 0x20, text: "id:5 sub:001 dlvrd:000 submit date:2401011200 done date:2401011200 stat:ENROUTE err:000 text:" }),
      receipt: { id: "5", state: "underway" },
    },
    {
      source: "developer.8x8.com/connect/docs/smpp-delivery-receipts (UNKNOWN claims nothing)",
      frame: text("id:9 sub:001 dlvrd:000 submit date:2401011200 done date:2401011200 stat:UNKNOWN err:000 Text:"),
      receipt: { id: "9", state: "underway" },
    },
    {
      source: "constructed: other case, spaces after the colons, words in full",
      frame: text("ID: 77 SUB: 001 DLVRD: 001 Submit Date: 2401011200 Done Date: 2401011200 Stat: Delivered Err: 0 Text: hi"),
      receipt: { id: "77", state: "delivered" },
    },
    {
      source: "constructed: commas between",
      frame: text("id:77,sub:001,dlvrd:000,done date:2401011200,stat:EXPIRED,err:254"),
      receipt: { id: "77", state: "failed" },
    },
    {
      source: "constructed: the customer's words cannot change the state",
      frame: text("id:77 sub:001 dlvrd:000 submit date:2401011200 done date:2401011200 err:1 stat:UNDELIV text:id:78 stat:DELIVRD"),
      receipt: { id: "77", state: "failed" },
    },
    {
      source: "constructed: the TLV's id without its NUL, beside other TLVs",
      frame: sms({ esm: 4, tlvs: [tlv(0x001e, Buffer.from("12")), tlv(0x0427, hex("02")), tlv(0x1400, hex("3132"))] }),
      receipt: { id: "12", state: "delivered" },
    },
    {
      source: "constructed: esm_class 0, told by its TLVs",
      frame: sms({ tlvs: [tlv(0x001e, Buffer.from("12\0")), tlv(0x0427, hex("02"))] }),
      receipt: { id: "12", state: "delivered" },
    },
  ];
  it.each(table(cases))("$source", ({ frame, receipt }) => {
    expect(from(frame)).toMatchObject({ kind: "receipt", receipt: { from: "77011112233", ...receipt } });
  });

  it("a text of the form of a receipt that is not marked as one is perhaps one", () => {
    const said = "id:40072910491427628 sub:001 dlvrd:001 submit date:1007291049 done date:1007291049 stat:DELIVRD err:000";
    expect(from(sms({ text: said }))).toMatchObject({ kind: "perhaps-receipt", receipt: { id: "40072910491427628" }, message: { text: said } });
  });
});

it("twenty cases at least come from the specification, the vendors and their customers", () => countCases("sms-smpp", "incoming", counted));
