import { type LoadMatrix, LoadMatrixPatch } from "@kommutator/contract/api/load-point";

/** A cell: its type and stage; "" is any stage. */
export const cellKey = (typeId: string, stageId: string | null): string => `${typeId} ${stageId ?? ""}`;

/** What was typed, by cell, over the matrix that it was typed over. */
export interface Draft {
  base: LoadMatrix;
  typed: Record<string, string>;
}

/** Points as a person writes them: null for an empty cell, undefined for what are no points. */
export function pointsOf(text: string): number | null | undefined {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return null;
  const points = Number(plain);
  return LoadMatrixPatch.shape.cells.element.shape.points.safeParse(points).success && plain.length <= 7 ? points : undefined;
}

/** Points of the matrix by cell. */
export const storedPoints = (matrix: LoadMatrix): Map<string, number> => new Map(matrix.cells.map((c) => [cellKey(c.typeId, c.stageId), c.points]));

/** What holds where a cell is empty: a stage takes from any stage, and any stage is one point (B2). What is being typed counts already. */
export function inherited(draft: Draft, typeId: string, stageId: string | null): number {
  if (stageId === null) return 1;
  const any = cellKey(typeId, null);
  const typed = draft.typed[any];
  const points = typed === undefined ? storedPoints(draft.base).get(any) : pointsOf(typed);
  return points ?? 1;
}

/** What differs from the matrix and is to be sent; null where something typed are no points. */
export function changedCells(draft: Draft): LoadMatrixPatch["cells"] | null {
  const stored = storedPoints(draft.base);
  const cells: LoadMatrixPatch["cells"] = [];
  for (const [key, text] of Object.entries(draft.typed)) {
    const points = pointsOf(text);
    if (points === undefined) return null;
    const [typeId = "", stageId = ""] = key.split(" ");
    if (points !== (stored.get(key) ?? null)) cells.push({ typeId, stageId: stageId === "" ? null : stageId, points });
  }
  return cells;
}

/** Cells that somebody else has changed in the meantime and one has typed into, each with what stands there now. */
export function contested(draft: Draft, current: LoadMatrix): Map<string, number | null> {
  const [before, now] = [storedPoints(draft.base), storedPoints(current)];
  return new Map(
    Object.entries(draft.typed)
      .filter(([key, text]) => before.get(key) !== now.get(key) && pointsOf(text) !== (now.get(key) ?? null))
      .map(([key]) => [key, now.get(key) ?? null]),
  );
}

const KEPT = "kommutator.form.load-matrix";

/** What was typed and not saved outlives a reload, with the matrix it was typed over: a later save tells of a conflict. */
export function keptDraft(): Draft | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Draft | null;
    return kept !== null && Array.isArray(kept.base?.cells) && typeof kept.typed === "object" ? kept : null;
  } catch {
    return null;
  }
}
/** Keeps the draft, or forgets it. */
export function keepDraft(draft: Draft | null): void {
  if (draft === null) sessionStorage.removeItem(KEPT);
  else sessionStorage.setItem(KEPT, JSON.stringify(draft));
}
