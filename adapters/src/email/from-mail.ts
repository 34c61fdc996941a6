import { createHash } from "node:crypto";
import type { InboundFile, MessageReceived, RawIdentity, Unparseable } from "@kommutator/contract/channel";
import type { EpochMs } from "@kommutator/contract/ids";
import { normaliseSubject } from "@kommutator/contract/subject";
import { type AddressObject, type EmailAddress, type ParsedMail, simpleParser } from "mailparser";
import { labelCharsets } from "./charset.ts";
import { htmlToText, safeHtml } from "./html.ts";
import { bodyOffset, HeaderBlock } from "./mime.ts";
import { messageIds, natureOf } from "./nature.ts";
import { tidyHeaders } from "./obsolete.ts";
import { splitQuoted } from "./quote.ts";

export interface LetterContext {
  /** Our mailbox's address, lower-case: never a participant, and a letter from it was written by our staff. */
  ownAddress: string;
  /** When the server received it (INTERNALDATE): the sender's own Date is only a claim. */
  receivedAt: EpochMs;
}

const MAX_TEXT_LENGTH = 200_000;
const MAX_FILES = 100;

/**
 * A letter's source as an event. Never throws: what cannot be read becomes `unparseable` with the reason.
 * The event key does not depend on the mailbox's UIDs, so a new UIDVALIDITY or a second delivery is the same event.
 */
export async function fromMail(letter: Buffer, context: LetterContext): Promise<MessageReceived | Unparseable> {
  try {
    const received = letter.toString("latin1");
    const tidied = tidyHeaders(letter, received);
    const source = tidied === letter ? received : tidied.toString("latin1");
    const labelled = labelCharsets(tidied, source);
    const parsed = await simpleParser(labelled, {
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipImageLinks: true,
      skipTextLinks: true,
      keepDeliveryStatus: true,
    });
    return translate(source, parsed, context) ?? unparseable(letter, context, "The letter names no sender");
  } catch (error) {
    return unparseable(letter, context, error instanceof Error ? error.message : String(error));
  }
}

/** A letter too big to fetch: its header block alone, marked `truncated`. `size` is the server's RFC822.SIZE. */
export async function fromHeaders(headerBlock: Buffer, size: number, context: LetterContext): Promise<MessageReceived | Unparseable> {
  // The header names a body that is not here; read it as a plain letter without one.
  const bare = Buffer.concat([
    Buffer.from("X-Oversize: yes\r\n"),
    Buffer.from(headerBlock.toString("latin1").replace(/^content-(type|transfer-encoding):/gim, "X-$&"), "latin1"),
  ]);
  const event = await fromMail(bare, context);
  const eventKey = `mail:${digest(headerBlock.toString("latin1").trim(), String(size))}`;
  return event.kind === "message.received" ? { ...event, eventKey, text: "", truncated: true } : { ...event, eventKey };
}

/** Null when the letter names no sender. */
function translate(source: string, parsed: ParsedMail, context: LetterContext): MessageReceived | null {
  const body = bodyOffset(source, 0, source.length);
  const header = new HeaderBlock(source.slice(0, body));
  const sender = senderOf(parsed, header, context.ownAddress);
  if (sender === null) return null;
  const { nature, bounced, returned } = natureOf(source, header, sender.address);
  const contentKey = digest(...["message-id", "from", "date", "subject"].map((name) => header.all(name).join("\n")), source.slice(body).trimEnd());
  const subject = clean(parsed.subject ?? "").slice(0, 998);
  const html = typeof parsed.html === "string" ? parsed.html : undefined;
  const whole = clean(parsed.text !== undefined && parsed.text.trim() !== "" ? parsed.text : html === undefined ? "" : htmlToText(html));
  const { text, quoted } = nature === "bounce" ? { text: whole.trim(), quoted: undefined } : splitQuoted(whole, subject);
  const own = sender.address === context.ownAddress;
  const others = addresses([parsed.to, parsed.cc, parsed.replyTo].flat());
  const customer = own ? (others.find((other) => other.address !== context.ownAddress) ?? sender) : sender;
  const safe = html === undefined ? undefined : safeHtml(clean(html));
  const files = filesOf(parsed);
  return {
    kind: "message.received",
    eventKey: `mail:${contentKey}`,
    messageKey: messageKey(header, contentKey),
    occurredAt: context.receivedAt,
    thread: { references: [...returned, ...referencesOf(header)].slice(-100), subject: normaliseSubject(subject) },
    from: identity(customer),
    participants: [...new Set(others.map((other) => other.address))].filter((address) => address !== context.ownAddress && address !== customer.address),
    to: context.ownAddress,
    ...(subject === "" ? {} : { subject }),
    text: text.slice(0, MAX_TEXT_LENGTH),
    ...(safe === undefined || safe === "" ? {} : { html: safe }),
    ...(quoted === undefined ? {} : { quoted: quoted.slice(0, MAX_TEXT_LENGTH) }),
    ...(files.length === 0 ? {} : { files }),
    nature: own && nature === "human" ? (customer === sender ? "auto-reply" : "outside") : nature,
    ...(bounced === undefined ? {} : { bounced: { ...bounced, address: clean(bounced.address), reason: clean(bounced.reason) } }),
    ...(text.length > MAX_TEXT_LENGTH || parsed.attachments.length > MAX_FILES ? { truncated: true } : {}),
  };
}

