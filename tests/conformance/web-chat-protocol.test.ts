import { randomUUID } from "node:crypto";
import { webChat } from "@kommutator/adapters/web-chat";
import type { Channel } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";

let server: HouseDoor;
let ledger: Ledger;
let channel: Channel;

async function open(config: Record<string, unknown> = {}): Promise<void> {
  await channel?.close();
  channel = await webChat.open(webChat.parseConfig({ messagesPerMinute: 600, ...config }), ledger.open(new AbortController().signal));
  server.attach(channel);
}
beforeEach(async () => {
  ledger = new Ledger();
  server = await HouseDoor.open();
  await open();
});
afterEach(async () => {
  await channel.close();
  await server.down();
});

const session = async (): Promise<string> => (JSON.parse((await server.request("POST", "session")).body) as { token: string }).token;
const say = (token: string, text: string, key: string = randomUUID()) => server.request("POST", "message", { token, body: { key, text } });
interface News {
  messages: { messageKey: string; direction: string; text: string }[];
  cursor: string | null;
  version: number;
  typing: boolean;
  ended: boolean;
}
const poll = async (token: string, after = "", version = 0, hold = 25_000): Promise<News> =>
  JSON.parse((await server.request("GET", `poll?after=${after}&version=${version}&hold=${hold}`, { token })).body) as News;
const threadOf = (text: string): string => ledger.messages.find((message) => message.text === text)?.thread.key ?? "";
async function reply(threadKey: string, text: string): Promise<string> {
  const command = { id: randomUUID(), threadKey, to: { kind: "site_visitor" as const, value: threadKey }, text, files: [], references: [] };
  ledger.reply(command);
  return (await channel.handlers["message.send"]?.(command))?.messageKey ?? "";
}
/** What the page knows when it has asked once. */
async function settled(token: string): Promise<News> {
  await poll(token, "", -1, 0);
  return poll(token, "", -1, 0);
}

describe("a held question", () => {
  it("is answered at once when the agent replies", async () => {
    const token = await session();
    await say(token, "Hello");
    const before = await settled(token);
    const held = poll(token, before.cursor ?? "", before.version);
    await new Promise((resolve) => setImmediate(resolve));
    const asked = performance.now();
    await reply(threadOf("Hello"), "Good day");
    expect((await held).messages.map((message) => message.text)).toEqual(["Good day"]);
    expect(performance.now() - asked).toBeLessThan(2_000);
  });
  it("is answered with nothing when its time is over", async () => {
    const token = await session();
    const started = performance.now();
    expect(await poll(token, "", 0, 300)).toMatchObject({ messages: [], typing: false, ended: false });
    expect(performance.now() - started).toBeGreaterThan(250);
  });
  it("is let go when the channel closes", async () => {
    const token = await session();
    const held = poll(token);
    await until("it is held", async () => channel !== undefined);
    await channel.close();
    expect((await held).messages).toEqual([]);
  });
  it("tells that the agent types, until he has written", async () => {
    const token = await session();
    await say(token, "Hello");
    const before = await settled(token);
    const held = poll(token, before.cursor ?? "", before.version);
    await channel.handlers["typing.show"]?.({ threadKey: threadOf("Hello") });
    const typing = await held;
    expect(typing).toMatchObject({ typing: true, messages: [] });
    await reply(threadOf("Hello"), "Done");
    expect(await poll(token, before.cursor ?? "", typing.version)).toMatchObject({ typing: false, messages: [{ text: "Done" }] });
  });
  it("tells that the agent ended the chat, until the visitor writes again", async () => {
    const token = await session();
    await say(token, "Hello");
    await channel.handlers["thread.close"]?.({ threadKey: threadOf("Hello") });
    expect((await settled(token)).ended).toBe(true);
    await say(token, "One more thing");
    expect((await settled(token)).ended).toBe(false);
  });
});

