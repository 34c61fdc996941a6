import type { Db } from "@kommutator/contract/db";

/** Not business: when a browser was last seen, and what the database counts by itself. */
const APART = ["session"];

/** Reads the whole content of the database, as a fingerprint and a count of rows for each table. */
export async function dumper(sql: Db): Promise<() => Promise<Record<string, string>>> {
  const tables = await sql<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> ALL(${APART}::text[]) ORDER BY 1`;
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, count(*) || ' rows ' || coalesce(md5(string_agg(r::text, E'\\n' ORDER BY r::text)), '') AS content FROM "${name}" r`,
  );
  return async () => {
    const rows = await sql.unsafe<{ name: string; content: string }[]>(each.join(" UNION ALL "), [], { prepare: true });
    return Object.fromEntries(rows.map((r) => [r.name, r.content]));
  };
}

/** The tables that are not as they were. */
export function changedTables(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}