function unparseable(letter: Buffer, context: LetterContext, error: string): Unparseable {
  const head = clean(letter.subarray(0, 8_000).toString("latin1"));
  return {
    kind: "unparseable",
    eventKey: `mail:${digest(letter.toString("latin1"))}`,
    occurredAt: context.receivedAt,
    error: clean(error).slice(0, 500),
    raw: { head, bytes: letter.length },
  };
}

/** The Message-ID, or a key made of the content when there is none (RFC 5322 asks for one, does not force it). */
function messageKey(header: HeaderBlock, contentKey: string): string {
  return messageIds(header.first("message-id"))[0]?.replace(/[^\x21-\x7e]/g, "?") ?? `<${contentKey.slice(0, 40)}@no-message-id>`;
}

/** Of Message-ID, From, Date, Subject and body: equal for two deliveries of one letter, whose trace headers differ. */
function digest(...pieces: string[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece, "latin1").update("\0");
  return hash.digest("hex");
}

/** References, then In-Reply-To, nearest last (RFC 5322 section 3.6.4). */
function referencesOf(header: HeaderBlock): string[] {
  const list = messageIds(header.all("references").join(" "));
  const parents = messageIds(header.all("in-reply-to").join(" "));
  return [...list.filter((id) => !parents.includes(id)), ...parents].map((id) => id.replace(/[^\x21-\x7e]/g, "?"));
}

interface Mailbox {
  address: string;
  name: string;
}

/** Site forms write from an address of ours or a no-reply one and put the person into Reply-To. */
function senderOf(parsed: ParsedMail, header: HeaderBlock, ownAddress: string): Mailbox | null {
  const from = addresses([parsed.from].flat())[0];
  const replyTo = addresses([parsed.replyTo].flat())[0];
  if (from !== undefined && replyTo !== undefined && (from.address === ownAddress || /^(no-?reply|do-?not-?reply)\b/.test(from.address))) return replyTo;
  if (from !== undefined) return from;
  const returnPath = /<([^<>\s@]+@[^<>\s@]+)>/.exec(header.first("return-path"))?.[1];
  if (replyTo !== undefined) return replyTo;
  if (returnPath !== undefined) return { address: returnPath.toLowerCase(), name: "" };
  // A bounce may come from the null sender and name nobody (RFC 5321 section 4.5.5).
  return /^<\s*>/.test(header.first("return-path")) ? { address: "mailer-daemon@localhost", name: "" } : null;
}

function addresses(objects: (AddressObject | undefined)[]): Mailbox[] {
  const flat = (list: EmailAddress[]): EmailAddress[] => list.flatMap((one) => (one.group === undefined ? [one] : flat(one.group)));
  return flat(objects.flatMap((object) => object?.value ?? []))
    .map((one) => ({
      address: clean(one.address ?? "")
        .trim()
        .toLowerCase(),
      name: clean(one.name ?? "")
        .trim()
        .slice(0, 200),
    }))
    .filter((one) => /^[^\s@<>"]{1,64}@[^\s@<>"]{1,255}$/.test(one.address))
    .slice(0, 200);
}

const identity = (mailbox: Mailbox): RawIdentity => ({ kind: "email", value: mailbox.address, ...(mailbox.name === "" ? {} : { displayName: mailbox.name }) });

/** Attachments and inline pictures; the names are data, never paths. */
function filesOf(parsed: ParsedMail): InboundFile[] {
  return parsed.attachments.slice(0, MAX_FILES).map((attachment, index) => {
    const extension = attachment.contentType === "message/rfc822" ? ".eml" : "";
    const name =
      clean(attachment.filename ?? "")
        .split(/[/\\]/)
        .at(-1)
        ?.replace(/\p{Cc}/gu, "")
        .slice(0, 200)
        .trim() ?? "";
    return {
      name: name === "" || /^\.+$/.test(name) ? `file-${index + 1}${extension}` : name,
      mime: /^[\w.+-]+\/[\w.+-]+$/.test(attachment.contentType ?? "") ? attachment.contentType : "application/octet-stream",
      bytes: attachment.content,
      ...(attachment.contentId === undefined ? {} : { contentId: clean(attachment.contentId).replace(/^<|>$/g, "") }),
    };
  });
}

/** Text that every store takes: no NUL (PostgreSQL refuses it) and no half of a surrogate pair. */
function clean(text: string): string {
  return text.replace(/\0/g, "").replace(/\p{Surrogate}/gu, "\ufffd");
}
