import { defineConfig } from "vitest/config";

/** The router's core alone, with few histories: each of some thousand mutants runs these tests. */
export default defineConfig({
  test: { environment: "node", include: ["routing/src/core/mutation.entry.mjs"], env: { RUNS: "30" }, testTimeout: 20_000 },
});
