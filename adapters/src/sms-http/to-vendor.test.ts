import { describe, expect, it } from "vitest";
import { ZodError } from "zod";
import { countCases } from "../../../tests/support/cases.ts";
import { parseSmsHttpConfig, smsHttpFields } from "./config.ts";
import { mobizon } from "./mobizon.ts";
import { smsc } from "./smsc.ts";
import type { Operation } from "./vendor.ts";

const SEND = "https://smsc.ru/api/http/send/sms/";
const CODES = "mobizon-api-docs src/v1/en/_other/apiCode.md";
const message = { reference: "7a9de6c4-6a7a-4b55-9cd2-31fdd60e6a31", to: "77011112233", text: "Ваш заказ готов", sender: "" };
const smscKey = { login: "house", password: "secret", apiKey: "" };

/** What is asked, the request (or what is read of its answer), and the page that says so. */
type Asked = [what: string, made: unknown, wanted: unknown, source: string];
const CHECK = "https://smsc.ru/api/http/status_messages/check_status/";
const INBOX = "https://smsc.ru/api/http/get_data/inbox/";
const two = [
  { key: "a", to: "77011112233" },
  { key: "b", to: "77011112234" },
];

describe("what SMSC is asked", () => {
  const asked: Asked[] = [
    [
      "a message with our own id",
      smsc.send(message),
      { path: "sys/send.php", fields: { phones: "77011112233", mes: "Ваш заказ готов", id: message.reference, cost: "3" } },
      SEND,
    ],
    ["a registered sender name", smsc.send({ ...message, sender: "SHOP.KZ" }).fields["sender"], "SHOP.KZ", SEND],
    ["login and password", smsc.common(smscKey), { login: "house", psw: "secret", fmt: "3", charset: "utf-8" }, SEND],
    ["the key alone", smsc.common({ ...smscKey, apiKey: "k" }), { apikey: "k", fmt: "3", charset: "utf-8" }, SEND],
    ["the state of one", smsc.status.ask(two.slice(0, 1)).fields, { phone: "77011112233,", id: "a," }, CHECK],
    ["the states of several at once", smsc.status.ask(two).fields, { phone: "77011112233,77011112234,", id: "a,b," }, CHECK],
    ["whether it has a message", smsc.find?.ask(message), { path: "sys/status.php", fields: { phone: "77011112233", id: message.reference } }, CHECK],
    ["answers of the last day", smsc.incoming?.ask(null), { path: "sys/get.php", fields: { get_answers: "1", hour: "24" } }, INBOX],
    ["answers after the last one", smsc.incoming?.ask("4021").fields, { get_answers: "1", after_id: "4021" }, INBOX],
    ["the money with its currency", smsc.balance.ask(), { path: "sys/balance.php", fields: { cur: "1" } }, "https://smsc.ru/api/http/balance/"],
    ["the money, read", smsc.balance.read({ balance: "282.75", currency: "RUR" }), { amount: 282.75, currency: "RUB" }, "https://smsc.ru/api/http/balance/"],
    ["a taken message, read", smsc.sentKey({ id: 3218, cnt: 1, cost: "3.3", balance: "3215.3097" }, message), message.reference, SEND],
    ["an answer without an id, read", smsc.sentKey({}, message), null, "constructed"],
    ["a message it never had, read", smsc.find?.found([{ status: -3, id: 138, phone: "89995190557" }]), false, CHECK],
    ["a message that waits, read", smsc.find?.found({ status: -1, last_date: "", last_timestamp: 0 }), true, CHECK],
    ["an answer of nothing, read", smsc.find?.found({}), false, "constructed"],
  ];
  it.each(asked)("%s [%#]", (_what, made, wanted) => expect(made).toEqual(wanted));
  it("is ten requests at least, half of them documented", () =>
    countCases(
      "sms-http, SMSC",
      "outgoing",
      asked.map(([, , , source]) => ({ source })),
    ));
  it("carries an id in SMSC's alphabet", () => expect(message.reference).toMatch(/^[\w.-]{1,40}$/));
});

