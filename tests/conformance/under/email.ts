import { email } from "@kommutator/adapters/email";
import { startMailServer } from "../../lab/mail/server.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

const OURS = "sales@house.example";
const CUSTOMER = "ivan@client.example";

async function provider(): Promise<Provider> {
  const server = await startMailServer([OURS, CUSTOMER]);
  const said: string[] = [];
  const letter = (text: string): string =>
    `From: Ivan <${CUSTOMER}>\r\nTo: ${OURS}\r\nSubject: ${text}\r\nMessage-ID: <${Buffer.from(text).toString("hex")}@client.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`;
  let hostile = 0;
  const drop = (name: string, source: Buffer | string) => ({
    name,
    async act() {
      hostile++;
      await server.drop(OURS, source);
    },
  });
  return {
    config: {
      address: OURS,
      imapHost: "127.0.0.1",
      imapPort: server.imapPort,
      imapSecurity: "none",
      imapUser: OURS,
      imapPassword: server.password,
      smtpHost: "127.0.0.1",
      smtpPort: server.smtpPort,
      smtpSecurity: "none",
      smtpUser: OURS,
      smtpPassword: server.password,
      reconnectFloorMs: 50,
    },
    async say(text) {
      said.push(text);
      await server.drop(OURS, letter(text));
    },
    async sayTogether(texts) {
      await Promise.all(texts.map((text, i) => server.drop(OURS, letter(text).replace(CUSTOMER, `client${i}@client.example`))));
    },
    async sayBackwards(texts) {
      said.push(...texts);
      for (const text of [...texts].reverse()) await server.drop(OURS, letter(text));
    },
    acknowledged: async () => (await server.seen(OURS)) - hostile,
    async redeliver() {
      // The same letters come once more, as after a restored backup: new files, new UIDs.
      for (const text of said) await server.drop(OURS, letter(text));
    },
    async down() {
      await server.stopImap();
      await server.stopSmtp();
    },
    async up() {
      await server.startImap();
      await server.startSmtp();
    },
    hostile: [
      drop("nothing at all", ""),
      drop("no header", "\r\n\r\njust a body\r\n"),
      drop("no sender", "Subject: x\r\n\r\nHello\r\n"),
      drop("random bytes", Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 251))),
      drop("an unfinished multipart", `From: ${CUSTOMER}\r\nContent-Type: multipart/mixed; boundary="a\r\n\r\n--a\r\nContent-Type: text/html\r\n\r\n<div`),
      drop("20,000 nested divs", `From: ${CUSTOMER}\r\nContent-Type: text/html\r\n\r\n${"<div>".repeat(20_000)}`),
      drop("a header of a megabyte", `From: ${CUSTOMER}\r\nSubject: ${"x".repeat(1_000_000)}\r\n\r\nHello\r\n`),
      drop("NULs", Buffer.from(`From: ${CUSTOMER}\r\nSubject: a\0b\r\n\r\nx\0y\r\n`)),
      drop("a header injected in an encoded word", `From: =?utf-8?Q?a=0D=0ABcc:_b@c.example?= <${CUSTOMER}>\r\n\r\nHello\r\n`),
    ],
    customer: () => ({ kind: "email", value: CUSTOMER }),
    async received() {
      return (await server.letters(CUSTOMER)).map((one) => (one.toString().split(/\r?\n\r?\n/)[1] ?? "").trim());
    },
    credentials: {
      async revoke() {
        await server.setPassword(OURS, "another");
        await server.stopImap();
        await server.startImap();
      },
      async restore() {
        await server.setPassword(OURS, server.password);
      },
    },
    sendWhileDown: "unreachable",
    stop: () => server.stop(),
  };
}

export const emailUnderTest: AdapterUnderTest = {
  name: "email",
  adapter: email as never,
  commands: ["message.send"],
  // A real mail server does not stumble when it is told to; smtp-errors.test.ts speaks SMTP by itself.
  lacks: {
    limit: "greylisting in smtp-errors.test.ts",
    fail: "421 and 451 in smtp-errors.test.ts",
    refuse: "550 in smtp-errors.test.ts",
    swallow: "a connection lost behind the letter in smtp-errors.test.ts",
  },
  provider,
};
