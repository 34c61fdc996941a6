import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-config-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("nothing set: this machine, port 8080, the embedded database, a key made once and kept", async () => {
  const config = readConfig({ DATA_DIR: join(dir, "data") });
  expect(config).toMatchObject({ host: "127.0.0.1", port: 8080, databaseUrl: null, redisUrl: null, publicUrl: "http://127.0.0.1:8080" });
  expect(config.secretKey.byteLength).toBe(32);
  expect((await stat(join(dir, "data", "secret.key"))).mode & 0o777).toBe(0o600);
  expect(Buffer.from(readConfig({ DATA_DIR: join(dir, "data") }).secretKey)).toEqual(Buffer.from(config.secretKey));
  expect(Object.isFrozen(config)).toBe(true);
});

test("every fault is told at once, in words", () => {
  const env = {
    PORT: "eighty",
    DATABASE_URL: "mysql://x",
    REDIS_URL: "nonsense",
    LOG_LEVEL: "loud",
    SECRET_KEY: "short",
    NODE_NAME: "a b",
    DATA_DIR: dir,
    CHANNELS: "{",
    TRUST_PROXY: "maybe",
    MEDIA_SCAN_COMMAND: "/nowhere/scanner --quiet",
    MEDIA_BLOCKED_EXTENSIONS: "exe, *.bat",
  };
  const fault = (() => {
    try {
      readConfig(env);
      return null;
    } catch (error) {
      return error as ConfigError;
    }
  })();
  expect(fault).toBeInstanceOf(ConfigError);
  for (const name of [
    "PORT",
    "DATABASE_URL",
    "REDIS_URL",
    "LOG_LEVEL",
    "SECRET_KEY",
    "NODE_NAME",
    "CHANNELS",
    "TRUST_PROXY",
    "MEDIA_SCAN_COMMAND",
    "MEDIA_BLOCKED_EXTENSIONS",
  ]) {
    expect(fault?.faults.filter((f) => f.startsWith(`${name}:`)).length, name).toBe(1);
  }
});

test("files from outside are shown as they come unless a scanner or extensions are named", () => {
  const files = (env: Record<string, string>) => readConfig({ DATA_DIR: join(dir, "data"), ...env }).files;
  expect(files({})).toEqual({ scan: null, blocked: [] });
  const named = { MEDIA_SCAN_COMMAND: "clamdscan --fdpass  --no-summary", MEDIA_BLOCKED_EXTENSIONS: ".EXE, bat js" };
  expect(files(named)).toEqual({ scan: ["clamdscan", "--fdpass", "--no-summary"], blocked: ["exe", "bat", "js"] });
});
