import { createHmac } from "node:crypto";
import type { Channel, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Ledger } from "../../../tests/conformance/host.ts";
import { countCases } from "../../../tests/support/cases.ts";
import webForm from "./index.ts";

/**
 * There is no vendor: what a form sends is laid down by the standards of the web. Each case is an example of theirs as it stands there,
 * sent as a site's own server sends it (signed) or as a page does (with a token); `constructed` is what they do not show.
 */
const SECRET = "a secret of sixteen";
const SITE = "https://foo.example";
const URLENCODED = "application/x-www-form-urlencoded";

let ledger: Ledger;
let channel: Channel;
const open = async (config: object = {}): Promise<void> => {
  await channel?.close();
  const settings = { secret: SECRET, allowedOrigins: SITE, minFillSeconds: 0, country: "NL", ...config };
  channel = await webForm.open(webForm.parseConfig(settings), ledger.open(new AbortController().signal));
};
beforeEach(async () => {
  ledger = new Ledger();
  await open();
});
afterEach(() => channel.close());

type Asked = Partial<Omit<WebhookRequest, "body">> & { body?: string | Uint8Array };
const ask = async ({ body = "", ...rest }: Asked): Promise<WebhookResponse> =>
  (await channel.webhook?.({
    method: "POST",
    path: "/",
    query: {},
    remoteAddress: "198.51.100.7",
    headers: {},
    ...rest,
    body: typeof body === "string" ? Buffer.from(body) : body,
  })) as WebhookResponse;
/** As a site's own server sends it: signed over time and body. */
const signed = (type: string, body: string | Uint8Array): Promise<WebhookResponse> => {
  const stamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac("sha256", SECRET).update(`${stamp}.`).update(body).digest("hex");
  return ask({ body, headers: { "content-type": type, "x-timestamp": stamp, "x-signature": `sha256=${signature}` } });
};
const multipart = (...lines: string[]): string => lines.join("\r\n");

interface In {
  name: string;
  source: string;
  type: string;
  body: string | Uint8Array;
  status?: number;
  /** The message that it becomes. */
  event?: object;
}
const json = (name: string, source: string, value: unknown, more: Partial<In>): In => ({
  name,
  source,
  type: "application/json",
  body: JSON.stringify(value),
  ...more,
});

