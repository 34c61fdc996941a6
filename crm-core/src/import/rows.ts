import type { Principal } from "@kommutator/contract/access";
import type { ImportFault, ImportRow, RowState } from "@kommutator/contract/api/import";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { readable } from "../search/readable.ts";

interface Row {
  n: number;
  state: RowState;
  cells: string[];
  faults: ImportFault[];
  twin: ImportRow["twin"];
  card: ImportRow["card"];
}

/** Rows of a batch after row `from`, in the order of the file; twins that one may not see are not named. */
export async function readRowPage(
  tx: Query,
  principal: Principal,
  batchId: Id,
  filter: { state?: RowState | undefined; from: number; limit: number },
): Promise<ImportRow[]> {
  const rows = await tx<Row[]>`
    SELECT r.n, r.state, r.cells, r.faults, CASE WHEN r.card_id IS NULL THEN NULL ELSE jsonb_build_object('kind', r.card_kind, 'id', r.card_id) END AS card,
      CASE WHEN r.twin_id IS NULL OR NOT ${readable(tx as Tx, principal, "r.twin_kind", "r.twin_id")} THEN NULL ELSE jsonb_build_object('kind', r.twin_kind, 'id', r.twin_id, 'name', coalesce(
        (SELECT name FROM customer WHERE id = r.twin_id), (SELECT concat_ws(' ', last_name, first_name, middle_name) FROM contact WHERE id = r.twin_id),
        (SELECT concat_ws(', ', contact_name, company_name) FROM lead WHERE id = r.twin_id), '')) END AS twin
    FROM import_row r WHERE r.batch_id = ${batchId} AND r.n > ${filter.from} ${filter.state === undefined ? tx`` : tx`AND r.state = ${filter.state}`} ORDER BY r.n LIMIT ${filter.limit + 1}`;
  return rows.map((row) => {
    const repeated = row.faults.find((f) => f.code === "repeats_row");
    return repeated === undefined || row.twin !== null ? row : { ...row, twin: { kind: "row", id: repeated.value ?? "", name: "" } };
  });
}
