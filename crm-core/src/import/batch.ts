import type { Principal } from "@kommutator/contract/access";
import { type AccessAction, scopeOf } from "@kommutator/contract/access";
import { IMPORT_FIELDS, type ImportMapping, type ImportObject, type ImportOptions, type ImportView, ROW_STATES } from "@kommutator/contract/api/import";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { VersionConflict } from "../change.ts";
import type { Query } from "../context.ts";
import { after, type Cursor, micros } from "../page.ts";
import { allowed } from "../rights.ts";

/** A batch as it is stored, without its file. */
export interface BatchRow {
  id: Id;
  object: ImportObject;
  format: "csv" | "xlsx";
  options: ImportOptions;
  columns: { sheets: string[]; columns: { title: string; samples: string[] }[] };
  mapping: ImportMapping;
  state: ImportView["state"];
  total: number;
  created_by: Id;
  version: number;
}

/** Who answers for the cards of a file works here; whether one may give them cards is each row's question. Throws validation. */
export async function requireResponsible(tx: Query, { responsibleId }: Pick<ImportOptions, "responsibleId">): Promise<void> {
  if (responsibleId === null) return;
  const rows = await tx`SELECT 1 FROM employee WHERE id = ${responsibleId}`;
  if (rows.length === 0) throw new AppError("validation", { fields: { responsibleId: "unknown" } });
}

type Row = Omit<ImportView, "sheets" | "columns" | "fields"> & { columns: BatchRow["columns"]; cursorAt: number };

function select(tx: Query) {
  const zero = tx.json(Object.fromEntries(ROW_STATES.map((s) => [s, 0])));
  return tx`
    SELECT b.id, b.object, b.file_name AS "fileName", b.format, b.state, b.fault, b.options, b.columns, b.mapping, b.total,
           ${zero}::jsonb || coalesce((SELECT jsonb_object_agg(s.state, s.n) FROM (SELECT r.state, count(*) AS n FROM import_row r WHERE r.batch_id = b.id GROUP BY r.state) s), '{}') AS counts,
           jsonb_build_object('id', e.id, 'name', e.full_name) AS "createdBy", to_jsonb(b.created_at) AS "createdAt", to_jsonb(b.started_at) AS "startedAt",
           to_jsonb(b.finished_at) AS "finishedAt", b.version, ${micros(tx, "b.created_at")} AS "cursorAt"
    FROM import_batch b JOIN employee e ON e.id = b.created_by`;
}

function view(row: Row): ImportView & { cursorAt: number } {
  return { ...row, sheets: row.columns.sheets, columns: row.columns.columns, fields: IMPORT_FIELDS[row.object] };
}

/** Batches that the principal may see, newest first. */
export async function listBatches(tx: Query, principal: Principal, cursor: Cursor | null, limit: number): Promise<(ImportView & { cursorAt: number })[]> {
  const rows = await tx<Row[]>`
    ${select(tx)} WHERE ${allowed(tx, principal, "import", "read", "b.created_by")} AND ${after(tx, cursor, "b.created_at", "b.id")}
    ORDER BY b.created_at DESC, b.id DESC LIMIT ${limit + 1}`;
  return rows.map(view);
}

/** null: not there, or not for this principal; without one it is read for its own house. */
export async function readBatch(tx: Query, principal: Principal | null, id: Id): Promise<ImportView | null> {
  const right = principal === null ? tx`true` : allowed(tx, principal, "import", "read", "b.created_by");
  const [row] = await tx<Row[]>`${select(tx)} WHERE b.id = ${id} AND ${right}`;
  return row === undefined ? null : view(row);
}

/**
 * Locks a batch for a step of a person. Throws not_found, forbidden (readable, but not for this action), version_conflict with the current
 * row, and validation when the batch is in no state for it.
 */
export async function lockBatch(
  tx: Tx,
  principal: Principal,
  action: AccessAction,
  id: Id,
  version: number,
  states: readonly ImportView["state"][],
): Promise<BatchRow> {
  const [row] = await tx<(BatchRow & { may: boolean })[]>`
    SELECT b.id, b.object, b.format, b.options, b.columns, b.mapping, b.state, b.total, b.created_by, b.version, ${allowed(tx, principal, "import", action, "b.created_by")} AS may
    FROM import_batch b WHERE b.id = ${id} AND ${allowed(tx, principal, "import", "read", "b.created_by")} FOR UPDATE`;
  if (row === undefined) throw new AppError("not_found");
  if (!row.may) throw new AppError("forbidden");
  if (row.version !== version) throw new VersionConflict("import", id, await readBatch(tx, null, id));
  if (!states.includes(row.state)) throw new AppError("validation", { fields: { state: row.state } });
  return row;
}

/** May the principal make such cards at all? Throws forbidden. */
export function requireObject(principal: Principal, object: ImportObject): void {
  const scope = object === "lead" ? scopeOf(principal, "lead", "create") : scopeOf(principal, "customer", object === "customer" ? "create" : "edit");
  if (scope === null) throw new AppError("forbidden");
}
