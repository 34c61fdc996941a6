import { randomUUID } from "node:crypto";
import { telegram } from "@kommutator/adapters/telegram";
import type { Channel, ChannelEvent, Commands } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HouseDoor } from "../emulators/http/house-door.ts";
import { badRequest, floodWait } from "../emulators/telegram/answers.ts";
import { TelegramEmulator, TOKEN } from "../emulators/telegram/telegram.ts";
import { blocked, contact, inGroup, type Person, pressed } from "../emulators/telegram/updates.ts";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";

const AZHAR: Person = { id: 770111, first_name: "Ажар", language_code: "kk" };
let server: TelegramEmulator;
let door: HouseDoor;
let ledger: Ledger;
let abort: AbortController;
let channels: Channel[];

beforeEach(async () => {
  server = await TelegramEmulator.start();
  door = await HouseDoor.open();
  ledger = new Ledger();
  abort = new AbortController();
  channels = [];
});
afterEach(async () => {
  for (const channel of channels) await channel.close();
  abort.abort();
  await server.down();
  await door.down();
  // Whatever happened: the token is nobody's to read.
  expect(JSON.stringify([ledger.transcript, ledger.statuses, ledger.reported])).not.toContain(TOKEN.split(":")[1]);
});

async function open(mode: "polling" | "webhook" = "polling", host = ledger): Promise<Channel> {
  const config = {
    token: TOKEN,
    mode,
    apiUrl: server.url,
    publicUrl: door.url,
    pollSeconds: 2,
    requestTimeoutMs: 2_000,
    checkEveryMs: 50,
    reconnectFloorMs: 20,
  };
  const channel = await telegram.open(telegram.parseConfig(config), host.open(abort.signal));
  channels.push(channel);
  door.attach(channel);
  return channel;
}
const heard = (count: number): Promise<ChannelEvent[]> => until(`${count} events are here`, () => (ledger.events.length >= count ? ledger.events : null));
const send = (channel: Channel, fields: Partial<Commands["message.send"]>): Promise<{ messageKey: string }> => {
  const perform = channel.handlers["message.send"];
  if (perform === undefined) throw new Error("This channel cannot send");
  return perform({
    id: randomUUID(),
    threadKey: String(AZHAR.id),
    to: { kind: "telegram", value: String(AZHAR.id) },
    text: "",
    files: [],
    references: [],
    ...fields,
  });
};
const fetched = (channel: Channel, fileKey: string, maxBytes = 20 * 1024 * 1024) => {
  const perform = channel.handlers["media.fetch"];
  if (perform === undefined) throw new Error("This channel has no media");
  return perform({ fileKey, maxBytes });
};
const file = (name: string, mime: string, content: string) => ({
  name,
  mime,
  bytes: Buffer.byteLength(content),
  read: async () => new Uint8Array(Buffer.from(content)),
});
const calls = (method: string) => server.calls.filter((call) => call.method === method);

it("a text, a photo with a caption, a shared contact, and then the customer blocks the bot", async () => {
  const channel = await open();
  server.say(AZHAR, "Сәлеметсіз бе");
  const jpeg = Buffer.from("ffd8ffe000104a464946", "hex");
  server.sendPhoto(AZHAR, jpeg, "мына сорғы");
  server.push(contact(AZHAR, server.nextMessageId(), "77011112233"));
  server.blocked.add(AZHAR.id);
  server.push(blocked(AZHAR, server.bot));
  const [text, photo, shared, state] = await heard(4);
  expect(text).toMatchObject({ kind: "message.received", text: "Сәлеметсіз бе", from: { kind: "telegram", value: "770111", displayName: "Ажар" } });
  expect(photo).toMatchObject({ text: "мына сорғы", files: [{ mime: "image/jpeg" }] });
  expect(shared).toMatchObject({ text: "👤 Ажар: +77011112233", proves: { phone: "+77011112233", name: "Ажар" } });
  expect(state).toMatchObject({ kind: "identity.state", reachable: false, reason: "blocked", identity: { kind: "telegram", value: "770111" } });

  const [image] = photo?.kind === "message.received" ? (photo.files ?? []) : [];
  const { bytes, mime } = await fetched(channel, image !== undefined && "fileKey" in image ? image.fileKey : "");
  expect([Buffer.from(bytes).toString("hex"), mime]).toEqual([jpeg.toString("hex"), "image/jpeg"]);

  await expect(send(channel, { text: "Сәлем" })).rejects.toMatchObject({ code: "rejected", message: expect.stringMatching(/blocked by the user/) });
  expect(ledger.events.at(-1)).toMatchObject({ kind: "identity.state", reachable: false, reason: "blocked", thread: { key: "770111" } });
});