const incoming: In[] = [
  {
    name: "a form of names, a list of two cities, a line break and an ampersand",
    source: "RFC 1866 section 8.2.1",
    type: URLENCODED,
    body: "name=John+Doe&gender=male&family=5&city=kent&city=miami&other=abc%0D%0Adef&nickname=J%26D",
    event: { text: "gender: male\nfamily: 5\ncity: kent, miami\nother: abc\ndef\nnickname: J&D", from: { displayName: "John Doe" } },
  },
  { name: "two fields", source: "MDN, Sending form data (the POST method)", type: URLENCODED, body: "say=Hi&to=Mom", event: { text: "say: Hi\nto: Mom" } },
  {
    name: "plus, equals and spaces in a value",
    source: "en.wikipedia.org/wiki/POST_(HTTP)",
    type: URLENCODED,
    body: "Name=Gareth+Wylie&Age=24&Formula=a+%2B+b+%3D%3D+21",
    event: { text: "Age: 24\nFormula: a + b == 21", from: { displayName: "Gareth Wylie" } },
  },
  {
    name: "two fields of the method's page",
    source: "MDN, POST (URL-encoded form submission)",
    type: URLENCODED,
    body: "field1=value1&field2=value2",
    event: { text: "field1: value1\nfield2: value2" },
  },
  {
    name: "the type with a charset",
    source: "MDN, POST (Content-Type with charset)",
    type: "application/x-www-form-urlencoded;charset=UTF-8",
    body: "field1=value1&field2=value2",
    event: { text: "field1: value1\nfield2: value2" },
  },
  {
    name: "multipart with a name and a file: files are refused",
    source: "HTML 4.01 section 17.13.4",
    type: "multipart/form-data; boundary=AaB03x",
    body: multipart(
      "--AaB03x",
      'Content-Disposition: form-data; name="submit-name"',
      "",
      "Larry",
      "--AaB03x",
      'Content-Disposition: form-data; name="files"; filename="file1.txt"',
      "Content-Type: text/plain",
      "",
      "... contents of file1.txt ...",
      "--AaB03x--",
      "",
    ),
    status: 415,
  },
  {
    name: "multipart with a boundary in quotes and a file",
    source: "MDN, POST (multipart form submission)",
    type: 'multipart/form-data;boundary="delimiter12345"',
    body: multipart(
      "--delimiter12345",
      'Content-Disposition: form-data; name="field1"',
      "",
      "value1",
      "--delimiter12345",
      'Content-Disposition: form-data; name="field2"; filename="example.txt"',
      "",
      "value2",
      "--delimiter12345--",
      "",
    ),
    status: 415,
  },
  {
    name: "multipart whose part has no file name",
    source: "RFC 7578 section 4.2 (the part of Joe Blow, RFC 1867 section 6)",
    type: "multipart/form-data; boundary=AaB03x",
    body: multipart("--AaB03x", 'content-disposition: form-data; name="field1"', "", "Joe Blow", "--AaB03x--", ""),
    event: { text: "field1: Joe Blow" },
  },
  json(
    "texts, a choice and a flag",
    "W3C HTML JSON form submission, example 1",
    { name: "Bender", hind: "Bitable", shiny: true },
    {
      event: { text: "hind: Bitable\nshiny: true", from: { displayName: "Bender" } },
    },
  ),
  json("a list of numbers", "W3C HTML JSON form submission, example 2", { "bottle-on-wall": [1, 2, 3] }, { event: { text: "bottle-on-wall: 1, 2, 3" } }),
  json(
    "objects in objects, which no form of ours sends",
    "W3C HTML JSON form submission, example 3",
    { pet: { species: "Dahut", name: "Hypatia" }, kids: ["Thelma", "Ashley"] },
    { status: 400 },
  ),
  json(
    "a number that no country has assigned stays readable",
    "ITU-T E.123 (international notation)",
    { phone: "+31 42 123 4567", message: "x" },
    {
      event: { text: "x\n\n☎ +31 42 123 4567", from: { kind: "site_visitor" } },
    },
  ),
  json(
    "the same in the national notation",
    "ITU-T E.123 (national notation)",
    { phone: "(042) 123 4567", message: "x" },
    {
      event: { text: "x\n\n☎ (042) 123 4567", from: { kind: "site_visitor" } },
    },
  ),
  json(
    "a phone number with hyphens",
    "RFC 3966 section 6",
    { tel: "+1-201-555-0123", message: "x" },
    { event: { from: { kind: "phone", value: "+12015550123" } } },
  ),
  json(
    "an address of two parts",
    "RFC 5322 appendix A.1.1",
    { email: "jdoe@machine.example", message: "x" },
    { event: { from: { kind: "email", value: "jdoe@machine.example" } } },
  ),
  json(
    "a page with its campaign",
    "support.google.com/analytics/answer/10917952",
    { message: "x", _page: "https://www.example.com/?utm_source=summer-mailer&utm_medium=email&utm_campaign=summer-sale" },
    {
      event: {
        origin: {
          page: "https://www.example.com/?utm_source=summer-mailer&utm_medium=email&utm_campaign=summer-sale",
          utm: { source: "summer-mailer", medium: "email", campaign: "summer-sale" },
        },
      },
    },
  ),
  json("a value that is no object", "RFC 8259 section 13", [116, 943, 234, 38_793], { status: 400 }),
  { name: "an overlong UTF-8 sequence", source: "RFC 3629 section 10 (C0 80)", type: "application/json", body: Buffer.from([0xc0, 0x80]), status: 400 },
  { name: "a body of another type", source: "RFC 9110 section 15.5.16", type: "text/csv", body: "a,b", status: 415 },
  json(
    "a ticked box and an own name of the form",
    "constructed",
    { message: "x", agree: "on", _form: "Обратный звонок" },
    { event: { text: "x\n\nagree: ✓", origin: { source: "Обратный звонок" } } },
  ),
  json("nothing that was filled in", "constructed", { name: "", message: " " }, { status: 422 }),
  json("a prototype", "constructed", JSON.parse('{"__proto__":{"a":1},"message":"x"}'), { status: 400 }),
  json("NULs and half characters", "constructed", { message: "a\0b\ud83d" }, { event: { text: "ab\ufffd" } }),
];

describe("what forms send", () => {
  it("is twenty cases at least, half of them from the standards", () => countCases("web-form", "incoming", incoming));

  it.each(incoming)("$name ($source)", async ({ type, body, status = 200, event }) => {
    expect((await signed(type, body)).status).toBe(status);
    expect(ledger.messages).toHaveLength(event === undefined ? 0 : 1);
    if (event !== undefined) expect(ledger.messages[0]).toMatchObject({ kind: "message.received", nature: "human", ...event });
  });
});

