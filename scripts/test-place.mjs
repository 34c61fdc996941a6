// Where the tests' PostgreSQL keeps its files.
import { existsSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
const NAME = "kommutator-test-";
const ENOUGH = 6 * 2 ** 30;

/**
 * In memory where there is plenty: the server keeps its durable settings, but each test file makes a database of its own, 700 files that a disk
 * writes through one by one (two fifths of the time of tests with a database). Otherwise on the disk, where the server stays up for the next run.
 * Returns the environment for the tests, and what takes the server and its files out of memory again.
 */
export async function testPlace() {
  const fs = existsSync(MEMORY) ? statfsSync(MEMORY) : null;
  if (fs === null || fs.bavail * fs.bsize < ENOUGH || freemem() < ENOUGH || process.env.KOMMUTATOR_TEST_PG !== undefined) return { env: {}, async clear() {} };
  for (const left of readdirSync(MEMORY).filter((name) => name.startsWith(NAME) && !alive(Number(name.slice(NAME.length))))) await clear(join(MEMORY, left));
  const home = join(MEMORY, `${NAME}${process.pid}`);
  return { env: { KOMMUTATOR_TEST_PG: join(home, "data") }, clear: () => clear(home) };
}

async function clear(home) {
  const pidFile = join(home, "data", "postmaster.pid");
  if (existsSync(pidFile)) {
    const server = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
    if (alive(server)) process.kill(server, "SIGINT");
    while (existsSync(pidFile) && alive(server)) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  rmSync(home, { recursive: true, force: true });
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
