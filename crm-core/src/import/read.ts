import type { ImportOptions } from "@kommutator/contract/api/import";
import { csvRows } from "./csv.ts";
import { MOST_COLUMNS, MOST_ROWS, UnreadableFile } from "./limits.ts";
import { readSheet } from "./xlsx.ts";

const SAMPLES = 5;
export interface Columns {
  sheets: string[];
  columns: { title: string; samples: string[] }[];
}

/** Titles and first values of a file's columns. Throws UnreadableFile. */
export async function readColumns(file: Uint8Array, format: "csv" | "xlsx", options: ImportOptions): Promise<Columns> {
  const { sheets, rows } = format === "xlsx" ? await readSheet(file, options.sheet, SAMPLES + 1) : { sheets: [], rows: await firstRows(file, options) };
  if (rows.length === 0) throw new UnreadableFile("empty");
  const width = Math.min(MOST_COLUMNS, Math.max(...rows.map((row) => row.length)));
  const data = options.header ? rows.slice(1) : rows;
  return {
    sheets,
    columns: Array.from({ length: width }, (_, i) => ({
      title: options.header ? (rows[0]?.[i] ?? "").trim().slice(0, 200) : "",
      samples: data.slice(0, SAMPLES).map((row) => (row[i] ?? "").slice(0, 100)),
    })),
  };
}

async function firstRows(file: Uint8Array, options: ImportOptions): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const row of csvRows(file, options)) {
    rows.push(row);
    if (rows.length > SAMPLES) break;
  }
  return rows;
}

/** Every row of the file below the titles. Throws UnreadableFile, also when there are more than MOST_ROWS. */
export async function* readRows(file: Uint8Array, format: "csv" | "xlsx", options: ImportOptions): AsyncGenerator<string[]> {
  if (format === "csv") await requireFewRows(file, options);
  const source = format === "csv" ? csvRows(file, options) : (await readSheet(file, options.sheet, MOST_ROWS + 2)).rows;
  let n = options.header ? -1 : 0;
  for await (const row of source) {
    n++;
    if (n > MOST_ROWS) throw new UnreadableFile("too_many_rows");
    if (n > 0) yield row.slice(0, MOST_COLUMNS);
  }
}

/** Counts before anything is stored: reading costs a second, storing a hundred thousand rows half a minute. */
async function requireFewRows(file: Uint8Array, options: ImportOptions): Promise<void> {
  let n = options.header ? -1 : 0;
  for await (const _ of csvRows(file, options)) if (++n > MOST_ROWS) throw new UnreadableFile("too_many_rows");
}
