import type { MessageReceived } from "@kommutator/contract/channel";
import { describe, expect, it } from "vitest";
import { readFields } from "./body.ts";
import { parseWebFormConfig } from "./config.ts";
import { messageEvent, type Sent } from "./from-form.ts";

/**
 * There is no vendor: the documented payloads are those of the HTML standard (form submission: urlencoded and multipart),
 * of RFC 7578 (multipart/form-data) and of our own snippet's JSON; each case says which.
 */
const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const config = parseWebFormConfig({ secret: "a secret of sixteen", formName: "Callback request", country: "KZ" });
const sent: Sent = { key: "form:abc", origin: "https://shop.example", at: 1_795_311_650_717 };
const read = async (type: string, body: string | Uint8Array, change: Partial<typeof config> = {}, how: Partial<Sent> = {}): Promise<MessageReceived> =>
  messageEvent(await readFields(type, typeof body === "string" ? new TextEncoder().encode(body) : body), { ...sent, ...how }, { ...config, ...change });
const json = (fields: unknown, change: Partial<typeof config> = {}, how: Partial<Sent> = {}) => read(JSON_TYPE, JSON.stringify(fields), change, how);

describe("who sent a form", () => {
  const table: [string, string, Record<string, unknown>, string][] = [
    [
      "a phone in national form is the person; the e-mail is a claim",
      "name=%D0%98%D0%B2%D0%B0%D0%BD&phone=8+%28701%29+111-22-33&email=Ivan%40Client.Example&message=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82",
      {
        from: { kind: "phone", value: "+77011112233", displayName: "Иван" },
        thread: { key: "+77011112233" },
        claims: { name: "Иван", email: "ivan@client.example" },
        text: "Привет",
      },
      "HTML standard, urlencoded form data",
    ],
    ["an international phone", "tel=%2B380671234567&comment=x", { from: { kind: "phone", value: "+380671234567" }, text: "x" }, "HTML standard"],
    [
      "only an e-mail",
      "mail=Anna%40Client.Example&text=x",
      { from: { kind: "email", value: "anna@client.example" }, thread: { key: "anna@client.example" } },
      "HTML standard",
    ],
    ["nobody we can reach", "message=x", { from: { kind: "site_visitor", value: "form:abc" }, thread: { key: "visitor:form:abc" } }, "HTML standard"],
    [
      "a phone that is none stays readable, and the e-mail is the person",
      "phone=12&email=a%40b.example&message=x",
      { from: { kind: "email", value: "a@b.example" }, text: "x\n\n☎ 12" },
      "constructed",
    ],
    ["an e-mail that is none stays readable", "email=a+at+b&message=x", { text: "x\n\n✉ a at b", from: { kind: "site_visitor" } }, "constructed"],
    ["a request to be called back says so by itself", "name=Asel&phone=%2B77011112233", { text: "👤 Asel\n☎ +77011112233" }, "constructed"],
    ["names of fields in any case", "Phone=%2B77011112233&MESSAGE=x", { from: { value: "+77011112233" }, text: "x" }, "constructed"],
    ["two fields for one thing", "message=a&comment=b", { text: "a, b" }, "constructed"],
  ];
  it.each(table)("%s", async (_name, body, wanted) => {
    expect(await read(FORM, body)).toMatchObject(wanted);
  });
});

describe("what a form says", () => {
  it("further fields are readable by their labels, boxes of one group together, a consent is kept [our snippet's JSON]", async () => {
    const event = await json({
      name: "Asel",
      phone: "+77011112233",
      message: "Нужен насос",
      model: "NP-40",
      time: ["утро", "вечер"],
      consent: "yes",
      _labels: JSON.stringify({ model: "Модель *", time: "Удобное время:", consent: "Согласие на обработку данных" }),
    });
    expect(event.text).toBe("Нужен насос\n\nМодель: NP-40\nУдобное время: утро, вечер\nСогласие на обработку данных: yes");
  });
  it("labels that are none change nothing [constructed]", async () => {
    expect((await json({ message: "x", a: "1", _labels: "{nope" })).text).toBe("x\n\na: 1");
    expect((await json({ message: "x", a: "1", constructor: "2", _labels: '{"a":7,"__proto__":{"a":"b"}}' })).text).toBe("x\n\na: 1\nconstructor: 2");
  });
  it("a consent that is asked for must be ticked [constructed]", async () => {
    for (const consent of ["", "no", "0", "Нет"])
      await expect(json({ message: "x", consent }, { consentRequired: true })).rejects.toMatchObject({ code: "consent" });
    expect(await json({ message: "x", agree: "on" }, { consentRequired: true })).toMatchObject({ text: "x\n\nagree: ✓" });
  });
  it("nothing at all is refused [constructed]", async () => {
    await expect(json({ name: "Asel", message: "   " })).rejects.toMatchObject({ code: "empty", status: 422 });
    await expect(json({ _page: "https://shop.example/", utm_source: "ads" })).rejects.toMatchObject({ code: "empty" });
  });
  it("numbers, flags and nothing are values; deeper objects are not [constructed]", async () => {
    expect((await json({ message: "x", amount: 12.5, urgent: true, none: null })).text).toBe("x\n\namount: 12.5\nurgent: true");
    await expect(json({ message: { a: 1 } })).rejects.toMatchObject({ code: "malformed" });
  });
});

