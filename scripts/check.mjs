// The fast part: format, types, typed lint rules, architecture, unused code. `npm run check -- NAME` runs one of them.
import { spawn } from "node:child_process";
import { ensurePackages, ROOT } from "./machine.mjs";

ensurePackages();
// The server side is one program (one pass over shared types instead of six); the pure core and the screens have libraries of their own.
const PROJECTS = ["tsconfig.server.json", "routing/src/core", "agent-ui"];
const STEPS = {
  format: [["npx", ["biome", "ci", "--error-on-warnings", "--max-diagnostics=30", "."]]],
  // TypeScript's own native compiler, by path: the arrows are drawn with the JavaScript one, whose command has the same name.
  types: PROJECTS.map((w) => ["node", ["node_modules/typescript-native/bin/tsc", "-p", w]]),
  // Only what needs types and biome cannot see: forgotten awaits, async callbacks where none are awaited, switches that miss a case.
  lint: [["npx", ["oxlint", "--type-aware", "gateway", "routing", "crm-core", "adapters", "agent-ui", "tests"]]],
  arrows: [["npx", ["depcruise", "--config", ".dependency-cruiser.cjs", "gateway", "routing", "crm-core", "adapters", "agent-ui/src", "tests"]]],
  unused: [["npx", ["knip", "--no-progress"]]],
};

const only = process.argv[2];
const started = Date.now();
// Two at a time.
const queue = Object.entries(STEPS).filter(([name]) => only === undefined || name === only);
let failed = 0;
await Promise.all([worker(), worker()]);
console.log(`check: ${failed === 0 ? "clean" : `${failed} failed`} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
process.exit(failed === 0 ? 0 : 1);

async function worker() {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const [name, commands] = step;
    const t = Date.now();
    let output = "";
    let ok = true;
    for (const [command, args] of commands) {
      const result = await capture(command, args);
      if (result.code !== 0) {
        ok = false;
        output += result.output;
      }
    }
    if (!ok) failed++;
    console.log(`${ok ? "ok    " : "FAILED"} ${name} ${((Date.now() - t) / 1000).toFixed(1)} s${output ? `\n${output}` : ""}`);
  }
}

function capture(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (d) => (output += d));
    child.stderr.on("data", (d) => (output += d));
    child.on("close", (code) => resolve({ code, output }));
  });
}
