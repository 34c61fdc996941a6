import type { StageField, UnmetStage } from "@kommutator/contract/api/interest";
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
  requiredFields: readonly StageField[];
  branches: readonly Id[];
  /** Interactions that must be done before it is left forwards, by type. */
  compulsory: readonly { id: Id; name: string }[];
}
export type Mode = "typical" | "manual" | "none";

/** What an Interest has of what its stages ask for. */
export interface Met {
  fields: ReadonlySet<StageField>;
  /** Types of Interactions done since a stage was first entered, by stage. */
  actions: ReadonlyMap<Id, ReadonlySet<Id>>;
}
export const NOTHING_MET: Met = { fields: new Set(), actions: new Map() };

/** What a stage still asks for, or null when nothing. Manual Interests are asked for fields alone (B9). */
function unmetOf(mode: Mode, stage: Stage, met: Met): UnmetStage | null {
  const fields = stage.requiredFields.filter((f) => !met.fields.has(f));
  const done = met.actions.get(stage.id);
  const actions = mode === "typical" ? stage.compulsory.filter((a) => done?.has(a.id) !== true) : [];
  return fields.length + actions.length === 0 ? null : { id: stage.id, name: stage.name, fields, actions: [...actions] };
}

export interface Move {
  to: Stage;
  skipped: Id[];
  /** What the stage that is left lacks; empty after a forced move. */
  missing: StageField[];
}

/**
 * May an Interest move from one stage to another (spec B9)? Typical: to the next stage or a listed branch (optional ones may be passed
 * over), back only where the present stage allows it, forwards only when what it asks for is done; the refusal names every unmet stage
 * with its fields and actions. Manual: to any; what was passed over forward is remembered. Missing fields alone are returned, so that the
 * caller answers with them together with those of other rules; a forced move asks for nothing.
 */
export function checkMove(mode: Mode, stages: readonly Stage[], fromId: Id | null, toId: Id, met: Met, force = false): Move {
  const to = stages.find((s) => s.id === toId);
  if (mode === "none" || to === undefined) throw new AppError("validation", { fields: { stageId: "not_of_kind" } });
  const from = stages.find((s) => s.id === fromId);
  if (from?.id === to.id) throw new AppError("validation", { fields: { stageId: "same" } });
  if (from === undefined) return { to, skipped: [], missing: [] };
  if (to.pos < from.pos) {
    if (mode === "typical" && !from.allowBack && !force) throw new AppError("validation", { fields: { stageId: "back_not_allowed" } });
    return { to, skipped: [], missing: [] };
  }
  const between = stages.filter((s) => s.pos > from.pos && s.pos < to.pos).sort((a, b) => a.pos - b.pos);
  const skipped = between.map((s) => s.id);
  if (force) return { to, skipped, missing: [] };
  const own = unmetOf(mode, from, met);
  const barred = mode === "typical" && !from.branches.includes(to.id) ? between.filter((s) => !s.isOptional) : [];
  if (barred.length > 0) {
    const unmet = barred.map((s) => unmetOf(mode, s, met) ?? { id: s.id, name: s.name, fields: [], actions: [] });
    throw new AppError("validation", { fields: { stageId: "skipped" }, unmet: own === null ? unmet : [own, ...unmet] });
  }
  if (own !== null && own.actions.length > 0) throw new AppError("validation", { fields: { stageId: "incomplete" }, unmet: [own] });
  return { to, skipped, missing: (own?.fields ?? []) as StageField[] };
}

/**
 * Won only when the purpose is reached (IN-02): a typical Interest from its last stage with all that it asks for, a manual one from the
 * configured stage on, any only when every condition of its kind is ticked. One refusal names all stages and conditions that are left.
 * Returns the fields that the present stage lacks.
 */
export function checkWon(
  mode: Mode,
  stages: readonly Stage[],
  stageId: Id | null,
  met: Met,
  kind: { wonFromStageId: Id | null; conditionsLeft: readonly { id: Id; name: string }[] },
): StageField[] {
  const present = stages.find((s) => s.id === stageId);
  const pos = present?.pos ?? Number.NEGATIVE_INFINITY;
  const ahead = stages.filter((s) => s.pos > pos).sort((a, b) => a.pos - b.pos);
  const from = stages.find((s) => s.id === kind.wonFromStageId)?.pos;
  const left = mode === "typical" ? ahead.filter((s) => !s.isOptional) : mode === "manual" && from !== undefined ? ahead.filter((s) => s.pos <= from) : [];
  const own = present === undefined || mode === "none" ? null : unmetOf(mode, present, met);
  const unmet = left.map((s) => unmetOf(mode, s, met) ?? { id: s.id, name: s.name, fields: [], actions: [] });
  if (own !== null && own.actions.length > 0) unmet.unshift(own);
  if (unmet.length > 0 || kind.conditionsLeft.length > 0) {
    const status = left.length > 0 ? "stages_left" : unmet.length > 0 ? "incomplete" : "conditions_left";
    throw new AppError("validation", { fields: { status }, unmet, conditions: [...kind.conditionsLeft] });
  }
  return (own?.fields ?? []) as StageField[];
}

/** The stage in which a new Interest begins; null for non-process kinds. */
export function firstStage(mode: Mode, stages: readonly Stage[]): Stage | null {
  if (mode === "none") return null;
  const first = [...stages].sort((a, b) => a.pos - b.pos)[0];
  if (first === undefined) throw new AppError("validation", { fields: { kindId: "no_stages" } });
  return first;
}

/**
 * Another mode for a running Interest (B9): typical only when all that earlier stages ask for is done; the missing ones are listed. Into
 * a process it enters the first stage, a manual one the chosen. Returns the stage to enter, null for none, undefined to stay where it is.
 */
export function checkMode(from: Mode, to: Mode, stages: readonly Stage[], stageId: Id | null, chosenId: Id | null, met: Met): Stage | null | undefined {
  if (from === to) throw new AppError("validation", { fields: { mode: "same" } });
  if (to === "none") return null;
  if (from === "none") {
    const first = firstStage(to, stages);
    if (to === "typical" || chosenId === null) return first;
    const chosen = stages.find((s) => s.id === chosenId);
    if (chosen === undefined) throw new AppError("validation", { fields: { stageId: "not_of_kind" } });
    return chosen;
  }
  if (to === "typical") {
    const pos = stages.find((s) => s.id === stageId)?.pos ?? 0;
    const unmet = stages
      .filter((s) => s.pos < pos && !s.isOptional)
      .sort((a, b) => a.pos - b.pos)
      .flatMap((s) => unmetOf("typical", s, met) ?? []);
    if (unmet.length > 0) throw new AppError("validation", { fields: { mode: "incomplete" }, unmet });
  }
  return undefined;
}
