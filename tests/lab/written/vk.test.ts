import type { Message } from "@kommutator/contract/api/dialogs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Vk } from "../../emulators/vk/vk.ts";
import { PNG, WAIT, WrittenHouse } from "../../support/written-house.ts";
import { until } from "../support/wait.ts";

const IVAN = 578_716_413;

let home: WrittenHouse;
let called: Community;
let polled: Community;

/** One community of VK, its channel in the house, and the dialog with its customer. */
interface Community {
  vk: Vk;
  channelId: string;
  dialogId: string;
}

async function addCommunity(mode: "callback" | "polling"): Promise<Community> {
  const vk = await Vk.start();
  const { groupId, token, secret, confirmation } = vk.community;
  const { url } = home.house;
  const config = { groupId, token, mode, secret, confirmation, publicUrl: url, apiUrl: `${vk.origin}/method`, retryFloorMs: 50, apiTimeoutMs: 2_000 };
  const channelId = await home.addChannel("vk", `A community by ${mode}`, config);
  if (mode === "callback") vk.callbackUrl = `${url}/hooks/${channelId}/`;
  await home.isUp(channelId);
  return { vk, channelId, dialogId: "" };
}

beforeAll(async () => {
  home = await WrittenHouse.start();
  called = await addCommunity("callback");
  polled = await addCommunity("polling");
});
afterAll(async () => {
  await home?.close();
  await called?.vk.down();
  await polled?.vk.down();
});

const said = async (one: Community): Promise<string[]> =>
  (await home.messages(one.dialogId)).filter((message) => message.direction !== "internal").map((message) => message.text);
const shown = (one: Community, what: string, fits: (message: Message) => boolean) => home.shown(one.dialogId, what, fits);
const answer = (one: Community, words: string, more: object = {}) => home.answer(one.dialogId, words, more);

/** The dialog of the community's customer, once Aigul has it. */
async function take(one: Community): Promise<void> {
  one.dialogId = await home.dialogOf(one.channelId, String(IVAN));
  await home.take(one.dialogId);
}

describe.each(["callback", "polling"] as const)("a community by %s through the whole house", (mode) => {
  const one = (): Community => (mode === "callback" ? called : polled);

  it("a customer writes, an employee answers in VK itself, the echo comes back: two messages, the second sent outside", async () => {
    const { community } = one().vk;
    community.say(IVAN, "Есть ли доставка?", { ref: "spring_sale" });
    await take(one());
    community.answerInVk(IVAN, "Да, по всему городу");
    const outside = await shown(one(), "the answer of VK", (message) => message.text === "Да, по всему городу");
    expect(outside).toMatchObject({ direction: "out", authorKind: "external_staff", delivery: "sent" });
    await one().vk.redeliver([...community.events]);
    community.say(IVAN, "Спасибо!");
    await shown(one(), "the thanks", (message) => message.text === "Спасибо!");
    expect(await said(one())).toEqual(["Есть ли доставка?", "Да, по всему городу", "Спасибо!"]);
    const [contact] = await home.db.sql<{ name: string }[]>`SELECT meta->>'name' AS name FROM message WHERE dialog_id = ${one().dialogId} ORDER BY seq LIMIT 1`;
    expect(contact?.name).toBe("Иван Петров");
    const origins = await home.db.sql<{ source: string }[]>`SELECT source_text AS source FROM dialog_origin WHERE dialog_id = ${one().dialogId}`;
    expect(origins.map((origin) => origin.source)).toEqual(["spring_sale"]);
  });

  it("our own answer stands once, though VK echoes it, and is read when he has read it", async () => {
    await answer(one(), "Когда вам удобно?", { quickAnswers: ["Утром", "Вечером"] });
    await shown(one(), "it is sent", (message) => message.text === "Когда вам удобно?" && message.delivery === "sent");
    const { community } = one().vk;
    expect(community.dialog(IVAN).at(-1)).toMatchObject({ text: "Когда вам удобно?", keyboard: expect.stringContaining("Вечером") });
    community.read(IVAN);
    await shown(one(), "it is read", (message) => message.text === "Когда вам удобно?" && message.delivery === "read");
    community.say(IVAN, "Утром");
    await shown(one(), "his choice", (message) => message.text === "Утром");
    expect((await said(one())).filter((text) => text === "Когда вам удобно?")).toHaveLength(1);
  });

  it("an answer that VK took without saying so is sent again by itself, and stands once on both sides", async () => {
    const { vk } = one();
    vk.next("messages.send", "swallow");
    await answer(one(), "Тогда завтра в десять");
    await shown(one(), "it is sent", (message) => message.text === "Тогда завтра в десять" && message.delivery === "sent");
    expect(vk.community.dialog(IVAN).filter((message) => message.text === "Тогда завтра в десять")).toHaveLength(1);
    expect((await said(one())).filter((text) => text === "Тогда завтра в десять")).toHaveLength(1);
  }, 60_000);

  it("the house is killed after VK took an answer and before it was stored: it stands once on both sides", async () => {
    const { vk } = one();
    vk.next("messages.send", "swallow");
    await answer(one(), "Курьер позвонит");
    await until("VK has it", () => vk.community.dialog(IVAN).some((message) => message.text === "Курьер позвонит"), WAIT);
    await home.house.kill("SIGKILL");
    await home.house.restart();
    await shown(one(), "it is sent", (message) => message.text === "Курьер позвонит" && message.delivery === "sent");
    vk.community.say(IVAN, `После ${mode}`);
    await shown(one(), "the next one", (message) => message.text === `После ${mode}`);
    expect(vk.community.dialog(IVAN).filter((message) => message.text === "Курьер позвонит")).toHaveLength(1);
    expect((await said(one())).filter((text) => text === "Курьер позвонит")).toHaveLength(1);
  }, 90_000);

  it("files go both ways: his photo is stored here, ours is put up there", async () => {
    const { vk } = one();
    vk.media.set("photo.png", { mime: "image/png", bytes: PNG });
    const sizes = [{ type: "x", url: `${vk.origin}/media/photo.png`, width: 604, height: 604 }];
    vk.community.say(IVAN, "вот такое", { attachments: [{ type: "photo", photo: { id: 1, owner_id: IVAN, sizes } }] as never });
    const photo = await shown(one(), "the photo is stored", (message) => message.attachments[0]?.state === "stored");
    expect((await home.fileOf(photo)).equals(PNG)).toBe(true);
    const blobId = await home.upload("наше.png");
    await answer(one(), "Такое?", { attachments: [blobId] });
    await shown(one(), "it is sent", (message) => message.text === "Такое?" && message.delivery === "sent");
    expect([...vk.community.uploads.values()].map((file) => [file.name, Buffer.from(file.bytes).equals(PNG)])).toEqual([["наше.png", true]]);
  });

  it("messages denied: noted, refused with the reason, and possible again after he writes", async () => {
    const { community } = one().vk;
    const capabilities = () => home.capabilities(one().dialogId);
    community.deny(IVAN);
    await until("the composer knows", async () => (await capabilities()).cannotReplyReason === "unreachable", WAIT);
    await expect(answer(one(), "Вы здесь?")).rejects.toMatchObject({ code: "unsupported" });
    community.say(IVAN, "Я снова тут");
    await until("he can be written to", async () => (await capabilities()).canReply, WAIT);
    await answer(one(), "Рады слышать");
    await shown(one(), "it is sent", (message) => message.text === "Рады слышать" && message.delivery === "sent");
  });

  it("the transcript and the log hold neither key nor secret", async () => {
    const { token, secret } = one().vk.community;
    await home.hides(one().channelId, token, secret);
  });
});
