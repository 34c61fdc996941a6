import { type ChildProcess, spawn } from "node:child_process";
import { houseArguments } from "../../../scripts/house-process.mjs";

/** A process of ours that says a word on stdout when it is ready. */
export class Child {
  readonly process: ChildProcess;
  readonly ready: Promise<void>;
  log = "";

  /** The whole product, as `npm start` starts it. */
  static house(env: Record<string, string>): Child {
    return new Child(null, env, "is ready");
  }

  /** `script`: beside this file; null is the product's own. */
  constructor(script: string | null, env: Record<string, string>, word = "ready") {
    this.process = spawn(process.execPath, houseArguments(script === null ? undefined : new URL(script, import.meta.url).pathname), {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.ready = new Promise((resolve, reject) => {
      const hear = (data: Buffer) => {
        this.log += data.toString();
        if (this.log.includes(word)) resolve();
      };
      this.process.stdout?.on("data", hear);
      this.process.stderr?.on("data", hear);
      this.process.once("exit", (code) => reject(new Error(`it ended with ${code} before it was ready:\n${this.log}`)));
    });
    this.ready.catch(() => undefined);
  }

  /** Resolves when the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const gone = new Promise<void>((resolve) =>
      this.process.exitCode !== null || this.process.signalCode !== null ? resolve() : this.process.once("exit", () => resolve()),
    );
    this.process.kill(signal);
    await gone;
  }
}
