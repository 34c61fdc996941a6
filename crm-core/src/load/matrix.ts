import type { LoadMatrix, LoadMatrixPatch } from "@kommutator/contract/api/load-point";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import { VersionConflict } from "../change.ts";
import type { Crm, Query } from "../context.ts";
import { publishLoads } from "./index.ts";

/** The matrix is one: its audit bears an id of its own. */
const MATRIX_ID = "00000000-0000-4000-8000-000000000041";

/** The matrix as it is: only the cells that have points of their own. */
export async function readMatrix(tx: Query): Promise<LoadMatrix> {
  const [row] = await tx<LoadMatrix[]>`
    SELECT m.version, coalesce((SELECT jsonb_agg(jsonb_build_object('typeId', type_id, 'stageId', stage_id, 'points', points) ORDER BY type_id, stage_id) FROM load_point), '[]') AS cells
    FROM load_matrix m`;
  return row as LoadMatrix;
}

/**
 * Changes cells of the matrix. What is planned counts by it at once, as points of planned items are not stored; done items keep the points that
 * were frozen in them. Throws validation for types and stages that are none, and the conflict with the matrix as it is.
 */
export async function changeMatrix(crm: Crm, tx: Tx, actor: Actor, { cells, version }: LoadMatrixPatch): Promise<LoadMatrix> {
  const [matrix] = await tx<{ version: number }[]>`SELECT version FROM load_matrix FOR UPDATE`;
  if (matrix?.version !== version) throw new VersionConflict("load_matrix", MATRIX_ID, await readMatrix(tx));
  await refuseFaults(tx, cells);
  const named = tx`jsonb_to_recordset(${tx.json(cells)}) AS n("typeId" uuid, "stageId" uuid, points numeric(6,2))`;
  const changed = await tx<{ type_id: Id; name: string; before: number | null; after: number | null }[]>`
    SELECT t.id AS type_id, concat_ws(' · ', t.name, k.name, s.name) AS name, p.points AS before, n.points AS after
    FROM ${named} JOIN interaction_type t ON t.id = n."typeId" LEFT JOIN stage s ON s.id = n."stageId" LEFT JOIN interest_kind k ON k.id = s.kind_id
    LEFT JOIN load_point p ON p.type_id = n."typeId" AND p.stage_id IS NOT DISTINCT FROM n."stageId"
    WHERE p.points IS DISTINCT FROM n.points ORDER BY t.name, k.name, s.pos`;
  if (changed.length === 0) return readMatrix(tx);
  await tx`DELETE FROM load_point p USING ${named} WHERE p.type_id = n."typeId" AND p.stage_id IS NOT DISTINCT FROM n."stageId"`;
  await tx`INSERT INTO load_point (type_id, stage_id, points) SELECT n."typeId", n."stageId", n.points FROM ${named} WHERE n.points IS NOT NULL`;
  await tx`UPDATE load_matrix SET version = version + 1`;
  const changes = Object.fromEntries(changed.map((c) => [c.name, [c.before, c.after]]));
  await crm.audit(tx, actor, { objectKind: "load_matrix", objectId: MATRIX_ID, action: "edit", changes });
  const executors = await tx<{ executor_id: Id | null }[]>`
    SELECT DISTINCT executor_id FROM interaction WHERE state = 'planned' AND type_id = ANY(${[...new Set(changed.map((c) => c.type_id))]}::uuid[])`;
  await publishLoads(
    crm,
    tx,
    executors.map((e) => e.executor_id),
  );
  return readMatrix(tx);
}

async function refuseFaults(tx: Tx, cells: LoadMatrixPatch["cells"]): Promise<void> {
  const ids = (of: (Id | null)[]) => [...new Set(of.filter((id) => id !== null))];
  const types = ids(cells.map((c) => c.typeId));
  const stages = ids(cells.map((c) => c.stageId));
  const known = async (table: string, of: Id[]) => (await tx`SELECT 1 FROM ${tx(table)} WHERE id = ANY(${of}::uuid[])`).length === of.length;
  const fields = {
    ...((await known("interaction_type", types)) ? {} : { typeId: "unknown" }),
    ...((await known("stage", stages)) ? {} : { stageId: "unknown" }),
    ...(new Set(cells.map((c) => `${c.typeId} ${c.stageId}`)).size === cells.length ? {} : { cells: "duplicate" }),
  };
  if (Object.keys(fields).length > 0) throw new AppError("validation", { fields });
}
