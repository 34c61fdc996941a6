// How the house is started: by `npm start`, by the demo, and by the tests and benchmarks that run it as a process of its own.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../gateway/src/main.ts", import.meta.url));

/**
 * The arguments of `node`. Four threads of Node's mark what lives in the heap; on two cores they leave a third of one to the house
 * for a tenth of a second: here they are one fewer than the cores (docs/decisions.md).
 *
 * @returns {string[]}
 */
export function houseArguments(main = MAIN) {
  const threads = Math.min(4, Math.max(1, availableParallelism() - 1));
  return [`--v8-pool-size=${threads}`, "--import", "tsx", main];
}
