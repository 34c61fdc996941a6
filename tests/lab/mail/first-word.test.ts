import { randomUUID } from "node:crypto";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";
import { type MailServer, startMailServer } from "./server.ts";

// We write first: our letter leaves by the real MTA, and what the customer's own programs make of it comes back through Dovecot.
const OURS = "sales@house.example";
const ANNA = "anna@client.example";
const BORIS = "boris@client.example";

let mail: MailServer;
let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let aigul: ApiClient;
let channelId: string;

beforeAll(async () => {
  mail = await startMailServer([OURS, ANNA, BORIS]);
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
  const admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  const server = { imapHost: "127.0.0.1", imapPort: mail.imapPort, imapSecurity: "none", smtpHost: "127.0.0.1", smtpPort: mail.smtpPort, smtpSecurity: "none" };
  const account = { imapUser: OURS, imapPassword: mail.password, smtpUser: OURS, smtpPassword: mail.password };
  const config = { address: OURS, displayName: "Отдел продаж", ...server, ...account };
  ({ id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "email", name: OURS, queueId: company.queueId, config }));
  const isUp = async () => (await db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${channelId}`)[0]?.state === "up";
  await until("the mailbox is connected", isUp, { timeoutMs: 20_000 });
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
});
afterAll(async () => {
  await house?.close();
  await db?.drop();
  await mail?.stop();
});

/** Aigul writes first; resolves with the dialog and the letter as it lies in the other's mailbox. */
async function writeFirst(to: string, subject: string, text: string): Promise<{ dialogId: string; messageId: string; letter: string }> {
  const before = (await mail.letters(to)).length;
  const { dialogId } = await aigul.post<{ dialogId: string }>("/dialogs", { clientKey: randomUUID(), channelId, to, subject, text });
  const letter = await until("our letter is in the mailbox", async () => (await mail.letters(to))[before]?.toString(), { timeoutMs: 20_000 });
  return { dialogId, letter, messageId: /^Message-ID:\s*(<[^>]+>)/im.exec(letter)?.[1] ?? "" };
}
/** What the other's own program sends. */
async function reply(from: string, text: string, headers: { subject: string; inReplyTo?: string; references?: string }): Promise<void> {
  const transport = createTransport({ host: "127.0.0.1", port: mail.smtpPort, secure: false, ignoreTLS: true });
  await transport.sendMail({ from, to: OURS, text, ...headers });
  transport.close();
}
const stored = (body: string) =>
  until(
    `"${body}" is stored`,
    async () =>
      (
        await db.sql<{ dialog_id: string; direction: string }[]>`SELECT dialog_id, direction FROM message WHERE channel_id = ${channelId} AND body = ${body}`
      )[0],
    { timeoutMs: 20_000, everyMs: 50 },
  );
const dialogs = async () =>
  (await db.sql<{ id: string; direction: string }[]>`SELECT id, direction FROM dialog WHERE channel_id = ${channelId} ORDER BY opened_at`).map((row) => row.id);

it("our first letter begins a thread of its own, and the customer's reply to it joins the same dialog; ours after it are threaded", async () => {
  const { dialogId, messageId, letter } = await writeFirst(ANNA, "Ваш заказ готов", "Анна, заказ ждёт вас.");
  expect(letter).not.toMatch(/^(In-Reply-To|References):/im);
  expect(messageId).toMatch(/^<.+@.+>$/);
  await reply(`Анна <${ANNA}>`, "Приеду завтра.", { subject: "Re: Ваш заказ готов", inReplyTo: messageId, references: messageId });
  expect(await stored("Приеду завтра.")).toEqual({ dialog_id: dialogId, direction: "in" });

  await aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: "Ждём до семи.", takeOver: true });
  const second = await until("the second is there", async () => (await mail.letters(ANNA))[1]?.toString().replace(/\r?\n[ \t]+/g, " "), { timeoutMs: 20_000 });
  expect(/^References:\s*(.*)$/im.exec(second)?.[1]).toContain(messageId);
  expect(await dialogs()).toEqual([dialogId]);
});

it("a program that names no earlier letter is known by the sender and the subject, with its own Re: before it", async () => {
  const { dialogId } = await writeFirst(BORIS, "Счёт № 17", "Борис, пришлите реквизиты.");
  await reply(BORIS, "Реквизиты ниже.", { subject: "Отв: Счёт № 17" });
  expect((await stored("Реквизиты ниже.")).dialog_id).toBe(dialogId);
});

it("another person's letter with our number in it opens a dialog of its own", async () => {
  const before = await dialogs();
  const { dialogId, messageId } = await writeFirst(ANNA, "Гарантия", "Анна, гарантия продлена.");
  await reply("stranger@elsewhere.example", "А мне?", { subject: "Re: Гарантия", inReplyTo: messageId, references: messageId });
  expect((await stored("А мне?")).dialog_id).not.toBe(dialogId);
  // Two subjects to one address are two dialogs.
  expect(await dialogs()).toHaveLength(before.length + 2);
});
