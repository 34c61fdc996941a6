import { defineConfig } from "vitest/config";

// One project a kind of test; `node scripts/test.mjs` runs them in this order and prints what ran.
// A shared machine may stumble once over real servers and clocks; the report names every test that needed its second try.
// Files of one worker share the modules they have loaded: a third of the time went into loading them again. What a test makes it takes away
// itself. (Here and not below: a project does not inherit it.)
const node = { environment: "node" as const, isolate: false, retry: process.env["CI"] ? 1 : 0, testTimeout: 30_000, hookTimeout: 60_000 };
export default defineConfig({
  test: {
    // Tests wait for servers more than they compute: two files at a time, on two cores too.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          include: ["{gateway,routing,crm-core,adapters}/**/src/**/*.test.ts", "tests/architecture/**/*.test.ts"],
          exclude: ["routing/src/{core,simulation}/**"],
        },
      },
      // The pure core: random histories, and days in simulated time against Erlang. Minutes of arithmetic, and nothing to wait for.
      { test: { ...node, name: "core", include: ["routing/src/{core,simulation}/**/*.test.ts"], testTimeout: 1_800_000 } },
      // Every route with every role, failures at every statement, cuts at every message, two hundred writers.
      {
        test: {
          ...node,
          name: "safety",
          include: ["tests/{rights,crm}/**/*.test.ts", "tests/faults/cut-at-every-message.test.ts"],
          testTimeout: 180_000,
        },
      },
      { test: { ...node, name: "ui", include: ["agent-ui/src/**/*.test.ts"] } },
      // All adapters sit out their long outage side by side.
      { test: { ...node, name: "conformance", include: ["tests/conformance/**/*.test.ts"], testTimeout: 60_000, maxConcurrency: 32 } },
      {
        test: {
          ...node,
          name: "faults",
          include: ["tests/faults/**/*.test.ts"],
          exclude: ["tests/faults/cut-at-every-message.test.ts"],
          testTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...node,
          name: "lab",
          include: ["tests/lab/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      // The mail server, Kannel and whole houses with messengers: no telephone rings here.
      {
        test: {
          ...node,
          name: "written",
          include: ["tests/lab/{mail,sms,written}/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      // Each file has a house and a browser of its own and waits for them more than it computes.
      { test: { ...node, name: "e2e", include: ["tests/e2e/**/*.test.ts"], testTimeout: 180_000, hookTimeout: 180_000 } },
    ],
  },
});
