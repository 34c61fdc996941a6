// `npm run mutate`: changes the router's core in some thousand small ways, one at a time, and looks whether a test notices.
// `npm run mutate -- ladder match` does so with those files alone; what was tried before is kept, so the report stays whole.
// Writes docs/mutation.md: the score of each file and every change that nobody noticed. `--page` does that alone.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages, ROOT } from "./machine.mjs";

const args = process.argv.slice(2);
const files = args.filter((name) => !name.startsWith("--")).map((name) => `routing/src/core/${name.replace(/\.ts$/, "")}.ts`);
let status = 0;
if (!args.includes("--page")) {
  ensurePackages();
  status = spawnSync("npx", ["stryker", "run", ...(files.length === 0 ? [] : ["--mutate", files.join()])], { cwd: ROOT, stdio: "inherit" }).status;
}

const page = join(ROOT, "docs", "mutation.md");
const MARK = "<!-- what follows is written by `npm run mutate` -->";
const [head] = readFileSync(page, "utf8").split(MARK);
// The incremental file has the files of earlier runs too.
const report = JSON.parse(readFileSync(join(ROOT, ".cache/mutation/incremental.json"), "utf8"));
writeFileSync(page, `${head}${MARK}\n\n${told(report.files)}`);
spawnSync("npx", ["biome", "format", "--write", page], { cwd: ROOT });
process.exit(status ?? 1);

/** The score of each file, and the survivors: what was there, and what stood in its place without anybody noticing. */
function told(results) {
  const names = Object.keys(results).sort();
  const rows = [];
  const survivors = [];
  const sum = { noticed: 0, endless: 0, survived: 0 };
  for (const name of names) {
    const { mutants, source } = results[name];
    const count = (...of) => mutants.filter((m) => of.includes(m.status)).length;
    const one = { noticed: count("Killed", "RuntimeError", "CompileError"), endless: count("Timeout"), survived: count("Survived", "NoCoverage") };
    if (one.noticed + one.endless + one.survived === 0) continue;
    for (const key of Object.keys(sum)) sum[key] += one[key];
    const short = name.split("/").at(-1);
    rows.push(row(`\`${short}\``, one));
    const left = mutants.filter((m) => m.status === "Survived" || m.status === "NoCoverage").sort((a, b) => a.location.start.line - b.location.start.line);
    if (left.length > 0) survivors.push(`\n### ${short}\n\n${left.map((m) => survivor(m, source.split("\n"))).join("\n")}\n`);
  }
  return `## Scores\n\n| File | Changes | Noticed | Endless | Survived | Score |\n| --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}\n${row("**All**", sum)}\n\n## Survivors\n${survivors.join("")}`;
}

function row(name, { noticed, endless, survived }) {
  const all = noticed + endless + survived;
  return `| ${name} | ${all} | ${noticed} | ${endless} | ${survived} | ${((100 * (noticed + endless)) / all).toFixed(1)} % |`;
}

function survivor({ location: { start, end }, replacement }, lines) {
  const text = start.line === end.line ? lines[start.line - 1].slice(start.column - 1, end.column - 1) : `${lines[start.line - 1].slice(start.column - 1)} …`;
  return `- line ${start.line}: ${code(text)} → ${code(replacement)}`;
}

function code(text) {
  const line = text.replace(/\s+/g, " ").trim();
  const short = line.length > 110 ? `${line.slice(0, 109)}…` : line;
  return short.includes("`") ? `\`\` ${short} \`\`` : `\`${short}\``;
}
