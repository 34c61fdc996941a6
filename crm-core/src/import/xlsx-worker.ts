import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { read, utils } from "@e965/xlsx";
import { Unzip, UnzipInflate } from "fflate";
import { MOST_COLUMNS, MOST_PARTS, UNPACKED_BYTES } from "./limits.ts";

/** Asked of the worker: a file, a sheet (null: the first) and how many rows at most. */
export interface SheetJob {
  file: Uint8Array;
  sheet: string | null;
  rows: number;
}
export type SheetAnswer = { sheets: string[] } | { rows: string[][] } | { fault: "broken" | "too_large" | "no_sheet" | "empty" };

const BATCH = 1_000;

/** Unpacks everything once, counting, before a reader that keeps it in memory may see it. */
export function measure(file: Uint8Array): "fits" | "too_large" | "broken" {
  let bytes = 0;
  let parts = 0;
  let fault: unknown = null;
  const unzip = new Unzip((part) => {
    parts++;
    part.ondata = (error, chunk) => {
      fault ??= error;
      bytes += chunk?.length ?? 0;
    };
    part.start();
  });
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < file.length; at += 16_384) {
      unzip.push(file.subarray(at, at + 16_384), at + 16_384 >= file.length);
      if (bytes > UNPACKED_BYTES || parts > MOST_PARTS) return "too_large";
      if (fault !== null) return "broken";
    }
  } catch {
    return "broken";
  }
  return parts === 0 ? "broken" : "fits";
}

const pad = (n: number) => String(n).padStart(2, "0");
function text(value: unknown): string {
  if (value === null || value === undefined) return "";
  // The reader gives a day of the sheet as midnight UTC.
  if (value instanceof Date) return `${value.getUTCFullYear()}-${pad(value.getUTCMonth() + 1)}-${pad(value.getUTCDate())}`;
  return String(value).trim();
}

function* answers(job: SheetJob): Generator<SheetAnswer> {
  const size = measure(job.file);
  if (size !== "fits") {
    yield { fault: size };
    return;
  }
  const book = read(job.file, {
    type: "array",
    dense: true,
    cellDates: true,
    UTC: true,
    cellFormula: false,
    cellHTML: false,
    cellText: false,
    sheetRows: job.rows,
    sheets: job.sheet ?? 0,
  });
  yield { sheets: book.SheetNames };
  const sheet = book.Sheets[job.sheet ?? book.SheetNames[0] ?? ""];
  if (sheet === undefined) {
    yield { fault: "no_sheet" };
    return;
  }
  const rows = utils.sheet_to_json<unknown[]>(sheet, { header: 1, raw: true, UTC: true, blankrows: false, defval: "" });
  for (let at = 0; at < rows.length; at += BATCH) yield { rows: rows.slice(at, at + BATCH).map((row) => row.slice(0, MOST_COLUMNS).map(text)) };
}

if (!isMainThread && parentPort !== null) {
  try {
    for (const answer of answers(workerData as SheetJob)) parentPort.postMessage(answer);
  } catch {
    parentPort.postMessage({ fault: "broken" } satisfies SheetAnswer);
  }
}
