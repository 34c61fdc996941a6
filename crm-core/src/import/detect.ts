import type { ImportOptions } from "@kommutator/contract/api/import";
import { UnreadableFile } from "./limits.ts";

const SEPARATORS = [",", ";", "\t", "|"] as const;
/** Enough to tell an encoding and a separator by. */
const HEAD_BYTES = 256 * 1024;

/** The head of a compound file ([MS-CFB] 2.2), in which Excel kept its books until 2007. */
const OLD_EXCEL = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/**
 * What a file is by its first bytes: workbooks are ZIP archives (ECMA-376 part 2); anything else is taken for text. Throws UnreadableFile of
 * a book of the old kind.
 */
export function formatOf(file: Uint8Array): "csv" | "xlsx" {
  if (OLD_EXCEL.every((byte, i) => file[i] === byte)) throw new UnreadableFile("old_xls");
  return file[0] === 0x50 && file[1] === 0x4b && (file[2] === 0x03 || file[2] === 0x05) ? "xlsx" : "csv";
}

/** UTF-16 by its mark, UTF-8 when every byte fits it, else windows-1251, in which Excel saves CSV in Cyrillic countries. */
export function encodingOf(file: Uint8Array): ImportOptions["encoding"] {
  if (file[0] === 0xff && file[1] === 0xfe) return "utf-16le";
  try {
    // A character cut by the end of the sample is no fault.
    new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(0, HEAD_BYTES), { stream: file.length > HEAD_BYTES });
    return "utf-8";
  } catch {
    return "windows-1251";
  }
}

/** The separator that divides the first lines into the same number of columns, the most of them. */
export function separatorOf(text: string): ImportOptions["separator"] {
  const lines = text
    .slice(0, 20_000)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .slice(0, 10);
  const worth = (separator: string) => {
    const counts = lines.map((line) => unquoted(line).split(separator).length - 1);
    const least = Math.min(...counts);
    return counts.length === 0 || least === 0 ? (counts[0] ?? 0) / 100 : least;
  };
  return [...SEPARATORS].sort((a, b) => worth(b) - worth(a))[0] as ImportOptions["separator"];
}

const unquoted = (line: string) => line.replace(/"(?:[^"]|"")*"/g, "");

/** The text of the beginning of a file. */
export function headOf(file: Uint8Array, encoding: ImportOptions["encoding"]): string {
  return new TextDecoder(encoding).decode(file.subarray(0, HEAD_BYTES), { stream: file.length > HEAD_BYTES });
}
