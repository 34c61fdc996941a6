import type { Channel, ChannelEvent, WebhookRequest, WebhookResponse } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Ledger } from "../../../tests/conformance/host.ts";
import { countCases } from "../../../tests/support/cases.ts";
import webChat from "./index.ts";

/**
 * There is no vendor: the provider is the visitor's page. `PAGE` marks a request (or an answer) as it was seen between that page, in
 * Chromium, and the gateway; the rest are examples of the standards that the page's protocol stands on.
 */
const PAGE = "recorded between the visitor's page in Chromium and the gateway";
const TOKEN = "NNtaUfDdL-JZGGpAF58Zl_Uw98H5oheWscDVKhSqSTc";
/** The first 32 characters of base64url(SHA-256("<channel>:<token>")), by openssl(1). */
const THREAD = "T_w6gCRyBQ4I6oNmf2sOOtiRE9CEIEmg";
const KEY = "c91b8b08-fd61-ffeb-5143-2e60469b661e";
const SITE = "http://127.0.0.1:46523";

let ledger: Ledger;
let channel: Channel;
beforeEach(async () => {
  ledger = new Ledger();
  const config = { title: "Насосы и Компания", greeting: "Здравствуйте! Чем помочь?" };
  channel = await webChat.open(webChat.parseConfig(config), ledger.open(new AbortController().signal));
});
afterEach(() => channel.close());

type Asked = Partial<Omit<WebhookRequest, "body">> & { body?: string | Uint8Array };
/** A request as the page sends it: its own origin, its token, JSON where it has a body. */
async function ask({ method = "POST", path = "/", body = "", headers, ...rest }: Asked): Promise<WebhookResponse> {
  const own = { host: "127.0.0.1:46523", "sec-fetch-site": "same-origin", authorization: `Bearer ${TOKEN}` };
  const typed = body === "" ? {} : { "content-type": "application/json" };
  const from = method === "POST" ? { origin: SITE } : {};
  const request = { method, path, query: {}, remoteAddress: "127.0.0.1", ...rest, headers: { ...own, ...typed, ...from, ...headers } };
  return (await channel.webhook?.({ ...request, body: typeof body === "string" ? Buffer.from(body) : body })) as WebhookResponse;
}
const message = (body: string): Asked => ({ path: "/message", body });
const received = (fields: object) => ({ kind: "message.received", thread: { key: THREAD }, nature: "human", ...fields });
const from = (displayName?: string) => ({ kind: "site_visitor", value: THREAD, ...(displayName === undefined ? {} : { displayName }) });

