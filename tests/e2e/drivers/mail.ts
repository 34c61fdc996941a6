import { randomUUID } from "node:crypto";
import { type MailServer, startMailServer } from "../../lab/mail/server.ts";
import { type ChannelDriver, sound } from "./driver.ts";

/** The mail servers of both sides; `others` never wrote. */
export interface EmailDriver extends ChannelDriver {
  server: MailServer;
  others: string;
}

/** A customer who writes letters, by way of a real Dovecot and Exim. Further letters answer the first, as mail programs do. */
export async function email(): Promise<EmailDriver> {
  const [ours, theirs, others] = ["sales@house.example", "pisma@client.example", "anna@client.example"];
  const server = await startMailServer([ours, theirs, others]);
  let first: string | null = null;
  const write = async (type: string, body: string): Promise<void> => {
    const id = `<${randomUUID()}@client.example>`;
    const thread = first === null ? "" : `In-Reply-To: ${first}\r\nReferences: ${first}\r\n`;
    first ??= id;
    await server.drop(
      ours,
      `From: =?utf-8?B?${Buffer.from("Павел Письменный").toString("base64")}?= <${theirs}>\r\nTo: ${ours}\r\nSubject: =?utf-8?B?${Buffer.from("Вопрос").toString("base64")}?=\r\n` +
        `Message-ID: ${id}\r\n${thread}MIME-Version: 1.0\r\nContent-Type: ${type}\r\n${body}`,
    );
  };
  const file = (mime: string, name: string, bytes: Buffer): Promise<void> =>
    write(
      'multipart/mixed; boundary="part"',
      `\r\n--part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSee the file\r\n--part\r\nContent-Type: ${mime}\r\nContent-Transfer-Encoding: base64\r\n` +
        `Content-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(name)}\r\n\r\n${bytes.toString("base64").replace(/.{76}/g, "$&\r\n")}\r\n--part--\r\n`,
    );
  return {
    server,
    others,
    kind: "email",
    config: () => ({
      address: ours,
      imapHost: "127.0.0.1",
      imapPort: server.imapPort,
      imapSecurity: "none",
      imapUser: ours,
      imapPassword: server.password,
      smtpHost: "127.0.0.1",
      smtpPort: server.smtpPort,
      smtpSecurity: "none",
      smtpUser: ours,
      smtpPassword: server.password,
    }),
    say: (text) => write("text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit", `\r\n${text}\r\n`),
    sendPicture: (name, picture) => file("image/png", name, picture),
    sendSound: () => file("audio/wav", "tone.wav", sound()),
    received: async () => (await server.letters(theirs)).map((letter) => decoded(letter.toString("latin1"))),
    hasFile: async (bytes) => (await server.letters(theirs)).some((letter) => letter.toString("latin1").replace(/\s/g, "").includes(bytes.toString("base64"))),
    best: "sent",
    close: () => server.stop(),
  };
}

/** The body as text, whichever of the two transfer encodings it came in. */
function decoded(letter: string): string {
  const body = letter
    .split(/\r?\n\r?\n/)
    .slice(1)
    .join("\n\n");
  if (/^content-transfer-encoding: *base64/im.test(letter)) return Buffer.from(body, "base64").toString("utf8");
  const bytes = /^content-transfer-encoding: *quoted-printable/im.test(letter)
    ? body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : body;
  return Buffer.from(bytes, "latin1").toString("utf8");
}
