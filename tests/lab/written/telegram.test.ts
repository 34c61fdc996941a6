import { randomUUID } from "node:crypto";
import type { DialogDetail, Message } from "@kommutator/contract/api/dialogs";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TelegramEmulator, TOKEN } from "../../emulators/telegram/telegram.ts";
import { blocked, contact, type Person, text } from "../../emulators/telegram/updates.ts";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";

const WAIT = { timeoutMs: 20_000, everyMs: 50 };
/** The smallest picture that is one (a white point). */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let admin: ApiClient;
let aigul: ApiClient;
let socket: Socket;

beforeAll(async () => {
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
  admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  socket = io(house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: aigul.cookie } });
  await until("the live socket greets", () => socket.connected);
  await aigul.put("/presence/me", { intent: "available", reason: null });
});
afterAll(async () => {
  socket?.disconnect();
  await house?.close();
  await db?.drop();
});

/** A bot of ours as the administrator would set it up; resolves when it is connected. */
async function openBot(mode: "polling" | "webhook", server: TelegramEmulator): Promise<string> {
  const { id } = await admin.post<{ id: string }>("/channels", {
    kind: "telegram",
    name: `Bot ${server.token.slice(0, 6)} by ${mode}`,
    queueId: company.queueId,
    config: { token: server.token, mode, apiUrl: server.url, publicUrl: mode === "webhook" ? house.url : "" },
  });
  const state = async () => (await db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${id}`)[0]?.state;
  await until("the bot is connected", async () => (await state()) === "up", WAIT);
  return id;
}
async function dialogOf(channelId: string, person: Person): Promise<string> {
  const open = async () =>
    (await db.sql<{ id: string }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key = ${String(person.id)} AND closed_at IS NULL`)[0]?.id;
  return until("the dialog is open", open, WAIT);
}
/** Oldest first. */
const messages = async (dialogId: string): Promise<Message[]> =>
  (await aigul.get<{ items: Message[] }>(`/dialogs/${dialogId}/messages`)).items.sort((a, b) => a.seq - b.seq);
/** The message of the dialog that fits, as the agent's screen gets it. */
const shown = (dialogId: string, what: string, fits: (message: Message) => boolean): Promise<Message> =>
  until(what, async () => (await messages(dialogId)).find(fits), WAIT);
async function take(dialogId: string): Promise<void> {
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
}
const answer = (dialogId: string, words: string, more: object = {}): Promise<unknown> =>
  aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: words, takeOver: true, ...more });
const capabilities = async (dialogId: string) => (await aigul.get<DialogDetail>(`/dialogs/${dialogId}`)).capabilities;

