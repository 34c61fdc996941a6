import type { Commands } from "@kommutator/contract/channel";
import MailComposer from "nodemailer/lib/mail-composer";
import { describe, expect, it } from "vitest";
import { countCases } from "../../../tests/support/cases.ts";
import { type OutgoingFile, type OutgoingLetter, toMail, toOversizeNotice } from "./to-mail.ts";

type Send = Commands["message.send"];

/** The people of RFC 5322, appendix A: Mary Smith answers John Doe. */
const MARY = { address: "mary@example.net", displayName: "Mary Smith" };
const JOHN = { kind: "email", value: "jdoe@machine.example", displayName: "John Doe" } as const;
const ASKED = "<1234@local.machine.example>";
/** Fri, 21 Nov 1997 10:01:10 -0600, the date of appendix A.2's answer. */
const DATE = new Date("1997-11-21T16:01:10Z");

const command = (fields: Partial<Send>): Send => ({ id: "3456", threadKey: "t", to: JOHN, text: "", files: [], references: [], ...fields });
const answer = (fields: Partial<Send>, files: OutgoingFile[] = [], from = MARY): OutgoingLetter => toMail(command(fields), files, from, DATE);

/** The letter as it goes over the wire: its header fields unfolded, and its whole source. */
async function wire(letter: OutgoingLetter): Promise<{ field(name: string): string | undefined; source: string; envelope: OutgoingLetter["envelope"] }> {
  const source = (await new MailComposer(letter.mail).compile().build()).toString();
  const head = (source.split("\r\n\r\n")[0] ?? "").replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const field = (name: string) => head.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))?.slice(name.length + 2);
  return { field, source, envelope: letter.envelope };
}

/** What a case must come to: header fields by name (null: there is none), and pieces of the source. */
interface Case {
  name: string;
  source: string;
  letter: OutgoingLetter;
  fields?: Record<string, string | RegExp | null>;
  contains?: string[];
  sender?: string;
}

const pdf: OutgoingFile = { name: "plan.pdf", mime: "application/pdf", content: Buffer.from("%PDF") };
const chain = (count: number): string[] => Array.from({ length: count }, (_, i) => `<${i + 1}@local.machine.example>`);

