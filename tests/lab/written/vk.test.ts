import { randomUUID } from "node:crypto";
import type { DialogDetail, Message } from "@kommutator/contract/api/dialogs";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Vk } from "../../emulators/vk/vk.ts";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";

const WAIT = { timeoutMs: 20_000, everyMs: 50 };
const IVAN = 578_716_413;
/** The smallest picture that is one (a white point). */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let admin: ApiClient;
let aigul: ApiClient;
let socket: Socket;
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
  const { id } = await admin.post<{ id: string }>("/channels", {
    kind: "vk",
    name: `A community by ${mode}`,
    queueId: company.queueId,
    config: { groupId, token, mode, secret, confirmation, publicUrl: house.url, apiUrl: `${vk.origin}/method`, retryFloorMs: 50, apiTimeoutMs: 2_000 },
  });
  if (mode === "callback") vk.callbackUrl = `${house.url}/hooks/${id}/`;
  const state = async () => (await db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${id}`)[0]?.state;
  await until(`the community by ${mode} is up`, async () => (await state()) === "up", WAIT);
  return { vk, channelId: id, dialogId: "" };
}

beforeAll(async () => {
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
  admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  socket = io(house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: aigul.cookie } });
  await until("the live socket greets", () => socket.connected);
  await aigul.put("/presence/me", { intent: "available", reason: null });
  called = await addCommunity("callback");
  polled = await addCommunity("polling");
});
afterAll(async () => {
  socket?.disconnect();
  await house?.close();
  await called?.vk.down();
  await polled?.vk.down();
  await db?.drop();
});

/** Oldest first. */
const messages = async (one: Community): Promise<Message[]> =>
  (await aigul.get<{ items: Message[] }>(`/dialogs/${one.dialogId}/messages`)).items.sort((a, b) => a.seq - b.seq);
const said = async (one: Community): Promise<string[]> =>
  (await messages(one)).filter((message) => message.direction !== "internal").map((message) => message.text);
const shown = (one: Community, what: string, fits: (message: Message) => boolean): Promise<Message> =>
  until(what, async () => (await messages(one)).find(fits), WAIT);
const answer = (one: Community, words: string, more: object = {}): Promise<unknown> =>
  aigul.post(`/dialogs/${one.dialogId}/messages`, { clientKey: randomUUID(), text: words, takeOver: true, ...more });

/** The dialog of the community's customer, once Aigul has it. */
async function take(one: Community): Promise<void> {
  const open = async () =>
    (await db.sql<{ id: string }[]>`SELECT id FROM dialog WHERE channel_id = ${one.channelId} AND thread_key = ${String(IVAN)} AND closed_at IS NULL`)[0]?.id;
  one.dialogId = await until("the dialog is open", open, WAIT);
  const mine = async () =>
    (await db.sql<{ employee_id: string }[]>`SELECT employee_id FROM assignment WHERE dialog_id = ${one.dialogId} AND ended_at IS NULL`)[0]?.employee_id;
  await until(
    "the dialog is taken",
    async () => {
      await aigul.post(`/dialogs/${one.dialogId}/take`).catch(() => null);
      return (await mine()) === company.employees.aigul.id;
    },
    WAIT,
  );
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
    const [contact] = await db.sql<{ name: string }[]>`SELECT meta->>'name' AS name FROM message WHERE dialog_id = ${one().dialogId} ORDER BY seq LIMIT 1`;
    expect(contact?.name).toBe("Иван Петров");
    const origins = await db.sql<{ source: string }[]>`SELECT source_text AS source FROM dialog_origin WHERE dialog_id = ${one().dialogId}`;
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
    await house.kill("SIGKILL");
    await house.restart();
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
    const image = await fetch(`${house.url}/api/v1/blobs/${photo.attachments[0]?.blobId}`, { headers: { cookie: aigul.cookie } });
    expect(Buffer.from(await image.arrayBuffer()).equals(PNG)).toBe(true);
    const form = new FormData();
    form.append("file", new File([PNG], "наше.png", { type: "image/png" }));
    const csrf = /kommutator_csrf=([^;]+)/.exec(aigul.cookie)?.[1] ?? "";
    const uploaded = await fetch(`${house.url}/api/v1/blobs`, { method: "POST", body: form, headers: { cookie: aigul.cookie, "x-csrf-token": csrf } });
    const { blobId } = (await uploaded.json()) as { blobId: string };
    await answer(one(), "Такое?", { attachments: [blobId] });
    await shown(one(), "it is sent", (message) => message.text === "Такое?" && message.delivery === "sent");
    expect([...vk.community.uploads.values()].map((file) => [file.name, Buffer.from(file.bytes).equals(PNG)])).toEqual([["наше.png", true]]);
  });

  it("messages denied: noted, refused with the reason, and possible again after he writes", async () => {
    const { community } = one().vk;
    const capabilities = async () => (await aigul.get<DialogDetail>(`/dialogs/${one().dialogId}`)).capabilities;
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
    const lines = JSON.stringify(await admin.get<unknown[]>(`/channels/${one().channelId}/transcript`));
    for (const hidden of [token, secret]) {
      expect(lines).not.toContain(hidden);
      expect(house.log()).not.toContain(hidden);
    }
  });
});