describe.each(["polling", "webhook"] as const)("Telegram by %s through the whole house", (mode) => {
  const person: Person = { id: mode === "polling" ? 770111 : 770222, first_name: mode === "polling" ? "Ажар" : "Бауыржан", language_code: "kk" };
  const phone = mode === "polling" ? "+77011112233" : "+77011112244";
  let server: TelegramEmulator;
  let channelId: string;
  let dialogId: string;

  beforeAll(async () => {
    server = await TelegramEmulator.start();
    channelId = await openBot(mode, server);
  });
  afterAll(() => server?.down());

  it("a text, a photo with a caption and a shared contact: three messages, the photo here, the phone verified", async () => {
    server.say(person, "Сәлеметсіз бе, сорғы бар ма?");
    server.sendPhoto(person, PNG, "мынадай");
    server.push(contact(person, server.nextMessageId(), phone.slice(1)));
    dialogId = await dialogOf(channelId, person);
    await take(dialogId);
    await shown(dialogId, "the contact is here", (message) => message.text.includes(phone));
    const photo = await shown(dialogId, "the photo is stored", (message) => message.attachments[0]?.state === "stored");
    const all = (await messages(dialogId)).filter((message) => message.direction === "in");
    expect(all.map((message) => message.text)).toEqual(["Сәлеметсіз бе, сорғы бар ма?", "мынадай", `👤 ${person.first_name}: ${phone}`]);
    const image = await fetch(`${house.url}/api/v1/blobs/${photo.attachments[0]?.blobId}`, { headers: { cookie: aigul.cookie } });
    expect(Buffer.from(await image.arrayBuffer()).equals(PNG)).toBe(true);
    const [point] = await until(
      "the phone is verified",
      async () => {
        const points = await db.sql<{ how: string; same: boolean }[]>`
          SELECT p.verified_how AS how, coalesce(p.customer_id, p.contact_id, p.lead_id) = coalesce(t.customer_id, t.contact_id, t.lead_id) AS same
          FROM contact_point p, dialog d JOIN contact_point t ON t.id = d.contact_point_id
          WHERE p.kind = 'phone' AND p.value_norm = ${phone} AND p.verified_at IS NOT NULL AND d.id = ${dialogId}`;
        return points.length === 1 ? points : null;
      },
      WAIT,
    );
    expect(point).toEqual({ how: "shared_contact", same: true });
  });

  it("the answer arrives as an answer to his question, with ready answers under it", async () => {
    const question = await shown(dialogId, "the question", (message) => message.text.startsWith("Сәлеметсіз"));
    await answer(dialogId, "Иә, бар.", { replyTo: question.id, quickAnswers: ["Аламын", "Жоқ"] });
    const sent = await until("it is at Telegram", () => server.delivered.find((made) => made.params["text"] === "Иә, бар."), WAIT);
    expect(sent.params).toMatchObject({
      chat_id: person.id,
      reply_parameters: { message_id: expect.any(Number) },
      reply_markup: { keyboard: [[{ text: "Аламын" }], [{ text: "Жоқ" }]] },
    });
    expect((await shown(dialogId, "it is sent", (message) => message.delivery === "sent")).text).toBe("Иә, бар.");
    // Telegram never says more than that.
    expect((await capabilities(dialogId)).canReply).toBe(true);
  });

  it("what he changes afterwards is shown as changed", async () => {
    const said = server.say(person, "екі дана");
    const { message_id: messageId = 0, date = 0 } = said.message ?? {};
    await shown(dialogId, "it is here", (message) => message.text === "екі дана");
    const { message } = text(person, messageId, "үш дана");
    server.push({ edited_message: { ...(message as object), date, edit_date: date + 5 } } as never);
    expect((await shown(dialogId, "it is changed", (one) => one.text === "үш дана")).editedAt).not.toBeNull();
    expect((await messages(dialogId)).some((one) => one.text === "екі дана")).toBe(false);
  });

  it("he blocks the bot unnoticed: the next message fails visibly, and the one after is refused before it is sent", async () => {
    server.blocked.add(person.id);
    await answer(dialogId, "Қашан келесіз?");
    const failed = await shown(dialogId, "it has failed", (message) => message.text === "Қашан келесіз?" && message.delivery === "failed");
    expect(failed.failure).toMatch(/blocked by the user/);
    await until("the composer knows", async () => (await capabilities(dialogId)).cannotReplyReason === "unreachable", WAIT);
    await expect(answer(dialogId, "Алло?")).rejects.toMatchObject({ code: "unsupported" });
    expect(server.received(person.id)).not.toContain("Қашан келесіз?");
  });

  it("he writes again, and then blocks it in the sight of the house", async () => {
    server.blocked.delete(person.id);
    server.say(person, "қайтып келдім");
    await until("he can be written to", async () => (await capabilities(dialogId)).canReply, WAIT);
    await answer(dialogId, "Күтеміз!");
    await until("it is at Telegram", () => server.received(person.id).includes("Күтеміз!"), WAIT);
    server.blocked.add(person.id);
    server.push(blocked(person, server.bot));
    const note = await shown(dialogId, "it is noted", (message) => message.note?.code === "unreachable" && message.note.params["reason"] === "blocked");
    expect(note.authorKind).toBe("system");
    await expect(answer(dialogId, "Алло?")).rejects.toMatchObject({ code: "unsupported" });
  });

  it("the test button says who the bot is, and the transcript holds no token", async () => {
    const tried = await admin.post<{ ok: boolean; detail: string }>(`/channels/${channelId}/test`);
    expect(tried).toMatchObject({ ok: true, detail: expect.stringMatching(/@kommutator_test_bot/) });
    const lines = await admin.get<unknown[]>(`/channels/${channelId}/transcript`);
    expect(lines.length).toBeGreaterThan(5);
    expect(JSON.stringify(lines)).not.toContain(TOKEN.split(":")[1]);
    expect(house.log()).not.toContain(TOKEN.split(":")[1]);
  });
});

it("two bots are two channels: the same person at both is two dialogs", async () => {
  const servers = [
    await TelegramEmulator.start("200001:AAFirstBotOfOurs_0123456789abcdefg"),
    await TelegramEmulator.start("200002:AASecondBotOfOurs_0123456789abcdef"),
  ] as const;
  try {
    const person: Person = { id: 770333, first_name: "Дана" };
    const channels = [await openBot("polling", servers[0]), await openBot("webhook", servers[1])] as const;
    servers[0].say(person, "бірінші");
    servers[1].say(person, "екінші");
    const dialogs = [await dialogOf(channels[0], person), await dialogOf(channels[1], person)];
    expect(new Set(dialogs).size).toBe(2);
  } finally {
    for (const server of servers) await server.down();
  }
});