describe("by webhook", () => {
  it("update 77 delivered twice, and malformed JSON between two good ones", async () => {
    await open("webhook");
    const secret = { "x-telegram-bot-api-secret-token": server.deliveries.target?.secret ?? "" };
    const update = (id: number) =>
      JSON.stringify({
        update_id: id,
        message: { message_id: id, date: 1_441_645_532, chat: { id: 1111111, type: "private", first_name: "Test" }, text: `№ ${id}` },
      });
    const answers: number[] = [];
    for (const body of [update(77), update(77), "{malformed", update(78)]) answers.push(await server.deliveries.post(body, secret));
    expect(answers).toEqual([200, 200, 200, 200]);
    expect(ledger.reported).toHaveLength(4);
    expect(ledger.messages.map((message) => message.text)).toEqual(["№ 77", "№ 78"]);
    expect(ledger.events.find((event) => event.kind === "unparseable")).toMatchObject({ error: expect.stringMatching(/not JSON/), raw: "{malformed" });
    expect(await server.deliveries.post(update(79), {})).toBe(401);
    expect(ledger.reported).toHaveLength(4);
  });

  it("what Telegram cannot deliver is said in words, and settled when it comes through", async () => {
    const channel = await open("webhook");
    expect(await channel.test?.()).toEqual({ ok: true, detail: expect.stringMatching(/@kommutator_test_bot; messages are delivered to http/) });
    door.attach(null);
    server.say(AZHAR, "anybody?");
    await until("it is degraded", () => ledger.status?.state === "degraded");
    expect(ledger.status?.detail).toMatch(/^Telegram cannot deliver to http.*: Wrong response from the webhook: 503; 1 waiting there$/);
    expect(await channel.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/cannot deliver/) });
    door.attach(channel);
    await heard(1);
    await until("it is up again", () => ledger.status?.state === "up");
  });

  it("another program that takes the webhook is not fought over", async () => {
    await open("webhook");
    const asked = calls("setWebhook").length;
    server.deliveries.target = { url: "http://127.0.0.1:9/elsewhere", secret: "" };
    await until("it is degraded", () => ledger.status?.state === "degraded");
    expect(ledger.status?.detail).toMatch(/another address/);
    expect(calls("setWebhook")).toHaveLength(asked);
  });

  it("asks for the updates that it understands alone", async () => {
    await open("webhook");
    expect(calls("setWebhook")[0]?.params).toMatchObject({
      allowed_updates: expect.arrayContaining(["message", "my_chat_member", "deleted_business_messages"]),
    });
    expect(calls("setWebhook")[0]?.params["url"]).toBe(`${door.url}/hooks/00000000-0000-4000-8000-000000000001`);
  });
});

describe("by long polling", () => {
  it("a second program that reads the bot is said in words", async () => {
    await open();
    const other = new Ledger();
    await open("polling", other);
    await until("one of them notices", () => [ledger, other].some((one) => one.statuses.some((status) => status.state === "degraded")));
    const noticed = [ledger, other].flatMap((one) => one.statuses).find((status) => status.state === "degraded");
    expect(noticed?.detail).toMatch(/Another program is reading this bot's messages/);
  });

  it("a webhook that was left behind is taken away, and what waited there arrives", async () => {
    server.deliveries.target = { url: "http://127.0.0.1:9/old", secret: "" };
    server.say(AZHAR, "before");
    const channel = await open();
    await heard(1);
    await until("the bot's server knows that it came", () => server.pending.length === 0);
    expect(calls("deleteWebhook")[0]?.params).toEqual({ drop_pending_updates: false });
    expect(await channel.test?.()).toEqual({ ok: true, detail: expect.stringMatching(/messages are fetched, 0 waiting/) });
    server.deliveries.target = { url: "http://127.0.0.1:9/new", secret: "" };
    expect(await channel.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/a webhook is set elsewhere/) });
  });

  it("after a quiet week Telegram numbers from below, and nothing is missed", async () => {
    await open();
    server.say(AZHAR, "high");
    await heard(1);
    await until("it is acknowledged", () => server.pending.length === 0);
    server.push({
      update_id: 5,
      message: { message_id: 1, date: 1_441_645_532, chat: { id: AZHAR.id, type: "private", first_name: "Ажар" }, text: "low" },
    } as never);
    await until("it is here", () => ledger.messages.some((message) => message.text === "low"));
    await until("it is acknowledged too", () => server.pending.length === 0);
  });
});

describe("besides messages", () => {
  it("a group is refused politely, once, and nothing of it is stored", async () => {
    await open();
    const group = -4_000_123;
    server.push(inGroup(AZHAR, 1, group, "hello bot"));
    server.push(inGroup(AZHAR, 2, group, "are you there"));
    await until("the bot has left", () => calls("leaveChat").length > 0);
    server.say(AZHAR, "in private");
    await heard(1);
    expect(calls("sendMessage").map((call) => call.params)).toEqual([{ chat_id: group, text: expect.stringMatching(/жеке хабарламаларға/) }]);
    expect(calls("leaveChat").map((call) => call.params)).toEqual([{ chat_id: group }]);
    expect(ledger.messages.map((message) => message.text)).toEqual(["in private"]);
  });

  it("a pressed button is calmed and becomes the customer's words", async () => {
    await open();
    server.push(pressed(AZHAR, 5, server.bot, "Иә", "call:yes"));
    const [event] = await heard(1);
    expect(event).toMatchObject({ text: "Иә", messageKey: "cb:4382bfdwdsb323b2d9", replyTo: "5" });
    await until("it is answered", () => calls("answerCallbackQuery").length === 1);
  });

  it("typing is shown", async () => {
    const channel = await open();
    await channel.handlers["typing.show"]?.({ threadKey: "770111" });
    expect(calls("sendChatAction").map((call) => call.params)).toEqual([{ chat_id: 770111, action: "typing" }]);
  });
});

