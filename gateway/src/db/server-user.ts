import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chown, cp, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Where things go that the server's user cannot reach at their own place (a clone in a 0700 home of root). */
const COMMON = "/var/lib/kommutator";

export interface ServerUser {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as the system user `postgres`, made if missing. null: as ourselves. */
export async function serverUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const id = async (flag: string) => Number((await run("id", [flag, "postgres"])).stdout.trim());
  try {
    return { uid: await id("-u"), gid: await id("-g") };
  } catch {
    await run("useradd", ["--system", "--user-group", "--no-create-home", "postgres"]).catch((cause: unknown) => {
      throw new Error("PostgreSQL does not run as root, and the system user `postgres` could not be made: start as an ordinary user, or set DATABASE_URL", {
        cause,
      });
    });
    return { uid: await id("-u"), gid: await id("-g") };
  }
}

/** The package's folder if the server's user can run what is in it, else a copy where it can. Says so through `say`. */
export async function readableBinaries(native: string, version: string, user: ServerUser | null, say: (text: string) => void): Promise<string> {
  if (user === null || (await can(user, "-x", join(native, "bin", "postgres")))) return native;
  const copy = join(COMMON, `postgresql-${version}`);
  if (!(await exists(copy))) {
    const unfinished = `${copy}.${process.pid}`;
    await mkdir(COMMON, { recursive: true, mode: 0o755 });
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await run("chmod", ["-R", "a+rX", unfinished]);
    await rename(unfinished, copy).catch(() => undefined);
    say(`PostgreSQL's programs were copied to ${copy}: its user cannot reach ${native}`);
  }
  return copy;
}

/** The folder itself if the server's user can reach it, else one under /var/lib/kommutator that belongs to it by name. */
export async function reachableData(dir: string, user: ServerUser | null, say: (text: string) => void): Promise<string> {
  await mkdir(dir, { recursive: true });
  if (user === null) return dir;
  const owner = await stat(dir);
  if (owner.uid !== user.uid) await chown(dir, user.uid, user.gid);
  if (await can(user, "-w", dir)) return dir;
  const elsewhere = join(COMMON, `pg-${createHash("sha256").update(dir).digest("hex").slice(0, 12)}`, "data");
  await mkdir(elsewhere, { recursive: true, mode: 0o755 });
  await chown(join(elsewhere, ".."), user.uid, user.gid);
  await chown(elsewhere, user.uid, user.gid);
  say(`PostgreSQL's data lies in ${elsewhere}: its user cannot reach ${dir}`);
  return elsewhere;
}

async function can(user: ServerUser, test: "-x" | "-w", path: string): Promise<boolean> {
  return run("test", [test, path], { ...user, cwd: "/" }).then(
    () => true,
    () => false,
  );
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
