import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";

/** Whoever needs longer than this for a start has died in a way that we cannot see (another machine, a reused pid). */
const STALE_MS = 120_000;
const WAIT_MS = 25;

/**
 * Runs `work` while holding the lock file: of several starts at once one goes first. A lock whose process is dead is
 * taken over.
 */
export async function withStartLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await take(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<void> {
  const deadline = Date.now() + STALE_MS * 2;
  for (;;) {
    try {
      const file = await open(path, "wx", 0o644);
      await file.writeFile(String(process.pid));
      await file.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = await readFile(path, "utf8").catch(() => "");
    if (await isStale(path, holder)) await breakLock(path, holder);
    if (Date.now() > deadline) throw new Error(`another start (process ${holder}) holds ${path}; when there is none, remove that file`);
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

async function isStale(path: string, holder: string): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  if (info === null) return false;
  if (Date.now() - info.mtimeMs > STALE_MS) return true;
  const pid = Number(holder);
  if (holder === "" || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Moves the dead one's file away; if it was somebody's new one by then, it is put back. */
async function breakLock(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, "utf8")) === holder) await rm(aside, { force: true });
  else await rename(aside, path).catch(() => undefined);
}
