import { type Principal, scopeOf } from "@kommutator/contract/access";
import type { DialogPage, DialogQuery } from "@kommutator/contract/api/dialogs";
import type { Db } from "@kommutator/contract/db";
import type { z } from "zod";
import { type DialogRow, dialogColumns, dialogSource, readMarks, toSummary } from "./summary.ts";
import { visibleDialogs } from "./visibility.ts";

/** Keyset of the last row: waiting time (ms, null last), opening or closing time (ms), id. */
type Cursor = [number | null, number, string];

function decode(cursor: string | undefined): Cursor | null {
  if (cursor === undefined) return null;
  try {
    const [wait, at, id] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")) as Cursor;
    return (wait === null || Number.isFinite(wait)) && Number.isFinite(at) && /^[0-9a-f-]{36}$/.test(id) ? [wait, at, id] : null;
  } catch {
    return null;
  }
}

/**
 * The lists of the workspace. Open ones: who waits longest for an answer first, those who wait for nothing after them,
 * oldest first. Closed ones: newest first. The position is read before the rows, so that what happens in between is replayed.
 */
export async function listDialogs(sql: Db, principal: Principal, query: z.infer<typeof DialogQuery>): Promise<z.infer<typeof DialogPage>> {
  const [head] = await sql<{ position: number }[]>`SELECT position FROM stream_head`;
  const position = head?.position ?? 0;
  const me = principal.employeeId;
  const { view, limit, q, kind } = query;
  const which = {
    mine: sql`o.closed_at IS NULL AND (o.assignee_id = ${me} OR o.offer_employee_id = ${me})`,
    queue: sql`o.closed_at IS NULL AND o.assignee_id IS NULL`,
    all: sql`o.closed_at IS NULL`,
    closed: sql`o.closed_at IS NOT NULL`,
  }[view];
  const like = q === undefined || q.trim() === "" ? null : `%${q.trim().replace(/[\\%_]/g, "\\$&")}%`;
  const search =
    like === null
      ? sql``
      : sql`AND (fold_name(o.party_name) LIKE fold_name(${like}) OR o.identity_value ILIKE ${like} OR o.subject ILIKE ${like} OR o.last_message_text ILIKE ${like})`;
  const ofKind = kind === undefined ? sql`` : sql`AND o.channel_kind = ${kind}`;
  const wait = sql`coalesce((extract(epoch FROM coalesce(o.customer_wait_since, o.enqueued_at)) * 1000)::float8, 'infinity'::float8)`;
  const at = sql`(extract(epoch FROM ${view === "closed" ? sql`o.closed_at` : sql`o.opened_at`}) * 1000)::float8`;
  const cursor = decode(query.cursor);
  const after =
    cursor === null
      ? sql``
      : view === "closed"
        ? sql`AND (${at}, o.id) < (${cursor[1]}::float8, ${cursor[2]}::uuid)`
        : sql`AND (${wait}, ${at}, o.id) > (${cursor[0] === null ? "infinity" : cursor[0]}::float8, ${cursor[1]}::float8, ${cursor[2]}::uuid)`;
  const rows = await sql<(DialogRow & { wait_key: number; at_key: number })[]>`
    SELECT ${dialogColumns(sql)}, ${wait} AS wait_key, ${at} AS at_key ${dialogSource(sql)}
    WHERE ${visibleDialogs(sql, principal, scopeOf(principal, "dialog", "read"))} AND ${which} ${ofKind} ${search} ${after}
    ORDER BY ${view === "closed" ? sql`${at} DESC, o.id DESC` : sql`${wait}, ${at}, o.id`} LIMIT ${limit + 1}`;
  const page = rows.slice(0, limit);
  const marks = await readMarks(
    sql,
    page.map((r) => r.id),
    me,
  );
  const last = page.at(-1);
  const next: Cursor | null = rows.length > limit && last !== undefined ? [Number.isFinite(last.wait_key) ? last.wait_key : null, last.at_key, last.id] : null;
  return {
    items: page.map((row) => toSummary(row, marks, me, position)),
    nextCursor: next === null ? null : Buffer.from(JSON.stringify(next)).toString("base64url"),
    position,
  };
}