/** What the page sends, how it is answered, and what is reported. */
interface In {
  name: string;
  source: string;
  asked: Asked;
  status: number;
  events?: object[];
  signals?: object[];
}
const incoming: In[] = [
  { name: "its settings are asked for", source: PAGE, asked: { method: "GET", path: "/settings", headers: { authorization: undefined } }, status: 200 },
  { name: "a token is asked for", source: PAGE, asked: { path: "/session", headers: { authorization: undefined } }, status: 200 },
  {
    name: "a text",
    source: PAGE,
    asked: message(`{"key":"${KEY}","text":"Сколько стоит насос?"}`),
    status: 200,
    events: [received({ eventKey: `${THREAD}:${KEY}`, messageKey: KEY, from: from(), text: "Сколько стоит насос?" })],
  },
  {
    name: "a text of one word",
    source: PAGE,
    asked: message('{"key":"b0ff94a7-e986-6b6d-e5d1-7de0f9c8cafe","text":"Беру"}'),
    status: 200,
    events: [received({ text: "Беру" })],
  },
  {
    name: "contacts without a text",
    source: PAGE,
    asked: message('{"key":"d7db1efb-ad97-35df-4af5-90f5170d8929","text":"","name":"Айгерим","claims":{"name":"Айгерим","phone":"8 701 555-66-77"}}'),
    status: 200,
    events: [received({ from: from("Айгерим"), text: "Айгерим, 8 701 555-66-77", claims: { name: "Айгерим", phone: "8 701 555-66-77" } })],
  },
  {
    name: "a text of somebody who has left a name",
    source: PAGE,
    asked: message('{"key":"517f2f1e-f483-bcb8-7258-f2660ba2dff6","text":"Ещё вопрос","name":"Айгерим"}'),
    status: 200,
    events: [received({ from: from("Айгерим"), text: "Ещё вопрос" })],
  },
  {
    name: "a file",
    source: PAGE,
    asked: {
      path: "/file",
      query: { key: "19c443d1-fda1-90a7-c4d9-4b9556b09763", name: "План № 1.txt" },
      headers: { "content-type": "text/plain" },
      body: "план",
    },
    status: 200,
    events: [received({ text: "", files: [{ name: "План № 1.txt", mime: "text/plain", bytes: Buffer.from("план") }] })],
  },
  { name: "typing", source: PAGE, asked: { path: "/typing" }, status: 204, signals: [{ kind: "typing", threadKey: THREAD }] },
  {
    name: "the end",
    source: PAGE,
    asked: { path: "/end", body: '{"key":"e745ec33-8e02-ce65-d693-4baa6a8f5de2"}' },
    status: 204,
    events: [{ kind: "thread.ended", eventKey: `${THREAD}:end:e745ec33-8e02-ce65-d693-4baa6a8f5de2`, thread: { key: THREAD } }],
  },
  {
    name: "what it has of a message that is not in its thread",
    source: PAGE,
    asked: { path: "/state", body: '{"delivered":"4277d61e-a0ad-493d-9e4a-3f9e58f1c06c"}' },
    status: 204,
  },
  { name: "the first question for news", source: PAGE, asked: { method: "GET", path: "/poll", query: { version: "-1" } }, status: 200 },
  {
    name: "a file that is not of its thread",
    source: PAGE,
    asked: { method: "GET", path: "/file/84af1d0a-c405-44ac-94f8-90eafc71018d" },
    status: 404,
  },
  {
    name: "a token that is none of ours",
    source: "RFC 6750 section 2.1 (the example)",
    asked: { ...message("{}"), headers: { authorization: "Bearer mF_9.B5f-4.1JqM" } },
    status: 401,
  },
  {
    name: "another scheme of authentication",
    source: "RFC 7617 section 2 (the example)",
    asked: { ...message("{}"), headers: { authorization: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" } },
    status: 401,
  },
  { name: "a JSON text that is a number", source: "RFC 8259 section 13 (the third example of a value)", asked: message("42"), status: 400 },
  { name: "a JSON text that is a list", source: "RFC 8259 section 5", asked: message("[116, 943, 234, 38793]"), status: 400 },
  { name: "an overlong UTF-8 sequence", source: "RFC 3629 section 10 (C0 80)", asked: { path: "/message", body: Buffer.from([0xc0, 0x80]) }, status: 400 },
  {
    name: "a foreign site",
    source: "Fetch standard, section 3.2 (the Origin header)",
    asked: { ...message(`{"key":"${KEY}","text":"x"}`), headers: { origin: "https://foo.invalid", "sec-fetch-site": "cross-site" } },
    status: 403,
  },
  { name: "nothing but spaces", source: "constructed", asked: message(`{"key":"${KEY}","text":"  "}`), status: 400 },
  { name: "a key with a path", source: "constructed", asked: message('{"key":"../../etc/passwd","text":"x"}'), status: 400 },
  { name: "a text of 4,001 characters", source: "constructed", asked: message(`{"key":"${KEY}","text":"${"x".repeat(4_001)}"}`), status: 400 },
  {
    name: "NULs and half characters",
    source: "constructed",
    asked: message(`{"key":"${KEY}","text":"a\\u0000b\\ud83d"}`),
    status: 200,
    events: [received({ text: "ab\ufffd" })],
  },
  {
    name: "a file whose name is a path",
    source: "constructed",
    asked: { path: "/file", query: { key: KEY, name: "../../etc/cron.d/x" }, headers: { "content-type": "text/html" }, body: "<p>" },
    status: 200,
    events: [received({ files: [{ name: "x", mime: "text/html", bytes: Buffer.from("<p>") }] })],
  },
  { name: "an empty file", source: "constructed", asked: { path: "/file", query: { key: KEY, name: "x" } }, status: 400 },
];

describe("what the visitor's page sends", () => {
  it("is twenty cases at least, half of them seen on the wire or in the standards", () => countCases("web-chat", "incoming", incoming));

  it.each(incoming)("$name ($source)", async ({ asked, status, events = [], signals = [] }) => {
    // Held questions are for the conversation's own tests.
    const answer = await ask(asked.path === "/poll" ? { ...asked, query: { ...asked.query, hold: "0" } } : asked);
    expect(answer.status).toBe(status);
    expect(ledger.events).toMatchObject(events as ChannelEvent[]);
    expect(ledger.events).toHaveLength(events.length);
    expect(ledger.signals).toEqual(signals);
  });
});

/** The answer that the page gets, after what happened before. */
interface Out {
  name: string;
  source: string;
  before?: () => Promise<unknown>;
  asked: Asked;
  wanted: unknown;
  headers?: Record<string, string | RegExp>;
}
const said = () => ask(message(`{"key":"${KEY}","text":"Сколько стоит насос?"}`));
const ANSWER = "63465d93-5da3-4f11-b54c-eb4ee02df981";
const send = async (): Promise<void> => {
  const command = { id: ANSWER, threadKey: THREAD, to: from() as never, text: "Сто тысяч", files: [], references: [] };
  ledger.reply(command);
  await channel.handlers["message.send"]?.(command);
};
const poll = (query: Record<string, string> = {}): Asked => ({ method: "GET", path: "/poll", query: { version: "-1", hold: "0", ...query } });
const news = (fields: object) => expect.objectContaining({ typing: false, ended: false, ...fields });
const own = { messageKey: KEY, direction: "in", text: "Сколько стоит насос?", state: "sent", files: [] };

const outgoing: Out[] = [
  {
    name: "the settings",
    source: PAGE,
    asked: { method: "GET", path: "/settings" },
    wanted: { title: "Насосы и Компания", greeting: "Здравствуйте! Чем помочь?", maxFileBytes: 10_485_760, maxTextLength: 4_000 },
    headers: { "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff" },
  },
  { name: "a token", source: PAGE, asked: { path: "/session" }, wanted: { token: expect.stringMatching(/^[\w-]{43}$/) } },
  { name: "a message is taken", source: PAGE, asked: message(`{"key":"${KEY}","text":"Сколько стоит насос?"}`), wanted: { key: KEY, at: expect.any(Number) } },
  { name: "no news", source: PAGE, asked: poll(), wanted: news({ messages: [], cursor: null }) },
  {
    name: "the visitor's own message, after a reload",
    source: PAGE,
    before: said,
    asked: poll(),
    wanted: news({ messages: [expect.objectContaining(own)], cursor: KEY }),
  },
  {
    name: "the agent's answer",
    source: PAGE,
    before: async () => [await said(), await send()],
    asked: poll({ after: KEY }),
    wanted: news({ messages: [expect.objectContaining({ messageKey: ANSWER, direction: "out", text: "Сто тысяч", author: "Ann" })], cursor: ANSWER }),
  },
  {
    name: "the agent is typing",
    source: PAGE,
    before: async () => channel.handlers["typing.show"]?.({ threadKey: THREAD }),
    asked: poll(),
    wanted: news({ typing: true }),
  },
  {
    name: "the agent has ended the chat",
    source: PAGE,
    before: async () => channel.handlers["thread.close"]?.({ threadKey: THREAD }),
    asked: poll(),
    wanted: news({ ended: true }),
  },
  {
    name: "who has no token is told so",
    source: "RFC 9110 section 15.5.2",
    asked: { ...poll(), headers: { authorization: undefined } },
    wanted: { error: "session" },
  },
  {
    name: "who asks for tokens too often is told when to come back",
    source: "RFC 6585 section 4 (429 and Retry-After)",
    before: () => Promise.all(Array.from({ length: 21 }, () => ask({ path: "/session" }))),
    asked: { path: "/session" },
    wanted: { error: "rate_limited" },
    headers: { "retry-after": /^[1-9]\d*$/ },
  },
  { name: "an address that does not exist", source: "RFC 9110 section 15.5.5", asked: { method: "GET", path: "/secrets" }, wanted: { error: "not_found" } },
  {
    name: "the store is away: again in two seconds",
    source: "RFC 9110 sections 15.6.4 and 10.2.3",
    before: async () => {
      ledger.beforeReport = () => Promise.reject(new Error("The database is away"));
    },
    asked: message(`{"key":"${KEY}","text":"x"}`),
    wanted: { error: "unavailable" },
    headers: { "retry-after": "2" },
  },
];

describe("what the visitor's page is told", () => {
  it("is ten cases at least, half of them seen on the wire or in the standards", () => countCases("web-chat", "outgoing", outgoing));

  it.each(outgoing)("$name ($source)", async ({ before, asked, wanted, headers = {} }) => {
    await before?.();
    const answer = await ask(asked);
    expect(JSON.parse(String(answer.body))).toEqual(wanted);
    for (const [name, value] of Object.entries(headers))
      expect(answer.headers?.[name]).toEqual(typeof value === "string" ? value : expect.stringMatching(value));
  });
});
