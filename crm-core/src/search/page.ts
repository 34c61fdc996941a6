import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Fragment } from "@kommutator/contract/statement";
import type { Cursor } from "../page.ts";
import { matching } from "./condition.ts";
import type { CardKind } from "./readable.ts";

/** So many cards stand first in the order of their likeness; a cursor names them, so that pages neither repeat nor skip any. */
export const LIKELIEST = 50;

/** What a list is asked for: a condition over the id of its rows, and where to go on. */
export interface Asked {
  only: (column: string) => Fragment;
  cursor: Cursor | null;
  limit: number;
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
 * first, one row more than the limit.
 */
export async function searchedPage<Row extends { id: Id; cursorAt: number }>(
  tx: Tx,
  typed: string,
  kind: CardKind,
  page: { cursor: string | undefined; limit: number },
  likeliest: () => Promise<Id[]>,
  read: (asked: Asked) => Promise<Row[]>,
): Promise<{ items: Row[]; nextCursor: string | null }> {
  const { limit } = page;
  const place = page.cursor === undefined ? null : decode(page.cursor);
  const ids = place === null ? [...new Set(await likeliest())] : place.likeliest.slice(place.seen);
  const only = (column: string) => tx`${tx.unsafe(column)} = ANY(${ids}::uuid[])`;
  const found = ids.length === 0 ? [] : await read({ only, cursor: null, limit: LIKELIEST });
  const order = new Map(ids.map((id, i) => [id, i]));
  const ranked = found.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  // Only those that pass the filters are remembered.
  const known = place?.likeliest ?? ranked.map((r) => r.id);
  const items = ranked.slice(0, limit);
  if (ranked.length >= limit) {
    const last = items.at(-1) as Row;
    return { items, nextCursor: encode({ likeliest: known, seen: known.indexOf(last.id) + 1, after: null }) };
  }
  const others = await matching(tx, typed, kind);
  if (others === null) return { items, nextCursor: null };
  const need = limit - items.length;
  const rest = await read({
    only: (column) => tx`${others.has(column)} AND NOT ${tx.unsafe(column)} = ANY(${known}::uuid[])`,
    cursor: place?.after ?? null,
    limit: need,
  });
  items.push(...rest.slice(0, need));
  const last = rest.length > need ? items.at(-1) : undefined;
  return {
    items,
    nextCursor: last === undefined ? null : encode({ likeliest: known, seen: known.length, after: { at: last.cursorAt, id: last.id } }),
  };
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
