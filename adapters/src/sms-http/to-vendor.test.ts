import { describe, expect, it } from "vitest";
import { ZodError } from "zod";
import { parseSmsHttpConfig, smsHttpFields } from "./config.ts";
import { mobizon } from "./mobizon.ts";
import { smsc } from "./smsc.ts";
import type { Operation } from "./vendor.ts";

const SEND = "https://smsc.ru/api/http/send/sms/";
const CODES = "mobizon-api-docs src/v1/en/_other/apiCode.md";
const message = { reference: "7a9de6c4-6a7a-4b55-9cd2-31fdd60e6a31", to: "77011112233", text: "Ваш заказ готов", sender: "" };
const smscKey = { login: "house", password: "secret", apiKey: "" };

describe("what SMSC is asked", () => {
  it(`a message with our own id [${SEND}]`, () => {
    expect(smsc.send(message)).toEqual({
      path: "sys/send.php",
      fields: { phones: "77011112233", mes: "Ваш заказ готов", id: message.reference, cost: "3" },
    });
    expect(message.reference).toMatch(/^[\w.-]{1,40}$/);
  });
  it(`a registered sender name [${SEND}]`, () => expect(smsc.send({ ...message, sender: "SHOP.KZ" }).fields["sender"]).toBe("SHOP.KZ"));
  it(`login and password, or the key alone [${SEND}]`, () => {
    expect(smsc.common(smscKey)).toEqual({ login: "house", psw: "secret", fmt: "3", charset: "utf-8" });
    expect(smsc.common({ ...smscKey, apiKey: "k" })).toEqual({ apikey: "k", fmt: "3", charset: "utf-8" });
  });
  it("the states of several at once [https://smsc.ru/api/http/status_messages/check_status/]", () => {
    expect(smsc.status.ask([{ key: "a", to: "77011112233" }]).fields).toEqual({ phone: "77011112233,", id: "a," });
    expect(
      smsc.status.ask([
        { key: "a", to: "77011112233" },
        { key: "b", to: "77011112234" },
      ]).fields,
    ).toEqual({ phone: "77011112233,77011112234,", id: "a,b," });
  });
  it("whether it has a message [https://smsc.ru/api/http/status_messages/check_status/]", () => {
    expect(smsc.find?.ask(message)).toEqual({ path: "sys/status.php", fields: { phone: "77011112233", id: message.reference } });
    expect(smsc.find?.found([{ status: -3, id: 138, phone: "89995190557" }])).toBe(false);
    expect(smsc.find?.found({ status: -1, last_date: "", last_timestamp: 0 })).toBe(true);
    expect(smsc.find?.found({})).toBe(false);
  });
  it("answers of the last day, then those after the last one [https://smsc.ru/api/http/get_data/inbox/]", () => {
    expect(smsc.incoming?.ask(null)).toEqual({ path: "sys/get.php", fields: { get_answers: "1", hour: "24" } });
    expect(smsc.incoming?.ask("4021").fields).toEqual({ get_answers: "1", after_id: "4021" });
  });
  it("the money, with its currency [https://smsc.ru/api/http/balance/]", () => {
    expect(smsc.balance.ask()).toEqual({ path: "sys/balance.php", fields: { cur: "1" } });
    expect(smsc.balance.read({ balance: "282.75", currency: "RUR" })).toEqual({ amount: 282.75, currency: "RUB" });
  });
  it(`an answer names the message by our id [${SEND}]`, () => {
    expect(smsc.sentKey({ id: 3218, cnt: 1, cost: "3.3", balance: "3215.3097" }, message)).toBe(message.reference);
    expect(smsc.sentKey({}, message)).toBeNull();
  });
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

describe("what Mobizon is asked", () => {
  it("a message, the number in digits alone [mobizon-api-docs src/v1/en/message/api/sendSmsMessage.md]", () => {
    expect(mobizon.send({ ...message, sender: "YourAlpha" })).toEqual({
      path: "service/message/sendSmsMessage",
      fields: { recipient: "77011112233", text: "Ваш заказ готов", from: "YourAlpha" },
    });
    expect(mobizon.send(message).fields).not.toHaveProperty("from");
  });
  it("the key in the body, the answer as JSON [mobizon-api-docs src/v1/en/_other]", () => {
    expect(mobizon.common({ login: "", password: "", apiKey: "k" })).toEqual({ apiKey: "k", output: "json", api: "v1" });
  });
  it("up to a hundred states [mobizon-api-docs src/v1/en/message/api/getSMSStatus.md]", () => {
    const ids = ["123", "556", "988"].map((key) => ({ key, to: "77011112233" }));
    expect(mobizon.status.ask(ids)).toEqual({ path: "service/message/getSMSStatus", fields: { ids: "123,556,988" } });
    expect(mobizon.status.perRequest).toBe(100);
  });
  it("an answer names the message by Mobizon's id [mobizon-api-docs src/v1/en/message/api/sendSmsMessage.md]", () => {
    const answer = { code: 0, data: { campaignId: "1759377", status: 1, messageId: "12111324" }, message: "" };
    expect(mobizon.sentKey(answer, message)).toBe("12111324");
    expect(mobizon.sentKey({ code: 0, data: null, message: "" }, message)).toBeNull();
  });
  it("the money [mobizon-api-docs src/v1/en/user/api/getOwnBalance.md]", () => {
    expect(mobizon.balance.read({ code: 0, data: { balance: "190.4280", currency: "UAH" }, message: "" })).toEqual({ amount: 190.428, currency: "UAH" });
  });
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
