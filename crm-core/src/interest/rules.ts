import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";

export interface Stage {
  id: Id;
  pos: number;
  name: string;
  isOptional: boolean;
  allowBack: boolean;
  requiresNextStep: boolean;
  plannedSeconds: number | null;
}
export type Mode = "typical" | "manual" | "none";

/**
 * May an Interest move from one stage to another (spec B9)? Typical: to the next stage (optional ones may be passed over), back by one only
 * where the present stage allows it; the refusal names what stands between. Manual: to any; what was passed over forward is remembered.
 */
export function checkMove(mode: Mode, stages: readonly Stage[], fromId: Id | null, toId: Id): { to: Stage; skipped: Id[] } {
  const to = stages.find((s) => s.id === toId);
  if (mode === "none" || to === undefined) throw new AppError("validation", { fields: { stageId: "not_of_kind" } });
  const from = stages.find((s) => s.id === fromId);
  if (from?.id === to.id) throw new AppError("validation", { fields: { stageId: "same" } });
  const fromPos = from?.pos ?? Number.NEGATIVE_INFINITY;
  const between = stages.filter((s) => s.pos > fromPos && s.pos < to.pos).sort((a, b) => a.pos - b.pos);
  if (to.pos < fromPos) {
    if (mode === "typical" && from?.allowBack !== true) throw new AppError("validation", { fields: { stageId: "back_not_allowed" } });
    return { to, skipped: [] };
  }
  const unmet = between.filter((s) => !s.isOptional);
  if (mode === "typical" && from !== undefined && unmet.length > 0)
    throw new AppError("validation", { fields: { stageId: "skipped" }, unmet: unmet.map((s) => ({ id: s.id, name: s.name })) });
  return { to, skipped: from === undefined ? [] : between.map((s) => s.id) };
}

/** Won only when the purpose is reached (IN-02): a typical Interest from its last stage; the refusal names the stages that are left. */
export function checkWon(mode: Mode, stages: readonly Stage[], stageId: Id | null): void {
  if (mode !== "typical") return;
  const pos = stages.find((s) => s.id === stageId)?.pos ?? Number.NEGATIVE_INFINITY;
  const left = stages.filter((s) => s.pos > pos && !s.isOptional).sort((a, b) => a.pos - b.pos);
  if (left.length > 0) throw new AppError("validation", { fields: { status: "stages_left" }, unmet: left.map((s) => ({ id: s.id, name: s.name })) });
}

/** The stage in which a new Interest begins; null for non-process kinds. */
export function firstStage(mode: Mode, stages: readonly Stage[]): Stage | null {
  if (mode === "none") return null;
  const first = [...stages].sort((a, b) => a.pos - b.pos)[0];
  if (first === undefined) throw new AppError("validation", { fields: { kindId: "no_stages" } });
  return first;
}
