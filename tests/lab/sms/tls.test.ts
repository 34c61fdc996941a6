import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Smsc } from "../../emulators/smpp/smsc.ts";

let dir: string;
let smsc: Smsc;
const certificate = (): string => join(dir, "cert.pem");

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-smsc-"));
  const files = ["-keyout", join(dir, "key.pem"), "-out", certificate()];
  const about = ["-subj", "/CN=smsc.example", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", ...files, ...about], { stdio: "ignore" });
  const tls = { key: await readFile(join(dir, "key.pem"), "utf8"), cert: await readFile(certificate(), "utf8") };
  smsc = await Smsc.start([{ systemId: "house", password: "secret", numbers: [] }], tls);
});
afterAll(async () => {
  await smsc?.down();
  await rm(dir, { recursive: true, force: true });
});

async function tryChannel(security: string, trust: boolean): Promise<{ ok: boolean; detail: string }> {
  const config = { host: "127.0.0.1", port: smsc.port, security, systemId: "house", password: "secret", sourceAddress: "1414", pduTimeoutMs: 1_000 };
  const env = { ...process.env, ...(trust ? { NODE_EXTRA_CA_CERTS: certificate() } : {}) };
  const script = new URL("try-smsc.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(config)], { env, stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  await new Promise((resolve) => child.once("exit", resolve));
  return JSON.parse(out) as { ok: boolean; detail: string };
}

describe("an SMS centre behind TLS", () => {
  it("is reached when its certificate is trusted", async () => {
    expect(await tryChannel("tls", true)).toMatchObject({ ok: true, detail: expect.stringMatching(/Connected to/) });
  });
  it("gets no password when it is not, and the reason is said", async () => {
    expect(await tryChannel("tls", false)).toMatchObject({ ok: false, detail: expect.stringMatching(/cannot be reached.*certificate/i) });
  });
  it("is not reached over an open line", async () => {
    expect(await tryChannel("none", true)).toMatchObject({ ok: false, detail: expect.stringMatching(/cannot be reached/) });
  });
});