describe("where a form came from", () => {
  it("the form's name, its page, the referrer and the UTM tags [our snippet's JSON]", async () => {
    const event = await json({
      message: "x",
      _form: "Обратный звонок",
      _page: "https://shop.example/pumps?utm_source=ads&utm_campaign=spring#form",
      _referrer: "https://search.example/?q=pumps",
      utm_source: "ads",
      utm_term: "насос",
    });
    expect(event.origin).toEqual({
      source: "Обратный звонок",
      page: "https://shop.example/pumps?utm_source=ads&utm_campaign=spring",
      referrer: "https://search.example/?q=pumps",
      utm: { source: "ads", campaign: "spring", term: "насос" },
    });
    expect(event.text).toBe("x");
  });
  it("without a name of its own it is the channel's form [constructed]", async () =>
    expect((await json({ message: "x" })).origin).toEqual({ source: "Callback request" }));
  it("a page of another site is a lie, a link that is no web address is none [constructed]", async () => {
    const other = await json({ message: "x", _page: "https://evil.example/?utm_source=ads", _referrer: "javascript:alert(1)" });
    expect(other.origin).toEqual({ source: "Callback request" });
    expect((await json({ message: "x", _page: "https://u:p@shop.example/a" })).origin?.page).toBe("https://shop.example/a");
    expect((await json({ message: "x", _page: `https://shop.example/${"a".repeat(3_000)}` })).origin?.page).toBeUndefined();
  });
  it("a site's own server may name any page [constructed]", async () => {
    expect((await json({ message: "x", _page: "https://other.example/a" }, {}, { origin: null })).origin?.page).toBe("https://other.example/a");
  });
});

describe("hostile fields", () => {
  it("markup stays text, and there is no HTML at all", async () => {
    const event = await json({ name: "<img src=x onerror=alert(1)>", phone: "+77011112233", message: "<script>alert(1)</script>" });
    expect(event).toMatchObject({ text: "<script>alert(1)</script>", from: { displayName: "<img src=x onerror=alert(1)>" } });
    expect(event.html).toBeUndefined();
  });
  it("line breaks do not get into names, numbers, addresses and labels", async () => {
    const event = await json({
      name: "Ivan\r\nBcc: victim@other.example",
      email: "a@b.example\r\nBcc: c@d.example",
      message: "one\r\ntwo",
      "x\r\ny": "z",
      _form: "Form\r\nX: 1",
    });
    expect(event.from).toMatchObject({ displayName: "Ivan Bcc: victim@other.example" });
    expect(event.origin?.source).toBe("Form X: 1");
    expect(event.text).toBe("one\ntwo\n\n✉ a@b.example Bcc: c@d.example\nx y: z");
  });
  it("NULs, control and half characters do not get in", async () => {
    expect((await json({ message: "a\0b\u0007c\ud83d", name: "\u0000x" })).text).toBe("abc\ufffd");
    expect((await read(FORM, "message=a%00b%1Bc%0Ad")).text).toBe("abc\nd");
  });
});

describe("the three forms of a body", () => {
  const multipart = (parts: string) => `------b\r\n${parts}\r\n------b--\r\n`;
  const TYPE = "multipart/form-data; boundary=----b";
  it("multipart, with a file field that nobody used [RFC 7578]", async () => {
    const body = multipart(
      'Content-Disposition: form-data; name="phone"\r\n\r\n+77011112233\r\n------b\r\nContent-Disposition: form-data; name="message"\r\n\r\nПривет\r\n------b\r\nContent-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
    );
    expect(await read(TYPE, body)).toMatchObject({ from: { value: "+77011112233" }, text: "Привет" });
  });
  it("a file is refused [RFC 7578 section 4.2]", async () => {
    const body = multipart('Content-Disposition: form-data; name="cv"; filename="cv.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF');
    await expect(read(TYPE, body)).rejects.toMatchObject({ code: "files", status: 415 });
  });
  it.each<[string, string, string | Uint8Array, string]>([
    ["multipart without its boundary", "multipart/form-data", "x", "malformed"],
    ["multipart that never ends", TYPE, '------b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', "malformed"],
    ["plain text", "text/plain", "message=x", "malformed"],
    ["no type", "", "message=x", "malformed"],
    ["half a JSON", JSON_TYPE, '{"message":', "malformed"],
    ["a list", JSON_TYPE, "[1]", "malformed"],
    ["invalid UTF-8", JSON_TYPE, new Uint8Array([0x7b, 0xff, 0x7d]), "malformed"],
    ["a body of 100 KB", JSON_TYPE, JSON.stringify({ message: "x".repeat(100_000) }), "too_large"],
    ["a field of 20 KB", JSON_TYPE, JSON.stringify({ message: "x".repeat(20_000) }), "too_large"],
    ["a hundred fields", JSON_TYPE, JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, "x"]))), "too_large"],
    ["a name of 200 characters", JSON_TYPE, JSON.stringify({ ["x".repeat(200)]: "x" }), "malformed"],
  ])("%s is refused", async (_name, type, body, code) => {
    await expect(read(type, body)).rejects.toMatchObject({ code });
  });
});

describe("settings", () => {
  it("name every fault at once", () => {
    expect(() => parseWebFormConfig({ secret: "short", allowedOrigins: "shop", country: "Kazakhstan", publicUrl: "http://house.example" })).toThrow(
      /shop[\s\S]*16 characters[\s\S]*https:\/\/house\.example[\s\S]*Two letters/,
    );
  });
});
