import type { Tx } from "@kommutator/contract/db";

type Values = Record<string, string | null>;

/**
 * One step of a re-pointing, as the merge log keeps it: rows of one table whose columns went from `before` to `after`, or a row that was
 * deleted because the survivor had its equal. Undo walks the steps backwards.
 */
export type Moved =
  | { do: "set"; table: string; key: string; keys: string[]; before: Values; after: Values }
  | { do: "delete"; table: string; key: string; keys: string[]; row: Record<string, unknown> };

/** A row that undo left where it is, because somebody has changed it since. */
export interface Left {
  table: string;
  key: string;
}

/** Columns of a table from a JSON object, in their own types. */
function typed(tx: Tx, table: string, values: Record<string, unknown>) {
  return tx`SELECT ${tx(Object.keys(values))} FROM jsonb_populate_record(NULL::${tx(table)}, ${tx.json(values as never)})`;
}

/** Performs a "set" on the named rows that are as `before` says, and returns it as it is to be remembered; null when no row was. */
export async function setRows(tx: Tx, step: Omit<Moved & { do: "set" }, "do">, bump = false): Promise<Moved | null> {
  const { table, key, keys, before, after } = step;
  if (keys.length === 0) return null;
  const rows = await tx<{ key: string }[]>`
    UPDATE ${tx(table)} t SET (${tx(Object.keys(after))}) = (${typed(tx, table, after)}) ${bump ? tx`, version = t.version + 1` : tx``}
    WHERE t.${tx(key)}::text = ANY(${keys}::text[]) AND EXISTS (SELECT 1 FROM (${typed(tx, table, before)}) b WHERE (${tx(Object.keys(before).map((c) => `t.${c}`))}) IS NOT DISTINCT FROM (${tx(Object.keys(before).map((c) => `b.${c}`))}))
    RETURNING t.${tx(key)}::text AS key`;
  return rows.length === 0 ? null : { do: "set", table, key, keys: rows.map((r) => r.key), before, after };
}

/**
 * Takes the steps back, last first: rows that still stand where the steps put them return, the others are reported. Each step stands in a
 * savepoint, so that a row which would now collide with a newer one is reported and the rest returns all the same.
 */
export async function restore(tx: Tx, steps: readonly Moved[]): Promise<{ restored: number; left: Left[] }> {
  let restored = 0;
  const left: Left[] = [];
  for (const step of [...steps].reverse()) {
    for (const keys of await attempts(tx, step)) {
      restored += keys.length;
      const done = new Set(keys);
      left.push(...step.keys.filter((k) => !done.has(k)).map((key) => ({ table: step.table, key })));
    }
  }
  return { restored, left };
}

/** The keys of one step that returned: all at once, and one by one only when together they collide. */
async function attempts(tx: Tx, step: Moved): Promise<string[][]> {
  const back = async (keys: string[]): Promise<string[] | null> => {
    try {
      return await tx.savepoint((sp) => (step.do === "delete" ? insertAgain(sp, step) : setBack(sp, { ...step, keys })));
    } catch (error) {
      if ((error as { code?: string }).code?.startsWith("23") === true) return null;
      throw error;
    }
  };
  const all = await back(step.keys);
  if (all !== null) return [all];
  const one: string[] = [];
  if (step.keys.length > 1) for (const key of step.keys) one.push(...((await back([key])) ?? []));
  return [one];
}

async function setBack(tx: Tx, step: Moved & { do: "set" }): Promise<string[]> {
  const done = await setRows(tx, { ...step, before: step.after, after: step.before });
  return done?.keys ?? [];
}

async function insertAgain(tx: Tx, step: Moved & { do: "delete" }): Promise<string[]> {
  await tx`INSERT INTO ${tx(step.table)} SELECT * FROM jsonb_populate_record(NULL::${tx(step.table)}, ${tx.json(step.row as never)})`;
  return step.keys;
}
