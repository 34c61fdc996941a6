import { z } from "zod";
import { Id } from "./common.ts";

/**
 * The load matrix (IA-09, B2): points of an Interaction by its type and the stage of its Interest.
 * GET /load-points LoadMatrix, by everybody · PUT /load-points LoadMatrixPatch, by the right to catalogues; answers with the matrix as it is then.
 */
const LoadCell = z.object({
  typeId: Id,
  /** null: any stage, and none; what holds for a stage without points of its own. Where that is empty too, an item is 1 point. */
  stageId: Id.nullable(),
  points: z.number().min(0).max(9999).multipleOf(0.01),
});
export const LoadMatrix = z.object({ cells: z.array(LoadCell), version: z.number().int() });
export type LoadMatrix = z.infer<typeof LoadMatrix>;
/** One cell or the whole matrix: what is not named stays, `points: null` empties a cell. `version`: of the matrix that it was made from. */
export const LoadMatrixPatch = z.object({
  cells: z.array(LoadCell.extend({ points: LoadCell.shape.points.nullable() })).max(10_000),
  version: z.number().int(),
});
export type LoadMatrixPatch = z.infer<typeof LoadMatrixPatch>;
