/** A file of a hundred thousand rows (IG-04) is some 10 MB; what is far larger is no list of people. */
export const FILE_BYTES = 30 * 1024 * 1024;
export const MOST_ROWS = 100_000;
export const MOST_COLUMNS = 200;
/** A cell is a name or a remark, no document. */
export const CELL_CHARS = 5_000;
/** What a workbook may unpack to, measured while unpacking: a ZIP bomb says what it likes about its size. */
export const UNPACKED_BYTES = 256 * 1024 * 1024;
export const MOST_PARTS = 2_000;

/** A file that cannot be read, with a code that has a text in each language. */
export class UnreadableFile extends Error {
  readonly code: "broken" | "old_xls" | "too_large" | "too_many_rows" | "empty" | "no_sheet";
  constructor(code: UnreadableFile["code"]) {
    super(code);
    this.name = "UnreadableFile";
    this.code = code;
  }
}
