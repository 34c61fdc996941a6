import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { FileRules } from "./media/file-guard.ts";

/** Everything the process is told from outside, checked once and frozen. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** null: the embedded PostgreSQL with its data in `dataDir`/pg. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly dataDir: string;
  /** 32 bytes: seals channel secrets. */
  readonly secretKey: Uint8Array;
  readonly logLevel: LogLevel;
  /** How people reach us, without a trailing slash; used in links and for secure cookies. */
  readonly publicUrl: string;
  /** This node's name in leases; unique among the nodes. */
  readonly node: string;
  /** Believe X-Forwarded-* of a proxy in front of us. */
  readonly trustProxy: boolean;
  /** Folder with the built workspace; null serves no pages (API only). */
  readonly uiDir: string | null;
  /** Bearer token for /metrics; null: this machine only. */
  readonly metricsToken: string | null;
  /** Password of the first administrator instead of a generated one. */
  readonly firstPassword: string | null;
  /** The largest file that is fetched from a provider, in bytes; at most 50 MB. */
  readonly mediaMaxBytes: number;
  /** What is done with files from outside before anybody may open them. */
  readonly files: FileRules;
  /** Channels that set-up may make besides the web chat (a mailbox, an Asterisk), as the environment describes them. */
  readonly channels: readonly ConfiguredChannel[];
}

export interface ConfiguredChannel {
  kind: string;
  name: string;
  config: Record<string, unknown>;
}

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** All faults at once, each in words that say how to mend it. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(`The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((f) => `  - ${f}`).join("\n")}`);
    this.name = "ConfigError";
    this.faults = faults;
  }
}

type Env = Record<string, string | undefined>;

/**
 * Environment -> Config. Creates the data folder and, when SECRET_KEY is absent, a key inside it.
 * Throws ConfigError with every fault found.
 */
export function readConfig(env: Env): Config {
  const faults: string[] = [];
  const text = (name: string) => (env[name]?.trim() ? (env[name] as string).trim() : null);
  const url = (name: string, protocols: string[]) => {
    const value = text(name);
    if (value === null) return null;
    const parsed = URL.canParse(value) ? new URL(value) : null;
    if (parsed === null || !protocols.includes(parsed.protocol))
      faults.push(`${name}: must be an address that begins with ${protocols.map((p) => `${p}//`).join(" or ")}`);
    return value;
  };

  const portText = text("PORT") ?? "8080";
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > 65_535) faults.push(`PORT: "${portText}" is not a port; give a number from 0 (any free one) to 65535`);
  const databaseUrl = url("DATABASE_URL", ["postgres:", "postgresql:"]);
  const redisUrl = url("REDIS_URL", ["redis:", "rediss:"]);
  const host = text("HOST") ?? "127.0.0.1";
  const publicUrl =
    url("PUBLIC_URL", ["http:", "https:"])?.replace(/\/+$/, "") ?? `http://${host === "0.0.0.0" || host === "::" ? "localhost" : host}:${portText}`;
  const logLevel = text("LOG_LEVEL") ?? "info";
  if (!LOG_LEVELS.includes(logLevel as LogLevel)) faults.push(`LOG_LEVEL: "${logLevel}" is unknown; one of ${LOG_LEVELS.join(", ")}`);
  const node = text("NODE_NAME") ?? hostname();
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(node)) faults.push("NODE_NAME: letters, digits, dot, dash and underscore only, at most 64");
  const trust = text("TRUST_PROXY") ?? "false";
  if (trust !== "true" && trust !== "false") faults.push(`TRUST_PROXY: "${trust}"; say true or false`);

  const firstPassword = text("FIRST_PASSWORD");
  if (firstPassword !== null && firstPassword.length < 8) faults.push("FIRST_PASSWORD: at least 8 characters");
  const mediaMb = Number(text("MEDIA_MAX_MB") ?? "50");
  if (!(mediaMb > 0 && mediaMb <= 50)) faults.push("MEDIA_MAX_MB: a number of megabytes above 0 and at most 50");
  const files = readFileRules(text("MEDIA_SCAN_COMMAND"), text("MEDIA_BLOCKED_EXTENSIONS"), faults);
  const channels = readChannels(text("CHANNELS"), faults);

  const dataDir = resolve(text("DATA_DIR") ?? "data");
  let usable = true;
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    usable = false;
    faults.push(`DATA_DIR: ${dataDir} cannot be created (${(error as Error).message}); name a folder that this user may write`);
  }
  const secretKey = readKey(text("SECRET_KEY"), usable ? dataDir : null, faults);

  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze({
    host,
    port,
    databaseUrl,
    redisUrl,
    dataDir,
    secretKey,
    logLevel: logLevel as LogLevel,
    publicUrl,
    node,
    trustProxy: trust === "true",
    uiDir: text("UI_DIR") === "none" ? null : resolve(text("UI_DIR") ?? join(import.meta.dirname, "../../agent-ui/dist")),
    metricsToken: text("METRICS_TOKEN"),
    firstPassword,
    mediaMaxBytes: Math.floor(mediaMb * 1024 * 1024),
    files,
    channels,
  });
}

