import { spawn } from "node:child_process";
import { email } from "@kommutator/adapters/email";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MailServer, startMailServer } from "./server.ts";

const OURS = "sales@house.example";
let mail: MailServer;
beforeAll(async () => {
  mail = await startMailServer([OURS], { tls: true });
});
afterAll(() => mail.stop());

async function tryMailbox(change: Record<string, unknown>, trust: boolean): Promise<{ ok: boolean; detail: string }> {
  const config = {
    address: OURS,
    imapHost: "127.0.0.1",
    imapUser: OURS,
    imapPassword: mail.password,
    smtpHost: "127.0.0.1",
    smtpPort: mail.smtpPort,
    smtpSecurity: "starttls",
    smtpUser: OURS,
    smtpPassword: mail.password,
    ...change,
  };
  const env = { ...process.env, ...(trust && mail.certificate !== null ? { NODE_EXTRA_CA_CERTS: mail.certificate } : {}) };
  const child = spawn(process.execPath, ["--import", "tsx", new URL("try-mailbox.ts", import.meta.url).pathname, JSON.stringify(config)], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  await new Promise((resolve) => child.once("exit", resolve));
  return JSON.parse(out) as { ok: boolean; detail: string };
}

describe("a mailbox behind TLS", () => {
  it("opens inside TLS and with STARTTLS when the certificate is trusted", async () => {
    expect(await tryMailbox({ imapSecurity: "tls", imapPort: mail.imapsPort }, true)).toMatchObject({ ok: true });
    expect(await tryMailbox({ imapSecurity: "starttls", imapPort: mail.imapPort }, true)).toMatchObject({ ok: true });
  });
  it("sends no password to a server whose certificate is not, and says why", async () => {
    for (const change of [
      { imapSecurity: "tls", imapPort: mail.imapsPort },
      { imapSecurity: "starttls", imapPort: mail.imapPort },
    ]) {
      const said = await tryMailbox(change, false);
      expect(said.ok).toBe(false);
      expect(said.detail).toMatch(/IMAP.*certificate.*SMTP.*certificate/i);
    }
  });
  it("never falls back to an open line on another machine", () => {
    const config = {
      address: OURS,
      imapHost: "mail.house.example",
      imapUser: "u",
      imapPassword: "p",
      imapSecurity: "none",
      smtpHost: "mail.house.example",
      smtpSecurity: "none",
    };
    expect(() => email.parseConfig(config)).toThrow(/imapSecurity[\s\S]*smtpSecurity/);
  });
});
