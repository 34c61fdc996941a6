import { randomUUID } from "node:crypto";
import { viber } from "@kommutator/adapters/viber";
import type { Channel, Commands, Host, ThreadMessage } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { ViberServer } from "../emulators/viber/server.ts";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";

const TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
const USER = "01234567890A=";
const MB = 1024 * 1024;

let server: ViberServer;
let door: HouseDoor;
let ledger: Ledger;
let abort: AbortController;
let channel: Channel;
/** What the house has stored of our messages, for the files. */
let stored: { message: ThreadMessage; bytes: Map<string, { name: string; mime: string; bytes: Uint8Array }> }[];

const config = (more: Record<string, unknown> = {}) => ({
  token: TOKEN,
  publicUrl: door.url,
  senderName: "House",
  apiUrl: server.apiUrl,
  timeoutMs: 500,
  checkEveryMs: 50,
  retryFloorMs: 20,
  ...more,
});

async function open(more: Record<string, unknown> = {}): Promise<void> {
  abort = new AbortController();
  const host: Host = {
    ...ledger.open(abort.signal),
    history: async (threadKey, after) => (threadKey === USER && after === null ? stored.map((one) => one.message) : []),
    file: async (threadKey, key) => (threadKey === USER ? (stored.map((one) => one.bytes.get(key)).find((file) => file !== undefined) ?? null) : null),
  };
  channel = await viber.open(viber.parseConfig(config(more)), host);
  door.attach(channel);
  await until("the channel is up", () => ledger.status?.state === "up");
}
const reopen = async (): Promise<void> => {
  await channel.close();
  abort.abort();
  await open();
};

beforeEach(async () => {
  server = await ViberServer.start(TOKEN);
  door = await HouseDoor.open();
  ledger = new Ledger();
  stored = [];
});
afterEach(async () => {
  await channel.close();
  abort.abort();
  await server.stop();
  await door.down();
});

type Send = Commands["message.send"];
const command = (more: Partial<Send>): Send => ({
  id: randomUUID(),
  threadKey: USER,
  to: { kind: "viber", value: USER },
  text: "",
  files: [],
  references: [],
  ...more,
});
const send = (one: Send) => (channel.handlers["message.send"] as (command: Send) => Promise<{ messageKey: string }>)(one);
const refused = (one: Send) =>
  send(one).then(
    () => null,
    (error: unknown) => error,
  );

/** A message with a file, stored as the house stores it before it is sent. */
function withFile(name: string, mime: string, bytes: Uint8Array, text = ""): Send {
  const one = command({ text, files: [{ name, mime, bytes: bytes.byteLength, read: async () => bytes }] });
  const key = randomUUID();
  stored.push({
    message: { messageKey: one.id, direction: "out", text, at: Date.now(), state: "queued", files: [{ key, name, mime, bytes: bytes.byteLength }] },
    bytes: new Map([[key, { name, mime, bytes }]]),
  });
  return one;
}

