import { randomUUID } from "node:crypto";
import type { DialogDetail, Message } from "@kommutator/contract/api/dialogs";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ViberServer } from "../../emulators/viber/server.ts";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";

const WAIT = { timeoutMs: 20_000, everyMs: 50 };
const TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
const USER = "01234567890A=";
/** The smallest picture that is one (a white point). */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let admin: ApiClient;
let aigul: ApiClient;
let socket: Socket;
let server: ViberServer;
let channelId: string;
let dialogId: string;

beforeAll(async () => {
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
  admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  socket = io(house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: aigul.cookie } });
  await until("the live socket greets", () => socket.connected);
  await aigul.put("/presence/me", { intent: "available", reason: null });
  server = await ViberServer.start(TOKEN);
  const { id } = await admin.post<{ id: string }>("/channels", {
    kind: "viber",
    name: "Bot of the house",
    queueId: company.queueId,
    config: { token: TOKEN, publicUrl: house.url, senderName: "House", greeting: "How can we help?", apiUrl: server.apiUrl, checkEveryMs: 100 },
  });
  channelId = id;
  const state = async () => (await db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${id}`)[0]?.state;
  await until("Viber has called the house and is content", async () => (await state()) === "up" && server.webhook !== "", WAIT);
});
afterAll(async () => {
  socket?.disconnect();
  await server?.stop();
  await house?.close();
  await db?.drop();
});

/** Oldest first. */
const messages = async (): Promise<Message[]> => (await aigul.get<{ items: Message[] }>(`/dialogs/${dialogId}/messages`)).items.sort((a, b) => a.seq - b.seq);
/** The message of the dialog that fits, as the agent's screen gets it. */
const shown = (what: string, fits: (message: Message) => boolean): Promise<Message> => until(what, async () => (await messages()).find(fits), WAIT);
const answer = (words: string, more: object = {}): Promise<unknown> =>
  aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: words, takeOver: true, ...more });
const detail = () => aigul.get<DialogDetail>(`/dialogs/${dialogId}`);
const capabilities = async () => (await detail()).capabilities;

describe("Viber through the whole house", () => {
  it("who came by a link and wrote is a dialog with the link's parameter as its source, and a photo stored here", async () => {
    const user = { id: USER, name: "John McClane" };
    const opened = {
      event: "conversation_started",
      timestamp: Date.now(),
      message_token: server.nextToken(),
      type: "open",
      context: "spring-sale",
      user,
      subscribed: false,
    };
    await server.callback(opened);
    expect(JSON.parse(server.answers.at(-1) ?? "")).toMatchObject({ type: "text", text: "How can we help?" });
    server.media.set("photo.png", { headers: { "content-type": "image/png" }, body: PNG });
    await server.say({ type: "text", text: "Good day, have you pumps?" });
    const token = await server.say({ type: "picture", text: "such ones", media: server.mediaUrl("photo.png") });
    await server.say({ type: "picture", text: "such ones", media: server.mediaUrl("photo.png") }, { token });
    const open = async () =>
      (await db.sql<{ id: string }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key = ${USER} AND closed_at IS NULL`)[0]?.id;
    dialogId = await until("the dialog is open", open, WAIT);
    const mine = async () =>
      (await db.sql<{ employee_id: string }[]>`SELECT employee_id FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`)[0]?.employee_id;
    await until(
      "the dialog is taken",
      async () => {
        await aigul.post(`/dialogs/${dialogId}/take`).catch(() => null);
        return (await mine()) === company.employees.aigul.id;
      },
      WAIT,
    );
    const photo = await shown("the photo is stored", (message) => message.attachments[0]?.state === "stored");
    expect((await messages()).filter((message) => message.direction === "in").map((message) => message.text)).toEqual([
      "Good day, have you pumps?",
      "such ones",
    ]);
    const image = await fetch(`${house.url}/api/v1/blobs/${photo.attachments[0]?.blobId}`, { headers: { cookie: aigul.cookie } });
    expect(Buffer.from(await image.arrayBuffer()).equals(PNG)).toBe(true);
    const origins = await db.sql<{ source: string }[]>`SELECT source_text AS source FROM dialog_origin WHERE dialog_id = ${dialogId}`;
    expect(origins.map((origin) => origin.source)).toEqual(["spring-sale"]);
  });

  it("the answer has two changes of state: delivered, then seen", async () => {
    await answer("Yes, we have.", { quickAnswers: ["I take one", "No"] });
    const sent = await until("it is at Viber", () => server.sent.find((one) => one.text === "Yes, we have."), WAIT);
    expect(sent.keyboard?.Buttons.map((button) => button.ActionBody)).toEqual(["I take one", "No"]);
    await shown("it is sent", (message) => message.text === "Yes, we have." && message.delivery === "sent");
    await server.receipt(sent.token, "delivered");
    await shown("it is delivered", (message) => message.text === "Yes, we have." && message.delivery === "delivered");
    await server.receipt(sent.token, "seen");
    await shown("it is seen", (message) => message.text === "Yes, we have." && message.delivery === "read");
  });

  it("a file of ours is fetched by Viber from the house itself, twice, and by nobody who changes its address", async () => {
    const form = new FormData();
    form.append("file", new File([PNG], "наш насос.png", { type: "image/png" }));
    const csrf = /kommutator_csrf=([^;]+)/.exec(aigul.cookie)?.[1] ?? "";
    const uploaded = await fetch(`${house.url}/api/v1/blobs`, { method: "POST", body: form, headers: { cookie: aigul.cookie, "x-csrf-token": csrf } });
    const { blobId } = (await uploaded.json()) as { blobId: string };
    await answer("This one", { attachments: [blobId] });
    const { media = "", ...sent } = await until("it is at Viber", () => server.sent.find((one) => one.type === "picture"), WAIT);
    expect(sent).toMatchObject({ text: "This one", receiver: USER });
    expect(media.startsWith(`${house.url}/hooks/${channelId}/file/`)).toBe(true);
    for (let round = 0; round < 2; round++) {
      const fetched = await fetch(media);
      expect([fetched.status, fetched.headers.get("content-type")]).toEqual([200, "image/png"]);
      expect(Buffer.from(await fetched.arrayBuffer()).equals(PNG)).toBe(true);
    }
    expect((await fetch(media, { method: "HEAD" })).headers.get("content-length")).toBe(String(PNG.byteLength));
    expect((await fetch(media.replace("/file/", "/file/A"))).status).toBe(403);
  });

  it("the composer knows what Viber takes, and until when it takes it without pay", async () => {
    const { windowUntil, ...can } = await capabilities();
    expect(can).toMatchObject({ canReply: true, textLength: 7_000, replies: false, quickAnswers: { count: 12, length: 250 }, attachments: { count: 1 } });
    const left = new Date(windowUntil ?? 0).getTime() - Date.now();
    expect(left).toBeGreaterThan(86_400_000 - 120_000);
    expect(left).toBeLessThanOrEqual(86_400_000);
  });

  it("he unsubscribes: it is noted, and what is written is refused with the reason", async () => {
    await server.callback({ event: "unsubscribed", timestamp: Date.now(), message_token: server.nextToken(), user_id: USER });
    server.unsubscribed.add(USER);
    const note = await shown("it is noted", (message) => message.note?.code === "unreachable");
    expect(note.note?.params).toMatchObject({ reason: "unsubscribed" });
    expect(await capabilities()).toMatchObject({ canReply: false, cannotReplyReason: "unreachable" });
    await expect(answer("Are you there?")).rejects.toMatchObject({ code: "unsupported" });
    expect(server.sent.map((one) => one.text)).not.toContain("Are you there?");
  });

  it("he writes again and unsubscribes unnoticed: the next answer fails visibly, with Viber's words", async () => {
    server.unsubscribed.delete(USER);
    await server.say({ type: "text", text: "I am back" });
    await until("he can be written to", async () => (await capabilities()).canReply, WAIT);
    server.unsubscribed.add(USER);
    await answer("When do you come?");
    const failed = await shown("it has failed", (message) => message.text === "When do you come?" && message.delivery === "failed");
    expect(failed.failure).toMatch(/not subscribed to the bot.*must write first.*notSubscribed, status 6/);
    await until("the composer knows", async () => (await capabilities()).cannotReplyReason === "unreachable", WAIT);
  });

  it("the test button names the bot, and the transcript holds no token", async () => {
    const tried = await admin.post<{ ok: boolean; detail: string }>(`/channels/${channelId}/test`);
    expect(tried).toMatchObject({ ok: true, detail: expect.stringMatching(/account name/) });
    const lines = await admin.get<unknown[]>(`/channels/${channelId}/transcript`);
    expect(lines.length).toBeGreaterThan(5);
    expect(JSON.stringify(lines)).not.toContain(TOKEN);
    expect(house.log()).not.toContain(TOKEN);
  });
});