describe("a visitor's session", () => {
  it("survives a restart of the channel and of the house, and shows the whole talk", async () => {
    const token = await session();
    await say(token, "Before");
    const thread = threadOf("Before");
    await reply(thread, "Answer");
    await open();
    await say(token, "After");
    expect(threadOf("After")).toBe(thread);
    expect((await settled(token)).messages.map((message) => [message.direction, message.text])).toEqual([
      ["in", "Before"],
      ["out", "Answer"],
      ["in", "After"],
    ]);
  });
  it("is nobody else's: another token reads nothing of it and marks nothing of it", async () => {
    const [mine, other] = [await session(), await session()];
    await say(mine, "Secret");
    const key = await reply(threadOf("Secret"), "Our secret");
    await say(other, "Stranger");
    expect(JSON.stringify(await settled(other))).not.toContain("ecret");
    await server.request("POST", "state", { token: other, body: { read: key } });
    expect(ledger.events.filter((event) => event.kind === "message.state")).toEqual([]);
    await server.request("POST", "state", { token: mine, body: { delivered: key } });
    await server.request("POST", "state", { token: mine, body: { delivered: key, read: key } });
    expect(ledger.events.filter((event) => event.kind === "message.state")).toMatchObject([
      { messageKey: key, state: "delivered" },
      { messageKey: key, state: "read" },
    ]);
  });
  it("cannot be recognised from what the gateway stores", async () => {
    const token = await session();
    await say(token, "Hello");
    expect(JSON.stringify([ledger.events, ledger.transcript, ledger.memory])).not.toContain(token);
  });
  it("tells the agent that the visitor types and ended the chat", async () => {
    const token = await session();
    await say(token, "Hello");
    await server.request("POST", "typing", { token });
    expect(ledger.signals).toEqual([{ kind: "typing", threadKey: threadOf("Hello") }]);
    await server.request("POST", "end", { token, body: { key: randomUUID() } });
    expect(ledger.events.at(-1)).toMatchObject({ kind: "thread.ended", thread: { key: threadOf("Hello") } });
  });
  it("leaves contacts as claims of the person", async () => {
    const token = await session();
    await server.request("POST", "message", {
      token,
      body: { key: randomUUID(), text: "", claims: { name: " Aigerim  K ", phone: "8 701 111-22-33", email: "" } },
    });
    expect(ledger.messages[0]).toMatchObject({
      claims: { name: "Aigerim K", phone: "8 701 111-22-33" },
      from: { displayName: "Aigerim K" },
      text: "Aigerim K, 8 701 111-22-33",
    });
    expect(ledger.messages[0]?.claims).not.toHaveProperty("email");
  });
});

describe("files", () => {
  const upload = (token: string, name: string, raw: Buffer, mime = "text/plain") =>
    server.request("POST", `file?key=${randomUUID()}&name=${encodeURIComponent(name)}`, { token, raw, headers: { "content-type": mime } });
  it("arrive whole, with a name that is no path", async () => {
    const token = await session();
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
    expect((await upload(token, "../../etc/План.bin", bytes, "application/x-thing; charset=x")).status).toBe(200);
    const file = ledger.messages[0]?.files?.[0];
    expect(file).toMatchObject({ name: "План.bin", mime: "application/x-thing" });
    expect(file !== undefined && "bytes" in file && file.bytes instanceof Uint8Array && Buffer.compare(file.bytes, bytes)).toBe(0);
  });
  it("are refused when too large or empty", async () => {
    await open({ maxFileMb: 1 });
    const token = await session();
    expect((await upload(token, "big", Buffer.alloc(1024 * 1024 + 1))).status).toBe(413);
    expect((await upload(token, "none", Buffer.alloc(0))).status).toBe(400);
    expect(ledger.messages).toEqual([]);
  });
});

describe("too much", () => {
  it("is answered with 429 and when to come back, for that visitor alone", async () => {
    await open({ messagesPerMinute: 10 });
    const [loud, calm] = [await session(), await session()];
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => say(loud, `Message ${i}`)));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(3);
    expect(Number(refused[0]?.headers["retry-after"])).toBeGreaterThan(0);
    expect((await say(calm, "Hello")).status).toBe(200);
  });
  it("of sessions from one address is refused", async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, () => server.request("POST", "session")));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(5);
  });
});

describe("origins", () => {
  it("our own page and allowed sites may, others may not", async () => {
    await open({ allowedOrigins: "https://shop.example, https://blog.example/page" });
    const from = (origin: string, method = "GET") => server.request(method, "settings", { headers: { origin } });
    expect((await from("https://shop.example")).headers["access-control-allow-origin"]).toBe("https://shop.example");
    expect((await from("https://blog.example", "OPTIONS")).status).toBe(204);
    expect((await from("https://evil.example")).status).toBe(403);
    expect((await from("null")).status).toBe(403);
    expect((await from("https://shop.example.evil.example")).status).toBe(403);
    expect(channel.embedding?.origins).toEqual(["https://shop.example", "https://blog.example"]);
  });
  it("that are no addresses are a fault of the settings", () => {
    expect(() => webChat.parseConfig({ allowedOrigins: "shop", maxFileMb: 99 })).toThrow(/shop[\s\S]*maxFileMb|maxFileMb[\s\S]*shop/);
  });
});
