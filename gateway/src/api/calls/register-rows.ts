import type { Principal } from "@kommutator/contract/access";
import type { CallFilter } from "@kommutator/contract/api/calls-register";
import type { Db } from "@kommutator/contract/db";
import type { EpochMs } from "@kommutator/contract/ids";
import type { SheetCell } from "@kommutator/crm-core/export/xlsx";
import type { Locale } from "@kommutator/crm-core/setup/texts";
import { type After, readRegister } from "./register.ts";
import { settleOwners } from "./settle.ts";
import { registerSheet } from "./sheet.ts";

const EXPORT_MAX = 100_000;
const EXPORT_PAGE = 1_000;

/** The calls of a filter as rows of a file, at most so many; where there are more, the last row says so. */
export async function* registerRows(
  sql: Db,
  principal: Principal,
  filter: CallFilter,
  format: "csv" | "xlsx",
  now: EpochMs,
  most = EXPORT_MAX,
): AsyncGenerator<SheetCell[][]> {
  const [reader] = await sql<[{ locale: Locale; tz: string }]>`
    SELECT locale, coalesce((SELECT tz FROM company), 'UTC') AS tz FROM employee WHERE id = ${principal.employeeId}`;
  const { heading, row, cut } = registerSheet(reader.locale, reader.tz, format);
  yield [heading];
  await settleOwners(sql);
  let after: After | null = null;
  for (let sent = 0; ; ) {
    const limit = Math.min(EXPORT_PAGE, most - sent);
    const rows: Awaited<ReturnType<typeof readRegister>> = await readRegister(sql, principal, filter, { after, limit }, now);
    const page = rows.slice(0, limit);
    yield page.map(row);
    sent += page.length;
    after = page.at(-1)?.after ?? null;
    if (rows.length <= limit || after === null) return;
    if (sent >= most) {
      yield [cut(most)];
      return;
    }
  }
}
