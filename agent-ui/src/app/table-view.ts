import { useState } from "react";
import { useMe } from "./me.ts";

/** How one person wants a table: columns that are not shown, the order asked of the server (null: the table's own), and widths in px of columns that were given one. */
export interface TableView {
  hidden: readonly string[];
  order: string | null;
  widths: Readonly<Record<string, number>>;
}
const PLAIN: TableView = { hidden: [], order: null, widths: {} };
/** A column is never narrower or wider, px. */
export const NARROWEST = 48;
export const MOST = 800;
const keyOf = (meId: string, table: string) => `kommutator.table.${meId}.${table}`;

/** What was kept, as far as it is readable. */
export function keptView(text: string | null): TableView {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<TableView> | null;
    const hidden = Array.isArray(kept?.hidden) ? kept.hidden.filter((each) => typeof each === "string") : [];
    const widths = Object.entries(kept?.widths ?? {}).flatMap(([name, width]) => (Number.isFinite(width) ? [[name, clampWidth(width)]] : []));
    return { hidden, order: typeof kept?.order === "string" ? kept.order : null, widths: Object.fromEntries(widths) };
  } catch {
    return PLAIN;
  }
}

/** The width a column can have that is nearest to the one wanted. */
export const clampWidth = (width: number): number => Math.round(Math.max(NARROWEST, Math.min(MOST, width)));

/** The widths after a column got one; null: its own again. */
export function resized(widths: TableView["widths"], column: string, width: number | null): TableView["widths"] {
  const { [column]: _, ...others } = widths;
  return width === null ? others : { ...others, [column]: clampWidth(width) };
}

/** The order after a press on a column's head: the other way round where it is sorted by it, else its first way. */
export const nextOrder = (sort: readonly [first: string, second: string], now: string): string => (now === sort[0] ? sort[1] : sort[0]);

/** A person's own view of a table, kept in this browser as other preferences are. Without a table's name nothing is kept. */
export function useTableView(table: string | undefined): [TableView, (change: Partial<TableView>) => void] {
  const me = useMe();
  const [view, setView] = useState(() => (table === undefined ? PLAIN : keptView(localStorage.getItem(keyOf(me.id, table)))));
  const change = (changes: Partial<TableView>) => {
    const next = { ...view, ...changes };
    if (table !== undefined) localStorage.setItem(keyOf(me.id, table), JSON.stringify(next));
    setView(next);
  };
  return [view, change];
}
