// `npm run bench -- NAME --json`: runs tests/bench/NAME.bench.ts and prints its figures beside the budgets.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { houseArguments } from "./house-process.mjs";
import { ASTERISK_PREFIX, ensurePackages, ROOT } from "./machine.mjs";

const [name, ...rest] = process.argv.slice(2);
const dir = join(ROOT, "tests", "bench");
const names = readdirSync(dir)
  .filter((f) => f.endsWith(".bench.ts"))
  .map((f) => f.replace(".bench.ts", ""));
if (name === undefined || !existsSync(join(dir, `${name}.bench.ts`))) {
  console.error(`Which benchmark? ${names.join(", ")}`);
  process.exit(2);
}
ensurePackages();
// As the house is started: what is measured here runs in its process there.
const { status } = spawnSync(process.execPath, [...houseArguments(join(dir, "run.ts")), name, ...rest], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, AST_PREFIX: ASTERISK_PREFIX },
});
process.exit(status ?? 1);
