import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { UnreadableFile } from "./limits.ts";
import type { SheetAnswer, SheetJob } from "./xlsx-worker.ts";

/** Above it the worker is ended by the runtime, and the file with it. */
const MEMORY_MB = 1_024;
/** A hundred thousand rows take some 15 s; who needs minutes does harm. */
const WITHIN_MS = 180_000;
/** The worker is TypeScript as everything else; the loader knows threads only by its own call. */
const START = `const { workerData } = require("node:worker_threads");
import(workerData.loader).then(({ register }) => { register(); return import(workerData.module); })`;
const LOADER = pathToFileURL(
  createRequire(import.meta.url)
    .resolve("tsx/esm/api")
    .replace(/\.cjs$/, ".mjs"),
).href;
const MODULE = new URL("./xlsx-worker.ts", import.meta.url).href;

/**
 * The names of a workbook's sheets and the rows of one, as cells of text; days as YYYY-MM-DD. Read in a thread of its own with a limit of
 * memory and time, because the reader needs the whole workbook at once and calls must not wait for it. Throws UnreadableFile.
 */
export async function readSheet(file: Uint8Array, sheet: string | null, rows: number): Promise<{ sheets: string[]; rows: string[][] }> {
  const job: SheetJob = { file, sheet, rows };
  const worker = new Worker(START, {
    eval: true,
    workerData: { ...job, loader: LOADER, module: MODULE },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const read: { sheets: string[]; rows: string[][] } = { sheets: [], rows: [] };
  let fault: UnreadableFile["code"] | null = null;
  worker.on("message", (answer: SheetAnswer) => {
    if ("sheets" in answer) read.sheets = answer.sheets;
    else if ("rows" in answer) for (const row of answer.rows) read.rows.push(row);
    else fault = answer.fault;
  });
  let failure: Error | null = null;
  worker.on("error", (error: Error & { code?: string }) => {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY") fault ??= "too_large";
    else failure = error;
  });
  const timer = setTimeout(() => {
    fault ??= "too_large";
    void worker.terminate();
  }, WITHIN_MS);
  await new Promise((done) => worker.once("exit", done));
  clearTimeout(timer);
  if (failure !== null) throw failure;
  if (fault !== null) throw new UnreadableFile(fault);
  return read;
}
