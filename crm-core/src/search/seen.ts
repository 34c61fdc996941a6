import type { AccessObject, Principal } from "@kommutator/contract/access";
import { scopeOf } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Fragment } from "@kommutator/contract/statement";
import { visible } from "../rights.ts";

/** Whose rows a list shows, as SQL conditions. */
export interface Seen {
  /** The rows of these employees, by the column that names the employee. */
  of(tx: Tx, column: string): Fragment;
  /** Are this employee's rows seen at all? */
  reaches(employee: Id): boolean;
  /** The customer (a column of its id) lives and is seen. */
  company(tx: Tx, column: string): Fragment;
}

/**
 * The rights to read rows of an object, with the employees they reach named one by one: the planner knows how many rows these have, which
 * it does not of a question within the question. And what a list over hundreds of thousands of rows needs of its transaction: room for the set of
 * all that was found, and plans for the very words, dates and people that were asked for.
 */
export async function prepareList(tx: Tx, principal: Principal, object: AccessObject): Promise<Seen> {
  await tx`SELECT set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'force_custom_plan', true), set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)`;
  const scope = scopeOf(principal, object, "read");
  if (scope === "all")
    return {
      of: (sql) => sql`true`,
      reaches: () => true,
      // The dead ones are few.
      company: (sql, column) => sql`NOT EXISTS (SELECT 1 FROM customer dead WHERE dead.id = ${sql.unsafe(column)} AND dead.archived_at IS NOT NULL)`,
    };
  const employees = (await tx<{ id: Id }[]>`SELECT e.id FROM employee e WHERE ${visible(tx, principal, scope, "e.id")}`).map((e) => e.id);
  // Rows of nobody are seen from the department up.
  const nobody = scope !== null && scope !== "own";
  const of = (sql: Tx, column: string) =>
    nobody ? sql`(${sql.unsafe(column)} = ANY(${employees}::uuid[]) OR ${sql.unsafe(column)} IS NULL)` : sql`${sql.unsafe(column)} = ANY(${employees}::uuid[])`;
  return {
    of,
    reaches: (employee) => employees.includes(employee),
    company: (sql, column) =>
      sql`EXISTS (SELECT 1 FROM customer live WHERE live.id = ${sql.unsafe(column)} AND live.archived_at IS NULL AND ${of(sql, "live.responsible_id")})`,
  };
}
