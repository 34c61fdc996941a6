import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { EmailConfig } from "./config.ts";
import type { OutgoingLetter } from "./to-mail.ts";

const HEADER = "X-Kommutator-Test";
type Mailbox = Pick<EmailConfig, "address" | "displayName" | "imapPassword">;

/** A letter of the "test" button to the mailbox's own address; by `key` the watch knows it again. */
export function testLetter(mailbox: Mailbox, date: Date): { key: string; letter: OutgoingLetter } {
  const key = randomUUID();
  const { address, displayName } = mailbox;
  const letter: OutgoingLetter = {
    envelope: { from: address, to: [address] },
    mail: {
      from: { name: displayName.replace(/[\r\n\0]+/g, " "), address },
      to: { name: "", address },
      subject: "Kommutator",
      text: "Проверка почтового канала. · Пошта арнасын тексеру. · Перевірка поштового каналу. · A test of the mail channel.",
      messageId: `<test-${key}@${address.split("@")[1] ?? "localhost"}>`,
      date,
      attachments: [],
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", [HEADER]: `${key}.${sign(key, mailbox)}` },
      disableFileAccess: true,
      disableUrlAccess: true,
    },
  };
  return { key, letter };
}

/**
 * The key of a test letter of ours, null for any other letter. The signature is made with what this mailbox and we alone know, so a
 * letter that comes after the test has given up, or to another node, is known too, and nobody's letter can hide as one.
 */
export function testKeyOf(letter: Buffer, mailbox: Mailbox): string | null {
  const end = letter.indexOf("\r\n\r\n");
  const head = letter.subarray(0, end < 0 ? Math.min(letter.length, 64 * 1024) : end).toString("latin1");
  const [, key = "", signature = ""] = new RegExp(`^${HEADER}:\\s*([\\w-]{36})\\.([0-9a-f]{32})\\s*$`, "im").exec(head) ?? [];
  if (key === "") return null;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(key, mailbox))) ? key : null;
}

const sign = (key: string, { address, imapPassword }: Mailbox): string =>
  createHmac("sha256", imapPassword).update(`${key} ${address.toLowerCase()}`).digest("hex").slice(0, 32);
