/** Runs one benchmark and prints it: a table for people, or one JSON object with --json. */
export interface BenchResult {
  name: string;
  /** Durability and machine facts that make the figures comparable (fsync, cores). */
  conditions?: Record<string, unknown>;
  figures: Record<string, unknown>;
  budgets: { name: string; limit: string; measured: string; pass: boolean }[];
}

/** How fast this machine is just now: the quickest of five times the same arithmetic, in ms. Shared machines differ twofold from hour to hour. */
function yardstick(): number {
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    let sum = 0;
    for (let i = 0; i < 30_000_000; i++) sum = (sum + i * 7) % 1_000_003;
    return sum < 0 ? 0 : performance.now() - began;
  });
  return Number(Math.min(...times).toFixed(1));
}

const [name, ...flags] = process.argv.slice(2);
const { default: run } = (await import(`./${name}.bench.ts`)) as { default: () => Promise<BenchResult> };
const yardstickMs = yardstick();
const outcome = await run();
const result: BenchResult = { ...outcome, conditions: { ...outcome.conditions, yardstickMs } };
if (flags.includes("--json")) {
  console.log(JSON.stringify(result));
} else {
  console.log(`\n${result.name}`);
  for (const [key, value] of Object.entries({ ...result.conditions, ...result.figures }))
    console.log(`  ${key.padEnd(40)} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  for (const b of result.budgets) console.log(`  ${b.pass ? "within" : "OVER  "}  ${b.name}: ${b.measured} (budget ${b.limit})`);
}
process.exit(result.budgets.every((b) => b.pass) ? 0 : 1);
