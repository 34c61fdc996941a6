import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Fragment } from "@kommutator/contract/statement";
import { after, type Cursor } from "../page.ts";
import { type Matching, matching } from "./condition.ts";
import type { CardKind } from "./readable.ts";
import type { Seen } from "./seen.ts";

/** So many cards stand first in the order of their likeness; a cursor names them, so that pages neither repeat nor skip any. */
export const LIKELIEST = 50;

/** So many of a list's newest rows are asked one by one before all that have what was typed are gathered: a frequent word fills a page with them. */
const NEWEST = 2_000;

/** What a list is asked for: which of its rows, and where to go on. */
export interface Asked {
  /** `newest`: so many rows after the cursor are looked at and no others. */
  only: { among: Matching; not: Id[]; newest?: number };
  cursor: Cursor | null;
  limit: number;
}

/** The table of a list with its alias, and the condition over its rows: all of them, or those among which it is asked to choose. */
export function chosen(
  tx: Tx,
  table: "customer" | "contact" | "lead",
  alias: string,
  only: Asked["only"] | undefined,
  cursor: Cursor | null,
): { from: Fragment; where: Fragment } {
  const [rows, id] = [tx.unsafe(`${table} ${alias}`), `${alias}.id`];
  if (only === undefined) return { from: tx`${rows}`, where: tx`true` };
  const others = only.not.length === 0 ? tx`true` : tx`NOT ${tx.unsafe(id)} = ANY(${only.not}::uuid[])`;
  if ("has" in only.among) {
    const { has, each } = only.among;
    if (only.newest === undefined || each === null) return { from: tx`${rows}`, where: tx`${has(id)} AND ${others}` };
    const live = table === "lead" ? tx`true` : tx`t.archived_at IS NULL`;
    const newest = tx`SELECT * FROM ${tx.unsafe(table)} t WHERE ${live} AND ${after(tx, cursor, "t.created_at", "t.id")} ORDER BY t.created_at DESC, t.id DESC LIMIT ${only.newest}`;
    return { from: tx`(${newest}) ${tx.unsafe(alias)}`, where: tx`${others} AND ${each(id)}` };
  }
  // Each by its key (OFFSET 0): of what is behind a cursor the planner guesses one row, and would look for that one in all that was found.
  return {
    from: tx`(${only.among.ids}) m(id) CROSS JOIN LATERAL (SELECT * FROM ${tx.unsafe(table)} t WHERE t.id = m.id OFFSET 0) ${tx.unsafe(alias)}`,
    where: others,
  };
}

/** Where a searched list goes on: after so many of its likeliest ones, or among the others after a row (null: from their beginning). */
interface Place {
  likeliest: Id[];
  seen: number;
  after: Cursor | null;
}

/**
 * A page of a register that is searched: first the likeliest cards in the order of their likeness, then all the others that have what was
 * typed, newest first, to the last one. `likeliest` ranks without the list's filters; `read` is the list with its filters and rights, newest
 * first, one row more than the limit. Needs a transaction prepared by `prepareList`, which gave `seen`.
 */
export async function searchedPage<Row extends { id: Id; cursorAt: number }>(
  tx: Tx,
  seen: Seen,
  typed: string,
  kind: CardKind,
  page: { cursor: string | undefined; limit: number },
  likeliest: () => Promise<Id[]>,
  read: (asked: Asked) => Promise<Row[]>,
): Promise<{ items: Row[]; nextCursor: string | null }> {
  const { limit } = page;
  const place = page.cursor === undefined ? null : decode(page.cursor);
  const ids = place === null ? [...new Set(await likeliest())] : place.likeliest.slice(place.seen);
  const found = ids.length === 0 ? [] : await read({ only: { among: { ids: tx`SELECT unnest(${ids}::uuid[])` }, not: [] }, cursor: null, limit: LIKELIEST });
  const order = new Map(ids.map((id, i) => [id, i]));
  const ranked = found.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  // Only those that pass the filters are remembered.
  const known = place?.likeliest ?? ranked.map((r) => r.id);
  const items = ranked.slice(0, limit);
  if (ranked.length >= limit) {
    const last = items.at(-1) as Row;
    return { items, nextCursor: encode({ likeliest: known, seen: known.indexOf(last.id) + 1, after: null }) };
  }
  const among = await matching(tx, seen, typed, kind);
  if (among === null) return { items, nextCursor: null };
  const need = limit - items.length;
  const rest = await matchingRows(read, { only: { among, not: known }, cursor: place?.after ?? null, limit: need });
  items.push(...rest.slice(0, need));
  const last = rest.length > need ? items.at(-1) : undefined;
  return {
    items,
    nextCursor: last === undefined ? null : encode({ likeliest: known, seen: known.length, after: { at: last.cursorAt, id: last.id } }),
  };
}

/** The rows of a list that have what was typed: of its newest rows alone where these fill the page, else of all. */
export async function matchingRows<Row>(read: (asked: Asked) => Promise<Row[]>, asked: Asked, newest = NEWEST): Promise<Row[]> {
  const { among } = asked.only;
  const first = "has" in among && among.each !== null ? await read({ ...asked, only: { ...asked.only, newest } }) : [];
  return first.length > asked.limit ? first : read(asked);
}

function encode({ likeliest, seen, after }: Place): string {
  const ids = Buffer.from(likeliest.map((id) => id.replaceAll("-", "")).join(""), "hex").toString("base64url");
  return [seen, after?.at ?? "", after?.id ?? "", ids].join(".");
}

function decode(text: string): Place {
  const [, seen, at, id, ids] = /^(\d{1,3})\.(-?\d{1,17})?\.([0-9a-f-]{36})?\.([\w-]*)$/.exec(text) ?? [];
  const hex = Buffer.from(ids ?? "", "base64url").toString("hex");
  if (seen === undefined || (at === undefined) !== (id === undefined) || hex.length % 32 !== 0 || hex.length > LIKELIEST * 32)
    throw new AppError("validation", { fields: { cursor: "invalid" } });
  const likeliest = (hex.match(/.{32}/g) ?? []).map((h) => h.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
  return { likeliest, seen: Number(seen), after: at === undefined || id === undefined ? null : { at: Number(at), id } };
}
