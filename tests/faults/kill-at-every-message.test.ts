import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleCore } from "./support/bundle.ts";
import { eventually } from "./support/core.ts";
import { everyIndex, firstOf, type Line, openLine, SUBJECTS, WATCH } from "./support/every-message.ts";

/**
 * Between the receipt of an event and its commit the process may die at every message of the database's protocol. The
 * provider delivers again what was not acknowledged, and one thing must stand.
 */
let line: Line;
beforeAll(async () => {
  line = await openLine();
});
afterAll(() => line.close());

describe("the process is killed at every message between receipt and commit", () => {
  for (const subject of SUBJECTS) {
    test(`${subject.what}: redelivery to the next process makes exactly one`, { timeout: 600_000 }, async () => {
      const core = await bundleCore();
      const spares = new Spares(core, {
        URL: line.proxy.url(line.database.url),
        DIRECT_URL: line.database.url,
        BLOB_DIR: line.blobDir,
        AT_ONCE: subject.atOnce === true ? "1" : "",
      });
      try {
        let current = await spares.take();
        line.provider.announces = subject.announced === true;
        const visited = await everyIndex(async (index, key) => {
          await eventually("the adapter is connected", () => line.provider.connections === 1);
          const victim = current;
          line.proxy.arm({ index, when: "before", from: firstOf(subject), watch: WATCH, act: () => victim.kill("SIGKILL") });
          const delivery = line.provider.deliver(subject.event(key));
          await eventually("killed or ingested", async () => !line.proxy.armed || (await line.ingested(key)));
          const hit = !line.proxy.armed;
          line.proxy.disarm();
          if (hit) {
            await gone(victim);
            line.proxy.cut();
            await line.database.sql`UPDATE lease SET expires_at = clock_timestamp()`;
            current = await spares.take();
          }
          await delivery.acknowledged;
          await eventually(`${key} is ingested`, () => line.ingested(key));
          await line.standsOnce(key);
          return hit;
        }, `killed ${subject.what}`);
        current.kill("SIGKILL");
        console.log(`kill -9 before each protocol message, ${subject.what}: ${visited} processes killed, each event once in the end`);
        expect(visited).toBeGreaterThan(subject.atOnce === true ? 20 : 40);
      } finally {
        spares.close();
        await rm(core, { force: true });
      }
    });
  }
});

const gone = (child: ChildProcess) =>
  new Promise<void>((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once("exit", () => resolve())));

/** Processes that have loaded their code and wait: a new one is ready when the last has been killed. */
class Spares {
  readonly #script: string;
  readonly #env: Record<string, string>;
  readonly #all = new Set<ChildProcess>();
  #next: Promise<ChildProcess>;

  constructor(script: string, env: Record<string, string>) {
    this.#script = script;
    this.#env = env;
    this.#next = this.#spawn();
  }
  async take(): Promise<ChildProcess> {
    const child = await this.#next;
    child.stdin?.write("go\n");
    this.#next = this.#spawn();
    return child;
  }
  close(): void {
    for (const child of this.#all) child.kill("SIGKILL");
  }
  #spawn(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [this.#script], {
      env: { ...process.env, ...this.#env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#all.add(child);
    child.once("exit", () => this.#all.delete(child));
    return new Promise((resolve) => child.stdout?.once("data", () => resolve(child)));
  }
}
