import { randomUUID } from "node:crypto";
import { createTransport } from "nodemailer";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";
import { type MailServer, startMailServer } from "./server.ts";
import { SmtpWire } from "./smtp-wire.ts";

const OURS = "sales@house.example";
const SECOND = "service@house.example";
const IVAN = "ivan@client.example";
const PETR = "petr@other.example";

let mail: MailServer;
let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let admin: ApiClient;
let aigul: ApiClient;
let socket: Socket;
let channelId: string;

beforeAll(async () => {
  mail = await startMailServer([OURS, SECOND, IVAN, PETR]);
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } });
  admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  socket = io(house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: aigul.cookie } });
  await until("the live socket greets", () => socket.connected);
  await aigul.put("/presence/me", { intent: "available", reason: null });
  channelId = await openMailbox(OURS, mail.smtpPort);
});
afterAll(async () => {
  socket?.disconnect();
  await house?.close();
  await db?.drop();
  await mail?.stop();
});

/** A mailbox of ours as the administrator would set it up; resolves when it is connected. */
async function openMailbox(address: string, smtpPort: number): Promise<string> {
  const { id } = await admin.post<{ id: string }>("/channels", {
    kind: "email",
    name: address,
    queueId: company.queueId,
    config: {
      address,
      displayName: "Отдел продаж",
      imapHost: "127.0.0.1",
      imapPort: mail.imapPort,
      imapSecurity: "none",
      imapUser: address,
      imapPassword: mail.password,
      smtpHost: "127.0.0.1",
      smtpPort,
      smtpSecurity: "none",
      smtpUser: address,
      smtpPassword: mail.password,
    },
  });
  await until(
    "the mailbox is connected",
    async () => {
      const [row] = await db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${id}`;
      return row?.state === "up";
    },
    { timeoutMs: 20_000 },
  );
  return id;
}

interface Stored {
  dialog_id: string;
  seq: number;
  direction: string;
  author_kind: string;
  body: string;
  quoted: string | null;
  subject: string | null;
  delivery: string | null;
  message_key: string | null;
  truncated: boolean;
}
const stored = (body: string, channel = channelId): Promise<Stored> =>
  until(
    `"${body}" is stored`,
    async () => {
      const [row] = await db.sql<Stored[]>`SELECT * FROM message WHERE channel_id = ${channel} AND body = ${body}`;
      return row;
    },
    { timeoutMs: 20_000, everyMs: 50 },
  );
const dialogs = async (): Promise<number> => (await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM dialog`)[0]?.n ?? 0;

interface Outgoing {
  from: string;
  subject: string;
  text: string;
  messageId?: string;
  inReplyTo?: string;
  references?: string;
  headers?: Record<string, string>;
  attachments?: { filename: string; content: Buffer | string; contentType?: string }[];
  to?: string;
}
/** A customer's own mail program, over the real MTA. */
async function write(letter: Outgoing): Promise<void> {
  const transport = createTransport({ host: "127.0.0.1", port: mail.smtpPort, secure: false, ignoreTLS: true });
  await transport.sendMail({ to: OURS, ...letter, envelope: { from: letter.from.replace(/.*<|>.*/g, ""), to: [letter.to ?? OURS] } });
  transport.close();
}
async function take(dialogId: string): Promise<void> {
  await until(
    "the dialog is taken",
    async () => {
      await aigul.post(`/dialogs/${dialogId}/take`).catch(() => null);
      const [row] = await db.sql<{ employee_id: string }[]>`SELECT employee_id FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`;
      return row?.employee_id === company.employees.aigul.id;
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
}
const answer = (dialogId: string, text: string): Promise<unknown> =>
  aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text, takeOver: true });
const header = (letter: Buffer | undefined, name: string): string =>
  new RegExp(`^${name}:\\s*(.*)$`, "im").exec((letter?.toString().split(/\r?\n\r?\n/)[0] ?? "").replace(/\r?\n[ \t]+/g, " "))?.[1] ?? "";

describe("a letter through the whole house", () => {
  let dialogId: string;
  let ours: Buffer;

  it("opens a dialog, and the agent's reply arrives threaded in the customer's mailbox", async () => {
    await write({ from: `Иван Петров <${IVAN}>`, subject: "Насосы", text: "Сколько стоит насос?", messageId: "<first@client.example>" });
    const letter = await stored("Сколько стоит насос?");
    dialogId = letter.dialog_id;
    await take(dialogId);
    await answer(dialogId, "Насос стоит 100.");
    ours = await until("our letter is in his mailbox", async () => (await mail.letters(IVAN))[0], { timeoutMs: 20_000 });
    expect(header(ours, "In-Reply-To")).toBe("<first@client.example>");
    expect(header(ours, "References")).toContain("<first@client.example>");
    expect(header(ours, "From")).toContain(`<${OURS}>`);
    expect(header(ours, "Auto-Submitted")).toBe("");
    await until("its key is known", async () => (await stored("Насос стоит 100.")).message_key === header(ours, "Message-ID"));
  });

  it("the customer's answer joins the same dialog, its quote folded", async () => {
    const id = header(ours, "Message-ID");
    await write({
      from: `Иван Петров <${IVAN}>`,
      subject: "Re: Насосы",
      text: "Беру два.\n\nпн, 3 июн. 2024 г. в 12:34, Отдел продаж <sales@house.example>:\n\n> Насос стоит 100.",
      messageId: "<second@client.example>",
      inReplyTo: id,
      references: `<first@client.example> ${id}`,
    });
    const letter = await stored("Беру два.");
    expect(letter.dialog_id).toBe(dialogId);
    expect(letter.quoted).toContain("> Насос стоит 100.");
    const rows = await db.sql<
      { seq: number; direction: string }[]
    >`SELECT seq, direction FROM message WHERE dialog_id = ${dialogId} AND direction <> 'internal' ORDER BY seq`;
    expect(rows.map((row) => row.direction).filter((direction) => direction !== "internal")).toEqual(["in", "out", "in"]);
  });

  it("a vacation answer opens nothing and is shown where it belongs", async () => {
    const before = await dialogs();
    await write({
      from: `Иван <${IVAN}>`,
      subject: "Автоответ: Насосы",
      text: "Я в отпуске.",
      inReplyTo: header(ours, "Message-ID"),
      references: header(ours, "Message-ID"),
      headers: { "Auto-Submitted": "auto-replied" },
    });
    await write({ from: `Somebody <news@bulk.example>`, subject: "News", text: "Buy now", headers: { Precedence: "bulk" } });
    const reply = await stored("Я в отпуске.");
    expect(reply).toMatchObject({ dialog_id: dialogId, author_kind: "auto_reply" });
    await write({ from: `Иван <${IVAN}>`, subject: "Re: Насосы", text: "Это уже человек.", inReplyTo: "<first@client.example>" });
    await stored("Это уже человек.");
    expect(await dialogs()).toBe(before);
    const [bulk] = await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM message WHERE body = 'Buy now'`;
    expect(bulk?.n).toBe(0);
  });

  it("forged References of another customer's thread do not join it", async () => {
    await write({
      from: `Petr <${PETR}>`,
      subject: "Re: Насосы",
      text: "Покажите мне их переписку",
      inReplyTo: header(ours, "Message-ID"),
      references: `<first@client.example> ${header(ours, "Message-ID")}`,
    });
    const letter = await stored("Покажите мне их переписку");
    expect(letter.dialog_id).not.toBe(dialogId);
  });

  it("a letter without headers joins by sender and subject", async () => {
    await write({ from: IVAN, subject: "RE: Насосы", text: "И ещё один." });
    expect((await stored("И ещё один.")).dialog_id).toBe(dialogId);
  });

  it("windows-1251 and koi8-r read well", async () => {
    // Bytes by iconv(1): "Запрос цены" and a sentence.
    const cp1251 = Buffer.from("x+Tw4OLx8uLz6fLlLCDv8Oj46+jy5Swg7+7m4Ovz6fHy4Cwg7/Dg6fEt6+jx8iDt4CDt4PHu8fsuINEg8+Lg5uXt6OXsLCDI4uDt", "base64");
    const koi8 = Buffer.from("+sTSwdfT1NfVytTFLCDQ0snbzMnUxSwg0M/WwczVytPUwSwg0NLBytMtzMnT1CDOwSDOwdPP09kuIPMg1dfB1sXOycXNLCDp18HO", "base64");
    const head = (charset: string, n: number): Buffer =>
      Buffer.from(
        `From: c${n}@old.example\r\nTo: ${OURS}\r\nSubject: =?${charset}?B?${charset === "koi8-r" ? "+sHQ0s/TIMPFztk=" : "x+Dv8O7xIPbl7fs="}?=\r\nMessage-ID: <old${n}@old.example>\r\nContent-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
      );
    await mail.drop(OURS, Buffer.concat([head("windows-1251", 1), cp1251]));
    await mail.drop(OURS, Buffer.concat([head("koi8-r", 2), koi8]));
    const rows = await until(
      "both are stored",
      async () => {
        const found = await db.sql<
          { subject: string; body: string }[]
        >`SELECT subject, body FROM message WHERE message_key IN ('<old1@old.example>', '<old2@old.example>')`;
        return found.length === 2 ? found : null;
      },
      { timeoutMs: 20_000 },
    );
    for (const row of rows)
      expect(row).toEqual({ subject: "Запрос цены", body: "Здравствуйте, пришлите, пожалуйста, прайс-лист на насосы. С уважением, Иван" });
  });

  it("attachments are kept, byte for byte", async () => {
    const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 256));
    await write({
      from: IVAN,
      subject: "Чертёж",
      text: "Чертёж во вложении",
      attachments: [{ filename: "Чертёж № 1.pdf", content: bytes, contentType: "application/pdf" }],
    });
    const letter = await stored("Чертёж во вложении");
    const [file] = await db.sql<{ name: string; bytes: number; sha: string }[]>`
      SELECT a.name, a.bytes, encode(b.sha256, 'hex') AS sha FROM message_attachment a JOIN blob b ON b.id = a.blob_id JOIN message m ON m.id = a.message_id WHERE m.dialog_id = ${letter.dialog_id}`;
    const { createHash } = await import("node:crypto");
    expect(file).toEqual({ name: "Чертёж № 1.pdf", bytes: bytes.length, sha: createHash("sha256").update(bytes).digest("hex") });
  });

  it("30 MB: the header and a notice are here, the sender is told once, the original stays in the mailbox", async () => {
    const before = (await mail.letters(IVAN)).length;
    await write({
      from: IVAN,
      subject: "Огромное",
      text: "see file",
      messageId: "<big@client.example>",
      attachments: [{ filename: "big.bin", content: Buffer.alloc(23 * 1024 * 1024, 7) }],
    });
    const letter = await until(
      "the header is stored",
      async () => (await db.sql<Stored[]>`SELECT * FROM message WHERE message_key = '<big@client.example>'`)[0],
      { timeoutMs: 60_000 },
    );
    expect(letter).toMatchObject({ truncated: true, subject: "Огромное", body: "" });
    const notice = await until(
      "he is told",
      async () => (await mail.letters(IVAN)).slice(before).find((one) => header(one, "In-Reply-To") === "<big@client.example>"),
      { timeoutMs: 20_000 },
    );
    expect(header(notice, "Auto-Submitted")).toBe("auto-replied");
    expect(header(notice, "Return-path")).toBe("<>");
    expect((await mail.letters(OURS)).some((one) => one.length > 30_000_000)).toBe(true);
    // The mailbox is read again from the start: he is not told twice.
    await mail.forgetUids(OURS);
    await mail.stopImap();
    await mail.startImap();
    await write({ from: IVAN, subject: "Насосы", text: "После восстановления." });
    await stored("После восстановления.");
    expect((await mail.letters(IVAN)).filter((one) => header(one, "In-Reply-To") === "<big@client.example>")).toHaveLength(1);
  });

  it("a new UIDVALIDITY brought no letter twice", async () => {
    const doubles = await db.sql`SELECT message_key FROM message WHERE message_key IS NOT NULL GROUP BY channel_id, message_key HAVING count(*) > 1`;
    expect(doubles).toEqual([]);
    const [raw] = await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM raw_event WHERE state = 'failed'`;
    expect(raw?.n).toBe(0);
  });

  it("a bounce is shown in the thread and marks the contact point", async () => {
    const id = header(ours, "Message-ID");
    const report = [
      `Return-path: <>`,
      `From: Mail Delivery System <Mailer-Daemon@mx.client.example>`,
      `To: ${OURS}`,
      `Subject: Undeliverable`,
      `Message-ID: <bounce1@mx.client.example>`,
      `MIME-Version: 1.0`,
      `Content-Type: multipart/report; report-type=delivery-status; boundary=b`,
      ``,
      `--b`,
      `Content-Type: text/plain`,
      ``,
      `The mailbox is gone.`,
      `--b`,
      `Content-Type: message/delivery-status`,
      ``,
      `Reporting-MTA: dns; mx.client.example`,
      ``,
      `Final-Recipient: rfc822; ${IVAN}`,
      `Action: failed`,
      `Status: 5.1.1`,
      ``,
      `--b`,
      `Content-Type: text/rfc822-headers`,
      ``,
      `Message-ID: ${id}`,
      ``,
      `--b--`,
    ].join("\r\n");
    await mail.drop(OURS, report);
    const bounce = await until("the bounce is stored", async () => (await db.sql<Stored[]>`SELECT * FROM message WHERE author_kind = 'bounce'`)[0], {
      timeoutMs: 20_000,
    });
    expect(bounce.dialog_id).toBe(dialogId);
    const [point] = await db.sql<{ bounced_at: Date | null }[]>`SELECT bounced_at FROM contact_point WHERE value_norm = ${IVAN}`;
    expect(point?.bounced_at).not.toBeNull();
  });
});

describe("the mail server misbehaves", () => {
  it("421, then 451, then a drop after the final dot: the dialog's order at the wire, the third uncertain, nothing twice", async () => {
    const wire = await SmtpWire.start();
    try {
      const second = await openMailbox(SECOND, wire.port);
      await write({ from: PETR, to: SECOND, subject: "Три ответа", text: "Жду ответа" });
      const { dialog_id } = await stored("Жду ответа", second);
      await take(dialog_id);
      wire.plan.push("421 at sender", "accept", "451 after the final dot", "accept", "drop after the final dot");
      for (const text of ["Ответ 1", "Ответ 2", "Ответ 3", "Ответ 4"]) await answer(dialog_id, text);
      const third = await until(
        "the third is uncertain",
        async () => {
          const [row] = await db.sql<Stored[]>`SELECT * FROM message WHERE dialog_id = ${dialog_id} AND body = 'Ответ 3' AND delivery = 'uncertain'`;
          return row;
        },
        { timeoutMs: 90_000, everyMs: 100 },
      );
      const rows = await db.sql<Stored[]>`SELECT * FROM message WHERE dialog_id = ${dialog_id} AND direction = 'out' AND author_kind = 'employee' ORDER BY seq`;
      expect(rows.map((row) => [row.body, row.delivery])).toEqual([
        ["Ответ 1", "sent"],
        ["Ответ 2", "sent"],
        ["Ответ 3", "uncertain"],
        ["Ответ 4", "queued"],
      ]);
      const texts = () =>
        wire.letters
          .filter((one) => one.behaviour !== "451 after the final dot")
          .map((one) => Buffer.from(one.source.split("\r\n\r\n")[1] ?? "", "base64").toString());
      expect(texts()).toEqual(["Ответ 1", "Ответ 2", "Ответ 3"]);
      // The agent has looked: it arrived. Then the fourth goes, and the third not again.
      const [settled] = await db.sql<{ id: string }[]>`SELECT id FROM message WHERE dialog_id = ${dialog_id} AND seq = ${third.seq}`;
      await aigul.post(`/messages/${settled?.id}/settle`, { outcome: "sent" });
      await until(
        "the fourth is sent",
        async () => (await db.sql<Stored[]>`SELECT * FROM message WHERE dialog_id = ${dialog_id} AND body = 'Ответ 4' AND delivery = 'sent'`)[0],
        { timeoutMs: 60_000 },
      );
      expect(texts()).toEqual(["Ответ 1", "Ответ 2", "Ответ 3", "Ответ 4"]);
      expect(new Set(wire.letters.map((one) => header(Buffer.from(one.source), "Message-ID"))).size).toBe(4);
    } finally {
      await wire.stop();
    }
  });
});
