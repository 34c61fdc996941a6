import { randomUUID } from "node:crypto";
import { email } from "@kommutator/adapters/email";
import type { Channel, ChannelErrorCode, Commands } from "@kommutator/contract/channel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Behaviour, SmtpWire } from "../lab/mail/smtp-wire.ts";
import { Ledger } from "./host.ts";

// The mailbox is not there: sending does not depend on receiving.
const settings = {
  address: "sales@house.example",
  displayName: "Отдел продаж",
  imapHost: "127.0.0.1",
  imapPort: 9,
  imapSecurity: "none",
  imapUser: "u",
  imapPassword: "p",
};
const command = (change: Partial<Commands["message.send"]> = {}): Commands["message.send"] => ({
  id: randomUUID(),
  threadKey: "<a@client.example>",
  to: { kind: "email", value: "ivan@client.example", displayName: "Иван" },
  subject: "Запрос цены",
  text: "Добрый день",
  files: [],
  references: ["<a@client.example>", "<b@house.example>"],
  ...change,
});

describe("what the mail server answers becomes one of six errors", () => {
  let wire: SmtpWire;
  let channel: Channel;
  beforeAll(async () => {
    wire = await SmtpWire.start();
    const config = email.parseConfig({ ...settings, smtpHost: "127.0.0.1", smtpPort: wire.port, smtpSecurity: "none", smtpUser: "u", smtpPassword: "p" });
    channel = await email.open(config, new Ledger().open(new AbortController().signal));
  });
  afterAll(async () => {
    await channel.close();
    await wire.stop();
  });
  const send = (one: Commands["message.send"]) => {
    const perform = channel.handlers["message.send"];
    if (perform === undefined) throw new Error("The channel cannot send");
    return perform(one);
  };

  const table: [Behaviour, ChannelErrorCode, string][] = [
    ["421 at greeting", "unreachable", "RFC 5321 section 3.8"],
    ["silent drop at greeting", "unreachable", "constructed"],
    ["535 at login", "bad-credentials", "RFC 4954 section 6"],
    ["421 at sender", "unreachable", "RFC 5321 section 3.8"],
    ["451 at recipient", "rate-limited", "RFC 6647 section 2 (greylisting)"],
    ["550 at recipient", "rejected", "RFC 5321 section 4.2.2"],
    ["drop at recipient", "unreachable", "constructed"],
    ["451 after the final dot", "rate-limited", "RFC 5321 section 4.2.5"],
    ["552 after the final dot", "rejected", "RFC 5321 section 4.5.3.1.9"],
    ["drop after the final dot", "uncertain", "RFC 5321 section 4.5.3.2.6 (the answer after the dot never came)"],
  ];
  it.each(table)("%s is %s [%s]", async (behaviour, code) => {
    wire.plan.push(behaviour);
    await expect(send(command())).rejects.toMatchObject({ name: "ChannelError", code });
    // The next letter does not suffer from it.
    const next = command();
    expect(await send(next)).toEqual({ messageKey: `<${next.id}@house.example>` });
    expect(wire.plan).toEqual([]);
  });
  it("a greylisting server says how long to wait", async () => {
    wire.plan.push("451 at recipient");
    await expect(send(command())).rejects.toMatchObject({ code: "rate-limited", retryAfterMs: 300_000 });
  });
  it("a connection lost while the letter is being written may have carried it: never sent again by itself", async () => {
    wire.plan.push("drop before the final dot");
    await expect(send(command())).rejects.toMatchObject({ code: expect.stringMatching(/^(uncertain|unreachable)$/) });
  });
  it("no server at all is unreachable", async () => {
    const config = email.parseConfig({ ...settings, smtpHost: "127.0.0.1", smtpPort: 9, smtpSecurity: "none" });
    const other = await email.open(config, new Ledger().open(new AbortController().signal));
    await expect(other.handlers["message.send"]?.(command())).rejects.toMatchObject({ code: "unreachable" });
    expect(await other.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/IMAP .* cannot be reached.*SMTP .* cannot be reached/) });
    await other.close();
  });

  it("the letter threads, keeps the sender's address and carries nothing of an attacker's", async () => {
    const file = { name: 'Счёт\r\nX-Evil: 1".pdf', mime: "application/pdf\r\nX-Evil: 1", bytes: 4, read: async () => Buffer.from("%PDF") };
    const one = command({
      subject: "Запрос\r\nBcc: victim@other.example",
      to: { kind: "email", value: "ivan@client.example", displayName: "Иван\r\nBcc: v@other.example" },
      files: [file],
      references: ["<a@client.example>", "bad\r\nX-Evil: 1"],
    });
    await send(one);
    const letter = wire.letters.at(-1);
    const head = letter?.source.split("\r\n\r\n")[0] ?? "";
    const unfolded = head.replace(/\r\n[ \t]+/g, " ");
    expect(letter).toMatchObject({ from: "sales@house.example", to: ["ivan@client.example"] });
    expect(unfolded).toMatch(/^Message-ID: <[0-9a-f-]{36}@house\.example>$/m);
    expect(unfolded).toMatch(/^In-Reply-To: <a@client\.example>$/m);
    expect(unfolded).toMatch(/^References: <a@client\.example>$/m);
    expect(unfolded).toMatch(/^From: =\?UTF-8\?.*<sales@house\.example>$/m);
    expect(letter?.source).not.toMatch(/^(Bcc|X-Evil|Auto-Submitted):/im);
  });
  it("what no human wrote says so", async () => {
    await send(command({ automatic: true }));
    expect(wire.letters.at(-1)?.source).toMatch(/^Auto-Submitted: auto-replied$/m);
  });
  it("an address that is none, or two, is refused before any connection", async () => {
    const before = wire.connections;
    for (const value of [null, "", "nobody", "a@b.example, c@d.example", "a@b.example>\r\nRCPT TO:<c@d.example"]) {
      await expect(send(command({ to: { kind: "email", value } }))).rejects.toMatchObject({ code: "rejected" });
    }
    expect(wire.connections).toBe(before);
  });
  it("files of more than 18 MB are refused before they are read", async () => {
    const file = { name: "a", mime: "a/b", bytes: 19 * 1024 * 1024, read: () => Promise.reject(new Error("read")) };
    await expect(send(command({ files: [file] }))).rejects.toMatchObject({ code: "rejected" });
  });
});