describe("message, delivered, seen, unsubscribed", () => {
  it("the message has two changes of state, the person cannot be reached, and sending is refused with the reason", async () => {
    await open();
    await server.say({ type: "text", text: "Good day" });
    const { messageKey } = await send(command({ text: "Good day to you" }));
    expect(messageKey).toMatch(/^\d{19}$/);
    expect(server.sent[0]).toMatchObject({ receiver: USER, type: "text", text: "Good day to you", sender: { name: "House" }, token: messageKey });
    await server.receipt(messageKey, "delivered");
    await server.receipt(messageKey, "delivered");
    await server.receipt(messageKey, "seen");
    await server.callback({ event: "unsubscribed", timestamp: Date.now(), message_token: server.nextToken(), user_id: USER });
    server.unsubscribed.add(USER);
    expect(await refused(command({ text: "Are you there?" }))).toMatchObject({
      code: "rejected",
      message: expect.stringMatching(/not subscribed.*must write first/),
    });
    expect(ledger.events).toMatchObject([
      { kind: "message.received", text: "Good day", from: { kind: "viber", value: USER, displayName: "John McClane" } },
      { kind: "message.state", messageKey, state: "delivered" },
      { kind: "message.state", messageKey, state: "read" },
      { kind: "identity.state", identity: { value: USER }, reachable: false, reason: "unsubscribed" },
      { kind: "identity.state", identity: { value: USER }, reachable: false, reason: "unsubscribed" },
    ]);
  });

  it("what is seen covers all that was sent before it, of this person only", async () => {
    await open();
    const keys: string[] = [];
    for (const text of ["one", "two", "three", "four"]) keys.push((await send(command({ text }))).messageKey);
    await send(command({ text: "to another", threadKey: "another", to: { kind: "viber", value: "another" } }));
    await server.receipt(keys[2] ?? "", "seen");
    await server.receipt(keys[3] ?? "", "seen");
    expect(ledger.events.map((event) => (event.kind === "message.state" ? [event.messageKey, event.state] : event))).toEqual(keys.map((key) => [key, "read"]));
  });

  it("a failure that Viber reports later has its words", async () => {
    await open();
    const { messageKey } = await send(command({ text: "Hello" }));
    await server.receipt(messageKey, "failed", { desc: "client validation" });
    expect(ledger.events).toMatchObject([{ kind: "message.state", messageKey, state: "failed", failure: "client validation" }]);
  });

  it("subscribed makes the person reachable again", async () => {
    await open();
    await server.callback({ event: "subscribed", timestamp: Date.now(), message_token: server.nextToken(), user: { id: USER, name: "John" } });
    expect(ledger.events).toMatchObject([{ kind: "identity.state", identity: { kind: "viber", value: USER }, reachable: true }]);
  });
});

describe("who opens the bot by a link", () => {
  const opened = (context: string | undefined, subscribed = false) =>
    server.callback({
      event: "conversation_started",
      timestamp: Date.now(),
      message_token: server.nextToken(),
      type: "open",
      ...(context === undefined ? {} : { context }),
      user: { id: USER, name: "John" },
      subscribed,
    });

  it("has its parameter as the source of his first message, and of that one only, whatever was restarted in between", async () => {
    await open();
    await opened("spring-sale");
    expect(ledger.events).toEqual([]);
    await reopen();
    await server.say({ type: "text", text: "first" });
    await server.say({ type: "text", text: "second" });
    expect(ledger.messages.map((message) => message.origin)).toEqual([{ source: "spring-sale" }, undefined]);
    expect(JSON.stringify(ledger.memory)).not.toContain("spring-sale");
  });

  it("keeps the source when the store is away at his first message: Viber repeats it", async () => {
    await open();
    await opened("spring-sale");
    ledger.calls = 0;
    ledger.trouble = { at: 1, kind: "fail" };
    await server.say({ type: "text", text: "first" });
    expect(ledger.messages.map((message) => message.origin)).toEqual([{ source: "spring-sale" }]);
  });

  it("is greeted once, before he subscribes", async () => {
    await open({ greeting: "How can we help?" });
    await opened(undefined);
    await opened(undefined, true);
    const [, welcome = "", none = "?"] = server.answers.length === 2 ? ["", ...server.answers] : server.answers;
    expect(JSON.parse(welcome)).toEqual({ type: "text", text: "How can we help?", sender: { name: "House" } });
    expect(none).toBe("");
  });
});