/** MEDIA_SCAN_COMMAND: a program and its arguments, parted by spaces. MEDIA_BLOCKED_EXTENSIONS: "exe, bat". */
function readFileRules(command: string | null, extensions: string | null, faults: string[]): FileRules {
  const scan = command?.split(/\s+/) ?? null;
  const program = scan?.[0] ?? "";
  if (program.includes("/") && !existsSync(program))
    faults.push(`MEDIA_SCAN_COMMAND: there is no program ${program}; name one that is here, without quotation marks`);
  const blocked = (extensions ?? "")
    .toLowerCase()
    .split(/[\s,;]+/)
    .flatMap((each) => (each === "" ? [] : [each.replace(/^\./, "")]));
  const wrong = blocked.find((each) => !/^[a-z0-9]{1,10}$/.test(each));
  if (wrong !== undefined) faults.push(`MEDIA_BLOCKED_EXTENSIONS: "${wrong}" is no extension; write them like "exe, bat, js"`);
  return { scan, blocked };
}

function readChannels(given: string | null, faults: string[]): ConfiguredChannel[] {
  if (given === null) return [];
  try {
    const list = JSON.parse(given) as unknown;
    const good = (c: unknown): c is ConfiguredChannel => {
      const { kind, name, config } = (c ?? {}) as Record<string, unknown>;
      return typeof kind === "string" && typeof name === "string" && typeof config === "object" && config !== null;
    };
    if (Array.isArray(list) && list.every(good)) return list;
  } catch {
    // Said below.
  }
  faults.push('CHANNELS: must be JSON like [{"kind":"email","name":"Sales","config":{…}}]');
  return [];
}

/** 32 bytes from SECRET_KEY (64 hex digits or base64), or from the data folder's `secret.key`, made at the first start. */
function readKey(given: string | null, dataDir: string | null, faults: string[]): Uint8Array {
  if (given !== null) {
    const key = /^[0-9a-f]{64}$/i.test(given) ? Buffer.from(given, "hex") : Buffer.from(given, "base64");
    if (key.byteLength !== 32) faults.push("SECRET_KEY: must be 32 bytes, as 64 hex digits or in base64 (make one with: openssl rand -hex 32)");
    return key;
  }
  if (dataDir === null) return Buffer.alloc(32);
  const path = join(dataDir, "secret.key");
  try {
    if (!existsSync(path)) {
      try {
        writeFileSync(path, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
      } catch (error) {
        // Two starts at once: the other one made it.
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
    const key = Buffer.from(readFileSync(path, "utf8").trim(), "hex");
    if (key.byteLength !== 32) faults.push(`${path}: damaged; restore it from a backup (without it the channels' passwords must be entered again)`);
    return key;
  } catch (error) {
    faults.push(`${path}: cannot be read or written (${(error as Error).message})`);
    return Buffer.alloc(32);
  }
}
