import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "./wait.ts";

const HERE = new URL("..", import.meta.url).pathname;
const DEPLOY = new URL("../../../gateway/deploy/asterisk/", import.meta.url).pathname;
const PREFIX = process.env["AST_PREFIX"] ?? join(tmpdir(), "kommutator-lab", "ast");
const ROOT = join(PREFIX, "root");
const LIB = join(ROOT, "usr/lib/x86_64-linux-gnu");
const LOADER = join(ROOT, "usr/lib64/asterisk");
const run = promisify(execFile);
/** Each test process has a block of loopback addresses of its own, so that suites may run beside each other. */
const BLOCK = `127.${20 + ((process.pid >> 8) % 200)}.${process.pid & 255}`;
export const labAddress = (last: number): string => `${BLOCK}.${last}`;
/** Each Asterisk of a process has ports of its own: whoever still looks for one that is gone does not find the next one. */
let begun = 0;

export interface AsteriskOptions {
  /** Loopback address of this Asterisk; by default one of this process alone. A second one takes another. */
  ip?: string;
  sipPort?: number;
  httpPort?: number;
  rtpStart?: number;
  rtpEnd?: number;
  /** The carrier's address and port: sipp. */
  trunkHost?: string;
  trunkPort?: number;
  fallbackRing?: string;
  /** Contents for pjsip_local.conf, extensions_local.conf, ... */
  local?: Partial<Record<"pjsip" | "extensions" | "modules" | "queues", string>>;
}