const cases: Case[] = [
  {
    name: "an answer to a message: who, to whom, about what, and which",
    source: "RFC 5322 appendix A.2",
    letter: answer({ subject: "Saying Hello", text: "This is a reply to your hello.", references: [ASKED] }),
    fields: {
      From: "Mary Smith <mary@example.net>",
      To: "John Doe <jdoe@machine.example>",
      Subject: "Re: Saying Hello",
      Date: "Fri, 21 Nov 1997 16:01:10 +0000",
      "Message-ID": "<3456@example.net>",
      "In-Reply-To": ASKED,
      References: ASKED,
    },
    contains: ["\r\n\r\nThis is a reply to your hello."],
  },
  {
    name: "an answer to an answer carries the whole chain",
    source: "RFC 5322 appendix A.2 (the third message)",
    letter: answer({ id: "abcd.1234", subject: "Re: Saying Hello", references: [ASKED, "<3456@example.net>"] }),
    fields: {
      Subject: "Re: Saying Hello",
      "In-Reply-To": "<3456@example.net>",
      References: `${ASKED} <3456@example.net>`,
      "Message-ID": "<abcd.1234@example.net>",
    },
  },
  {
    name: "a first letter has no thread",
    source: "RFC 5322 appendix A.1.1",
    letter: answer({ subject: "Saying Hello", text: "This is a message just to say hello." }),
    fields: { Subject: "Saying Hello", "In-Reply-To": null, References: null },
  },
  {
    name: "a long chain keeps its first and its newest nineteen",
    source: "RFC 5322 section 3.6.4, RFC 5537 section 3.4.4 (trimming References)",
    letter: answer({ references: chain(60) }),
    fields: { References: [chain(60)[0], ...chain(60).slice(-19)].join(" "), "In-Reply-To": "<60@local.machine.example>" },
  },
  {
    name: "a subject in Cyrillic is encoded words of 75 characters at most",
    source: "RFC 2047 section 2",
    letter: answer({ subject: "Коммерческое предложение на насосные станции и шкафы управления" }),
    fields: { Subject: /^(=\?UTF-8\?[BQ]\?[^\s?]{1,63}\?=\s?)+$/i },
  },
  {
    name: "a name in Cyrillic is an encoded word, the address stays as it is",
    source: "RFC 2047 section 5 (3)",
    letter: answer({}, [], { ...MARY, displayName: "Анна" }),
    fields: { From: "=?UTF-8?B?0JDQvdC90LA=?= <mary@example.net>" },
  },
  {
    name: "a name with a comma is a quoted string, and no second mailbox",
    source: "RFC 5322 section 3.2.4, appendix A.1.2",
    letter: answer({ to: { kind: "email", value: "boss@nil.test", displayName: "Giant; Big, Box" } }),
    fields: { To: '"Giant; Big, Box" <boss@nil.test>' },
  },
  {
    name: "Cyrillic text declares its charset and how it is encoded",
    source: "RFC 2045 sections 5 and 6",
    letter: answer({ text: "Здравствуйте" }),
    fields: { "MIME-Version": "1.0", "Content-Type": /^text\/plain; charset=utf-8$/i, "Content-Transfer-Encoding": /^(base64|quoted-printable)$/ },
  },
  {
    name: "no line is longer than 998 octets, whatever was typed",
    source: "RFC 5322 section 2.1.1",
    letter: answer({ text: "x".repeat(5_000) }),
  },
  {
    name: "a file is a part of a mixed multipart, to be kept and not shown",
    source: "RFC 2183 section 2.2, RFC 2046 section 5.1.3",
    letter: answer({ text: "See the plan" }, [pdf]),
    fields: { "Content-Type": /^multipart\/mixed; boundary=/ },
    contains: [
      "Content-Type: application/pdf; name=plan.pdf",
      "Content-Disposition: attachment; filename=plan.pdf",
      "Content-Transfer-Encoding: base64",
      "JVBERg==",
    ],
  },
  {
    name: "the name of a file in Cyrillic is an extended parameter",
    source: "RFC 2231 section 4",
    letter: answer({}, [{ ...pdf, name: "Счёт.pdf" }]),
    contains: ["filename*0*=utf-8''%D0%A1%D1%87%D1%91%D1%82.pdf"],
  },
  {
    name: "what no human wrote says so",
    source: "RFC 3834 section 5",
    letter: answer({ automatic: true }),
    fields: { "Auto-Submitted": "auto-replied" },
  },
  {
    name: "the notice of an oversized letter answers it from nobody, so that no machine answers back",
    source: "RFC 3834 sections 3.1.3 and 3.3, RFC 5321 section 4.5.5",
    letter: toOversizeNotice(JOHN, { messageKey: ASKED, subject: "Saying Hello", limitMb: 25 }, MARY, DATE),
    fields: { "Auto-Submitted": "auto-replied", "In-Reply-To": ASKED, References: ASKED, Subject: "Re: Saying Hello" },
    sender: "",
  },
  {
    name: "a Russian answer is not marked as an answer twice",
    source: "constructed",
    letter: answer({ subject: "Отв: Цена", references: [ASKED] }),
    fields: { Subject: /^=\?UTF-8\?.+\?=$/ },
  },
  {
    name: "references that are no message ids are left out",
    source: "constructed",
    letter: answer({ references: ["bad\r\nX-Evil: 1", "<a b@c>", ASKED] }),
    fields: { References: ASKED, "X-Evil": null },
  },
  {
    name: "line breaks of an attacker make no header of their own",
    source: "constructed",
    letter: answer({ subject: "Hi\r\nBcc: v@other.example", to: { ...JOHN, displayName: "J\r\nBcc: v@other.example" } }, [
      { ...pdf, name: 'a\r\nX-Evil: 1".pdf', mime: "a/b\r\nX-Evil: 1" },
    ]),
    fields: { Bcc: null, "X-Evil": null },
  },
];

describe("letters of ours on the wire", () => {
  it("ten cases at least, half of them from the standards", () => countCases("email", "outgoing", cases));

  it.each(cases)("$name ($source)", async ({ letter, fields = {}, contains = [], sender = MARY.address }) => {
    const sent = await wire(letter);
    for (const [name, wanted] of Object.entries(fields)) {
      const found = sent.field(name);
      if (wanted === null) expect(found, name).toBeUndefined();
      else if (typeof wanted === "string") expect(found, name).toBe(wanted);
      else expect(found, name).toMatch(wanted);
    }
    for (const piece of contains) expect(sent.source).toContain(piece);
    expect(sent.envelope.from).toBe(sender);
    for (const line of sent.source.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
    expect(sent.source.replaceAll("\r\n", "")).not.toMatch(/[\r\n\0]/);
  });

  it("the same command is the same letter: a repeated one is recognised by its Message-ID", () => {
    expect(answer({ text: "x" })).toEqual(answer({ text: "x" }));
  });
});
