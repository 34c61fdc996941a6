// How the house is started: by `npm start`, by the demo, and by the tests and benchmarks that run it as a process of its own.
import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../gateway/src/main.ts", import.meta.url));
const GB = 1024 ** 3;

/**
 * The arguments of `node`. Two of them keep the collection of garbage from holding up messages (docs/decisions.md):
 * Node marks what lives with four threads, which on two cores leave a third of a core to the house for a tenth of a second:
 * here they are one fewer than the cores. And where there is memory, the heap may grow to four times what lives (400 MB with
 * 500 agents) before it is looked through again.
 *
 * @returns {string[]}
 */
export function houseArguments(main = MAIN) {
  const threads = Math.min(4, Math.max(1, availableParallelism() - 1));
  const roomy = totalmem() >= 4 * GB ? ["--heap-growing-percent=300"] : [];
  return [`--v8-pool-size=${threads}`, ...roomy, "--import", "tsx", main];
}