describe("files of ours", () => {
  const picture = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  const ask = (url: string, method = "GET") => fetch(url, { method, headers: { connection: "close" } });

  it("Viber fetches a picture from the channel's own address, twice, and after a restart", async () => {
    await open();
    await send(withFile("снимок 1.png", "image/png", picture, "The photo"));
    const { media = "", ...said } = server.sent[0] ?? {};
    expect(said).toMatchObject({ type: "picture", text: "The photo" });
    expect(media).toMatch(/\/hooks\/00000000-0000-4000-8000-000000000001\/file\/[\w.-]+\/%D1%81%D0%BD%D0%B8%D0%BC%D0%BE%D0%BA%201\.png$/);
    for (const round of ["first", "second", "after a restart"]) {
      if (round === "after a restart") await reopen();
      const answer = await ask(media);
      expect(answer.status, round).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).toString("hex")).toBe(picture.toString("hex"));
      const headers = ["content-type", "content-length", "x-content-type-options", "content-disposition"].map((header) => answer.headers.get(header));
      expect(headers).toEqual(["image/png", "16", "nosniff", "attachment"]);
    }
    const head = await ask(media, "HEAD");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "16"]);
  });

  it("nobody gets a file by a changed, foreign or outdated address, nor the file of a message that is gone", async () => {
    await open();
    await send(withFile("a.pdf", "application/pdf", Buffer.from("%PDF-"), ""));
    const media = server.sent[0]?.media ?? "";
    const [start, signed = "", name] = media.split(/\/file\/|\/(?=a\.pdf)/);
    const [payload = "", signature = ""] = signed.split(".");
    const forged = Buffer.from(Buffer.from(payload, "base64url").toString().replace(USER, "somebody====")).toString("base64url");
    for (const bad of [`${forged}.${signature}`, `${payload}.${signature.slice(1)}A`, payload, `.${signature}`, "..", `${payload}.`])
      expect([403, 404], bad).toContain((await ask(`${start}/file/${bad}/${name}`)).status);
    expect((await ask(`${start}/file/${signed}`)).status).toBe(404);
    expect((await fetch(media, { method: "POST", headers: { connection: "close" } })).status).toBe(405);
    expect((await ask(media)).headers.get("content-type")).toBe("application/octet-stream");
    stored = [];
    expect((await ask(media)).status).toBe(404);
  });

  it("a file that fails after its text is out is tried again without the text, also after a restart", async () => {
    await open();
    const one = withFile("contract.pdf", "application/pdf", Buffer.from("%PDF-"), "The contract");
    server.tricks.push({ kind: "none" }, { kind: "http", status: 503 });
    expect(await refused(one)).toMatchObject({ code: "unreachable", message: expect.stringMatching(/text is out, its file is not/) });
    await reopen();
    const { messageKey } = await send(one);
    expect(server.sent.map((sent) => [sent.type, sent.text ?? sent.file_name])).toEqual([
      ["text", "The contract"],
      ["file", "contract.pdf"],
    ]);
    expect(messageKey).toBe(server.sent[1]?.token);
    expect(JSON.stringify(ledger.memory)).not.toContain(one.id);
  });

  it("the receipts of a text that went before its file are not the message's, but its failure is", async () => {
    await open();
    const { messageKey } = await send(withFile("contract.pdf", "application/pdf", Buffer.from("%PDF-"), "The contract"));
    const text = server.sent[0]?.token ?? "";
    await server.receipt(text, "delivered");
    await server.receipt(text, "failed", { desc: "too old" });
    await server.receipt(messageKey, "delivered");
    expect(ledger.events).toMatchObject([
      { kind: "message.state", messageKey, state: "failed", failure: "too old" },
      { kind: "message.state", messageKey, state: "delivered" },
    ]);
  });
});

