// `npm test`: sets up what is missing, then runs every suite and lists what ran. `npm test -- lab e2e` runs only those;
// `npm run test:long` runs a million random histories of the router and takes a million contact points.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { ASTERISK_PREFIX, ensureMachine, ensurePackages, ROOT, run } from "./machine.mjs";
import { testPlace } from "./test-place.mjs";

const args = process.argv.slice(2);
const update = args.includes("--update-expected");
const long = args.includes("--long") ? { KOMMUTATOR_LONG: "1", RUNS: "1000000", IDENTIFY_POINTS: "1000000" } : {};
const wanted = args.filter((a) => !a.startsWith("--"));
const SUITES = ["check", "unit", "ui", "faults", "conformance", "lab", "written", "safety", "core", "e2e"].filter(
  (s) => wanted.length === 0 || wanted.includes(s),
);
/** Fewer tests than last time is a failure: a suite that silently ran nothing must not look green. */
const expectedFile = join(ROOT, "tests", "expected.json");
const expected = JSON.parse(readFileSync(expectedFile, "utf8"));

const started = Date.now();
ensurePackages();
const missing = ensureMachine();
if (SUITES.some((s) => ["e2e", "lab", "written", "faults"].includes(s))) run("npm", ["run", "build", "--silent"]);

const out = join(ROOT, "tests", "out");
mkdirSync(out, { recursive: true });
const place = await testPlace();
const rows = [];
/** Tests that failed, or passed at their second try: named again at the end, where nobody has to look for them. */
const stumbled = [];
/**
 * Adapters sit out two minutes without their provider, and calls wait for people: other suites run meanwhile, and what they say is printed in
 * their turn. All of it stands back for the one in front; what only computes takes what nobody else wants.
 */
const MEANWHILE = { unit: ["conformance", "core"], faults: ["written"], lab: ["safety"] };
const STANDS_BACK = new Set(["conformance", "written", "safety"]);
const IDLE = new Set(["core"]);
const beside = new Map();
for (const suite of SUITES) {
  const t = Date.now();
  if (suite === "check") {
    const status = await new Promise((resolve) => spawn("node", ["scripts/check.mjs"], { cwd: ROOT, stdio: "inherit" }).on("close", resolve));
    rows.push({ suite, passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0, ms: Date.now() - t });
    continue;
  }
  for (const other of MEANWHILE[suite] ?? []) if (SUITES.includes(other)) beside.set(other, vitest(other, false));
  const { status, ms, printed } = await (beside.get(suite) ?? vitest(suite, true));
  if (printed !== null) process.stdout.write(printed);
  let result = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
  try {
    result = JSON.parse(readFileSync(reportOf(suite), "utf8"));
  } catch {
    console.error(`${suite}: no report was written`);
  }
  for (const file of result.testResults)
    for (const { title, status: end, failureMessages } of file.assertionResults)
      if (failureMessages.length > 0) stumbled.push({ suite, title, end, why: failureMessages.map((m) => m.split("\n")[0]) });
  for (const { at, why } of outsideTests(suite)) stumbled.push({ suite, title: at, end: "failed", why });
  const brokenFiles = result.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0).length;
  const failed = result.numFailedTests + brokenFiles;
  rows.push({ suite, passed: result.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed, skipped: result.numPendingTests, ms });
}

function reportOf(suite) {
  return join(out, `${suite}.json`);
}

/** Failures of hooks and errors that nobody caught (scripts/outside-tests.mjs): the report knows neither. */
function outsideTests(suite) {
  try {
    return JSON.parse(readFileSync(`${reportOf(suite)}.outside`, "utf8"));
  } catch {
    return [];
  }
}

/** Runs one suite; what it prints goes to the terminal at once (`loud`) or is handed over at its end. */
function vitest(suite, loud) {
  const begun = Date.now();
  const report = reportOf(suite);
  rmSync(report, { force: true });
  rmSync(`${report}.outside`, { force: true });
  const child = spawn(
    process.execPath,
    [
      join(ROOT, "node_modules", "vitest", "vitest.mjs"),
      "run",
      "--project",
      suite,
      "--reporter=default",
      "--reporter=json",
      `--reporter=${join(ROOT, "scripts", "outside-tests.mjs")}`,
      `--outputFile.json=${report}`,
      "--passWithNoTests",
    ],
    {
      cwd: ROOT,
      stdio: loud ? "inherit" : ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...place.env, ...long, AST_PREFIX: ASTERISK_PREFIX, KOMMUTATOR_TEST_OUT: out, OUTSIDE_TESTS: `${report}.outside` },
    },
  );
  if (!loud && STANDS_BACK.has(suite)) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  if (!loud && IDLE.has(suite)) standAside(child.pid);
  const printed = [];
  child.stdout?.on("data", (d) => printed.push(d));
  child.stderr?.on("data", (d) => printed.push(d));
  return new Promise((resolve) =>
    child.on("close", (status) => resolve({ status, ms: Date.now() - begun, printed: loud ? null : Buffer.concat(printed).toString() })),
  );
}

/** The scheduler's idle class where there is one; else as low as priorities go. */
function standAside(pid) {
  setPriority(pid, constants.priority.PRIORITY_LOW);
  if (process.platform === "linux") spawnSync("chrt", ["--idle", "--all-tasks", "--pid", "0", String(pid)], { stdio: "ignore" });
}

await place.clear();
if (update) writeFileSync(expectedFile, `${JSON.stringify({ ...expected, ...Object.fromEntries(rows.map((r) => [r.suite, r.passed])) }, null, 2)}\n`);
console.log("\nWhat ran");
let bad = 0;
for (const r of rows) {
  const atLeast = update ? r.passed : (expected[r.suite] ?? 0);
  const short = r.passed + r.failed < atLeast;
  if (r.failed > 0 || short) bad++;
  console.log(
    `  ${r.suite.padEnd(12)} ${String(r.passed).padStart(5)} passed  ${r.failed} failed  ${r.skipped} skipped  of ${atLeast} expected  ${(r.ms / 1000).toFixed(0)} s${short ? "  FEWER THAN EXPECTED" : ""}`,
  );
}
for (const t of stumbled)
  console.log(`  ${t.end === "passed" ? "RETRIED" : "FAILED "} ${t.suite}: ${t.title}\n${t.why.map((w) => `          ${w}`).join("\n")}`);
for (const m of missing) console.log(`  MISSING ${m}`);
if (missing.length > 0 && process.env.CI) bad++;
const sum = (k) => rows.reduce((n, r) => n + r[k], 0);
console.log(`  ${((Date.now() - started) / 1000).toFixed(0)} s in all`);
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exit(bad === 0 ? 0 : 1);
