import { Readable } from "node:stream";
import type { ImportOptions } from "@kommutator/contract/api/import";
import { parse } from "csv-parse";
import { UnreadableFile } from "./limits.ts";

const CHUNK = 64 * 1024;

/** Rows of a CSV file as cells of text, in order, read piece by piece so that nothing else in the process waits. Throws UnreadableFile. */
export async function* csvRows(file: Uint8Array, options: Pick<ImportOptions, "encoding" | "separator">): AsyncGenerator<string[]> {
  const decoder = new TextDecoder(options.encoding);
  const text = Readable.from(
    (function* () {
      for (let at = 0; at < file.length; at += CHUNK) yield decoder.decode(file.subarray(at, at + CHUNK), { stream: true });
      yield decoder.decode();
    })(),
  );
  const parser = text.pipe(
    parse({
      delimiter: options.separator,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: 1_000_000,
    }),
  );
  try {
    for await (const row of parser) yield (row as string[]).map(unescapedCell);
  } catch (error) {
    throw error instanceof Error && "code" in error && String(error.code).startsWith("CSV_") ? new UnreadableFile("broken") : error;
  } finally {
    text.destroy();
    parser.destroy();
  }
}

/** Takes off the apostrophe that export puts before what looks like a formula. */
function unescapedCell(cell: string): string {
  return /^'[=+\-@]/.test(cell) ? cell.slice(1) : cell;
}
