import type { Message } from "@kommutator/contract/api/dialogs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ViberServer } from "../../emulators/viber/server.ts";
import { PNG, WAIT, WrittenHouse } from "../../support/written-house.ts";
import { until } from "../support/wait.ts";

const TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
const USER = "01234567890A=";

let home: WrittenHouse;
let server: ViberServer;
let channelId: string;
let dialogId: string;

beforeAll(async () => {
  home = await WrittenHouse.start();
  server = await ViberServer.start(TOKEN);
  const config = { token: TOKEN, publicUrl: home.house.url, senderName: "House", greeting: "How can we help?", apiUrl: server.apiUrl, checkEveryMs: 100 };
  channelId = await home.addChannel("viber", "Bot of the house", config);
  await home.isUp(channelId);
  await until("Viber has called the house", () => server.webhook !== "", WAIT);
});
afterAll(async () => {
  await home?.close();
  await server?.stop();
});

const messages = () => home.messages(dialogId);
const shown = (what: string, fits: (message: Message) => boolean) => home.shown(dialogId, what, fits);
const answer = (words: string, more: object = {}) => home.answer(dialogId, words, more);
const capabilities = () => home.capabilities(dialogId);

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
    dialogId = await home.dialogOf(channelId, USER);
    await home.take(dialogId);
    const photo = await shown("the photo is stored", (message) => message.attachments[0]?.state === "stored");
    expect((await messages()).filter((message) => message.direction === "in").map((message) => message.text)).toEqual([
      "Good day, have you pumps?",
      "such ones",
    ]);
    expect((await home.fileOf(photo)).equals(PNG)).toBe(true);
    const origins = await home.db.sql<{ source: string }[]>`SELECT source_text AS source FROM dialog_origin WHERE dialog_id = ${dialogId}`;
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
    const blobId = await home.upload("наш насос.png");
    await answer("This one", { attachments: [blobId] });
    const { media = "", ...sent } = await until("it is at Viber", () => server.sent.find((one) => one.type === "picture"), WAIT);
    expect(sent).toMatchObject({ text: "This one", receiver: USER });
    expect(media.startsWith(`${home.house.url}/hooks/${channelId}/file/`)).toBe(true);
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
    const tried = await home.admin.post<{ ok: boolean; detail: string }>(`/channels/${channelId}/test`);
    expect(tried).toMatchObject({ ok: true, detail: expect.stringMatching(/account name/) });
    await home.hides(channelId, TOKEN);
  });
});
