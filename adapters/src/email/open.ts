import { setMaxListeners } from "node:events";
import { type Channel, ChannelError, type Host, type MessageReceived, type TestOutcome, type TestStep } from "@kommutator/contract/channel";
import type { EmailConfig } from "./config.ts";
import { imapClient, isAuthFailure, MAX_LETTER_BYTES, MailboxWatch } from "./connection.ts";
import { openSmtp, sendLetter } from "./smtp.ts";
import { testLetter } from "./test-letter.ts";
import { type OutgoingLetter, toMail, toOversizeNotice } from "./to-mail.ts";

/** How long a test letter may take to come back. */
const TEST_LETTER_MS = 30_000;

/** Begins to watch the mailbox; letters go out by SMTP as they come. */
export function openMailbox(config: EmailConfig, host: Host): Channel {
  const stop = new AbortController();
  // Each letter on its way listens for the end.
  setMaxListeners(0, stop.signal);
  const deliver = async (letter: OutgoingLetter): Promise<void> => {
    const summary = { to: letter.envelope.to.length, messageId: letter.mail.messageId };
    try {
      host.record("out", "SMTP letter", { ...summary, answer: (await sendLetter(config, letter, stop.signal)).slice(0, 200) });
    } catch (error) {
      host.record("out", "SMTP letter failed", { ...summary, error: String(error).slice(0, 300) });
      throw error;
    }
  };
  const tell = async (event: MessageReceived): Promise<void> => {
    const about = { messageKey: event.messageKey, subject: event.subject ?? "", limitMb: MAX_LETTER_BYTES / 1024 / 1024 };
    await deliver(toOversizeNotice(event.from, about, config, new Date(host.now())));
  };
  const watch = new MailboxWatch(config, host, tell);
  return {
    limits: { textLength: 500_000, attachmentBytes: 18 * 1024 * 1024, replyWindowMs: null, canStart: true },
    handlers: {
      "message.send": async (command) => {
        const total = command.files.reduce((sum, file) => sum + file.bytes, 0);
        // Base64 makes a third more of it; most servers take 25 MB in all.
        if (total > 18 * 1024 * 1024) throw new ChannelError("rejected", "The files are larger than 18 MB together");
        const files = await Promise.all(command.files.map(async (file) => ({ name: file.name, mime: file.mime, content: Buffer.from(await file.read()) })));
        const letter = toMail(command, files, config, new Date(host.now()));
        await deliver(letter);
        return { messageKey: letter.mail.messageId };
      },
    },
    test: async () => {
      const connected = await tryBoth(config, stop.signal);
      return connected.ok ? tryLetter(config, connected.detail, { deliver, watch, now: host.now() }) : connected;
    },
    async close() {
      stop.abort();
      await watch.close();
    },
  };
}

/** Logs in to both servers and says what is wrong in words. */
async function tryBoth(config: EmailConfig, signal: AbortSignal): Promise<{ ok: boolean; detail: string }> {
  const faults: string[] = [];
  const client = imapClient(config);
  client.on("error", () => {});
  try {
    await client.connect();
    await client.mailboxOpen(config.folder, { readOnly: true });
  } catch (error) {
    const said = (error as { responseText?: string }).responseText ?? (error as Error).message;
    faults.push(
      isAuthFailure(error)
        ? `IMAP refused the user name or password: ${said}`
        : client.authenticated
          ? `IMAP has no folder "${config.folder}": ${said}`
          : `IMAP ${config.imapHost}:${config.imapPort} cannot be reached: ${said}`,
    );
  } finally {
    client.close();
  }
  try {
    (await openSmtp(config, signal)).close();
  } catch (error) {
    const bad = error instanceof ChannelError && error.code === "bad-credentials";
    faults.push(
      bad
        ? `SMTP refused the user name or password: ${(error as Error).message}`
        : `SMTP ${config.smtpHost}:${config.smtpPort} cannot be reached: ${(error as Error).message}`,
    );
  }
  return faults.length === 0 ? { ok: true, detail: `IMAP and SMTP both let ${config.address} in` } : { ok: false, detail: faults.join("; ") };
}

interface Post {
  deliver: (letter: OutgoingLetter) => Promise<void>;
  watch: MailboxWatch;
  now: number;
}

/** Writes a letter to the mailbox itself and waits until the watch has it. */
async function tryLetter(config: EmailConfig, connected: string, { deliver, watch, now }: Post): Promise<TestOutcome> {
  const { key, letter } = testLetter(config, new Date(now));
  const connect: TestStep = { step: "connect", outcome: "ok", detail: connected };
  const outcome = (...rest: TestStep[]): TestOutcome => {
    const steps = [connect, ...rest];
    return { ok: steps.every(({ outcome }) => outcome === "ok"), detail: steps.map(({ detail }) => detail).join(". "), steps };
  };
  // Awaited from before it leaves: it may be back before the server's answer.
  const began = performance.now();
  const seen = watch.seesTest(key, TEST_LETTER_MS);
  try {
    await deliver(letter);
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return outcome(
      { step: "send", outcome: "failed", detail: `SMTP did not take the test letter: ${error.message}` },
      { step: "receive", outcome: "not-tried", detail: "No letter could come back" },
    );
  }
  const sent: TestStep = { step: "send", outcome: "ok", detail: `SMTP took a test letter to ${config.address}` };
  const arrived = await seen;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  return outcome(
    sent,
    arrived
      ? { step: "receive", outcome: "ok", detail: `It came in by IMAP after ${seconds} s` }
      : {
          step: "receive",
          outcome: "failed",
          detail: `It has not come into the folder "${config.folder}" within ${TEST_LETTER_MS / 1000} s: look for it in other folders and in the spam`,
        },
  );
}
