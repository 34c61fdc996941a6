import { ChannelError, type Commands } from "@kommutator/contract/channel";
import { normaliseSubject } from "@kommutator/contract/subject";
import type { EmailConfig } from "./config.ts";

/** The part of the configuration that a letter of ours shows. */
export type Sender = Pick<EmailConfig, "address" | "displayName">;

export interface OutgoingFile {
  name: string;
  mime: string;
  content: Buffer;
}

/** A letter as nodemailer's composer takes it, plus its SMTP envelope. */
export interface OutgoingLetter {
  envelope: { from: string; to: string[] };
  mail: {
    from: { name: string; address: string };
    to: { name: string; address: string };
    subject: string;
    text: string;
    messageId: string;
    inReplyTo?: string;
    references?: string[];
    date: Date;
    attachments: { filename: string; contentType: string; content: Buffer }[];
    headers?: Record<string, string>;
    disableFileAccess: true;
    disableUrlAccess: true;
  };
}

/** The Message-ID of a command: the same for every try, so that a repeated letter is recognisable as the same one. */
export const messageIdOf = (commandId: string, address: string): string => `<${commandId}@${address.split("@")[1] ?? "localhost"}>`;

/** An agent's reply. Threading: In-Reply-To is the newest key, References the chain, its first and its last nineteen (RFC 5322 3.6.4). */
export function toMail(command: Commands["message.send"], files: OutgoingFile[], sender: Sender, date: Date): OutgoingLetter {
  const references = command.references.filter((key) => /^<[^<>\s]+>$/.test(key));
  const chain = references.length > 20 ? [references[0] ?? "", ...references.slice(-19)] : references;
  const parent = references.at(-1);
  return {
    envelope: { from: sender.address, to: [recipient(command.to.value)] },
    mail: {
      ...common(sender, command.to, date),
      subject: replySubject(command.subject ?? "", parent !== undefined),
      text: command.text,
      messageId: messageIdOf(command.id, sender.address),
      ...(parent === undefined ? {} : { inReplyTo: parent, references: chain }),
      ...(command.automatic === true ? { headers: { "Auto-Submitted": "auto-replied" } } : {}),
      attachments: files.map((file) => ({
        filename: oneLine(file.name),
        contentType: /^[\w.+-]+\/[\w.+-]+$/.test(file.mime) ? file.mime : "application/octet-stream",
        content: file.content,
      })),
    },
  };
}

/**
 * Tells the sender of an oversized letter that its files did not arrive. RFC 3834: marked auto-replied, sent from the null
 * address, so that no machine answers it.
 */
export function toOversizeNotice(
  to: { value: string | null },
  about: { messageKey: string; subject: string; limitMb: number },
  sender: Sender,
  date: Date,
): OutgoingLetter {
  const text = [
    `Ваше письмо больше ${about.limitMb} МБ: мы видим его заголовок, но не текст и не вложения. Пожалуйста, пришлите файлы частями или ссылкой.`,
    `Сіздің хатыңыз ${about.limitMb} МБ-тан үлкен: біз оның тақырыбын ғана көреміз. Файлдарды бөліп немесе сілтеме арқылы жіберіңіз.`,
    `Ваш лист більший за ${about.limitMb} МБ: ми бачимо лише його заголовок. Будь ласка, надішліть файли частинами або посиланням.`,
    `Your letter is larger than ${about.limitMb} MB: we see its header, but neither its text nor its files. Please send them in parts or as a link.`,
  ].join("\n\n");
  const known = /^<[^<>\s]+>$/.test(about.messageKey) && !about.messageKey.endsWith("@no-message-id>");
  return {
    envelope: { from: "", to: [recipient(to.value)] },
    mail: {
      ...common(sender, to, date),
      subject: replySubject(about.subject, true),
      text,
      messageId: messageIdOf(`notice-${about.messageKey.replace(/[^\w]/g, "").slice(0, 60)}`, sender.address),
      ...(known ? { inReplyTo: about.messageKey, references: [about.messageKey] } : {}),
      attachments: [],
      headers: { "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All" },
    },
  };
}

function common(sender: Sender, to: { value: string | null; displayName?: string | undefined }, date: Date) {
  return {
    from: { name: oneLine(sender.displayName), address: sender.address },
    to: { name: oneLine(to.displayName ?? ""), address: recipient(to.value) },
    date,
    disableFileAccess: true as const,
    disableUrlAccess: true as const,
  };
}

function replySubject(subject: string, answers: boolean): string {
  const line = oneLine(subject);
  if (!answers || normaliseSubject(line) !== line.toLowerCase()) return line;
  return line === "" ? "Re:" : `Re: ${line}`;
}

/** One line: CR or LF in a header would be a header of the attacker's choice. */
const oneLine = (text: string): string =>
  text
    .replace(/[\r\n\0]+/g, " ")
    .trim()
    .slice(0, 900);

function recipient(value: string | null): string {
  if (value === null || !/^[^\s@<>",;:]{1,64}@[^\s@<>",;:]{1,255}$/.test(value)) throw new ChannelError("rejected", "There is no e-mail address to write to");
  return value;
}