interface Out {
  name: string;
  source: string;
  config?: object;
  before?: () => Promise<unknown>;
  asked: Asked | (() => Promise<WebhookResponse>);
  status: number;
  body?: unknown;
  headers?: Record<string, string | undefined>;
}
const page = { origin: SITE, "sec-fetch-site": "cross-site" };
const token = async (): Promise<string> => (JSON.parse(String((await ask({ method: "GET", path: "/token", headers: page })).body)) as { token: string }).token;
const submit = async (fields: object = {}): Promise<WebhookResponse> =>
  ask({ headers: { ...page, "content-type": "application/json" }, body: JSON.stringify({ _token: await token(), message: "x", ...fields }) });

const outgoing: Out[] = [
  {
    name: "a page of an allowed site may read the answer",
    source: "Fetch standard, section 3.3.3 (Access-Control-Allow-Origin)",
    asked: () => submit(),
    status: 200,
    body: { ok: true },
    headers: { "access-control-allow-origin": SITE, vary: "origin", "cache-control": "no-store" },
  },
  {
    name: "a preflight is told methods and headers",
    source: "Fetch standard, section 3.3.3 (CORS-preflight)",
    asked: { method: "OPTIONS", headers: { ...page, "access-control-request-method": "POST", "access-control-request-headers": "content-type" } },
    status: 204,
    headers: { "access-control-allow-methods": "GET, POST", "access-control-allow-headers": "content-type", "access-control-max-age": "600" },
  },
  {
    name: "a page of another site may not",
    source: "Fetch standard, section 3.2 (the Origin header)",
    asked: { method: "GET", path: "/token", headers: { origin: "https://bar.invalid" } },
    status: 403,
    body: { error: "origin" },
    headers: { "access-control-allow-origin": undefined },
  },
  {
    name: "a page of the house itself needs no list",
    source: "Fetch metadata, section 2.4 (Sec-Fetch-Site: same-origin)",
    asked: { method: "GET", path: "/token", headers: { "sec-fetch-site": "same-origin" } },
    status: 200,
    headers: { "access-control-allow-origin": undefined },
  },
  {
    name: "an unknown token",
    source: "RFC 9110 section 15.5.2",
    asked: { headers: { ...page, "content-type": "application/json" }, body: '{"message":"x"}' },
    status: 401,
    body: { error: "forged" },
  },
  {
    name: "another address",
    source: "RFC 9110 section 15.5.5",
    asked: { method: "GET", path: "/secrets", headers: page },
    status: 404,
    body: { error: "not_found" },
  },
  {
    name: "a body above what a form weighs",
    source: "RFC 9110 section 15.5.14",
    asked: { headers: { ...page, "content-type": "application/json" }, body: JSON.stringify({ message: "x".repeat(70_000) }) },
    status: 413,
    body: { error: "too_large" },
  },
  {
    name: "what is typed faster than a person types is told to wait",
    source: "constructed",
    config: { minFillSeconds: 3 },
    asked: () => submit(),
    status: 425,
    body: { error: "too_fast", waitMs: expect.any(Number) },
  },
  {
    name: "too many from one address are told when to come back",
    source: "RFC 6585 section 4 (429 and Retry-After)",
    config: { perAddressPerMinute: 1 },
    before: () => submit(),
    asked: () => submit(),
    status: 429,
    body: { error: "too_many" },
    headers: { "retry-after": "30" },
  },
  {
    name: "a machine that fills in the trap is thanked and told nothing",
    source: "constructed",
    asked: () => submit({ homepage: "https://spam.example" }),
    status: 200,
    body: { ok: true },
  },
  {
    name: "a consent that is missing",
    source: "RFC 9110 section 15.5.21",
    config: { consentRequired: true },
    asked: () => submit(),
    status: 422,
    body: { error: "consent" },
  },
];

describe("what a page or a server is answered", () => {
  it("is ten cases at least, half of them from the standards", () => countCases("web-form", "outgoing", outgoing));

  it.each(outgoing)("$name ($source)", async ({ config, before, asked, status, body, headers = {} }) => {
    if (config !== undefined) await open(config);
    await before?.();
    const answer = typeof asked === "function" ? await asked() : await ask(asked);
    expect(answer.status).toBe(status);
    if (body !== undefined) expect(JSON.parse(String(answer.body))).toEqual(body);
    for (const [name, value] of Object.entries(headers)) expect(answer.headers?.[name], name).toBe(value);
  });
});
