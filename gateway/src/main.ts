import { totalmem } from "node:os";
import { setFlagsFromString } from "node:v8";
import { startHouse } from "./compose.ts";
import { ConfigError, readConfig } from "./config.ts";
import type { House } from "./ports.ts";

/** How long what is in flight may take at the end; then we go all the same (everything durable is in the rows). */
const STOP_MS = 25_000;

// Where there is memory, the heap may grow to four times what lives (400 MB with 500 agents) before it is looked through again: that holds
// up messages for a tenth of a second. Set here and not when Node is started, which would refuse a flag that it does not know.
if (totalmem() >= 4 * 1024 ** 3) setFlagsFromString("--heap-growing-percent=300");

const say = (text: string) => process.stdout.write(`\n${text}\n`);

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const starting = startHouse(config, { say });
  let stopping = 0;
  const stop = (signal: string) => {
    // Ctrl+C reaches the whole group, and npm hands it on: the same wish twice. Only who asks again later will not wait.
    if (stopping > 0 && Date.now() - stopping < 1_000) return;
    if (stopping > 0) process.exit(1);
    stopping = Date.now();
    say(`${signal}: finishing what is in flight …`);
    setTimeout(() => process.exit(1), STOP_MS).unref();
    starting
      .then((house: House) => house.close())
      .then(() => process.exit(0))
      .catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      });
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  const house = await starting;
  say(`Kommutator is ready: ${process.env["PUBLIC_URL"] ? config.publicUrl : house.url}`);
}

main().catch((error: unknown) => {
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
});
