import type { CallRow } from "@kommutator/contract/api/calls-register";

const COLUMNS: [string, (row: CallRow) => string | number | null][] = [
  ["started_at", (r) => r.startedAt],
  ["direction", (r) => r.direction],
  ["from", (r) => r.from],
  ["to", (r) => r.to],
  ["channel", (r) => r.channel.name],
  ["line", (r) => r.line],
  ["queue", (r) => r.queue?.name ?? null],
  ["answered_at", (r) => r.answeredAt],
  ["ended_at", (r) => r.endedAt],
  ["wait_s", (r) => seconds(r.waitMs)],
  ["ring_s", (r) => (r.ringMs === null ? null : seconds(r.ringMs))],
  ["talk_s", (r) => seconds(r.talkMs)],
  ["disposition", (r) => r.disposition],
  ["answered_by", (r) => r.answeredBy?.name ?? null],
  ["path", (r) => r.path.map((p) => `${p.employee?.name ?? p.number ?? ""} (${p.cause ?? p.state})`).join(" > ")],
  ["party", (r) => r.party.name],
  ["source", (r) => r.source],
  ["call_id", (r) => r.id],
];

const seconds = (ms: number): number => Math.round(ms / 100) / 10;

/** The first line of the register's file, with the mark by which spreadsheets know UTF-8. */
export const CSV_HEADER = `\uFEFF${COLUMNS.map(([name]) => name).join(",")}\r\n`;

/** One call as a line of CSV (RFC 4180). */
export function csvLine(row: CallRow): string {
  return `${COLUMNS.map(([, value]) => field(value(row))).join(",")}\r\n`;
}

/**
 * A field, quoted where it must be. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection); a bare
 * telephone number stays as it is.
 */
function field(value: string | number | null): string {
  if (value === null) return "";
  let text = String(value);
  if (/^[=+\-@\t\r]/.test(text) && !/^\+?\d+$/.test(text) && typeof value === "string") text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
