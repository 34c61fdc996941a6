import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TelegramEmulator, TOKEN } from "../../emulators/telegram/telegram.ts";
import { blocked, contact, type Person, text } from "../../emulators/telegram/updates.ts";
import { PNG, WAIT, WrittenHouse } from "../../support/written-house.ts";
import { until } from "../support/wait.ts";

let home: WrittenHouse;
beforeAll(async () => {
  home = await WrittenHouse.start();
});
afterAll(() => home?.close());

/** A bot of ours as the administrator would set it up; resolves when it is connected. */
async function openBot(mode: "polling" | "webhook", server: TelegramEmulator): Promise<string> {
  const config = { token: server.token, mode, apiUrl: server.url, publicUrl: mode === "webhook" ? home.house.url : "" };
  const id = await home.addChannel("telegram", `Bot ${server.token.slice(0, 6)} by ${mode}`, config);
  await home.isUp(id);
  return id;
}

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
    dialogId = await home.dialogOf(channelId, String(person.id));
    await home.take(dialogId);
    await home.shown(dialogId, "the contact is here", (message) => message.text.includes(phone));
    const photo = await home.shown(dialogId, "the photo is stored", (message) => message.attachments[0]?.state === "stored");
    const all = (await home.messages(dialogId)).filter((message) => message.direction === "in");
    expect(all.map((message) => message.text)).toEqual(["Сәлеметсіз бе, сорғы бар ма?", "мынадай", `👤 ${person.first_name}: ${phone}`]);
    expect((await home.fileOf(photo)).equals(PNG)).toBe(true);
    const [point] = await until(
      "the phone is verified",
      async () => {
        const points = await home.db.sql<{ how: string; same: boolean }[]>`
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
    const question = await home.shown(dialogId, "the question", (message) => message.text.startsWith("Сәлеметсіз"));
    await home.answer(dialogId, "Иә, бар.", { replyTo: question.id, quickAnswers: ["Аламын", "Жоқ"] });
    const sent = await until("it is at Telegram", () => server.delivered.find((made) => made.params["text"] === "Иә, бар."), WAIT);
    expect(sent.params).toMatchObject({
      chat_id: person.id,
      reply_parameters: { message_id: expect.any(Number) },
      reply_markup: { keyboard: [[{ text: "Аламын" }], [{ text: "Жоқ" }]] },
    });
    expect((await home.shown(dialogId, "it is sent", (message) => message.delivery === "sent")).text).toBe("Иә, бар.");
    // Telegram never says more than that.
    expect((await home.capabilities(dialogId)).canReply).toBe(true);
  });

  it("what he changes afterwards is shown as changed", async () => {
    const said = server.say(person, "екі дана");
    const { message_id: messageId = 0, date = 0 } = said.message ?? {};
    await home.shown(dialogId, "it is here", (message) => message.text === "екі дана");
    const { message } = text(person, messageId, "үш дана");
    server.push({ edited_message: { ...(message as object), date, edit_date: date + 5 } } as never);
    expect((await home.shown(dialogId, "it is changed", (one) => one.text === "үш дана")).editedAt).not.toBeNull();
    expect((await home.messages(dialogId)).some((one) => one.text === "екі дана")).toBe(false);
  });

  it("he blocks the bot unnoticed: the next message fails visibly, and the one after is refused before it is sent", async () => {
    server.blocked.add(person.id);
    await home.answer(dialogId, "Қашан келесіз?");
    const failed = await home.shown(dialogId, "it has failed", (message) => message.text === "Қашан келесіз?" && message.delivery === "failed");
    expect(failed.failure).toMatch(/blocked by the user/);
    await until("the composer knows", async () => (await home.capabilities(dialogId)).cannotReplyReason === "unreachable", WAIT);
    await expect(home.answer(dialogId, "Алло?")).rejects.toMatchObject({ code: "unsupported" });
    expect(server.received(person.id)).not.toContain("Қашан келесіз?");
  });

  it("he writes again, and then blocks it in the sight of the house", async () => {
    server.blocked.delete(person.id);
    server.say(person, "қайтып келдім");
    await until("he can be written to", async () => (await home.capabilities(dialogId)).canReply, WAIT);
    await home.answer(dialogId, "Күтеміз!");
    await until("it is at Telegram", () => server.received(person.id).includes("Күтеміз!"), WAIT);
    server.blocked.add(person.id);
    server.push(blocked(person, server.bot));
    // The first note is of the block before.
    const notes = async () =>
      (await home.messages(dialogId)).filter((message) => message.note?.code === "unreachable" && message.note.params["reason"] === "blocked");
    const note = await until("it is noted", async () => (await notes())[1], WAIT);
    expect(note.authorKind).toBe("system");
    await expect(home.answer(dialogId, "Алло?")).rejects.toMatchObject({ code: "unsupported" });
  });

  it("the test button says who the bot is, and the transcript holds no token", async () => {
    const tried = await home.admin.post<{ ok: boolean; detail: string }>(`/channels/${channelId}/test`);
    expect(tried).toMatchObject({ ok: true, detail: expect.stringMatching(/@kommutator_test_bot/) });
    await home.hides(channelId, TOKEN.split(":")[1] as string);
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
    const dialogs = [await home.dialogOf(channels[0], String(person.id)), await home.dialogOf(channels[1], String(person.id))];
    expect(new Set(dialogs).size).toBe(2);
  } finally {
    for (const server of servers) await server.down();
  }
});