describe("files of theirs", () => {
  const fetchFile = (fileKey: string, maxBytes = MB) =>
    (channel.handlers["media.fetch"] as (c: Commands["media.fetch"]) => Promise<{ bytes: Uint8Array; mime: string }>)({ fileKey, maxBytes }).then(
      (file) => ({ ...file, bytes: Buffer.from(file.bytes).toString() }),
      (error: { code: string; message: string }) => ({ code: error.code, message: error.message }),
    );

  it("are fetched from Viber's server, redirects within it followed", async () => {
    await open();
    server.media.set("photo.jpg", { headers: { "content-type": "image/jpeg; q=1" }, body: Buffer.from("jpeg") });
    server.media.set("moved.jpg", { status: 302, headers: { location: "photo.jpg" } });
    expect(await fetchFile(server.mediaUrl("photo.jpg"))).toEqual({ bytes: "jpeg", mime: "image/jpeg" });
    expect(await fetchFile(server.mediaUrl("moved.jpg"))).toEqual({ bytes: "jpeg", mime: "image/jpeg" });
  });

  it("are left where they are when the address is none of Viber's, leads elsewhere, or the file is too large or gone", async () => {
    await open();
    server.media.set("large.jpg", { body: Buffer.alloc(2 * MB) });
    server.media.set("endless.jpg", { headers: { "transfer-encoding": "chunked" }, body: Buffer.alloc(2 * MB) });
    server.media.set("out.jpg", { status: 302, headers: { location: "http://169.254.169.254/latest/meta-data" } });
    server.media.set("loop.jpg", { status: 302, headers: { location: "loop.jpg" } });
    server.media.set("broken.jpg", { status: 500 });
    const cases: [string, string, RegExp][] = [
      ["http://169.254.169.254/latest/meta-data", "rejected", /none of Viber's/],
      [door.url, "rejected", /none of Viber's/],
      ["https://viber.com.evil.example/x.jpg", "rejected", /none of Viber's/],
      ["https://evilviber.com/x.jpg", "rejected", /none of Viber's/],
      ["https://user:secret@dl-media.viber.com/x.jpg", "rejected", /none of Viber's/],
      ["https://dl-media.viber.com:8443/x.jpg", "rejected", /none of Viber's/],
      ["file:///etc/passwd", "rejected", /none of Viber's/],
      ["nonsense", "rejected", /none of Viber's/],
      [server.mediaUrl("large.jpg"), "rejected", /larger than 1 MB/],
      [server.mediaUrl("endless.jpg"), "rejected", /larger than 1 MB/],
      [server.mediaUrl("out.jpg"), "rejected", /none of Viber's/],
      [server.mediaUrl("loop.jpg"), "rejected", /from one to the next/],
      [server.mediaUrl("gone.jpg"), "rejected", /no longer there/],
      [server.mediaUrl("broken.jpg"), "unreachable", /HTTP 500/],
    ];
    for (const [address, code, message] of cases) expect(await fetchFile(address), address).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("a name of Viber's that leads into our own network is not followed", async () => {
    await open({ mediaHosts: "localhost" });
    expect(await fetchFile("https://localhost/x.jpg")).toMatchObject({ code: "rejected", message: expect.stringMatching(/private network/) });
  });
});

describe("the channel's page", () => {
  it("names the bot, its subscribers, and that its events come here", async () => {
    await open();
    expect(await channel.test?.()).toEqual({ ok: true, detail: 'Viber knows the bot "account name" (35 subscribers) and sends its events to this channel.' });
  });

  it("says when another program has taken the bot, and does not fight for it", async () => {
    await open();
    server.pointElsewhere("https://other.example/secret-path");
    await until("the status says so", () => ledger.status?.state === "degraded");
    expect(ledger.status?.detail).toMatch(/to https:\/\/other\.example, not here/);
    expect(await channel.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/another program/) });
    expect(server.webhook).toBe("https://other.example/secret-path");
    expect(server.calls.filter((call) => call === "set_webhook")).toHaveLength(1);
  });

  it("an address that is only gone is set again", async () => {
    await open();
    server.pointElsewhere("");
    await until("it is ours again", () => server.webhook.startsWith(door.url));
    await until("the channel is up", () => ledger.status?.state === "up");
  });

  it("says when Viber cannot reach us", async () => {
    abort = new AbortController();
    channel = await viber.open(viber.parseConfig(config({ publicUrl: "http://127.0.0.1:9" })), ledger.open(abort.signal));
    await until("the status says so", () => ledger.status?.state === "down");
    expect(ledger.status?.detail).toMatch(/public https address.*Invalid webhook url/);
  });

  it("a repeated command while the first is on its way is the same message", async () => {
    await open();
    const one = command({ text: "once" });
    const keys = await Promise.all([send(one), send(one), send(one)]);
    expect(new Set(keys.map((key) => key.messageKey)).size).toBe(1);
    expect(server.sent).toHaveLength(1);
  });
});