describe("files to the customer", () => {
  it("arrive whole, with their names, as an answer to his message", async () => {
    const channel = await open();
    server.say(AZHAR, "договор?");
    await heard(1);
    const content = "%PDF-1.7 мазмұны".repeat(20_000);
    const { messageKey } = await send(channel, {
      text: "Вот он",
      files: [file("Договор № 5.pdf", "application/pdf", content)],
      replyTo: "1001",
      quickAnswers: ["Рахмет"],
    });
    const [made] = server.delivered;
    expect(made).toMatchObject({
      method: "sendDocument",
      params: {
        caption: "Вот он",
        reply_parameters: { message_id: 1001, allow_sending_without_reply: true },
        reply_markup: { keyboard: [[{ text: "Рахмет" }]], one_time_keyboard: true, resize_keyboard: true },
      },
      files: [{ field: "document", name: "Договор № 5.pdf" }],
    });
    expect(made?.files[0]?.bytes.toString()).toBe(content);
    expect(messageKey).toBe(String(made?.messageIds[0]));
  });

  it("go as one album, whose key is that of its first message", async () => {
    const channel = await open();
    server.say(AZHAR, "фото?");
    await heard(1);
    const { messageKey } = await send(channel, { text: "екеуі", files: [file("1.jpg", "image/jpeg", "one"), file("2.png", "image/png", "two")] });
    const [made] = server.delivered;
    expect(made).toMatchObject({ method: "sendMediaGroup", params: { media: [{ type: "photo", caption: "екеуі" }, { type: "photo" }] } });
    expect(made?.files.map((one) => one.bytes.toString())).toEqual(["one", "two"]);
    expect(messageKey).toBe(String(made?.messageIds[0]));
  });

  it("a picture that Telegram cannot show goes as a document", async () => {
    const channel = await open();
    server.say(AZHAR, "план?");
    await heard(1);
    server.fates.set("sendPhoto", [badRequest("PHOTO_INVALID_DIMENSIONS")]);
    await send(channel, { text: "план", files: [file("plan.png", "image/png", "long and thin")] });
    expect(server.delivered).toMatchObject([{ method: "sendDocument", params: { caption: "план" }, files: [{ field: "document", name: "plan.png" }] }]);
  });

  it("a flood wait between the text and the file sends no text twice when it is tried again", async () => {
    const channel = await open();
    server.say(AZHAR, "?");
    await heard(1);
    const command = { id: randomUUID(), text: "x".repeat(2_000), files: [file("a.jpg", "image/jpeg", "a")] };
    server.fates.set("sendPhoto", [floodWait(1)]);
    await expect(send(channel, command)).rejects.toMatchObject({ code: "rate-limited", retryAfterMs: 1_000 });
    const { messageKey } = await send(channel, command);
    expect(server.delivered.map((made) => made.method)).toEqual(["sendMessage", "sendPhoto"]);
    expect(messageKey).toBe(String(server.delivered[0]?.messageIds[0]));
  });
});

describe("files from the customer", () => {
  it.each([
    ["larger than asked for", "big", 10, "rejected", /larger than/],
    ["larger than a bot may fetch", "huge", undefined, "rejected", /20 MB/],
    ["longer than Telegram said", "liar", undefined, "rejected", /larger than/],
    ["gone from the file server", "gone", undefined, "rejected", /gone/],
    ["on the disk of a local server", "local", undefined, "rejected", /file server/],
    ["that climbs out of its folder", "climbing", undefined, "rejected", /file server/],
    ["that Telegram does not have at hand", "unknown", undefined, "unreachable", /not at hand/],
  ])("%s: %s", async (_name, key, maxBytes, code, words) => {
    const channel = await open();
    const path = (name: string) => `documents/${name}.pdf`;
    server.files.set("big", { path: path("big"), bytes: Buffer.alloc(1_000) });
    server.files.set("huge", { path: path("huge"), bytes: Buffer.alloc(10), size: 21 * 1024 * 1024 });
    server.files.set("liar", { path: path("liar"), bytes: Buffer.alloc(20 * 1024 * 1024 + 1), size: 10 });
    server.files.set("local", { path: "/var/lib/telegram-bot-api/documents/a.pdf", bytes: Buffer.alloc(10) });
    server.files.set("climbing", { path: "../../../etc/passwd", bytes: Buffer.alloc(10) });
    server.files.set("gone", { path: path("gone"), bytes: Buffer.alloc(10) });
    server.absent.add(path("gone"));
    const error = await fetched(channel, key, maxBytes).catch((thrown: unknown) => thrown as Error & { code: string });
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(String((error as Error).stack)).not.toContain(TOKEN);
  });
});
