import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

/** What the house does with files from outside before anybody may open them. */
export interface FileGuard {
  /** Whether files of this name are not taken at all. */
  blocks(name: string): boolean;
  /** Has the house's scanner look at a file. Throws NotJudged when it gave no verdict: the file is then kept back and shown to it again. */
  judge(bytes: Uint8Array, name: string, stop: AbortSignal): Promise<"clean" | "infected">;
}

export interface FileRules {
  /** The scanner and its arguments; the path of the file is put behind them. Exit code 0: clean, 1: refused (as of clamscan and clamdscan). */
  scan: readonly string[] | null;
  /** Extensions that are not taken, lower case, without the dot. */
  blocked: readonly string[];
  /** For tests; the default is a minute. */
  scanWithinMs?: number | undefined;
}

/** The scanner is not there, crashed, said neither yes nor no, or took too long. */
export class NotJudged extends Error {
  override readonly name = "NotJudged";
}

const SCAN_WITHIN_MS = 60_000;

/** Null: nothing is looked at, files are shown as they come. */
export function createFileGuard(rules: FileRules): FileGuard | null {
  const { scan, blocked } = rules;
  if (scan === null && blocked.length === 0) return null;
  return {
    blocks: (name) => blocked.includes(extname(name.trim()).slice(1).toLowerCase()),
    async judge(bytes, name, stop) {
      const [program, ...given] = scan ?? [];
      if (program === undefined) return "clean";
      // A folder of its own, so that the name may keep the extension scanners go by, and no other file is in reach.
      const dir = await mkdtemp(join(tmpdir(), "kommutator-scan-"));
      const path = join(dir, `file${/^\.[a-z0-9]{1,10}$/i.exec(extname(name))?.[0] ?? ""}`);
      try {
        await writeFile(path, bytes, { mode: 0o640 });
        return await run(program, [...given, path], rules.scanWithinMs ?? SCAN_WITHIN_MS, stop);
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    },
  };
}

function run(program: string, args: string[], withinMs: number, stop: AbortSignal): Promise<"clean" | "infected"> {
  return new Promise((resolve, reject) => {
    // No shell between us and the scanner; what it prints is not for us.
    execFile(program, args, { timeout: withinMs, killSignal: "SIGKILL", signal: stop, maxBuffer: 1024 * 1024 }, (error) => {
      if (error === null) resolve("clean");
      else if (error.code === 1) resolve("infected");
      else
        reject(new NotJudged(error.killed === true ? `the scanner said nothing within ${withinMs / 1000} s` : "the scanner gave no verdict", { cause: error }));
    });
  });
}