export interface Asterisk {
  ip: string;
  sipPort: number;
  httpPort: number;
  trunkHost: string;
  trunkPort: number;
  /** Base address of ARI, `http://ip:port/ari`. */
  ari: string;
  user: string;
  password: string;
  app: string;
  cdrFile: string;
  dir: string;
  pid(): number;
  cli(command: string): Promise<string>;
  /** Stops with SIGTERM and starts again on the same folders (its database survives). */
  restart(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Removes the folders too. */
  close(): Promise<void>;
  log(): Promise<string>;
}

/** Installs Asterisk into its private prefix when it is not there (8 to 15 s), and speaks the Russian and Kazakh words (6 s); at once otherwise. */
export function installAsterisk(): void {
  if (!existsSync(join(PREFIX, ".done"))) execFileSync(join(HERE, "setup-asterisk.sh"), { stdio: "inherit" });
  execFileSync(join(DEPLOY, "prompts.sh"), [join(ROOT, "usr/share/asterisk/sounds"), "ru", "kk"], { stdio: "inherit" });
}

/** The file that says this to callers (a name of gateway/deploy/asterisk/prompts). */
export const promptFile = (language: "ru" | "kk", name: string): string => join(ROOT, "usr/share/asterisk/sounds/kommutator", language, `${name}.wav`);

/** Starts an Asterisk of its own with the configuration we ship (gateway/deploy/asterisk), on loopback only. */
export async function startAsterisk(options: AsteriskOptions = {}): Promise<Asterisk> {
  installAsterisk();
  const dir = await mkdtemp(join(tmpdir(), "kommutator-asterisk-"));
  const etc = join(dir, "etc");
  const ip = options.ip ?? labAddress(21);
  const nth = begun++ % 100;
  const sipPort = options.sipPort ?? 25_200 + nth;
  const httpPort = options.httpPort ?? 28_100 + nth;
  const trunkHost = options.trunkHost ?? labAddress(22);
  const trunkPort = options.trunkPort ?? 25070;
  const password = "lab-only-secret";
  for (const d of ["etc", "run", "log/cdr-custom", "lib/keys", "spool/recording", "spool/monitor", "spool/tmp", "db"])
    await mkdir(join(dir, d), { recursive: true });
  await run(join(DEPLOY, "render.sh"), [etc], {
    env: {
      PATH: process.env["PATH"] ?? "",
      KMT_BIND: ip,
      KMT_MEDIA_ADDRESS: ip,
      KMT_SIP_PORT: String(sipPort),
      KMT_HTTP_PORT: String(httpPort),
      KMT_HTTPS_PORT: "0",
      KMT_RTP_START: String(options.rtpStart ?? 30000),
      KMT_RTP_END: String(options.rtpEnd ?? 31999),
      KMT_ARI_PASSWORD: password,
      KMT_TRUNK_HOST: trunkHost,
      KMT_TRUNK_PORT: String(trunkPort),
      KMT_FALLBACK_RING: options.fallbackRing ?? "",
      KMT_FALLBACK_WORD: "beep",
      // Asterisk never offers 127/8 as an ICE candidate by itself: the machine's own address is mapped to it.
      KMT_ICE_HOST: `${hostAddress()} => ${ip}`,
    },
  });
  for (const [name, text] of Object.entries(options.local ?? {})) await writeFile(join(etc, `${name}_local.conf`), text.replaceAll("@IP@", ip));
  await writeFile(join(etc, "asterisk.conf"), asteriskConf(dir, etc));
  let child: ChildProcess | null = null;
  const cli = async (command: string) => {
    const { stdout } = await run(LOADER, ["--library-path", LIB, join(ROOT, "usr/sbin/asterisk"), "-C", join(etc, "asterisk.conf"), "-rx", command]);
    return stdout.replace(/^No ethernet interface found .*\n/, ""); // said first on a machine without a network; entityid is set below
  };
  const start = async () => {
    await rm(join(dir, "run/asterisk.ctl"), { force: true });
    const console_ = openSync(join(dir, "log/console"), "a");
    const started = spawn(LOADER, ["--library-path", LIB, join(ROOT, "usr/sbin/asterisk"), "-f", "-C", join(etc, "asterisk.conf")], {
      stdio: ["ignore", console_, console_],
      detached: true,
    });
    child = started;
    await until(
      "Asterisk has booted",
      async () => {
        if (started.exitCode !== null) throw new Error(`Asterisk died: ${(await readFile(join(dir, "log/console"), "utf8")).slice(-2000)}`);
        try {
          return (await cli("core waitfullybooted")).includes("fully booted");
        } catch {
          return false;
        }
      },
      { timeoutMs: 30_000, everyMs: 50 },
    );
  };
  const end = async (signal: NodeJS.Signals) => {
    const c = child;
    if (c === null || c.exitCode !== null || c.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => c.once("exit", () => resolve()));
    c.kill(signal);
    const late = setTimeout(() => c.kill("SIGKILL"), 8000);
    await gone;
    clearTimeout(late);
  };
  await start();
  return {
    ip,
    sipPort,
    httpPort,
    trunkHost,
    trunkPort,
    ari: `http://${ip}:${httpPort}/ari`,
    user: "kommutator",
    password,
    app: "kommutator",
    cdrFile: join(dir, "log/cdr-custom/kommutator.csv"),
    dir,
    pid: () => child?.pid ?? 0,
    cli,
    start,
    async restart() {
      await end("SIGTERM");
      await start();
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    async close() {
      await end("SIGTERM");
      await rm(dir, { recursive: true, force: true });
    },
    log: () => readFile(join(dir, "log/messages"), "utf8").catch(() => ""),
  };
}

function hostAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) for (const a of addresses ?? []) if (a.family === "IPv4" && !a.internal) return a.address;
  return "127.0.0.1";
}

const asteriskConf = (dir: string, etc: string) => `[directories]
astetcdir => ${etc}
astmoddir => ${LIB}/asterisk/modules
astvarlibdir => ${dir}/lib
astdbdir => ${dir}/db
astkeydir => ${dir}/lib
astdatadir => ${ROOT}/usr/share/asterisk
astagidir => ${dir}/lib/agi-bin
astspooldir => ${dir}/spool
astrundir => ${dir}/run
astlogdir => ${dir}/log
astsbindir => ${ROOT}/usr/sbin
[options]
nocolor = yes
documentation_language = en_US
systemname = lab-${hostname().replaceAll(/[^a-z0-9]/gi, "")}
entityid = 02:00:00:00:00:21
`;
