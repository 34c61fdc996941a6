import type { MergeCard, MergeField, MergePreview, MergeView } from "@kommutator/contract/api/merge";
import { UNDO_DAYS } from "@kommutator/contract/api/merge";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { pointsJson } from "../contact-point/sql.ts";
import type { Query } from "../context.ts";
import { isGone, type Row, readRow, refuseConverted } from "./cards.ts";
import { fieldsOf, fieldValue } from "./fields.ts";

/** Catalogues and people whose names stand for their ids. */
const NAMED: Record<string, { table: string; column: string }> = {
  status_id: { table: "customer_status", column: "name" },
  region_id: { table: "region", column: "name" },
  industry_id: { table: "industry", column: "name" },
  source_id: { table: "lead_source", column: "name" },
  responsible_id: { table: "employee", column: "full_name" },
};
const COUNTED = { interests: "interest", interactions: "interaction", dialogs: "dialog_party", tasks: "task", files: "file_link", claims: "claim" };

/** Two cards side by side (CB-13): every field of both, what hangs on each, and which should survive. The caller has checked the rights. */
export async function previewMerge(tx: Query, card: MergeCard, ids: readonly [Id, Id]): Promise<MergePreview> {
  const [a, b] = [await readRow(tx, card, ids[0]), await readRow(tx, card, ids[1])];
  if (a === null || b === null || isGone(a) || isGone(b) || a.id === b.id) throw new AppError("not_found");
  refuseConverted(card, [a, b]);
  const [left, right] = [await side(tx, card, a), await side(tx, card, b)];
  const fields: MergeField[] = [];
  for (const field of fieldsOf(card, a, b)) {
    const [x, y] = [fieldValue(a, field), fieldValue(b, field)];
    const text = async (value: unknown) => (await nameOf(tx, field, value)) ?? "";
    fields.push({ field, a: { raw: x, text: await text(x) }, b: { raw: y, text: await text(y) }, same: JSON.stringify(x) === JSON.stringify(y) });
  }
  const weight = (s: MergePreview["a"]) => Object.values(s.counts).reduce((sum, n) => sum + n, 0);
  const suggested = weight(left) !== weight(right) ? (weight(left) > weight(right) ? left : right) : left.createdAt <= right.createdAt ? left : right;
  return { card, a: left, b: right, suggested: suggested.id, fields };
}

async function nameOf(tx: Query, field: string, value: unknown): Promise<string | null> {
  if (value === null || value === undefined) return null;
  const named = NAMED[field];
  if (named === undefined) return String(value);
  const [row] = await tx<{ name: string }[]>`SELECT ${tx(named.column)} AS name FROM ${tx(named.table)} WHERE id = ${String(value)}`;
  return row?.name ?? null;
}

/** The name of a card `c`. */
const NAME: Record<MergeCard, (tx: Query) => ReturnType<Query>> = {
  customer: (tx) => tx`c.name` as never,
  contact: (tx) => tx`concat_ws(' ', c.last_name, c.first_name, c.middle_name)` as never,
  lead: (tx) => tx`concat_ws(', ', c.contact_name, c.company_name)` as never,
};

async function side(tx: Query, card: MergeCard, row: Row): Promise<MergePreview["a"]> {
  const column = tx.unsafe(`${card}_id`);
  const counts: Record<string, number> = {};
  for (const [name, table] of Object.entries(COUNTED)) {
    const [found] = await tx<{ n: number }[]>`SELECT count(*) AS n FROM ${tx(table)} WHERE ${column} = ${row.id}`;
    counts[name] = found?.n ?? 0;
  }
  if (card !== "lead") {
    const [links] = await tx<{ n: number }[]>`SELECT count(*) AS n FROM customer_contact WHERE ${column} = ${row.id}`;
    counts[card === "customer" ? "contacts" : "companies"] = links?.n ?? 0;
  }
  const [view] = await tx<Pick<MergePreview["a"], "createdAt" | "contactPoints" | "responsible" | "name">[]>`
    SELECT to_jsonb(c.created_at) AS "createdAt", ${pointsJson(tx, `cp.${card}_id = c.id`)} AS "contactPoints",
           ${card !== "contact" ? tx`(SELECT jsonb_build_object('id', e.id, 'name', e.full_name) FROM employee e WHERE e.id = c.responsible_id)` : tx`NULL`} AS responsible,
           ${NAME[card](tx)} AS name FROM ${tx(card)} c WHERE c.id = ${row.id}`;
  return { id: row.id, code: String(row["code"] ?? ""), version: row.version, counts, ...(view as NonNullable<typeof view>) };
}

/** The merges that made this card, newest first. */
export async function listMerges(tx: Query, card: MergeCard, survivorId: Id): Promise<MergeView[]> {
  return tx<MergeView[]>`
    SELECT m.id, m.object_kind AS card, m.survivor_id AS "survivorId", m.loser_id AS "loserId",
           coalesce(m.loser_snapshot->>'name', concat_ws(', ', nullif(concat_ws(' ', m.loser_snapshot->>'last_name', m.loser_snapshot->>'first_name'), ''), m.loser_snapshot->>'contact_name', m.loser_snapshot->>'company_name')) AS "loserName",
           CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_object('id', e.id, 'name', e.full_name) END AS by, to_jsonb(m.merged_at) AS at, to_jsonb(m.undone_at) AS "undoneAt",
           to_jsonb(m.merged_at + ${UNDO_DAYS} * interval '1 day') AS "undoUntil"
    FROM merge_log m LEFT JOIN employee e ON e.id = m.merged_by WHERE m.object_kind = ${card} AND m.survivor_id = ${survivorId} ORDER BY m.merged_at DESC, m.id`;
}
