import { AppError } from "@kommutator/contract/errors";
import type { Query } from "./context.ts";

/** Keyset pages: a cursor names the last row seen by its sort key (microseconds) and id, so pages neither repeat nor skip. */
export interface Cursor {
  at: number;
  id: string;
}

export function decodeCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const [at, id] = Buffer.from(text, "base64url").toString().split(" ");
  if (at === undefined || id === undefined || !/^-?\d{1,17}$/.test(at) || id.length > 100) throw new AppError("validation", { fields: { cursor: "invalid" } });
  return { at: Number(at), id };
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.at} ${cursor.id}`).toString("base64url");
}

/** Microseconds of a timestamp column, for cursors: JavaScript's dates would lose three digits. */
export function micros(tx: Query, column: string) {
  return tx`(extract(epoch FROM ${tx.unsafe(column)}) * 1000000)::bigint`;
}

/** Condition "after the cursor" for ORDER BY at DESC, id DESC. */
export function after(tx: Query, cursor: Cursor | null, at: string, id: string) {
  if (cursor === null) return tx`true`;
  return tx`(${tx.unsafe(at)}, ${tx.unsafe(id)}) < (timestamptz 'epoch' + ${cursor.at}::bigint * interval '1 microsecond', ${cursor.id}::uuid)`;
}

/** Cuts the row too many that tells whether there is a next page. */
export function pageOf<Row extends { cursorAt: number; id: string }, Item>(
  rows: Row[],
  limit: number,
  item: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: rows.slice(0, limit).map(item), nextCursor: last === undefined ? null : encodeCursor({ at: last.cursorAt, id: last.id }) };
}
