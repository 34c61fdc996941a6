import { email } from "@kommutator/adapters/email";
import type { Channel } from "@kommutator/contract/channel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MailServer, startMailServer } from "../lab/mail/server.ts";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";

const OURS = "sales@house.example";
let mail: MailServer;
const open: { channel: Channel; stop: AbortController }[] = [];
beforeAll(async () => {
  mail = await startMailServer([OURS]);
});
afterAll(async () => {
  for (const { channel } of open) await channel.close();
  await mail.stop();
});

async function mailbox(change: Record<string, unknown> = {}): Promise<{ channel: Channel; ledger: Ledger }> {
  const ledger = new Ledger();
  const stop = new AbortController();
  const [imap, smtp] = [
    { imapHost: "127.0.0.1", imapPort: mail.imapPort, imapSecurity: "none", imapUser: OURS, imapPassword: mail.password },
    { smtpHost: "127.0.0.1", smtpPort: mail.smtpPort, smtpSecurity: "none", smtpUser: OURS, smtpPassword: mail.password },
  ];
  const channel = await email.open(email.parseConfig({ address: OURS, displayName: "Отдел продаж", ...imap, ...smtp, ...change }), ledger.open(stop.signal));
  open.push({ channel, stop });
  await until("the mailbox is watched", () => ledger.status?.state === "up", { timeoutMs: 20_000 });
  return { channel, ledger };
}

test("a letter goes out and comes in, each step is told, and the letter is nobody's message", async () => {
  const before = (await mail.letters(OURS)).length;
  const { channel, ledger } = await mailbox();
  expect(await channel.test?.()).toMatchObject({
    ok: true,
    steps: [
      { step: "connect", outcome: "ok", detail: expect.stringContaining(OURS) },
      { step: "send", outcome: "ok", detail: expect.stringContaining("SMTP took a test letter") },
      { step: "receive", outcome: "ok", detail: expect.stringMatching(/It came in by IMAP after \d/) },
    ],
  });
  // The server renames its file then: it is counted afterwards.
  await until("it is marked as read", async () => (await mail.seen(OURS)) === before + 1);
  expect((await mail.letters(OURS)).length).toBe(before + 1);
  // Another opening without a memory, as another node after a test that was given up: the letter is still known.
  const second = await mailbox({ firstImport: "all" });
  await mail.drop(OURS, "From: ivan@client.example\r\nMessage-ID: <1@client.example>\r\n\r\nHello\r\n");
  await until("a customer's letter is taken", () => second.ledger.messages.length > 0, { timeoutMs: 20_000 });
  expect([...ledger.messages, ...second.ledger.messages].every((message) => message.text === "Hello")).toBe(true);
});

test("a letter with the mark but not our signature is a customer's letter like any other", async () => {
  const { ledger } = await mailbox();
  const mark = `X-Kommutator-Test: 3f1c2a9e-0d0b-4a58-9f3e-1a2b3c4d5e6f.${"0".repeat(32)}`;
  await mail.drop(OURS, `From: mallory@client.example\r\nMessage-ID: <2@client.example>\r\n${mark}\r\n\r\nSeen?\r\n`);
  await until("it is taken", () => ledger.messages.some((message) => message.text === "Seen?"), { timeoutMs: 20_000 });
});

test("a letter that SMTP takes and IMAP does not show is said so, in words", async () => {
  const other = await startMailServer([OURS]);
  try {
    const { channel } = await mailbox({ smtpPort: other.smtpPort });
    expect(await channel.test?.()).toMatchObject({
      ok: false,
      steps: [
        { outcome: "ok" },
        { step: "send", outcome: "ok" },
        { step: "receive", outcome: "failed", detail: expect.stringMatching(/has not come into the folder "INBOX"/) },
      ],
    });
  } finally {
    await other.stop();
  }
});
