import { type Channel, ChannelError, type Host, type MessageReceived } from "@kommutator/contract/channel";
import type { EmailConfig } from "./config.ts";
import { imapClient, isAuthFailure, MAX_LETTER_BYTES, MailboxWatch } from "./connection.ts";
import { openSmtp, sendLetter } from "./smtp.ts";
import { type OutgoingLetter, toMail, toOversizeNotice } from "./to-mail.ts";

/** Begins to watch the mailbox; letters go out by SMTP as they come. */
export function openMailbox(config: EmailConfig, host: Host): Channel {
  const stop = new AbortController();
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
    test: () => tryBoth(config, stop.signal),
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
