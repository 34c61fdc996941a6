/** The mark by which spreadsheets know UTF-8. */
export const BOM = "\uFEFF";

/**
 * One line of CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection); a bare
 * telephone number or a number stays as it is. Import takes the apostrophe off again.
 */
export function csvLine(cells: readonly (string | number | null)[], separator = ","): string {
  return `${cells.map((cell) => field(cell, separator)).join(separator)}\r\n`;
}

function field(value: string | number | null, separator: string): string {
  if (value === null) return "";
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text) && !/^\+?\d+$/.test(text)) text = `'${text}`;
  return /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
}