describe("what SMSC refuses", () => {
  it.each<[Operation, unknown, unknown, string]>([
    ["send", { id: 9, cnt: 1 }, null, SEND],
    ["send", { error: "parameters error", error_code: 1 }, { code: "rejected" }, SEND],
    ["send", { error: "authorise error", error_code: 2 }, { code: "bad-credentials" }, SEND],
    ["send", { error: "no money", error_code: 3, id: 275 }, { code: "rejected", text: expect.stringMatching(/top it up.*no money/) }, SEND],
    ["send", { error: "ip is blocked", error_code: 4 }, { code: "rate-limited", retryAfterMs: 300_000 }, SEND],
    ["send", { error: "invalid time", error_code: 5 }, { code: "rejected" }, SEND],
    ["send", { error: "message is denied", error_code: 6, id: 542 }, { code: "rejected", text: expect.stringMatching(/forbids/) }, SEND],
    ["send", { error: "invalid number", error_code: 7, id: 175 }, { code: "rejected", text: expect.stringMatching(/invalid number/) }, SEND],
    ["send", { error: "can't to deliver", error_code: 8, id: 639 }, { code: "rejected" }, SEND],
    ["send", { error: "duplicate request, wait a minute", error_code: 9 }, { code: "rate-limited", retryAfterMs: 60_000, duplicate: true }, SEND],
    ["send", { error: "too many concurrent requests", error_code: 9 }, { code: "rate-limited", retryAfterMs: 60_000 }, SEND],
    ["incoming", { error: "no data", error_code: 3 }, { nothing: true }, "constructed"],
    ["send", { error: "something new", error_code: 41 }, { code: "rejected", text: expect.stringMatching(/something new/) }, "constructed"],
  ])("%s %j", (operation, answer, wanted) => {
    const fault = smsc.fault(operation, answer);
    if (wanted === null) expect(fault).toBeNull();
    else expect(fault).toMatchObject(wanted as object);
  });
  it("too many at once are no duplicate [constructed]", () => {
    expect(smsc.fault("send", { error: "too many concurrent requests", error_code: 9 })).not.toHaveProperty("duplicate");
  });
});

const DOCS = "mobizon-api-docs src/v1/en";
const asks = (...keys: string[]) => mobizon.status.ask(keys.map((key) => ({ key, to: "77011112233" })));

