// `npm start`: on a fresh machine with only Node and npm it installs what is missing, builds the workspace and starts the
// house (embedded PostgreSQL, API, pages). Plain Node, no packages: it must run before `npm ci` has.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { houseArguments } from "./house-process.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const demo = process.argv.includes("--demo");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) stop(`Node ${process.versions.node} is too old: Kommutator needs 20.19 or newer.`);

installPackages();
buildWorkspace();
startHouse();

function stop(text) {
  console.error(text);
  process.exit(1);
}

function run(command, args, what) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) stop(`${what} failed${error === undefined ? "" : `: ${error.message}`} (see above).`);
}

/** `npm ci` when node_modules is missing or was made from another lock file. */
function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  const mark = join(ROOT, "node_modules", ".kommutator-lock");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  const installed = join(ROOT, "node_modules", ".package-lock.json");
  const fresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, "package-lock.json")).mtimeMs;
  if (!fresh) {
    console.log("Installing packages (npm ci) …");
    run("npm", ["ci", "--no-audit", "--no-fund"], "npm ci");
  }
  writeFileSync(mark, lock);
}

/** Builds the workspace and the visitor's chat when their sources are not those of the last build. */
function buildWorkspace() {
  if (process.env.UI_DIR !== undefined) return;
  const hash = createHash("sha256");
  for (const place of ["agent-ui/src", "agent-ui/public", "gateway/contract/src", "agent-ui/package.json", "package-lock.json"])
    digest(hash, join(ROOT, place));
  for (const file of readdirSync(join(ROOT, "agent-ui"))
    .filter((f) => /\.(html|ts)$/.test(f))
    .sort())
    digest(hash, join(ROOT, "agent-ui", file));
  const wanted = hash.digest("hex");
  const mark = join(ROOT, "agent-ui", "dist", ".sources");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  console.log("Building the workspace …");
  run("npm", ["run", "build", "--silent"], "the build");
  writeFileSync(mark, wanted);
}

function digest(hash, path) {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) digest(hash, join(path, name));
    return;
  }
  hash.update(path.slice(ROOT.length)).update(readFileSync(path));
}

/** The process itself; signals go to it, and its end is ours. */
function startHouse() {
  const started = demo ? ["--import", "tsx", join(ROOT, "scripts", "demo.mjs")] : houseArguments();
  const child = spawn(process.execPath, started, { cwd: ROOT, stdio: "inherit" });
  // Ctrl-C reaches the child by itself (same terminal); we wait for its graceful end. SIGTERM comes to us alone.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
}
