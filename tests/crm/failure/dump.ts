import type { Db } from "@kommutator/contract/db";

/** Not business: when a browser was last seen. */
const APART = ["session"];

/**
 * Reads the whole content of the database as a fingerprint of each table. Tables that are empty now need only be asked whether they still are,
 * which is what makes it quick.
 */
export async function dumper(sql: Db): Promise<() => Promise<Record<string, string>>> {
  const tables = await sql<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> ALL(${APART}::text[]) ORDER BY 1`;
  const asked = await sql.unsafe<{ name: string; filled: boolean }[]>(
    tables.map(({ name }) => `SELECT '${name}' AS name, EXISTS (SELECT FROM "${name}") AS filled`).join(" UNION ALL "),
  );
  const filled = asked
    .filter((t) => t.filled)
    .map(({ name }) => `SELECT '${name}' AS name, md5(string_agg(r::text, E'\\n' ORDER BY r::text)) AS content FROM "${name}" r`);
  const empty = asked.filter((t) => !t.filled).map(({ name }) => `SELECT '${name}', EXISTS (SELECT FROM "${name}")::text`);
  const all = [...filled, ...empty].join(" UNION ALL ");
  return async () => {
    const rows = await sql.unsafe<{ name: string; content: string | null }[]>(all, [], { prepare: true });
    return Object.fromEntries(rows.map((r) => [r.name, r.content ?? ""]));
  };
}

/** The tables that are not as they were. */
export function changedTables(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}