describe("what Mobizon is asked", () => {
  const example = { ...message, to: "380737893456", text: "Test sms message", sender: "YourAlpha" };
  const asked: Asked[] = [
    [
      "the message of its own example",
      mobizon.send(example),
      { path: "service/message/sendSmsMessage", fields: { recipient: "380737893456", text: "Test sms message", from: "YourAlpha" } },
      `${DOCS}/message/example/sendSmsMessage`,
    ],
    [
      "a message without a sender of our own",
      mobizon.send(message).fields,
      { recipient: "77011112233", text: "Ваш заказ готов" },
      `${DOCS}/message/api/sendSmsMessage.md`,
    ],
    ["signs that an address would need encoded", mobizon.send({ ...message, text: "?/\\&+ " }).fields["text"], "?/\\&+ ", `${DOCS}/_other/urlencode.md`],
    [
      "the key in the body, the answer as JSON",
      mobizon.common({ login: "", password: "", apiKey: "k" }),
      { apiKey: "k", output: "json", api: "v1" },
      `${DOCS}/_other`,
    ],
    [
      "the states of its own example",
      asks("123", "556", "988"),
      { path: "service/message/getSMSStatus", fields: { ids: "123,556,988" } },
      `${DOCS}/message/example/getSMSStatus`,
    ],
    ["the state of one", asks("123").fields, { ids: "123" }, `${DOCS}/message/api/getSMSStatus.md`],
    ["a hundred states at once and no more", mobizon.status.perRequest, 100, `${DOCS}/message/api/getSMSStatus.md`],
    ["the money", mobizon.balance.ask(), { path: "service/user/getOwnBalance", fields: {} }, `${DOCS}/user/api/getOwnBalance.md`],
    [
      "the money, read",
      mobizon.balance.read({ code: 0, data: { balance: "190.4280", currency: "UAH" }, message: "" }),
      { amount: 190.428, currency: "UAH" },
      `${DOCS}/user/api/getOwnBalance.md`,
    ],
    [
      "a taken message, read",
      mobizon.sentKey({ code: 0, data: { campaignId: "1759377", status: 1, messageId: "12111324" }, message: "" }, message),
      "12111324",
      `${DOCS}/message/api/sendSmsMessage.md`,
    ],
    [
      "a taken message whose numbers are numbers, read",
      mobizon.sentKey({ code: 0, data: { campaignId: 1_759_377, status: 2, messageId: 12_111_324 } }, message),
      "12111324",
      `${DOCS}/message/api/sendSmsMessage.md`,
    ],
    ["an answer without a message, read", mobizon.sentKey({ code: 0, data: null, message: "" }, message), null, "constructed"],
  ];
  it.each(asked)("%s [%#]", (_what, made, wanted) => expect(made).toEqual(wanted));
  it("is ten requests at least, half of them documented", () =>
    countCases(
      "sms-http, Mobizon",
      "outgoing",
      asked.map(([, , , source]) => ({ source })),
    ));
  it.each([
    [0, null],
    [1, "rejected"],
    [2, "rejected"],
    [3, "uncertain"],
    [5, "unsupported"],
    [8, "bad-credentials"],
    [9, "bad-credentials"],
    [10, "unreachable"],
    [12, "rejected"],
    [13, "bad-credentials"],
    [14, "bad-credentials"],
    [15, "rejected"],
    [30, "rate-limited"],
    [99, "rejected"],
    [999, "uncertain"],
    [12345, "uncertain"],
  ])(`code %i is %s [${CODES}]`, (code, wanted) => {
    expect(mobizon.fault("send", { code, data: null, message: "" })?.code ?? null).toBe(wanted);
  });
  it(`a validation error names the fields, another server its address [${CODES}]`, () => {
    const wrong = { code: 1, data: { recipient: ["Incorrect number"], params: { validity: "Too long" } }, message: "Validation error" };
    expect(mobizon.fault("send", wrong)?.text).toBe(
      "Mobizon does not take the message (Mobizon: Validation error; recipient: Incorrect number; params.validity: Too long)",
    );
    expect(mobizon.fault("send", { code: 13, data: "api.mobizon.ua", message: "" })?.text).toMatch(/set the API address to it: api\.mobizon\.ua/);
  });
});

describe("settings", () => {
  const faults = (raw: unknown): string => {
    try {
      parseSmsHttpConfig(raw);
    } catch (error) {
      return (error as ZodError).issues.map((issue) => issue.message).join("; ");
    }
    return "";
  };
  it("what is missing is said for each vendor", () => {
    expect(faults({ provider: "smsc", login: "x" })).toMatch(/API key, or a login with its password/);
    expect(faults({ provider: "mobizon" })).toMatch(/Mobizon needs an API key/);
    expect(() => parseSmsHttpConfig({ provider: "other" })).toThrow(ZodError);
  });
  it("a password never goes over an open line, callbacks need a secret, and something must arrive", () => {
    const good = { provider: "mobizon", apiKey: "k" };
    expect(faults(good)).toBe("");
    expect(faults({ ...good, apiUrl: "http://api.example.org" })).toMatch(/only localhost/);
    expect(faults({ ...good, apiUrl: "https://u:p@api.example.org" })).toMatch(/must not carry a password/);
    expect(faults({ ...good, publicUrl: "https://house.example" })).toMatch(/need a secret/);
    expect(faults({ ...good, webhookSecret: "short" })).toMatch(/16 to 100/);
    expect(faults({ ...good, polling: false })).toMatch(/nothing would ever arrive/);
  });
  it("the form has a field for whatever may be set, secrets as such", () => {
    expect(smsHttpFields.filter((field) => field.type === "secret").map((field) => field.name)).toEqual(["password", "apiKey", "webhookSecret"]);
  });
});
